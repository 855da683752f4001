//! (see the modules below)

/// `SSL_CTX`: configuration that connections share.
pub struct Context {
    _private: (),
}
