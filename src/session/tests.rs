//! Tests of the object and of references to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::clock;
use crate::error::{Error, Reason};
use crate::reference::WeakHandle;
use crate::session::{
    Fields, MAX_FRAGMENT_LENGTH_UNSPECIFIED, Owner, PeerChain, Session, SessionRef,
};

pub(super) fn full() -> Fields {
    Fields {
        protocol_version: 0x0303,
        cipher_id: 0x0300_c02f,
        time: 1000,
        timeout: 7200,
        verify_result: 0,
        flags: 1,
        lifetime_hint: 300,
        age_add: 7,
        max_early_data: 16384,
        group: 29,
        max_fragment_length: 1,
        compression: 0,
        id: vec![1; 32],
        id_context: b"ctx".to_vec(),
        master_key: vec![2; 48].into(),
        ticket: Some(vec![3; 192]),
        ticket_appdata: Some(b"app".to_vec()),
        alpn: Some(b"h2".to_vec()),
        server_name: Some(b"host.test".to_vec()),
        psk_identity: Some(b"who".to_vec()),
        psk_identity_hint: Some(b"hint".to_vec()),
        srp_user_name: Some(b"user".to_vec()),
        peer: PeerChain::new([b"leaf".as_slice(), b"issuer"]).map(Arc::new),
    }
}

#[test]
fn s62_a_new_session_is_empty_and_not_resumable() {
    let before = clock::now();
    let session = Session::new(Fields::default());
    assert_eq!(session.references(), 1);
    assert_eq!(session.timeout(), 304);
    assert!((before..=clock::now()).contains(&session.time()));
    assert_eq!(session.verify_result(), 1);
    assert_eq!(session.protocol_version(), 0);
    assert_eq!(session.cipher_id(), 0);
    assert_eq!(session.max_early_data(), 0);
    assert!(session.id().is_empty() && session.id_context().is_empty());
    assert!(session.ticket().is_none() && session.server_name().is_none());
    assert!(session.peer().is_none());
    assert!(!session.is_resumable());
}

#[test]
fn fields_go_in_and_come_out_unchanged() {
    let session = Session::new(full());
    assert_eq!(session.fields(), full());
    assert_eq!(session.server_name().unwrap().to_bytes(), b"host.test");
    assert_eq!(session.peer().unwrap().leaf(), b"leaf");
    assert_eq!(session.peer().unwrap().certificates().len(), 2);
    assert!(session.extended_master_secret());
}

#[test]
fn empty_and_absent_byte_fields_are_told_apart() {
    let session = Session::new(Fields {
        server_name: Some(vec![]),
        ticket: Some(vec![]),
        ..Fields::default()
    });
    assert_eq!(session.server_name().unwrap().to_bytes(), b"");
    assert_eq!(session.ticket().as_deref(), Some(&[][..]));
    assert_eq!(session.fields().psk_identity, None);
    assert!(!session.is_resumable());
}

#[test]
fn names_end_at_a_nul() {
    let session = Session::new(Fields {
        server_name: Some(b"a.test\0.evil".to_vec()),
        alpn: Some(b"a\0b".to_vec()),
        ..Fields::default()
    });
    assert_eq!(session.server_name().unwrap().to_bytes(), b"a.test");
    assert_eq!(session.alpn().as_deref(), Some(&b"a\0b"[..]));
}

#[test]
fn s64_lengths_are_limited() {
    let session = Session::new(Fields::default());
    assert_eq!(
        session.set_id(&[0; 33]),
        Err(Error::new(Reason::SSL_SESSION_ID_TOO_LONG))
    );
    assert_eq!(
        session.set_id_context(&[0; 33]),
        Err(Error::new(Reason::SSL_SESSION_ID_CONTEXT_TOO_LONG))
    );
    assert_eq!(session.set_master_key(&[0; 513]), Err(Error::Silent));
    assert_eq!(session.set_timeout(-1), Err(Error::Silent));
    assert_eq!(session.timeout(), 304);
    session.set_id(&[1; 32]).unwrap();
    session.set_id_context(&[2; 32]).unwrap();
    session.set_master_key(&[3; 512]).unwrap();
    assert_eq!(*session.id(), [1; 32]);
    assert_eq!(*session.id_context(), [2; 32]);
    assert_eq!(*session.master_key(), [3; 512]);
}

#[test]
fn s64_empty_alpn_and_appdata_and_no_server_name_clear() {
    let session = Session::new(full());
    session.set_alpn(Some(b"")).unwrap();
    session.set_ticket_appdata(Some(b"")).unwrap();
    session.set_server_name(None).unwrap();
    assert!(session.alpn().is_none());
    assert!(session.ticket_appdata().is_none());
    assert!(session.server_name().is_none());
    session.set_server_name(Some(b"")).unwrap();
    assert!(session.server_name().is_some());
}

