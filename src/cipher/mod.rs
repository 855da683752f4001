//! (see the modules below)

/// `SSL_CIPHER`: a cipher suite.
pub struct Cipher {
    _private: (),
}
