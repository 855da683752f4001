//! What `SSL_METHOD` points to: which versions and which role (TLS_method(3)).

/// `SSL_METHOD`.
pub struct Method {
    _private: (),
}
