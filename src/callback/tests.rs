//! Tests of what the callbacks return for each outcome of the program's functions.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr::null_mut;

use super::*;
use crate::reference::tag::{Tag, Tagged, tagged};
use crate::session::{Fields, Session, SessionRef};

/// Stands for a connection. Its functions find their session here.
#[repr(C)]
struct Program {
    tag: Tag<{ Program::KIND }>,
    session: Cell<*mut Session>,
    answer: Cell<c_int>,
}

tagged!(Program, tag, 0x9f3e_2b71_64c8_d50a);

impl KnownAs<Ssl> for Program {}

impl Program {
    fn new(session: *mut Session, answer: c_int) -> Self {
        Self {
            tag: Tag::new(),
            session: Cell::new(session),
            answer: Cell::new(answer),
        }
    }
}

/// # Safety
/// `ssl` is that of a live [`Program`].
unsafe fn program<'a>(ssl: *mut Ssl) -> &'a Program {
    // SAFETY: as the caller promises.
    unsafe { &*ssl.cast::<Program>() }
}

fn session() -> SessionRef {
    Session::new(Fields::default())
}

unsafe extern "C" fn see_session(ssl: *mut Ssl, _: *mut Session) -> c_int {
    // SAFETY: called with a Program.
    unsafe { program(ssl) }.answer.get()
}

#[test]
fn a_new_session_is_kept_by_the_program_or_not() {
    // SAFETY: a function for Programs.
    let callback = unsafe { NewSessionCallback::new(Some(see_session)) };
    for (answer, references) in [(0, 1), (1, 2)] {
        let session = session();
        callback.call(Lent::new(&Program::new(null_mut(), answer)), &session);
        assert_eq!(session.references(), references);
        if answer == 1 {
            // SAFETY: the program's reference.
            drop(unsafe { SessionRef::from_raw(session.as_ptr()) });
        }
    }
    let session = session();
    NewSessionCallback::NONE.call(Lent::new(&Program::new(null_mut(), 1)), &session);
    assert_eq!(session.references(), 1);
}

unsafe extern "C" fn find_session(
    ssl: *mut Ssl,
    data: *const c_uchar,
    len: c_int,
    copy: *mut c_int,
) -> *mut Session {
    // SAFETY: called with a Program, an id and a place for the answer.
    unsafe {
        assert_eq!(std::slice::from_raw_parts(data, len as usize), b"id");
        assert_eq!(*copy, 1);
        *copy = program(ssl).answer.get();
        program(ssl).session.get()
    }
}

#[test]
fn a_session_that_is_found_is_copied_or_given() {
    // SAFETY: a function for Programs.
    let callback = unsafe { GetSessionCallback::new(Some(find_session)) };
    let session = session();
    for copy in [0, 1] {
        let raw = match copy {
            0 => session.clone().into_raw(),
            _ => session.as_ptr(),
        };
        let found = callback.call(Lent::new(&Program::new(raw, copy)), b"id");
        assert!(found.as_ref() == Some(&session));
        assert_eq!(session.references(), 2);
        drop(found);
        assert_eq!(session.references(), 1);
    }
    let none = callback.call(Lent::new(&Program::new(null_mut(), 0)), b"id");
    assert!(none.is_none());
    let other = Program::new(null_mut(), 0);
    let not_a_session = std::ptr::from_ref(&other).cast_mut().cast();
    let found = callback.call(Lent::new(&Program::new(not_a_session, 1)), b"id");
    assert!(found.is_none());
}

unsafe extern "C" fn make_id(_: *mut Ssl, id: *mut c_uchar, len: *mut c_uint) -> c_int {
    // SAFETY: called with 32 bytes.
    unsafe {
        assert_eq!(*len, 32);
        id.write_bytes(7, 32);
        *len = 40;
    }
    1
}

