//! Tests of application data of sessions, as a C program uses it.

use std::ffi::{c_int, c_long, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::session::*;
use super::session_bytes::SSL_SESSION_get_master_key;
use super::session_ex_data::*;
use super::session_tests::{read, sample, take_reason};
use crate::error::Reason;
use crate::libcrypto::error_queue;
use crate::libcrypto::ffi::CryptoExData;

/// The calls of the ex_data callbacks.
static CALLS: Mutex<Vec<(&str, usize)>> = Mutex::new(Vec::new());
static FREED_KEYS: AtomicUsize = AtomicUsize::new(0);

fn index() -> c_int {
    static INDEX: std::sync::OnceLock<c_int> = std::sync::OnceLock::new();
    *INDEX.get_or_init(|| {
        // SAFETY: callbacks of the right type that live for ever. 2: SSL_SESSION.
        unsafe {
            CRYPTO_get_ex_new_index(2, 0, null_mut(), Some(on_new), Some(on_dup), Some(on_free))
        }
    })
}

type NewOrFree =
    unsafe extern "C" fn(*mut c_void, *mut c_void, *mut CryptoExData, c_int, c_long, *mut c_void);
type Dup = unsafe extern "C" fn(
    *mut CryptoExData,
    *const CryptoExData,
    *mut *mut c_void,
    c_int,
    c_long,
    *mut c_void,
) -> c_int;

unsafe extern "C" {
    fn CRYPTO_get_ex_new_index(
        class: c_int,
        argl: c_long,
        argp: *mut c_void,
        new: Option<NewOrFree>,
        dup: Option<Dup>,
        free: Option<NewOrFree>,
    ) -> c_int;
}

unsafe extern "C" fn on_new(
    parent: *mut c_void,
    _value: *mut c_void,
    _ad: *mut CryptoExData,
    idx: c_int,
    _argl: c_long,
    _argp: *mut c_void,
) {
    // Sets its value through the session itself, as a program may.
    // SAFETY: the session that is being made.
    unsafe { SSL_SESSION_set_ex_data(parent.cast(), idx, 1000 as *mut c_void) };
}

unsafe extern "C" fn on_dup(
    _to: *mut CryptoExData,
    _from: *const CryptoExData,
    value: *mut *mut c_void,
    _idx: c_int,
    _argl: c_long,
    _argp: *mut c_void,
) -> c_int {
    // SAFETY: a place with the value that is copied.
    unsafe {
        if *value as usize == 666 {
            return 0;
        }
        *value = (*value as usize + 1) as *mut c_void;
    }
    1
}

unsafe extern "C" fn on_free(
    parent: *mut c_void,
    value: *mut c_void,
    _ad: *mut CryptoExData,
    idx: c_int,
    _argl: c_long,
    _argp: *mut c_void,
) {
    // SAFETY: the session that ends; it is still whole.
    unsafe {
        assert_eq!(SSL_SESSION_get_ex_data(parent.cast(), idx), value);
        let mut key = [0; 512];
        SSL_SESSION_get_master_key(parent.cast(), key.as_mut_ptr(), key.len());
        let not_wiped = key.iter().filter(|byte| **byte != 0);
        FREED_KEYS.fetch_add(not_wiped.count(), Ordering::Relaxed);
    }
    CALLS.lock().unwrap().push(("free", value as usize));
}

#[test]
fn s105_application_data_lives_and_dies_with_the_session() {
    let idx = index();
    let of = |session| {
        // SAFETY: a live session.
        unsafe { SSL_SESSION_get_ex_data(session, idx) as usize }
    };
    // SAFETY: live sessions.
    unsafe {
        let session = read(sample("tls12-id-server").der);
        assert_eq!(of(session), 1000, "set when it was made");
        assert_eq!(
            SSL_SESSION_set_ex_data(session, idx, 5000 as *mut c_void),
            1
        );
        let copy = SSL_SESSION_dup(session);
        assert_eq!((of(session), of(copy)), (5000, 5001));
        SSL_SESSION_up_ref(session);
        SSL_SESSION_free(session);
        assert!(!CALLS.lock().unwrap().contains(&("free", 5000)));
        SSL_SESSION_free(session);
        SSL_SESSION_free(copy);
        let calls = CALLS.lock().unwrap();
        let times = |value| calls.iter().filter(|call| call.1 == value).count();
        assert_eq!((times(5000), times(5001)), (1, 1));
        assert!(FREED_KEYS.load(Ordering::Relaxed) >= 80, "before the wipe");
    }
}

#[test]
fn a_dup_callback_that_fails_fails_the_copy() {
    let idx = index();
    // SAFETY: a live session.
    unsafe {
        let session = SSL_SESSION_new();
        SSL_SESSION_set_ex_data(session, idx, 666 as *mut c_void);
        assert!(SSL_SESSION_dup(session).is_null());
        error_queue::clear();
        assert_eq!(SSL_SESSION_set_ex_data(session, -1, null_mut()), 0);
        assert_eq!(take_reason(), Reason::PASSED_INVALID_ARGUMENT.0);
        assert!(SSL_SESSION_get_ex_data(session, -1).is_null());
        SSL_SESSION_free(session);
    }
}
