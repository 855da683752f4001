//! Reading and writing application data (SSL_read(3), SSL_write(3), SSL_get_error(3)).

use std::ffi::{c_int, c_void};

use libc::off_t;

use super::call::call;
use super::drive::drive;
use super::pointer::{borrow, borrow_quietly, bytes, store};
use crate::connection::{Connection, Reading, Stop, Stopped, Want};
use crate::context::Context;
use crate::error::{Error, Reason};
use crate::libcrypto::error_queue;

/// Reads up to `num` bytes into `buf`, at most what one record holds. Does the handshake first if
/// that has not been done.
///
/// Returns the number of bytes, 0 when the peer has closed the connection, or a negative number;
/// `SSL_get_error` says what happened. On a client this call processes TLS 1.3 tickets, and calls
/// the new-session callback for each.
///
/// # Safety
/// `buf` is writable for `num` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_read(ssl: *mut Connection, buf: *mut c_void, num: c_int) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { read(c"SSL_read", ssl, buf, num, Reading::Consume) }
}

/// Writes `num` bytes from `buf`. Does the handshake first if that has not been done.
///
/// Returns the number of bytes written: `num`, or less with `SSL_MODE_ENABLE_PARTIAL_WRITE`; or a
/// negative number, and `SSL_get_error` says what happened. A write that has to wait must be
/// repeated with the same data.
///
/// # Safety
/// `buf` is readable for `num` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_write(ssl: *mut Connection, buf: *const c_void, num: c_int) -> c_int {
    let work = |connection: &Connection| {
        let len = usize::try_from(num).map_err(|_| Stop::from(Reason::BAD_LENGTH))?;
        // SAFETY: readable for `num` bytes, as the caller promises.
        let data = unsafe { bytes(buf.cast(), len) };
        Ok(connection.write(data)? as c_int)
    };
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_write", ssl, work) }
}

/// Like `SSL_read`, but stores the number of bytes in `*readbytes`. Returns 1 when any were read,
/// else 0.
///
/// # Safety
/// As for `SSL_read`; `readbytes` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_read_ex(
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { read_ex(c"SSL_read_ex", ssl, buf, num, readbytes, Reading::Consume) }
}

/// Like `SSL_write`, but stores the number of bytes in `*written`. Returns 1 when they were
/// written, else 0. Writing nothing succeeds.
///
/// # Safety
/// As for `SSL_write`; `written` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_write_ex(
    ssl: *mut Connection,
    buf: *const c_void,
    num: usize,
    written: *mut usize,
) -> c_int {
    let work = |connection: &Connection| {
        // SAFETY: readable for `num` bytes, as the caller promises.
        let count = connection.write(unsafe { bytes(buf.cast(), num) })?;
        // SAFETY: writable, as the caller promises.
        unsafe { store(written, count) };
        Ok(1)
    };
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_write_ex", ssl, work) }.max(0)
}

/// Like `SSL_read`, but the bytes can be read again.
///
/// # Safety
/// As for `SSL_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_peek(ssl: *mut Connection, buf: *mut c_void, num: c_int) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { read(c"SSL_peek", ssl, buf, num, Reading::Peek) }
}

/// Like `SSL_read_ex`, but the bytes can be read again.
///
/// # Safety
/// As for `SSL_read_ex`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_peek_ex(
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { read_ex(c"SSL_peek_ex", ssl, buf, num, readbytes, Reading::Peek) }
}

/// Returns why a call on `ssl` returned `ret_code`: `SSL_ERROR_NONE` (0), `_SSL` (1), `_WANT_READ`
/// (2), `_WANT_WRITE` (3), `_WANT_X509_LOOKUP` (4), `_SYSCALL` (5), `_ZERO_RETURN` (6),
/// `_WANT_CONNECT` (7), `_WANT_ACCEPT` (8), `_WANT_CLIENT_HELLO_CB` (11), `_WANT_RETRY_VERIFY`
/// (12). Call it on the same thread; the error queue must have been empty before the call on `ssl`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_error(ssl: *const Connection, ret_code: c_int) -> c_int {
    const NONE: c_int = 0;
    const SSL: c_int = 1;
    if ret_code > 0 {
        return NONE;
    }
    match error_queue::peek() {
        0 => call(c"SSL_get_error", Stopped::Syscall as c_int, || {
            // SAFETY: NULL or live, as the caller promises.
            Ok(unsafe { borrow_quietly(ssl) }?.stopped() as c_int)
        }),
        error if error_queue::is_of_system(error) => Stopped::Syscall as c_int,
        _ => SSL,
    }
}

