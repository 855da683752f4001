//! Fields of sessions that are byte strings, and the peer's certificate (`SSL_SESSION_set1_id(3)`,
//! `SSL_SESSION_get0_hostname(3)`, `SSL_SESSION_has_ticket(3)`, …).
//!
//! A getter lends its result for as long as OpenSSL does: id and id context as long as the session
//! lives; the others until that field is set again, or the session ends. A thread may read a field
//! while others set it: for each thread and field, the last 64 values that it was lent are kept
//! unchanged, as long as they take no more than 64 KiB together; the last one in any case.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr::{null, null_mut};

use openssl_sys as ffi;

use crate::abi::call::call;
use crate::abi::pointer::{borrow, bytes, c_str, store};
use crate::connection::parsed_leaf;
use crate::error::Error;
use crate::session::{Part, Session};

/// Lends the session id, and stores its length, 0 to 32, in `*len` unless `len` is NULL.
///
/// Returns the id; the pointer is not NULL, even when the length is 0. An id that is set later does
/// not change the bytes that a thread was lent. Queues an error for a NULL session only.
///
/// Lifetime: that of the session, whose present value it shows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_id(
    session: *const Session,
    len: *mut c_uint,
) -> *const c_uchar {
    call(c"SSL_SESSION_get_id", null(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        let (id, length) = lent(unsafe { borrow(session) }?, Part::Id);
        // SAFETY: NULL or writable, as the caller promises.
        unsafe { store(len, length as c_uint) };
        Ok(id)
    })
}

/// Sets the session id to a copy of the `sid_len` bytes at `sid`. A session that is in a cache
/// stays there under the id that it was added with.
///
/// Returns 1; 0 with `SSL_R_SSL_SESSION_ID_TOO_LONG` on the queue for more than 32 bytes. Threads
/// may set and get on a shared session.
///
/// # Safety
/// `sid` is NULL or has `sid_len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_id(
    session: *mut Session,
    sid: *const c_uchar,
    sid_len: c_uint,
) -> c_int {
    call(c"SSL_SESSION_set1_id", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or readable bytes, as the caller promises.
        session.set_id(&unsafe { own_copy(sid, sid_len) })?;
        Ok(1)
    })
}

/// Lends the session id context, and stores its length, 0 to 32, in `*len` unless `len` is NULL.
///
/// Returns the context; the pointer is not NULL, even when the length is 0. A context that is set
/// later does not change the bytes that a thread was lent. Queues an error for a NULL session only.
///
/// Lifetime: that of the session, whose present value it shows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_id_context(
    session: *const Session,
    len: *mut c_uint,
) -> *const c_uchar {
    call(c"SSL_SESSION_get0_id_context", null(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        let (context, length) = lent(unsafe { borrow(session) }?, Part::IdContext);
        // SAFETY: NULL or writable, as the caller promises.
        unsafe { store(len, length as c_uint) };
        Ok(context)
    })
}

/// Sets the session id context to a copy of the `sid_ctx_len` bytes at `sid_ctx`. A session is
/// resumed only where the context is the same.
///
/// Returns 1; 0 with `SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG` on the queue for more than 32 bytes.
/// Threads may set and get on a shared session.
///
/// # Safety
/// `sid_ctx` is NULL or has `sid_ctx_len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_id_context(
    session: *mut Session,
    sid_ctx: *const c_uchar,
    sid_ctx_len: c_uint,
) -> c_int {
    call(c"SSL_SESSION_set1_id_context", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or readable bytes, as the caller promises.
        session.set_id_context(&unsafe { own_copy(sid_ctx, sid_ctx_len) })?;
        Ok(1)
    })
}

/// Copies the master key of the session (TLS 1.3: the PSK that resumes it) to `out`, at most
/// `outlen` bytes of it. Anyone who has this key can resume the session, and in TLS 1.2 decrypt its
/// connections.
///
/// Returns how many bytes were copied; when `outlen` is 0, the length of the key. Queues an error
/// for a NULL session only.
///
/// # Safety
/// `out` may be written for `outlen` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_master_key(
    session: *const Session,
    out: *mut c_uchar,
    outlen: usize,
) -> usize {
    call(c"SSL_SESSION_get_master_key", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let key = unsafe { borrow(session) }?.master_key();
        if outlen == 0 || out.is_null() {
            return Ok(key.len());
        }
        let len = key.len().min(outlen);
        // SAFETY: `out` has room for `outlen` bytes, as the caller promises.
        unsafe { out.copy_from(key.as_ptr(), len) };
        Ok(len)
    })
}

/// Sets the master key of a session that the program builds (TLS 1.3: the PSK) to a copy of the
/// `len` bytes at `key`. The copy is wiped when the session is freed.
///
/// Returns 1; 0, without an error on the queue, for more than 512 bytes.
///
/// # Safety
/// `key` is NULL or has `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_master_key(
    session: *mut Session,
    key: *const c_uchar,
    len: usize,
) -> c_int {
    call(c"SSL_SESSION_set1_master_key", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or readable bytes, as the caller promises.
        session.set_master_key(unsafe { bytes(key, len) })?;
        Ok(1)
    })
}

/// Returns the server name (RFC 6066) that the client sent: on a client as it was sent, on a server
/// only when the servername callback accepted it.
///
/// The name is lent until another is set or the session ends; NULL for none. Queues an error for a
/// NULL session only.
///
/// Lifetime: until `SSL_SESSION_set1_hostname`, or the session's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_hostname(session: *const Session) -> *const c_char {
    call(c"SSL_SESSION_get0_hostname", null(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(lent(unsafe { borrow(session) }?, Part::ServerName).0.cast())
    })
}

