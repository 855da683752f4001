//! Not implemented yet: names of authorities.

use std::ffi::{c_char, c_int};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::connection::Connection;
use crate::context::Context;

/// Takes ownership of names sent in CertificateRequest.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_CA_list(
    ctx: *mut Context,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    pending(c"SSL_CTX_set_client_CA_list", ())
}

/// Client: names from the server; server: own list.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_client_CA_list(
    ssl: *const Connection,
) -> *mut ffi::stack_st_X509_NAME {
    pending(c"SSL_get_client_CA_list", ptr::null_mut())
}

/// Names of a PEM file or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_load_client_CA_file(
    file: *const c_char,
) -> *mut ffi::stack_st_X509_NAME {
    pending(c"SSL_load_client_CA_file", ptr::null_mut())
}

/// Takes ownership.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_client_CA_list(
    ssl: *mut Connection,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    pending(c"SSL_set_client_CA_list", ())
}

/// Adds a copy of the cert's subject to the CTX CA list; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add1_to_CA_list(ctx: *mut Context, x: *const ffi::X509) -> c_int {
    pending(c"SSL_CTX_add1_to_CA_list", 0)
}

/// Adds subject name to client CA list; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_client_CA(ctx: *mut Context, x: *mut ffi::X509) -> c_int {
    pending(c"SSL_CTX_add_client_CA", 0)
}

/// CTX CA list, not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_CA_list(
    ctx: *const Context,
) -> *const ffi::stack_st_X509_NAME {
    pending(c"SSL_CTX_get0_CA_list", ptr::null())
}

/// Client CA names set on the CTX, not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_client_CA_list(
    ctx: *const Context,
) -> *mut ffi::stack_st_X509_NAME {
    pending(c"SSL_CTX_get_client_CA_list", ptr::null_mut())
}

/// Takes ownership of a CA name list sent by either side.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set0_CA_list(
    ctx: *mut Context,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    pending(c"SSL_CTX_set0_CA_list", ())
}

/// Adds subject copy to SSL's CA list.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add1_to_CA_list(ssl: *mut Connection, x: *const ffi::X509) -> c_int {
    pending(c"SSL_add1_to_CA_list", 0)
}

/// Adds subject to client CA list.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_client_CA(ssl: *mut Connection, x: *mut ffi::X509) -> c_int {
    pending(c"SSL_add_client_CA", 0)
}

/// Adds subjects of every file in a directory.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_dir_cert_subjects_to_stack(
    stack_cas: *mut ffi::stack_st_X509_NAME,
    dir: *const c_char,
) -> c_int {
    pending(c"SSL_add_dir_cert_subjects_to_stack", 0)
}

/// Adds subjects of a PEM file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_file_cert_subjects_to_stack(
    stack_cas: *mut ffi::stack_st_X509_NAME,
    file: *const c_char,
) -> c_int {
    pending(c"SSL_add_file_cert_subjects_to_stack", 0)
}

/// Adds subjects from a store URI.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_store_cert_subjects_to_stack(
    stack_cas: *mut ffi::stack_st_X509_NAME,
    uri: *const c_char,
) -> c_int {
    pending(c"SSL_add_store_cert_subjects_to_stack", 0)
}

/// Deep copy of a name stack.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dup_CA_list(
    sk: *const ffi::stack_st_X509_NAME,
) -> *mut ffi::stack_st_X509_NAME {
    pending(c"SSL_dup_CA_list", ptr::null_mut())
}

/// Effective CA list.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_CA_list(
    ssl: *const Connection,
) -> *const ffi::stack_st_X509_NAME {
    pending(c"SSL_get0_CA_list", ptr::null())
}

/// CA names the peer sent.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peer_CA_list(
    ssl: *const Connection,
) -> *const ffi::stack_st_X509_NAME {
    pending(c"SSL_get0_peer_CA_list", ptr::null())
}

/// Same with library context.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_load_client_CA_file_ex(
    file: *const c_char,
    libctx: *mut ffi::OSSL_LIB_CTX,
    propq: *const c_char,
) -> *mut ffi::stack_st_X509_NAME {
    pending(c"SSL_load_client_CA_file_ex", ptr::null_mut())
}

/// Takes ownership.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_CA_list(
    ssl: *mut Connection,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    pending(c"SSL_set0_CA_list", ())
}
