//! Client certificates asked for after the handshake (RFC 8446, section 4.6.2).

use std::ffi::c_int;

use super::unsupported;
use crate::connection::Connection;

/// Why these functions fail.
const WHY: &str = "Reprise has no post-handshake authentication: it is not in its engine";

/// Asks the client for a certificate now: 0, an error (SSL_set_post_handshake_auth(3)).
///
/// Status: unsupported (post-handshake authentication)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_verify_client_post_handshake(ssl: *mut Connection) -> c_int {
    unsupported(c"SSL_verify_client_post_handshake", 0, WHY)
}
