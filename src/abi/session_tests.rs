//! Tests of the C functions of sessions, as a C program calls them.

use std::ffi::{CStr, c_char, c_int, c_long, c_uchar, c_void};
use std::ptr::{null, null_mut};

use openssl_sys as ffi;

use super::session::*;
use super::session_bytes::*;
use super::session_fields::*;
use super::session_print::*;
use super::session_serialise::*;
use crate::error::Reason;
use crate::libcrypto::bio::Bio;
use crate::libcrypto::memory;
use crate::libcrypto::{error_queue, testing};
use crate::reference::Counted;
use crate::session::samples::{SAMPLES, Sample};
use crate::session::{Fields, PeerChain, Session};

/// The reason of the oldest error of this thread, and an empty queue.
pub fn take_reason() -> i32 {
    let code = error_queue::peek();
    error_queue::clear();
    (code & 0x7f_ffff) as i32
}

pub fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.name == name).unwrap()
}

pub fn read(der: &[u8]) -> *mut Session {
    let mut place = der.as_ptr();
    // SAFETY: as many readable bytes as said.
    unsafe { d2i_SSL_SESSION(null_mut(), &mut place, der.len() as c_long) }
}

fn written(session: *const Session) -> Vec<u8> {
    let mut out = null_mut();
    // SAFETY: a live session; the memory is copied and freed.
    unsafe {
        let len = i2d_SSL_SESSION(session, &mut out);
        let copy = crate::abi::pointer::bytes(out, len as usize).to_vec();
        memory::free(out.cast());
        copy
    }
}

#[test]
fn s62_a_new_session_has_the_values_of_the_manual() {
    // SAFETY: a live session, freed at the end.
    unsafe {
        let session = SSL_SESSION_new();
        let mut len = 9;
        assert!(!SSL_SESSION_get_id(session, &mut len).is_null());
        assert_eq!(len, 0);
        assert!(!SSL_SESSION_get0_id_context(session, null_mut()).is_null());
        assert_eq!(SSL_SESSION_get_timeout(session), 304);
        assert_eq!(SSL_SESSION_get_protocol_version(session), 0);
        assert!(SSL_SESSION_get0_cipher(session).is_null());
        assert!(SSL_SESSION_get0_hostname(session).is_null());
        assert!(SSL_SESSION_get0_peer(session).is_null());
        assert_eq!(SSL_SESSION_is_resumable(session), 0);
        assert_eq!(SSL_SESSION_has_ticket(session), 0);
        assert_eq!(SSL_SESSION_get_ticket_lifetime_hint(session), 0);
        assert_eq!(SSL_SESSION_get_max_early_data(session), 0);
        assert_eq!(SSL_SESSION_get_max_fragment_length(session), 0);
        assert_eq!(SSL_SESSION_get_compress_id(session), 0);
        assert_eq!(SSL_SESSION_get_master_key(session, null_mut(), 0), 0);
        assert_eq!(i2d_SSL_SESSION(session, null_mut()), 0);
        assert_eq!(error_queue::peek(), 0);
        SSL_SESSION_free(session);
    }
}

#[test]
fn s64_times_give_back_what_the_manual_does_not_say() {
    // SAFETY: NULL, or a live session.
    unsafe {
        assert_eq!(SSL_SESSION_get_time(null()), 0);
        assert_eq!(SSL_SESSION_set_time(null_mut(), 5), 0);
        assert_eq!(SSL_SESSION_get_timeout(null()), 0);
        assert_eq!(SSL_SESSION_set_timeout(null_mut(), 5), 0);
        let session = SSL_SESSION_new();
        assert_eq!(SSL_SESSION_set_time(session, 77), 77);
        assert_eq!(SSL_SESSION_get_time(session), 77);
        assert_eq!(SSL_SESSION_set_time(session, 0), 0);
        assert_eq!(SSL_SESSION_set_time(session, -5), -5);
        assert_eq!(SSL_SESSION_set_timeout(session, -1), 0);
        assert_eq!(SSL_SESSION_get_timeout(session), 304);
        assert_eq!(SSL_SESSION_set_timeout(session, 0), 1);
        assert_eq!(SSL_SESSION_get_timeout(session), 0);
        SSL_SESSION_free(session);
        assert_eq!(error_queue::peek(), 0);
    }
}

