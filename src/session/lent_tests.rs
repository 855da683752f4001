//! Tests of the values that C is lent, and of how long they are kept.

use std::sync::Arc;

use super::tests::full;
use crate::session::{Fields, Part, Session};

/// The bytes that C was lent.
fn lent(session: &Session, part: Part) -> &[u8] {
    let (first, len) = session.lend(part).unwrap();
    // SAFETY: tests read while the field is not replaced, or is kept.
    unsafe { std::slice::from_raw_parts(first, len) }
}

#[test]
fn what_c_was_lent_stays_while_other_fields_change() {
    let session = Session::new(full());
    let id = lent(&session, Part::Id);
    let ticket = lent(&session, Part::Ticket);
    session.set_ticket_appdata(Some(&[7; 1000])).unwrap();
    let data = lent(&session, Part::TicketAppdata);
    for round in 0..1000_u32 {
        session
            .set_server_name(Some(round.to_string().as_bytes()))
            .unwrap();
        lent(&session, Part::ServerName);
        session.set_alpn(Some(&round.to_ne_bytes())).unwrap();
    }
    assert_eq!(id, [1; 32]);
    assert_eq!(ticket, [3; 192]);
    assert_eq!(data, [7; 1000]);
    assert_eq!(lent(&session, Part::Id).as_ptr(), id.as_ptr());
    assert_eq!(lent(&session, Part::TicketAppdata).as_ptr(), data.as_ptr());
    assert_eq!(lent(&session, Part::ServerName), b"999\0");
    assert_eq!(session.fields().id, [1; 32]);
    assert_eq!(session.fields().ticket_appdata.unwrap(), [7; 1000]);
    assert!(Session::new(Fields::default()).lend(Part::Ticket).is_none());
}

#[test]
fn what_c_was_lent_and_replaced_is_kept_until_the_thread_was_lent_many_others() {
    let session = Session::new(full());
    let names: Vec<_> = (0..64_u32)
        .map(|round| {
            let name = lent(&session, Part::ServerName);
            session
                .set_server_name(Some(round.to_string().as_bytes()))
                .unwrap();
            name
        })
        .collect();
    assert_eq!(names[1], b"0\0");
    assert_eq!(names[63], b"62\0");
    // Neither changes nor values lent to other threads count.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..1000_u32 {
                let name = round.to_string();
                session.set_server_name(Some(name.as_bytes())).unwrap();
                lent(&session, Part::ServerName);
            }
        });
    });
    assert_eq!(names[1], b"0\0");
    assert_eq!(names[63], b"62\0");
}

#[test]
fn threads_that_have_ended_leave_what_is_kept_to_the_next_one() {
    let session = Session::new(full());
    let mut sizes = Vec::new();
    for round in 0..200_u32 {
        let name = format!("{round:04}");
        session.set_server_name(Some(name.as_bytes())).unwrap();
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                lent(&session, Part::ServerName);
                lent(&session, Part::Id);
            });
            // Waits until the thread has ended, because the scope does not.
            thread.join().unwrap();
        });
        sizes.push(session.bodies.size());
    }
    assert_eq!(sizes[199], sizes[100]);
}

#[test]
fn setting_and_lending_again_and_again_takes_no_more_memory() {
    let session = Session::new(full());
    let before = session.bodies.size();
    for round in 0..1000_u32 {
        let mut data = [0; 1024];
        data[..4].copy_from_slice(&round.to_ne_bytes());
        session.set_ticket_appdata(Some(&data)).unwrap();
        session.set_alpn(Some(&data[..200])).unwrap();
        lent(&session, Part::TicketAppdata);
        lent(&session, Part::Alpn);
    }
    // Of two fields.
    let most = 2 * 64 * 1024 + 4 * 1024;
    assert!(session.bodies.size() - before < most);
    // A value beyond the limit is kept until this thread is lent the next one.
    session.set_ticket_appdata(Some(&[1; 100_000])).unwrap();
    let large = lent(&session, Part::TicketAppdata);
    session.set_ticket_appdata(Some(b"small")).unwrap();
    assert_eq!(large, [1; 100_000]);
    lent(&session, Part::TicketAppdata);
    assert!(session.bodies.size() - before < most);
}