/// Returns what `ssl` waits for: `SSL_NOTHING` (1), `SSL_WRITING` (2), `SSL_READING` (3),
/// `SSL_X509_LOOKUP` (4), `SSL_RETRY_VERIFY` (8) or `SSL_CLIENT_HELLO_CB` (7).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_want(ssl: *const Connection) -> c_int {
    call(c"SSL_want", 1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(match unsafe { borrow_quietly(ssl) }?.transport.want() {
            Want::Nothing => 1,
            Want::Write => 2,
            Want::Read => 3,
            Want::X509Lookup => 4,
            Want::ClientHelloCallback => 7,
        })
    })
}

/// Returns how many bytes `SSL_read` can return without reading from the BIO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_pending(ssl: *const Connection) -> c_int {
    call(c"SSL_pending", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.pending() as c_int)
    })
}

/// Returns 1 if the connection holds bytes read from the BIO that `SSL_read` has not returned,
/// application data or not; else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_has_pending(ssl: *const Connection) -> c_int {
    call(c"SSL_has_pending", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.has_pending().into())
    })
}

/// Sets whether one read of the BIO may bring more than a record: as much as is there and fits into
/// the buffer (`SSL_set_default_read_buffer_len`). Then a program must ask `SSL_has_pending` before
/// it waits for the descriptor; `SSL_pending` does not count what was read ahead. Without it the
/// library takes no bytes from the BIO beyond the record that it needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_read_ahead(ssl: *mut Connection, yes: c_int) {
    call(c"SSL_set_read_ahead", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.change_settings(|settings| settings.read_ahead = yes);
        Ok(())
    })
}

/// Returns whether reading ahead was asked for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_read_ahead(ssl: *const Connection) -> c_int {
    call(c"SSL_get_read_ahead", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().read_ahead)
    })
}

/// Sets how many bytes reading ahead may hold, on connections made later. A smaller number than the
/// length of a record, and 0, which is the default, stand for that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_read_buffer_len(ctx: *mut Context, len: usize) {
    call(c"SSL_CTX_set_default_read_buffer_len", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_settings(|settings| settings.read_buffer_len = len);
        Ok(())
    })
}

/// Sets how many bytes reading ahead may hold (`SSL_set_read_ahead`). A smaller number than the
/// length of a record, and 0, stand for that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_default_read_buffer_len(ssl: *mut Connection, len: usize) {
    call(c"SSL_set_default_read_buffer_len", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection.change_settings(|settings| settings.read_buffer_len = len);
        Ok(())
    })
}

/// Sends a part of a file through the kernel. As in OpenSSL without kernel TLS it returns -1 and
/// puts `SSL_R_UNINITIALIZED` on the queue: `BIO_get_ktls_send` says 0, so programs write instead.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_sendfile(
    s: *mut Connection,
    fd: c_int,
    offset: off_t,
    size: usize,
    flags: c_int,
) -> isize {
    let _ = (fd, offset, size, flags);
    call(c"SSL_sendfile", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Err(Error::new(unsafe { borrow(s) }?.why_no_sendfile()))
    })
}

/// # Safety
/// As for `SSL_read`.
unsafe fn read(
    function: &'static std::ffi::CStr,
    ssl: *mut Connection,
    buf: *mut c_void,
    num: c_int,
    reading: Reading,
) -> c_int {
    let work = |connection: &Connection| {
        let len = usize::try_from(num).map_err(|_| Stop::from(Reason::BAD_LENGTH))?;
        // SAFETY: writable for `num` bytes, as the caller promises.
        Ok(connection.read(unsafe { buffer(buf, len) }, reading)? as c_int)
    };
    // SAFETY: as the caller promises.
    unsafe { drive(function, ssl, work) }
}

/// # Safety
/// As for `SSL_read_ex`.
unsafe fn read_ex(
    function: &'static std::ffi::CStr,
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
    reading: Reading,
) -> c_int {
    let work = |connection: &Connection| {
        // SAFETY: writable for `num` bytes, as the caller promises.
        let count = connection.read(unsafe { buffer(buf, num) }, reading)?;
        // SAFETY: writable, as the caller promises.
        unsafe { store(readbytes, count) };
        match count {
            0 => Err(Stop::Failed(Error::Silent)),
            _ => Ok(1),
        }
    };
    // SAFETY: as the caller promises.
    unsafe { drive(function, ssl, work) }.max(0)
}

/// Frees the buffers of a connection. Returns 1; or 0 when they hold data, and then they are kept.
/// The library itself frees buffers that become empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_free_buffers(ssl: *mut Connection) -> c_int {
    call(c"SSL_free_buffers", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.free_buffers().into())
    })
}

/// # Safety
/// `buf` is writable for `len` bytes, or NULL with a `len` of 0.
pub(super) unsafe fn buffer<'a>(buf: *mut c_void, len: usize) -> &'a mut [u8] {
    if buf.is_null() || len == 0 {
        return &mut [];
    }
    // SAFETY: as the caller promises. The bytes may be uninitialised in C's eyes; they are only
    // written to.
    unsafe { std::slice::from_raw_parts_mut(buf.cast(), len) }
}