#[test]
fn s64_fields_that_are_too_long_are_refused() {
    let long = [1; 600];
    // SAFETY: a live session, and readable bytes.
    unsafe {
        let session = SSL_SESSION_new();
        assert_eq!(SSL_SESSION_set1_id(session, long.as_ptr(), 33), 0);
        assert_eq!(take_reason(), Reason::SSL_SESSION_ID_TOO_LONG.0);
        assert_eq!(SSL_SESSION_set1_id_context(session, long.as_ptr(), 33), 0);
        assert_eq!(take_reason(), Reason::SSL_SESSION_ID_CONTEXT_TOO_LONG.0);
        assert_eq!(SSL_SESSION_set1_master_key(session, long.as_ptr(), 513), 0);
        assert_eq!(error_queue::peek(), 0);
        assert_eq!(SSL_SESSION_set1_id(session, long.as_ptr(), 32), 1);
        assert_eq!(SSL_SESSION_set1_id(session, null(), 0), 1);
        assert_eq!(SSL_SESSION_set1_master_key(session, long.as_ptr(), 512), 1);
        SSL_SESSION_free(session);
    }
}

#[test]
fn s12_a_short_buffer_gets_the_beginning_of_the_key() {
    let mut buffer = [9; 8];
    // SAFETY: a live session, and a buffer.
    unsafe {
        let session = SSL_SESSION_new();
        SSL_SESSION_set1_master_key(session, [1, 2, 3].as_ptr(), 3);
        assert_eq!(SSL_SESSION_get_master_key(session, null_mut(), 0), 3);
        assert_eq!(
            SSL_SESSION_get_master_key(session, buffer.as_mut_ptr(), 2),
            2
        );
        assert_eq!(buffer[..3], [1, 2, 9]);
        assert_eq!(
            SSL_SESSION_get_master_key(session, buffer.as_mut_ptr(), 8),
            3
        );
        assert_eq!(buffer[..4], [1, 2, 3, 9]);
        SSL_SESSION_free(session);
    }
}

#[test]
fn s64_s104_byte_fields_are_set_lent_and_cleared() {
    let (mut data, mut len) = (null(), 9);
    // SAFETY: a live session, and places for the results.
    unsafe {
        let session = SSL_SESSION_new();
        assert_eq!(SSL_SESSION_set1_hostname(session, c"a.test".as_ptr()), 1);
        let name = SSL_SESSION_get0_hostname(session);
        assert_eq!(SSL_SESSION_set1_hostname(session, null()), 1);
        assert_eq!(CStr::from_ptr(name), c"a.test");
        assert!(SSL_SESSION_get0_hostname(session).is_null());

        assert_eq!(
            SSL_SESSION_set1_alpn_selected(session, b"h2".as_ptr(), 2),
            1
        );
        SSL_SESSION_get0_alpn_selected(session, &mut data, &mut len);
        assert_eq!(crate::abi::pointer::bytes(data, len), b"h2");
        assert_eq!(
            SSL_SESSION_set1_alpn_selected(session, b"h2".as_ptr(), 0),
            1
        );
        SSL_SESSION_get0_alpn_selected(session, &mut data, &mut len);
        assert!(data.is_null() && len == 0);

        let app = b"data".as_ptr().cast::<c_void>();
        assert_eq!(SSL_SESSION_set1_ticket_appdata(session, app, 4), 1);
        let mut given: *mut c_void = null_mut();
        assert_eq!(
            SSL_SESSION_get0_ticket_appdata(session, &mut given, &mut len),
            1
        );
        assert_eq!(crate::abi::pointer::bytes(given.cast(), len), b"data");
        assert_eq!(SSL_SESSION_set1_ticket_appdata(session, null(), 4), 1);
        assert_eq!(
            SSL_SESSION_get0_ticket_appdata(session, &mut given, &mut len),
            1
        );
        assert!(given.is_null() && len == 0);

        SSL_SESSION_get0_ticket(session, null_mut(), &mut len);
        assert_eq!(len, 0);
        SSL_SESSION_free(session);
    }
}

#[test]
fn s106_version_and_cipher_are_stored_as_they_come() {
    // SAFETY: live sessions.
    unsafe {
        let other = read(sample("tls13-full-client").der);
        let session = SSL_SESSION_new();
        assert_eq!(SSL_SESSION_set_protocol_version(session, 0x1234), 1);
        assert_eq!(SSL_SESSION_get_protocol_version(session), 0x1234);
        let cipher = SSL_SESSION_get0_cipher(other);
        assert_eq!((*cipher).name, c"TLS_AES_256_GCM_SHA384");
        assert_eq!(SSL_SESSION_set_cipher(session, cipher), 1);
        assert_eq!(SSL_SESSION_get0_cipher(session), cipher);
        SSL_SESSION_set_time(session, -5);
        SSL_SESSION_set_timeout(session, 0);
        // The encoding that OpenSSL writes for such a session: [17] is 255, not decided.
        let expected = b"\x30\x28\x02\x01\x01\x02\x02\x12\x34\x04\x02\x13\x02\x04\x00\x04\x00\
            \xa1\x03\x02\x01\xfb\xa4\x02\x04\x00\xa5\x03\x02\x01\x01\
            \xb1\x04\x02\x02\x00\xff\xb3\x03\x02\x01\x00";
        assert_eq!(written(session), expected);
        assert_eq!(SSL_SESSION_set_cipher(session, null()), 1);
        assert!(SSL_SESSION_get0_cipher(session).is_null());
        SSL_SESSION_free(session);
        SSL_SESSION_free(other);
    }
}