#[test]
fn an_id_that_was_lent_stays_as_it_is_and_its_memory_is_the_sessions() {
    let session = Session::new(full());
    let id = lent(&session, Part::Id);
    let context = lent(&session, Part::IdContext);
    assert_eq!(id, [1; 32]);
    let former = context.to_vec();
    for round in 0..64_u32 {
        assert_eq!(id, [1; 32]);
        assert_eq!(context, former);
        session.set_id(&round.to_be_bytes()).unwrap();
        session.set_id_context(&round.to_be_bytes()).unwrap();
        session.set_alpn(None).unwrap();
        assert_eq!(lent(&session, Part::Id), round.to_be_bytes());
        assert_eq!(lent(&session, Part::IdContext), round.to_be_bytes());
    }
    // The first one stays for ever; of the others the oldest is overwritten.
    let second = lent(&session, Part::Id);
    assert_eq!(second, 63_u32.to_be_bytes());
    session.set_id(&[64; 32]).unwrap();
    lent(&session, Part::Id);
    assert_eq!(id, [1; 32]);
}

#[test]
fn lending_takes_memory_only_when_a_value_is_replaced() {
    let session = Session::new(full());
    let before = session.bodies.size();
    let id = lent(&session, Part::Id);
    let name = lent(&session, Part::ServerName);
    assert_eq!(session.bodies.size(), before);
    session.set_id(&[2; 32]).unwrap();
    session.set_server_name(None).unwrap();
    assert!(session.bodies.size() > before);
    assert!(session.lend(Part::ServerName).is_none());
    assert_eq!(lent(&session, Part::Id), [2; 32]);
    assert_eq!(id, [1; 32]);
    assert_eq!(name.last(), Some(&0));
}

/// Programs may read `SSL_MAX_SSL_SESSION_ID_LENGTH` bytes, as OpenSSL's array has them, and find no other field there.
#[test]
fn behind_a_short_id_there_are_zeros() {
    let session = Session::new(full());
    for id in [&[7; 5][..], &[]] {
        session.set_id(id).unwrap();
        session.set_id_context(id).unwrap();
        for part in [Part::Id, Part::IdContext] {
            let (first, len) = session.lend(part).unwrap();
            // SAFETY: at an id and an id context 32 bytes may be read.
            let all = unsafe { std::slice::from_raw_parts(first, 32) };
            assert_eq!(&all[..len], id);
            assert!(all[len..].iter().all(|byte| *byte == 0));
        }
    }
}

#[test]
fn a_peer_that_was_lent_is_kept_for_some_changes() {
    let session = Session::new(full());
    let lent = Arc::downgrade(&session.lend_peer().unwrap());
    session.assign(Fields::default().view());
    assert!(session.peer().is_none());
    assert!(lent.upgrade().is_some());
    session.assign(full().view());
    let unlent = Arc::downgrade(&session.peer().unwrap());
    session.assign(Fields::default().view());
    assert!(unlent.upgrade().is_none());
    drop(session);
    assert!(lent.upgrade().is_none());
}

#[test]
fn threads_set_and_read_and_lend_at_once() {
    let session = Session::new(full());
    session.set_ticket_appdata(Some(&[9; 300])).unwrap();
    let data = lent(&session, Part::TicketAppdata);
    std::thread::scope(|scope| {
        for thread in 0..2_u8 {
            let session = &session;
            scope.spawn(move || {
                for round in 0..2000_u32 {
                    let byte = (round % 200) as u8 + thread;
                    session.set_server_name(Some(&[byte.max(1); 40])).unwrap();
                    session.set_alpn(Some(&[byte; 30])).unwrap();
                }
            });
            scope.spawn(move || {
                for _ in 0..2000 {
                    let fields = session.fields();
                    let alpn = fields.alpn.unwrap_or_default();
                    assert!(alpn.iter().all(|byte| *byte == alpn[0]) || alpn == b"h2");
                    assert_eq!(fields.ticket_appdata.as_deref(), Some(&[9; 300][..]));
                    session.lend(Part::ServerName);
                    assert_eq!(lent(session, Part::TicketAppdata).as_ptr(), data.as_ptr());
                }
            });
        }
    });
    assert_eq!(data, [9; 300]);
}
