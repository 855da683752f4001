//! (see the modules below)

/// `SSL`: one connection.
pub struct Connection {
    _private: (),
}
