//! Opaque C types in prototypes that only libssl or less common headers of libcrypto define.

use std::ffi::c_uint;

/// `OSSL_HANDSHAKE_STATE`: where a handshake is (SSL_get_state(3)).
pub type HandshakeState = c_uint;

/// `SSL_COMP`: an entry of the list of compression methods.
pub enum CompressionEntry {}

/// `STACK_OF(SSL_COMP)`.
pub enum CompressionStack {}

/// `SSL_DANE`: the DANE state of a connection.
pub enum Dane {}

/// `CTLOG_STORE`: known logs of certificate transparency.
pub enum CtLogStore {}

/// `BIO_ADDR`: a peer's address.
pub enum BioAddress {}

/// `LHASH_OF(SSL_SESSION)`.
pub enum SessionHash {}

/// `struct openssl_ssl_test_functions`.
pub enum TestFunctions {}
