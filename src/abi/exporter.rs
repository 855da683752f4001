//! Keying material and randoms (SSL_export_keying_material(3), SSL_get_client_random(3)).

use std::ffi::{c_char, c_int, c_uchar, c_void};

use super::call::call;
use super::pointer::{borrow_quietly, bytes};
use crate::connection::{Connection, Role};
use crate::error::Error;

/// Derives `olen` bytes of keying material into `out` (RFC 5705; RFC 8446, section 7.5), for the
/// label of `llen` bytes, with a context of `contextlen` bytes if `use_context` is not 0. Both
/// sides derive the same bytes.
///
/// Returns 1; -1 before there is a session; 0 before both sides (in TLS 1.3: the server) have
/// finished, and for a label that TLS 1.2 itself uses or that is too long for TLS 1.3
/// (`SSL_R_TLS_ILLEGAL_EXPORTER_LABEL`).
///
/// # Safety
/// `out` is writable, `label` and `context` are readable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_export_keying_material(
    ssl: *mut Connection,
    out: *mut c_uchar,
    olen: usize,
    label: *const c_char,
    llen: usize,
    context: *const c_uchar,
    contextlen: usize,
    use_context: c_int,
) -> c_int {
    const NO_SESSION: c_int = -1;
    call(c"SSL_export_keying_material", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        if connection.session().is_none() {
            return Ok(NO_SESSION);
        }
        if out.is_null() || olen == 0 {
            return Err(Error::Silent);
        }
        // SAFETY: readable and writable, as the caller promises.
        let (label, context, out) = unsafe {
            (
                bytes(label.cast(), llen),
                bytes(context, contextlen),
                std::slice::from_raw_parts_mut(out, olen),
            )
        };
        connection.export(label, (use_context != 0).then_some(context), out)?;
        Ok(1)
    })
}

/// Like `SSL_export_keying_material`, from the secret of early data (RFC 8446, section 7.5), which
/// a client has as soon as it has sent early data, and a server when it accepts early data. There
/// always is a context; it may be empty.
///
/// Returns 1; 0 on failure.
///
/// # Safety
/// As for `SSL_export_keying_material`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_export_keying_material_early(
    ssl: *mut Connection,
    out: *mut c_uchar,
    olen: usize,
    label: *const c_char,
    llen: usize,
    context: *const c_uchar,
    contextlen: usize,
) -> c_int {
    call(c"SSL_export_keying_material_early", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        if out.is_null() || olen == 0 {
            return Err(Error::Silent);
        }
        // SAFETY: readable and writable, as the caller promises.
        let (label, context, out) = unsafe {
            (
                bytes(label.cast(), llen),
                bytes(context, contextlen),
                std::slice::from_raw_parts_mut(out, olen),
            )
        };
        connection.export_early(label, context, out)?;
        Ok(1)
    })
}

/// Copies up to `outlen` bytes of the client's random into `out` and returns how many; with an
/// `outlen` of 0 it returns the length of the random, 32.
///
/// # Safety
/// `out` is writable for `outlen` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_client_random(
    ssl: *const Connection,
    out: *mut c_uchar,
    outlen: usize,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { copy_random(ssl, out, outlen, |(client, _)| client) }
}

/// Copies up to `outlen` bytes of the server's random into `out` and returns how many; with an
/// `outlen` of 0 it returns the length of the random, 32.
///
/// # Safety
/// `out` is writable for `outlen` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_server_random(
    ssl: *const Connection,
    out: *mut c_uchar,
    outlen: usize,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { copy_random(ssl, out, outlen, |(_, server)| server) }
}

/// Copies up to `count` bytes of the Finished message that `ssl` has sent into `buf`, and returns
/// the message's length; 0 when it has not been sent.
///
/// # Safety
/// `buf` is writable for `count` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_finished(
    ssl: *const Connection,
    buf: *mut c_void,
    count: usize,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { copy_finished(ssl, buf, count, true) }
}

/// Copies up to `count` bytes of the Finished message that `ssl` has received into `buf`, and
/// returns its length; 0 when it has not arrived.
///
/// # Safety
/// `buf` is writable for `count` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_peer_finished(
    ssl: *const Connection,
    buf: *mut c_void,
    count: usize,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { copy_finished(ssl, buf, count, false) }
}

/// # Safety
/// `ssl` is NULL or a live connection; `buf` is writable for `count` bytes.
unsafe fn copy_finished(
    ssl: *const Connection,
    buf: *mut c_void,
    count: usize,
    own: bool,
) -> usize {
    call(c"SSL_get_finished", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        let clients = own == (connection.role() == Some(Role::Client));
        let data = connection
            .engine
            .with(|engine| match clients {
                true => engine.finished().client,
                false => engine.finished().server,
            })
            // A callback asks while the engine runs: nothing is negotiated yet.
            .unwrap_or_default();
        let copied = count.min(data.len());
        if !buf.is_null() {
            // SAFETY: writable for `count` bytes, as the caller promises.
            unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), buf.cast(), copied) };
        }
        Ok(data.len())
    })
}

/// # Safety
/// `ssl` is NULL or a live connection; `out` is writable for `outlen` bytes.
unsafe fn copy_random(
    ssl: *const Connection,
    out: *mut c_uchar,
    outlen: usize,
    which: impl FnOnce(([u8; 32], [u8; 32])) -> [u8; 32],
) -> usize {
    call(c"SSL_get_client_random", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let random = which(unsafe { borrow_quietly(ssl) }?.hellos.randoms());
        if outlen == 0 {
            return Ok(random.len());
        }
        let count = outlen.min(random.len());
        // SAFETY: writable for at least `count` bytes, as the caller promises.
        unsafe { std::ptr::copy_nonoverlapping(random.as_ptr(), out, count) };
        Ok(count)
    })
}
