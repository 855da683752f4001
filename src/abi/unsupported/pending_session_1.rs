//! Not implemented yet: session objects, their fields, encodings and text.

use std::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::cipher::Cipher;
use crate::session::Session;

/// ALPN tied to the session, not owned; NULL/0 if none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_alpn_selected(
    session: *const Session,
    alpn: *mut *const c_uchar,
    len: *mut usize,
) {
    pending(c"SSL_SESSION_get0_alpn_selected", ())
}

/// Cipher of the session, NULL when unset.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_cipher(session: *const Session) -> *const Cipher {
    pending(c"SSL_SESSION_get0_cipher", ptr::null())
}

/// SNI stored with the session or NULL; server stores it only when the callback said OK.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_hostname(session: *const Session) -> *const c_char {
    pending(c"SSL_SESSION_get0_hostname", ptr::null())
}

/// Pointer to sid context bytes; *len may be NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_id_context(
    session: *const Session,
    len: *mut c_uint,
) -> *const c_uchar {
    pending(c"SSL_SESSION_get0_id_context", ptr::null())
}

/// Peer certificate, not owned, or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_peer(session: *mut Session) -> *mut ffi::X509 {
    pending(c"SSL_SESSION_get0_peer", ptr::null_mut())
}

/// Ticket bytes and length; tick may be NULL, len may not.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_ticket(
    session: *const Session,
    tick: *mut *const c_uchar,
    len: *mut usize,
) {
    pending(c"SSL_SESSION_get0_ticket", ())
}

/// Application data from the ticket; always 1, NULL/0 if none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_ticket_appdata(
    session: *mut Session,
    data: *mut *mut c_void,
    len: *mut usize,
) -> c_int {
    pending(c"SSL_SESSION_get0_ticket_appdata", 0)
}

/// Id bytes and length 0..32; pointer never NULL; len may be NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_id(
    session: *const Session,
    len: *mut c_uint,
) -> *const c_uchar {
    pending(c"SSL_SESSION_get_id", ptr::null())
}

/// Length when outlen is 0, else copies at most outlen bytes and returns the count.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_master_key(
    session: *const Session,
    out: *mut c_uchar,
    outlen: usize,
) -> usize {
    pending(c"SSL_SESSION_get_master_key", 0)
}

/// Early data limit of the ticket.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_max_early_data(session: *const Session) -> u32 {
    pending(c"SSL_SESSION_get_max_early_data", 0)
}

/// Negotiated MFL mode 1..4, 0 for none or not negotiated yet.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_max_fragment_length(session: *const Session) -> u8 {
    pending(c"SSL_SESSION_get_max_fragment_length", 0)
}

/// Version such as 0x0304.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_protocol_version(session: *const Session) -> c_int {
    pending(c"SSL_SESSION_get_protocol_version", 0)
}

/// Hint in seconds sent by the server, 0 if none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_ticket_lifetime_hint(session: *const Session) -> c_ulong {
    pending(c"SSL_SESSION_get_ticket_lifetime_hint", 0)
}

/// Creation time in seconds since epoch; 0 for NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_time(session: *const Session) -> c_long {
    pending(c"SSL_SESSION_get_time", 0)
}

/// Lifetime in seconds; 0 for NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_timeout(session: *const Session) -> c_long {
    pending(c"SSL_SESSION_get_timeout", 0)
}

/// 1 when ticket length is > 0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_has_ticket(session: *const Session) -> c_int {
    pending(c"SSL_SESSION_has_ticket", 0)
}

/// Copies ALPN; NULL or 0 length clears; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_alpn_selected(
    session: *mut Session,
    alpn: *const c_uchar,
    len: usize,
) -> c_int {
    pending(c"SSL_SESSION_set1_alpn_selected", 0)
}

/// Copies name; NULL clears; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_hostname(
    session: *mut Session,
    hostname: *const c_char,
) -> c_int {
    pending(c"SSL_SESSION_set1_hostname", 0)
}

