//! (see the modules below)

/// `SSL_SESSION`: what a handshake agreed on, and how to resume it.
pub struct Session {
    _private: (),
}