/// Sets the server name of a session to a copy of `hostname`; NULL clears it.
///
/// Returns 1; 0 with an error on the queue when memory is short. Threads may set and get on a
/// shared session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_hostname(
    session: *mut Session,
    hostname: *const c_char,
) -> c_int {
    call(c"SSL_SESSION_set1_hostname", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or a string, as the caller promises.
        let server_name = unsafe { c_str(hostname) };
        session.set_server_name(server_name.map(CStr::to_bytes))?;
        Ok(1)
    })
}

/// Stores the application protocol of the session, which early data must use, in `*alpn`, and its
/// length in `*len`; NULL and 0 for none. It is lent until another is set or the session ends.
/// Queues an error for a NULL session only.
///
/// Lifetime: until `SSL_SESSION_set1_alpn_selected`, or the session's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_alpn_selected(
    session: *const Session,
    alpn: *mut *const c_uchar,
    len: *mut usize,
) {
    call(c"SSL_SESSION_get0_alpn_selected", (), || {
        // SAFETY: NULL or a live session, and NULL or writable, as the caller promises.
        unsafe { lend(borrow(session)?, Part::Alpn, alpn, len) };
        Ok(())
    });
}

/// Sets the application protocol of a session that the program builds to a copy of the `len`
/// bytes at `alpn`; NULL or a length of 0 clears it.
///
/// Returns 1; 0 with an error on the queue when memory is short. Threads may set and get on a
/// shared session.
///
/// # Safety
/// `alpn` is NULL or has `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_alpn_selected(
    session: *mut Session,
    alpn: *const c_uchar,
    len: usize,
) -> c_int {
    call(c"SSL_SESSION_set1_alpn_selected", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or readable bytes, as the caller promises.
        session.set_alpn(Some(unsafe { bytes(alpn, len) }))?;
        Ok(1)
    })
}

/// Stores the server's ticket in `*tick`, unless `tick` is NULL, and its length in `*len`; NULL and
/// 0 for none. It is lent until it is replaced or the session ends. Queues an error for a NULL
/// session only.
///
/// Lifetime: until the ticket is replaced, or the session's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_ticket(
    session: *const Session,
    tick: *mut *const c_uchar,
    len: *mut usize,
) {
    call(c"SSL_SESSION_get0_ticket", (), || {
        // SAFETY: NULL or a live session, and NULL or writable, as the caller promises.
        unsafe { lend(borrow(session)?, Part::Ticket, tick, len) };
        Ok(())
    });
}

/// Stores the application data from the session's ticket, or that was set for the next ticket, in
/// `*data`, and its length in `*len`; NULL and 0 for none. It is lent until other data is set or
/// the session ends, and must not be changed.
///
/// Returns 1; 0 with an error on the queue for a NULL session.
///
/// Lifetime: until `SSL_SESSION_set1_ticket_appdata`, or the session's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_ticket_appdata(
    session: *mut Session,
    data: *mut *mut c_void,
    len: *mut usize,
) -> c_int {
    call(c"SSL_SESSION_get0_ticket_appdata", 0, || {
        // SAFETY: NULL or a live session, and NULL or writable, as the caller promises. (C's
        // prototype lacks the const.)
        unsafe { lend(borrow(session)?, Part::TicketAppdata, data.cast(), len) };
        Ok(1)
    })
}

/// Sets the application data that the next ticket made from the session will carry, to a copy of
/// the `len` bytes at `data`; NULL or a length of 0 clears it. Meant for the callback of
/// `SSL_CTX_set_session_ticket_cb()`.
///
/// Returns 1; 0 with an error on the queue when memory is short.
///
/// # Safety
/// `data` is NULL or has `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set1_ticket_appdata(
    session: *mut Session,
    data: *const c_void,
    len: usize,
) -> c_int {
    call(c"SSL_SESSION_set1_ticket_appdata", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or readable bytes, as the caller promises.
        session.set_ticket_appdata(Some(unsafe { bytes(data.cast(), len) }))?;
        Ok(1)
    })
}

/// Lends the peer's certificate as long as the session lives. The first call parses it. Copies of
/// the session, its connection and other sessions of the same handshake lend the same object.
///
/// Returns the certificate; NULL when the peer has none, or, with libcrypto's errors on the queue,
/// when it cannot be parsed. Any thread.
///
/// Lifetime: that of the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_peer(session: *mut Session) -> *mut ffi::X509 {
    call(c"SSL_SESSION_get0_peer", null_mut(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        let Some(peer) = unsafe { borrow(session) }?.lend_peer() else {
            return Ok(null_mut());
        };
        let leaf = parsed_leaf(&peer);
        Ok(leaf.ok_or(Error::Queued)?.as_ptr())
    })
}

/// A copy of an id, which may be bytes that this session lent. Of an id that is too long, at most
/// one byte too many is read.
///
/// # Safety
/// `data` is NULL or has `len` readable bytes.
unsafe fn own_copy(data: *const c_uchar, len: c_uint) -> Vec<u8> {
    const TOO_MANY: usize = 33;
    // SAFETY: as the caller promises.
    unsafe { bytes(data, (len as usize).min(TOO_MANY)) }.to_vec()
}

/// Stores `field` for C: NULL and 0 when there is none.
///
/// # Safety
/// `data` and `len` are NULL or may be written.
unsafe fn lend(session: &Session, field: Part, data: *mut *const c_uchar, len: *mut usize) {
    let (first, length) = lent(session, field);
    // SAFETY: as the caller promises.
    unsafe {
        store(data, first);
        store(len, length);
    }
}

/// Where a field begins, and its length (with the NUL of a name); NULL and 0 for none.
fn lent(session: &Session, field: Part) -> (*const c_uchar, usize) {
    session.lend(field).unwrap_or((null(), 0))
}