#[test]
fn null_sessions_are_tolerated_everywhere() {
    // SAFETY: NULL is allowed.
    unsafe {
        SSL_SESSION_free(null_mut());
        assert_eq!(i2d_SSL_SESSION(null(), null_mut()), 0);
        assert_eq!(SSL_SESSION_print_fp(null_mut(), null()), 0);
        assert_eq!(SSL_SESSION_print(null_mut(), null()), 0);
        assert_eq!(SSL_SESSION_print_keylog(null_mut(), null()), 0);
        assert_eq!(error_queue::peek(), 0);
        assert_eq!(SSL_SESSION_up_ref(null_mut()), 0);
        assert!(SSL_SESSION_dup(null()).is_null());
        assert!(SSL_SESSION_get_id(null(), null_mut()).is_null());
        assert_eq!(take_reason(), Reason::PASSED_NULL_PARAMETER.0);
    }
}

#[test]
fn s88_d2i_and_i2d_move_their_pointers_as_openssl_does() {
    let der = sample("tls12-ticket-client").der;
    let mut place = der.as_ptr();
    let mut buffer = vec![0; der.len()];
    // SAFETY: readable bytes, room for the result, live sessions.
    unsafe {
        let mut session = null_mut();
        let made = d2i_SSL_SESSION(&mut session, &mut place, der.len() as c_long);
        assert!(!made.is_null() && made == session);
        assert_eq!(place, der.as_ptr().add(der.len()));

        assert_eq!(i2d_SSL_SESSION(session, null_mut()) as usize, der.len());
        let mut end = buffer.as_mut_ptr();
        assert_eq!(i2d_SSL_SESSION(session, &mut end) as usize, der.len());
        assert_eq!(end, buffer.as_mut_ptr().add(der.len()));
        assert_eq!(buffer, der);
        assert_eq!(written(session), der);

        // A session that is passed in gets the fields that are read, and stays the same object.
        let other = sample("tls13-full-server").der;
        let mut place = other.as_ptr();
        SSL_SESSION_up_ref(session);
        let again = d2i_SSL_SESSION(&mut session, &mut place, other.len() as c_long);
        assert_eq!(again, made);
        assert_eq!((*made).count().get(), 2);
        assert_eq!(written(made), other);

        // Failures change nothing.
        let mut place = der.as_ptr();
        assert!(d2i_SSL_SESSION(&mut session, &mut place, 20).is_null());
        assert_eq!((place, session), (der.as_ptr(), made));
        assert_eq!(written(made), other);
        assert_ne!(take_reason(), 0);
        assert!(d2i_SSL_SESSION(null_mut(), &mut place, -1).is_null());
        assert_ne!(take_reason(), 0);
        SSL_SESSION_free(made);
        SSL_SESSION_free(made);
    }
}

#[test]
fn s90_pem_goes_out_and_comes_back_among_other_blocks() {
    let session = read(sample("tls13-full-client").der);
    let bio = Bio::memory().unwrap();
    // SAFETY: live BIOs and sessions.
    unsafe {
        crate::libcrypto::pem::write(&bio, c"OTHER", b"other").unwrap();
        assert_eq!(PEM_write_bio_SSL_SESSION(bio.as_ptr(), session), 1);
        let back = PEM_read_bio_SSL_SESSION(bio.as_ptr(), null_mut(), None, null_mut());
        assert_eq!(written(back), sample("tls13-full-client").der);
        SSL_SESSION_free(back);
        assert!(PEM_read_bio_SSL_SESSION(bio.as_ptr(), null_mut(), None, null_mut()).is_null());
        assert_ne!(take_reason(), 0);

        let file = libc::tmpfile();
        assert_eq!(PEM_write_SSL_SESSION(file, session), 1);
        libc::rewind(file);
        let back = PEM_read_SSL_SESSION(file, null_mut(), None, null_mut());
        assert_eq!(written(back), sample("tls13-full-client").der);
        libc::fclose(file);
        SSL_SESSION_free(back);

        let empty = SSL_SESSION_new();
        assert_eq!(PEM_write_bio_SSL_SESSION(bio.as_ptr(), empty), 0);
        assert_ne!(take_reason(), 0);
        SSL_SESSION_free(empty);
        crate::libcrypto::pem::write(&bio, c"SSL SESSION PARAMETERS", b"no").unwrap();
        assert!(PEM_read_bio_SSL_SESSION(bio.as_ptr(), null_mut(), None, null_mut()).is_null());
        assert_ne!(take_reason(), 0);
        SSL_SESSION_free(session);
    }
}