/// Copies id up to 32 bytes; longer gives 0 + SSL_SESSION_ID_TOO_LONG.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_id(
    session: *mut Session,
    sid: *const c_uchar,
    sid_len: c_uint,
) -> c_int {
    pending(c"SSL_SESSION_set1_id", 0)
}

/// Copies context up to 32 bytes; longer gives 0 + SSL_SESSION_ID_CONTEXT_TOO_LONG.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_id_context(
    session: *mut Session,
    sid_ctx: *const c_uchar,
    sid_ctx_len: c_uint,
) -> c_int {
    pending(c"SSL_SESSION_set1_id_context", 0)
}

/// Copies key or PSK up to 512 bytes; longer gives 0, no error queued.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_master_key(
    session: *mut Session,
    input: *const c_uchar,
    len: usize,
) -> c_int {
    pending(c"SSL_SESSION_set1_master_key", 0)
}

/// Copies data carried inside the next ticket; NULL or 0 clears; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_ticket_appdata(
    session: *mut Session,
    data: *const c_void,
    len: usize,
) -> c_int {
    pending(c"SSL_SESSION_set1_ticket_appdata", 0)
}

/// Stores the pointer, no check; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_cipher(
    session: *mut Session,
    cipher: *const Cipher,
) -> c_int {
    pending(c"SSL_SESSION_set_cipher", 0)
}

/// For external PSK sessions; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_max_early_data(
    session: *mut Session,
    max_early_data: u32,
) -> c_int {
    pending(c"SSL_SESSION_set_max_early_data", 0)
}

/// Stores version, no check; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_protocol_version(
    session: *mut Session,
    version: c_int,
) -> c_int {
    pending(c"SSL_SESSION_set_protocol_version", 0)
}

/// Sets time, returns it; re-sorts when the session is cached.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_time(session: *mut Session, t: c_long) -> c_long {
    pending(c"SSL_SESSION_set_time", 0)
}

/// Sets lifetime, 1; 0 for NULL or negative; re-sorts when cached.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_timeout(session: *mut Session, t: c_long) -> c_long {
    pending(c"SSL_SESSION_set_timeout", 0)
}

/// Compression id of the session, 0 in practice.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_compress_id(session: *const Session) -> c_uint {
    pending(c"SSL_SESSION_get_compress_id", 0)
}

/// Deep copy incl. ticket, refcount 1, outside any cache, ex_data via dup callbacks; keeps the
/// not-resumable mark.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_dup(src: *const Session) -> *mut Session {
    pending(c"SSL_SESSION_dup", ptr::null_mut())
}

/// Drops a reference; at zero wipes keys and frees; NULL allowed.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_free(session: *mut Session) {
    pending(c"SSL_SESSION_free", ())
}

/// Value at ex_data index or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_ex_data(
    session: *const Session,
    idx: c_int,
) -> *mut c_void {
    pending(c"SSL_SESSION_get_ex_data", ptr::null_mut())
}

/// 1 when not marked and it has an id or a ticket; ignores expiry.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_is_resumable(session: *const Session) -> c_int {
    pending(c"SSL_SESSION_is_resumable", 0)
}

/// Empty session: refcount 1, timeout 304 s, time now, verify_result 1; NULL on failure.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_new() -> *mut Session {
    pending(c"SSL_SESSION_new", ptr::null_mut())
}

/// Stores pointer at index; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_ex_data(
    session: *mut Session,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    pending(c"SSL_SESSION_set_ex_data", 0)
}

/// Adds a reference; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_up_ref(session: *mut Session) -> c_int {
    pending(c"SSL_SESSION_up_ref", 0)
}

/// Text dump to BIO in s_client's layout; 1/0; 0 for NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_print(fp: *mut ffi::BIO, session: *const Session) -> c_int {
    pending(c"SSL_SESSION_print", 0)
}
