//! Not implemented yet: certificates and keys.

use std::ffi::{c_int, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::types::PasswordCallback;
use crate::connection::Connection;
use crate::context::Context;

/// Flags telling how suitable a chain is.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_check_chain(
    ssl: *mut Connection,
    x: *mut ffi::X509,
    pk: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
) -> c_int {
    pending(c"SSL_check_chain", 0)
}