#[test]
fn the_length_of_an_id_is_passed_on_unchecked() {
    let mut id = [0; 32];
    let program = Program::new(null_mut(), 0);
    // SAFETY: a function for any connection.
    let callback = unsafe { GenerateSessionIdCallback::new(Some(make_id)) };
    assert_eq!(callback.call(Lent::new(&program), &mut id), Some(Some(40)));
    assert_eq!(id, [7; 32]);
    let none = GenerateSessionIdCallback::NONE;
    assert_eq!(none.call(Lent::new(&program), &mut id), None);
}

unsafe extern "C" fn use_session(
    ssl: *mut Ssl,
    _: *const openssl_sys::EVP_MD,
    id: *mut *const c_uchar,
    len: *mut usize,
    session: *mut *mut Session,
) -> c_int {
    // SAFETY: called with a Program, and places for the results.
    unsafe {
        (*id, *len) = (b"name".as_ptr(), 4);
        *session = program(ssl).session.get();
        program(ssl).answer.get()
    }
}

#[test]
fn the_session_of_a_psk_is_ours_whatever_the_answer() {
    // SAFETY: a function for Programs.
    let callback = unsafe { PskUseSessionCallback::new(Some(use_session)) };
    let session = session();
    let ask = |answer| callback.call(Lent::new(&Program::new(session.clone().into_raw(), answer)));
    let (given, identity) = ask(1).unwrap().unwrap();
    assert!(given == session && identity == b"name");
    drop(given);
    assert!(matches!(ask(0), Err(CallbackFailed)));
    assert_eq!(session.references(), 1);
    let nothing = callback.call(Lent::new(&Program::new(null_mut(), 1)));
    assert!(matches!(nothing, Ok(None)));
}

unsafe extern "C" fn select(
    ssl: *mut Ssl,
    out: *mut *const c_uchar,
    outlen: *mut c_uchar,
    input: *const c_uchar,
    _: c_uint,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called with a Program, and places for the results.
    unsafe {
        if arg.is_null() {
            (*out, *outlen) = (input.add(1), 2);
        }
        program(ssl).answer.get()
    }
}

#[test]
fn a_protocol_is_copied_if_the_program_has_selected_one() {
    let offered = b"\x02h2";
    let ask = |answer, argument| {
        // SAFETY: a function for Programs, which only compares its argument.
        let callback = unsafe { AlpnSelectCallback::new(Some(select), argument) };
        callback.call(Lent::new(&Program::new(null_mut(), answer)), offered)
    };
    assert_eq!(ask(0, null_mut()), Some((0, b"h2".to_vec())));
    assert_eq!(ask(3, null_mut()), Some((3, Vec::new())));
    let other = std::ptr::from_ref(offered).cast_mut().cast();
    assert_eq!(ask(0, other), Some((0, Vec::new())));
}

unsafe extern "C" fn server_key(
    ssl: *mut Ssl,
    identity: *const c_char,
    psk: *mut c_uchar,
    max_psk_len: c_uint,
) -> c_uint {
    // SAFETY: called with a Program, a C string and a buffer.
    unsafe {
        assert_eq!(CStr::from_ptr(identity), c"name");
        psk.write_bytes(9, max_psk_len as usize);
        program(ssl).answer.get() as c_uint
    }
}

#[test]
fn the_length_of_a_key_is_passed_on_unchecked() {
    // SAFETY: a function for Programs.
    let callback = unsafe { PskServerCallback::new(Some(server_key)) };
    let mut key = [0; 4];
    let program = Program::new(null_mut(), 5);
    assert_eq!(
        callback.call(Lent::new(&program), c"name", &mut key),
        Some(5)
    );
    assert_eq!(key, [9; 4]);
}

#[test]
fn a_callback_that_is_unset_leaves_the_decision_to_another() {
    // SAFETY: a function for Programs.
    let set = unsafe { NewSessionCallback::new(Some(see_session)) };
    let unset = NewSessionCallback::NONE;
    assert!(unset.or_else(|| set).is_set());
    assert!(set.or_else(|| unset).is_set());
    assert!(!unset.or_else(|| unset).is_set());
}
