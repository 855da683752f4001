use std::ffi::c_long;
use std::ptr::null_mut;

use super::{check_no_panic, ends};
use crate::abi::pointer::bytes;
use crate::abi::session::{SSL_SESSION_dup, SSL_SESSION_free, SSL_SESSION_new};
use crate::abi::session_bytes::{SSL_SESSION_get0_hostname, SSL_SESSION_get0_peer};
use crate::abi::session_print::{SSL_SESSION_print, SSL_SESSION_print_keylog};
use crate::abi::session_serialise::{d2i_SSL_SESSION, i2d_SSL_SESSION};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::memory;
use crate::session::Session;

/// DER of a session. If it is one, it is written again as it is, printed, copied, and offered to
/// a server.
pub fn session_der(data: &[u8]) {
    let (session, rest) = read(data);
    check_no_panic();
    if session.is_null() {
        check_failure_changes_nothing(data);
        return;
    }
    assert!(rest < data.len());
    let once = written(session);
    let (same, rest) = read(&once);
    assert!(!same.is_null() && rest == 0);
    assert!(written(same) == once);
    let copy = duplicate(same);
    assert!(written(copy) == once);
    free(same);
    show(copy);
    free(copy);
    ends::offer(session);
    check_no_panic();
    assert!(written(session) == once);
    free(session);
}

/// A session that was to be filled is as it was.
fn check_failure_changes_nothing(data: &[u8]) {
    let mut place = data.as_ptr();
    // SAFETY: a live session, and as many readable bytes as said.
    unsafe {
        let mut filled = SSL_SESSION_new();
        let whole = filled;
        assert!(d2i_SSL_SESSION(&mut filled, &mut place, data.len() as c_long).is_null());
        assert!(filled == whole && place == data.as_ptr());
        assert_eq!(i2d_SSL_SESSION(filled, null_mut()), 0);
        SSL_SESSION_free(filled);
    }
    check_no_panic();
}

fn show(session: *mut Session) {
    let bio = Bio::memory().expect("memory");
    // SAFETY: live objects.
    unsafe {
        assert_eq!(SSL_SESSION_print(bio.as_ptr(), session), 1);
        SSL_SESSION_print_keylog(bio.as_ptr(), session);
        SSL_SESSION_get0_hostname(session);
        SSL_SESSION_get0_peer(session);
    }
    check_no_panic();
}

/// The session, or NULL, and how many bytes follow it.
fn read(data: &[u8]) -> (*mut Session, usize) {
    let mut place = data.as_ptr();
    // SAFETY: as many readable bytes as said.
    let session = unsafe { d2i_SSL_SESSION(null_mut(), &mut place, data.len() as c_long) };
    (
        session,
        data.len() - (place as usize - data.as_ptr() as usize),
    )
}

/// The session's DER.
pub(super) fn written(session: *mut Session) -> Vec<u8> {
    let mut out = null_mut();
    // SAFETY: a live session; the memory is copied and freed.
    unsafe {
        let length = i2d_SSL_SESSION(session, &mut out);
        assert!(length > 0);
        let copy = bytes(out, length as usize).to_vec();
        memory::free(out.cast());
        copy
    }
}

fn duplicate(session: *mut Session) -> *mut Session {
    // SAFETY: a live session.
    unsafe { SSL_SESSION_dup(session) }
}

pub(super) fn free(session: *mut Session) {
    // SAFETY: a reference that is the test's.
    unsafe { SSL_SESSION_free(session) }
}