#[test]
fn what_is_being_read_outlives_what_replaces_it() {
    let session = Session::new(full());
    let id = session.id();
    let key = session.master_key();
    let name = session.server_name().unwrap();
    session.set_id(b"other").unwrap();
    session.set_master_key(b"new").unwrap();
    session.set_server_name(None).unwrap();
    assert_eq!(*id, [1; 32]);
    assert_eq!(*key, [2; 48]);
    assert_eq!(name.to_bytes(), b"host.test");
    assert_eq!(*session.id(), *b"other");
}

#[test]
fn a_field_may_be_set_from_what_its_getter_lent() {
    let session = Session::new(full());
    session.set_id(&session.id()[..5]).unwrap();
    assert_eq!(*session.id(), [1; 5]);
}

#[test]
fn s65_resumable_is_unmarked_with_an_id_or_a_ticket() {
    let session = Session::new(Fields::default());
    session.set_id(b"x").unwrap();
    assert!(session.is_resumable());
    session.set_id(b"").unwrap();
    session.update(|fields| fields.ticket = Some(b"t".to_vec()));
    assert!(session.is_resumable());
    session.set_time(0);
    assert!(session.is_resumable());
    session.set_not_resumable();
    assert!(!session.is_resumable());
    session.set_id(b"y").unwrap();
    assert!(!session.is_resumable());
}

#[test]
fn s55_s61_expiry_is_strict_and_an_overflow_never_expires() {
    let session = Session::new(full());
    assert!(!session.is_expired(8200));
    assert!(session.is_expired(8201));
    session.set_timeout(i64::MAX).unwrap();
    assert_eq!(session.expires(), None);
    assert!(!session.is_expired(i64::MAX));
}

#[test]
fn s63_a_copy_is_deep_and_shares_the_peer() {
    let session = Session::new(full());
    session.set_not_resumable();
    let copy = session.duplicate().unwrap();
    assert_ne!(copy, session);
    assert_eq!(copy.references(), 1);
    assert_eq!(copy.fields(), full());
    assert!(copy.is_not_resumable());
    assert!(Arc::ptr_eq(&copy.peer().unwrap(), &session.peer().unwrap()));
    assert!(copy.owner().get().is_none());
    drop(session);
    assert_eq!(copy.ticket().as_deref(), Some(&[3; 192][..]));
}

#[test]
fn update_changes_numbers_and_bytes_and_leaves_the_rest() {
    let session = Session::new(full());
    session.update(|fields| {
        fields.protocol_version = 0x0304;
        fields.id = b"new".to_vec();
    });
    assert_eq!(
        session.fields(),
        Fields {
            protocol_version: 0x0304,
            id: b"new".to_vec(),
            ..full()
        }
    );
}

#[test]
fn references_travel_through_raw_pointers() {
    let session = Session::new(full());
    let raw = session.clone().into_raw();
    assert_eq!(session.references(), 2);
    // SAFETY: alive.
    let third = unsafe { SessionRef::clone_raw(raw) };
    assert_eq!(session.references(), 3);
    drop(session);
    drop(third);
    // SAFETY: the reference that into_raw gave up.
    let last = unsafe { SessionRef::from_raw(raw) };
    assert_eq!(last.references(), 1);
    assert_eq!(*last.id(), [1; 32]);
}

#[test]
fn a_session_that_has_ended_gives_no_reference() {
    let session = Session::new(full());
    session.count.expose();
    let raw = session.as_ptr();
    let guard = crate::reference::pin();
    // SAFETY: alive now; pinned from before the end on, so the memory stays.
    let seen = unsafe { &*raw };
    drop(SessionRef::of(seen).unwrap());
    drop(session);
    assert!(SessionRef::of(seen).is_none());
    assert_eq!(*seen.id(), [1; 32]);
    assert_eq!(seen.protocol_version(), 0x0303);
    assert!(seen.master_key().iter().all(|&byte| byte == 0));
    drop(guard);
}

#[derive(Default)]
struct CountingOwner(AtomicUsize);

impl Owner for CountingOwner {
    fn try_reorder(&self, session: &Session) -> bool {
        self.reorder(session);
        true
    }

