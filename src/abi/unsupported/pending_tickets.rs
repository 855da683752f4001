//! Not implemented yet: tickets.

use std::ffi::{c_int, c_uchar, c_void};

use openssl_sys as ffi;

use super::pending;
use crate::abi::types::{DecryptTicketCallback, GenerateTicketCallback};
use crate::connection::Connection;
use crate::context::Context;

/// Number of TLS 1.3 tickets after a full handshake (default 2).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_num_tickets(ctx: *const Context) -> usize {
    pending(c"SSL_CTX_get_num_tickets", 0)
}

/// Tickets after a full TLS 1.3 handshake (one after resumption); 0 disables; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_num_tickets(ctx: *mut Context, num_tickets: usize) -> c_int {
    pending(c"SSL_CTX_set_num_tickets", 0)
}

/// Generate and decrypt hooks for ticket application data; decrypt returns abort/ignore/use with
/// or without renewal; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_session_ticket_cb(
    ctx: *mut Context,
    gen_cb: GenerateTicketCallback,
    dec_cb: DecryptTicketCallback,
    arg: *mut c_void,
) -> c_int {
    pending(c"SSL_CTX_set_session_ticket_cb", 0)
}

/// EVP_MAC ticket key callback: 1 use, 2 use and renew, 0 no key (full handshake or empty ticket),
/// <0 fatal.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_tlsext_ticket_key_evp_cb(
    ctx: *mut Context,
    fp: Option<
        unsafe extern "C" fn(
            *mut Connection,
            *mut c_uchar,
            *mut c_uchar,
            *mut ffi::EVP_CIPHER_CTX,
            *mut ffi::EVP_MAC_CTX,
            c_int,
        ) -> c_int,
    >,
) -> c_int {
    pending(c"SSL_CTX_set_tlsext_ticket_key_evp_cb", 0)
}

/// Per-connection ticket count.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_num_tickets(ssl: *const Connection) -> usize {
    pending(c"SSL_get_num_tickets", 0)
}

/// Server TLS 1.3 after handshake: queues one more ticket for the next write or SSL_do_handshake;
/// 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_new_session_ticket(ssl: *mut Connection) -> c_int {
    pending(c"SSL_new_session_ticket", 0)
}

/// Per-connection ticket count; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_num_tickets(ssl: *mut Connection, num_tickets: usize) -> c_int {
    pending(c"SSL_set_num_tickets", 0)
}
