//! Tickets (SSL_CTX_set_num_tickets(3), SSL_CTX_set_tlsext_ticket_key_cb(3),
//! SSL_CTX_set_session_ticket_cb(3)): their number, their keys, and the program's data in them.
//!
//! Tickets are sealed with the context's own keys, which the library rotates, with keys that the
//! program sets (`SSL_CTX_set_tlsext_ticket_keys`, over `SSL_CTX_ctrl`), or by a callback of the
//! program. Their format is that of OpenSSL: with the same keys, each library opens the other's
//! tickets.

use std::ffi::{c_int, c_void};

use super::call::call;
use super::pointer::{borrow, borrow_quietly};
use crate::callback::{
    DecryptTicketCallback, DecryptTicketFunction, GenerateTicketCallback, GenerateTicketFunction,
    TicketKeyEvpCallback, TicketKeyEvpFunction,
};
use crate::connection::Connection;
use crate::context::Context;

/// Sets how many tickets a TLS 1.3 server sends after a full handshake, on connections made later;
/// after a resumption it sends one. With 0 it sends none, and its sessions cannot be resumed.
/// Returns 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_num_tickets(ctx: *mut Context, num_tickets: usize) -> c_int {
    call(c"SSL_CTX_set_num_tickets", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        context.change_settings(|settings| settings.num_tickets = num_tickets);
        Ok(1)
    })
}

/// Returns how many tickets a TLS 1.3 server sends after a full handshake; 2 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_num_tickets(ctx: *const Context) -> usize {
    call(c"SSL_CTX_get_num_tickets", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.settings().num_tickets)
    })
}

/// Sets how many tickets a TLS 1.3 server sends after a full handshake; after a resumption
/// it sends one. With 0 it sends none, and its sessions cannot be resumed. Returns 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_num_tickets(ssl: *mut Connection, num_tickets: usize) -> c_int {
    call(c"SSL_set_num_tickets", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection.change_settings(|settings| settings.num_tickets = num_tickets);
        Ok(1)
    })
}

/// Returns how many tickets a TLS 1.3 server sends after a full handshake; 2 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_num_tickets(ssl: *const Connection) -> usize {
    call(c"SSL_get_num_tickets", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().num_tickets)
    })
}

/// Sets the function that chooses the keys of tickets. To seal (last argument 1) it fills key name
/// (16 bytes) and IV and initialises cipher and MAC; it returns 1, 0 for no ticket, or less than 0
/// to end the handshake. To open (0) it finds the key by its name, initialises both with it, and
/// returns 1, 2 when the client is to get a new ticket, 0 for a key that it does not know, or less
/// than 0 to end the handshake. While it is set, the callback of `SSL_CTX_set_tlsext_ticket_key_cb`
/// is not called; NULL restores that callback, or the context's own keys. Returns 1.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_tlsext_ticket_key_evp_cb(
    ctx: *mut Context,
    fp: TicketKeyEvpFunction,
) -> c_int {
    call(c"SSL_CTX_set_tlsext_ticket_key_evp_cb", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let callback = unsafe { TicketKeyEvpCallback::new(fp) };
        let keys = &context.callbacks.ticket_keys;
        keys.change(|callbacks| callbacks.evp = callback);
        Ok(1)
    })
}

/// Sets the functions that put application data into tickets and decide about tickets that clients
/// send back, and their last argument. `gen_cb` runs before a ticket is made: it finds the session
/// with `SSL_get_session`, calls `SSL_SESSION_set1_ticket_appdata`, and returns 1, or 0 to end the
/// handshake. `dec_cb` runs after the server has opened a ticket, or failed to, and returns a
/// `SSL_TICKET_RETURN_…`. NULL unsets them. Returns 1.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_session_ticket_cb(
    ctx: *mut Context,
    gen_cb: GenerateTicketFunction,
    dec_cb: DecryptTicketFunction,
    arg: *mut c_void,
) -> c_int {
    call(c"SSL_CTX_set_session_ticket_cb", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let (generate, decrypt) = unsafe {
            (
                GenerateTicketCallback::new(gen_cb, arg),
                DecryptTicketCallback::new(dec_cb, arg),
            )
        };
        context.callbacks.generate_ticket.set(generate);
        context.callbacks.decrypt_ticket.set(decrypt);
        Ok(1)
    })
}

/// Makes a TLS 1.3 server whose handshake has ended send one more ticket, with the next
/// `SSL_do_handshake`, write or read; until then `SSL_in_init` returns 1. Each ticket is a new
/// session, for which the callback of `SSL_CTX_sess_set_new_cb` is called. Returns 1; or 0, without
/// an error on the queue, on a client, during the handshake, below TLS 1.3, and after close_notify.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_new_session_ticket(ssl: *mut Connection) -> c_int {
    call(c"SSL_new_session_ticket", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.ask_for_ticket().into())
    })
}