    fn reorder(&self, _: &Session) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn s54_only_a_new_expiry_reaches_the_owner() {
    let owner = Arc::new(CountingOwner::default());
    let session = Session::new(full());
    let [handle, other] = [(); 2].map(|()| WeakHandle::new(owner.clone() as Arc<dyn Owner>));
    // SAFETY: cleared below.
    unsafe { session.owner().set(&handle) };
    session.set_time(5);
    session.set_timeout(6).unwrap();
    session.update(|fields| fields.time = 9);
    session.update(|fields| fields.age_add = 9);
    session.set_id(b"a").unwrap();
    assert_eq!(owner.0.load(Ordering::Relaxed), 3);
    session.owner().clear(&other);
    session.set_time(6);
    assert_eq!(owner.0.load(Ordering::Relaxed), 4);
    session.owner().clear(&handle);
    session.set_time(7);
    assert_eq!(owner.0.load(Ordering::Relaxed), 4);
    for unused in [handle, other] {
        // SAFETY: no slot is set to it.
        unsafe { unused.retire(0) };
    }
}

#[test]
fn threads_share_a_session_with_setters_and_end_it_once() {
    const ROUNDS: usize = if cfg!(miri) { 20 } else { 2000 };
    let session = Session::new(full());
    thread::scope(|scope| {
        for worker in 0..4_u8 {
            let session = session.clone();
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let copy = session.clone();
                    copy.set_id(&[worker; 32]).unwrap();
                    copy.set_time(round as i64);
                    copy.update(|fields| fields.alpn = Some(vec![worker; 3]));
                    let id = copy.id();
                    assert!(id.iter().all(|byte| *byte == id[0]), "a torn id");
                    assert_eq!(*copy.master_key(), [2; 48]);
                    if round % 64 == 0 {
                        drop(copy.duplicate().unwrap());
                    }
                }
            });
        }
    });
    assert_eq!(session.references(), 1);
    assert_eq!(session.ticket().as_deref(), Some(&[3; 192][..]));
}

#[test]
fn lookups_without_a_reference_race_with_the_end() {
    const ROUNDS: usize = if cfg!(miri) { 5 } else { 500 };
    for _ in 0..ROUNDS {
        let session = Session::new(full());
        session.count.expose();
        let slot = std::sync::atomic::AtomicPtr::new(session.as_ptr());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _guard = crate::reference::pin();
                    let raw = slot.load(Ordering::Acquire);
                    // SAFETY: found while pinned; unlinked before the last reference goes.
                    let Some(found) = (unsafe { raw.as_ref() }) else {
                        return;
                    };
                    assert_eq!(*found.id(), [1; 32]);
                    if let Some(reference) = SessionRef::of(found) {
                        assert_eq!(*reference.master_key(), [2; 48]);
                    }
                });
            }
            slot.store(std::ptr::null_mut(), Ordering::Release);
            drop(session);
        });
    }
}

#[test]
fn nothing_printed_shows_a_secret() {
    let session = Session::new(full());
    let shown = format!(
        "{session:?} {:?} {:?}",
        session.fields(),
        session.read().view()
    );
    assert!(shown.contains("host.test"));
    assert!(!shown.contains("0202") && !shown.contains("2, 2"));
}

#[test]
fn parsed_certificates_are_kept_with_the_chain() {
    let chain = PeerChain::new([b"leaf"]).unwrap();
    assert!(chain.parsed::<u32>(|_| None).is_none());
    assert_eq!(chain.parsed(|_| Some(7_u32)), Some(&7));
    assert_eq!(chain.parsed(|_| Some(8_u32)), Some(&7));
    assert_eq!(chain.parsed(|_| Some("another type")), None);
    assert!(PeerChain::new(Vec::<Vec<u8>>::new()).is_none());
}

#[test]
fn s92_a_session_that_was_read_has_the_peer_but_not_its_chain() {
    let session = Session::new(full());
    assert!(session.peer().unwrap().is_whole());
    let alone = PeerChain::new([b"leaf"]).unwrap();
    assert!(alone.is_whole() && !PeerChain::of_leaf(b"leaf").is_whole());
}

#[test]
fn a_session_is_compact() {
    // With the allocator's 8 bytes a block: the session and its byte fields, of a TLS 1.2 server
    // session with id, key and a short context. The rest of 522 bytes is the cache's entry.
    let object = size_of::<Session>() + 8;
    let fields = Fields {
        id: vec![1; 32],
        id_context: vec![2; 16],
        master_key: vec![3; 48].into(),
        ..Fields::default()
    };
    let bytes = Session::new(fields).bodies.size() + 8;
    assert!(object + bytes <= 360, "{object} + {bytes}");
}

/// S62
#[test]
fn an_empty_session_is_like_one_with_default_fields() {
    for _ in 0..3 {
        let session = Session::empty();
        let mut fields = Fields {
            max_fragment_length: MAX_FRAGMENT_LENGTH_UNSPECIFIED,
            time: session.time(),
            ..Fields::default()
        };
        assert!(session.fields() == fields);
        session.set_alpn(Some(b"h2")).unwrap();
        session.set_master_key(&[1; 48]).unwrap();
        fields.alpn = Some(b"h2".to_vec());
        fields.master_key = vec![1; 48].into();
        assert!(session.fields() == fields);
    }
}