#[test]
fn s90_print_names_cipher_and_verify_result() {
    for sample in &SAMPLES {
        let session = read(sample.der);
        let bio = Bio::memory().unwrap();
        // SAFETY: a live BIO and a live session.
        unsafe {
            assert_eq!(SSL_SESSION_print(bio.as_ptr(), session), 1);
            assert_eq!(
                String::from_utf8_lossy(&bio.read_available(usize::MAX)),
                String::from_utf8_lossy(sample.text)
            );
            let has_id = !(*session).id().is_empty();
            let logged = SSL_SESSION_print_keylog(bio.as_ptr(), session);
            assert_eq!(logged, c_int::from(has_id));
            let line = bio.read_available(usize::MAX);
            assert_eq!(line.starts_with(b"RSA Session-ID:"), has_id);
            SSL_SESSION_free(session);
        }
    }
}

#[test]
fn s63_copies_and_rereads_lend_the_same_peer_certificate() {
    let certificate = testing::self_signed("peer.test").certificate;
    let fields = Fields {
        cipher_id: 0x0300_1301,
        protocol_version: 0x0304,
        peer: PeerChain::new([certificate.to_der().unwrap()]).map(Into::into),
        ..Fields::default()
    };
    let session = Session::new(fields).into_raw();
    // SAFETY: live sessions.
    unsafe {
        let peer = SSL_SESSION_get0_peer(session);
        assert_eq!(ffi::X509_cmp(peer, certificate.as_ptr()), 0);
        assert_eq!(SSL_SESSION_get0_peer(session), peer);
        let copy = SSL_SESSION_dup(session);
        assert_eq!(SSL_SESSION_get0_peer(copy), peer);
        SSL_SESSION_free(session);
        let reread = read(&written(copy));
        SSL_SESSION_free(copy);
        assert_eq!(
            ffi::X509_cmp(SSL_SESSION_get0_peer(reread), certificate.as_ptr()),
            0
        );
        SSL_SESSION_free(reread);
    }
}

#[test]
fn a_peer_certificate_that_cannot_be_parsed_is_none() {
    let fields = Fields {
        peer: PeerChain::new([b"\x30\x00"]).map(Into::into),
        ..Fields::default()
    };
    let session = Session::new(fields).into_raw();
    // SAFETY: a live session.
    unsafe {
        assert!(SSL_SESSION_get0_peer(session).is_null());
        assert_ne!(take_reason(), 0);
        SSL_SESSION_free(session);
    }
}

#[test]
fn s122_threads_share_a_session_through_c() {
    struct Shared(*mut Session);
    // SAFETY: sessions may be shared by threads.
    unsafe impl Sync for Shared {}
    let shared = Shared(read(sample("tls12-ticket-client").der));
    let shared = &shared;
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            scope.spawn(move || {
                let session = shared.0;
                for round in 0..300 {
                    let name = [b'a' + thread, 0];
                    let mut len = 0;
                    // SAFETY: alive, as the owner waits for this thread.
                    unsafe {
                        SSL_SESSION_up_ref(session);
                        SSL_SESSION_set1_hostname(session, name.as_ptr().cast::<c_char>());
                        SSL_SESSION_set_time(session, round);
                        SSL_SESSION_set1_id(session, [thread; 32].as_ptr(), 32);
                        let id: *const c_uchar = SSL_SESSION_get_id(session, &mut len);
                        let id = crate::abi::pointer::bytes(id, len as usize);
                        assert!(id.iter().all(|byte| *byte == id[0]));
                        let lent = CStr::from_ptr(SSL_SESSION_get0_hostname(session));
                        assert_eq!(lent.to_bytes().len(), 1);
                        SSL_SESSION_free(SSL_SESSION_dup(session));
                        SSL_SESSION_free(session);
                    }
                }
            });
        }
    });
    // SAFETY: the reference that d2i gave.
    unsafe {
        assert_eq!((*shared.0).count().get(), 1);
        SSL_SESSION_free(shared.0);
    }
}
