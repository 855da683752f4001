//! Not implemented yet: SSL_CONF.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr;

use super::pending;
use crate::abi::types::ConfContext;
use crate::connection::Connection;
use crate::context::Context;

/// Clears flags, returns resulting set.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_clear_flags(cctx: *mut ConfContext, flags: c_uint) -> c_uint {
    pending(c"SSL_CONF_CTX_clear_flags", 0)
}

/// Completes pending work (cert/key pairs, CA names); 1 ok.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_finish(cctx: *mut ConfContext) -> c_int {
    pending(c"SSL_CONF_CTX_finish", 0)
}

/// Frees; NULL allowed.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_free(cctx: *mut ConfContext) {
    pending(c"SSL_CONF_CTX_free", ())
}

/// New configuration context.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_new() -> *mut ConfContext {
    pending(c"SSL_CONF_CTX_new", ptr::null_mut())
}

/// Copies command prefix; NULL means default.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set1_prefix(
    cctx: *mut ConfContext,
    pre: *const c_char,
) -> c_int {
    pending(c"SSL_CONF_CTX_set1_prefix", 0)
}

/// Sets flags, returns resulting set.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set_flags(cctx: *mut ConfContext, flags: c_uint) -> c_uint {
    pending(c"SSL_CONF_CTX_set_flags", 0)
}

/// Targets an SSL; NULL for syntax checks only.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set_ssl(cctx: *mut ConfContext, ssl: *mut Connection) {
    pending(c"SSL_CONF_CTX_set_ssl", ())
}

/// Targets an SSL_CTX; NULL for syntax checks only.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set_ssl_ctx(cctx: *mut ConfContext, ctx: *mut Context) {
    pending(c"SSL_CONF_CTX_set_ssl_ctx", ())
}

/// Runs one command: 1 or 2 arguments used, 0 bad value, -2 unknown, -3 missing value.
/// Options=SessionTicket/AntiReplay and num_tickets act on sessions.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_cmd(
    cctx: *mut ConfContext,
    cmd: *const c_char,
    value: *const c_char,
) -> c_int {
    pending(c"SSL_CONF_cmd", -2)
}

/// Same from argv, advancing it; 0 when not recognised.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_cmd_argv(
    cctx: *mut ConfContext,
    pargc: *mut c_int,
    pargv: *mut *mut *mut c_char,
) -> c_int {
    pending(c"SSL_CONF_cmd_argv", 0)
}

/// Kind of value a command takes (string, file, dir, none, store, unknown).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_cmd_value_type(
    cctx: *mut ConfContext,
    cmd: *const c_char,
) -> c_int {
    pending(c"SSL_CONF_cmd_value_type", 0)
}

/// Applies a named ssl_conf section; 0 on error.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_config(ctx: *mut Context, name: *const c_char) -> c_int {
    pending(c"SSL_CTX_config", 0)
}

/// Registers the ssl_conf module with the config code.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_ssl_module() {
    pending(c"SSL_add_ssl_module", ())
}

/// Applies a named ssl_conf section to an SSL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_config(ssl: *mut Connection, name: *const c_char) -> c_int {
    pending(c"SSL_config", 0)
}
