//! Tickets in use: shared keys, hostile bytes, passing time, threads.

use std::sync::Barrier;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;

use super::key::Source;
use super::keys::{KEYS_LENGTH, MAX_PLAINTEXT, Opened, TicketKeys};
use super::openssl_vectors::{TLS12, TLS13, Vector};
use crate::clock;
use crate::error::{Error, Reason};
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::library::LibraryContext;

const HOUR: i64 = 60 * 60;
const MINUTE: i64 = 60;
const SESSION: &[u8] = b"the DER of a session";

/// The default library context.
pub(super) fn source() -> Source {
    let library = LibraryContext::default();
    Source::new(&library, &Algorithms::of(&library))
}

fn own_keys() -> TicketKeys {
    let library = LibraryContext::default();
    TicketKeys::new(&library, &Algorithms::of(&library)).expect("random numbers")
}

/// The keys 00 01 02 … 4f.
fn counting_keys() -> TicketKeys {
    let keys = own_keys();
    let bytes: Vec<u8> = (0..KEYS_LENGTH as u8).collect();
    keys.set(&bytes).expect("the right length");
    keys
}

fn seal(keys: &TicketKeys, plaintext: &[u8]) -> Vec<u8> {
    keys.seal(plaintext).expect("a ticket")
}

/// Plaintext and `renew`.
fn opened(keys: &TicketKeys, ticket: &[u8]) -> (Vec<u8>, bool) {
    match keys.open(ticket) {
        Opened::Plaintext { plaintext, renew } => (plaintext.to_vec(), renew),
        other => panic!("the ticket does not open: {other:?}"),
    }
}

fn is_unknown(keys: &TicketKeys, ticket: &[u8]) -> bool {
    matches!(keys.open(ticket), Opened::Unknown)
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("a hex digit");
    (0..text.len()).step_by(2).map(digit).collect()
}

#[test]
fn s75_the_same_keys_in_two_contexts_make_tickets_portable() {
    let (one, other) = (counting_keys(), counting_keys());
    for length in [0, 1, 15, 16, 17, 200, MAX_PLAINTEXT] {
        let plaintext = vec![0x30; length];
        let ticket = seal(&one, &plaintext);
        assert_eq!(opened(&other, &ticket), (plaintext, false));
    }
}

#[test]
fn s75_a_ticket_is_name_iv_ciphertext_mac() {
    let keys = counting_keys();
    let name: Vec<u8> = (0..16).collect();
    for (plaintext, blocks) in [(0, 1), (15, 1), (16, 2), (17, 2), (32, 3)] {
        let ticket = seal(&keys, &vec![7; plaintext]);
        assert!(ticket.starts_with(&name));
        assert_eq!(ticket.len(), 16 + 16 + blocks * 16 + 32);
    }
}

#[test]
fn s75_no_two_tickets_are_alike() {
    let keys = counting_keys();
    let (one, other) = (seal(&keys, SESSION), seal(&keys, SESSION));
    assert_ne!(one[16..32], other[16..32]);
    assert_ne!(one[32..], other[32..]);
}

#[test]
fn s75_tickets_of_openssl_open() {
    for Vector { ticket, master_key } in [TLS12, TLS13] {
        let (der, renew) = opened(&counting_keys(), &unhex(ticket));
        assert!(!renew);
        // A SEQUENCE of exactly the bytes that follow: nothing is left over.
        let header = if der[1] == 0x81 { 3 } else { 2 };
        assert_eq!(der[0], 0x30);
        assert_eq!(usize::from(der[header - 1]), der.len() - header);
        let holds = |part: &[u8]| der.windows(part.len()).any(|window| window == part);
        assert!(holds(&unhex(master_key)));
        assert!(holds(b"vector"));
    }
}

#[test]
fn s75_keys_of_another_length_are_refused_and_change_nothing() {
    let keys = counting_keys();
    let ticket = seal(&keys, SESSION);
    for length in [0, 16, 48, KEYS_LENGTH - 1, KEYS_LENGTH + 1] {
        let error = keys.set(&vec![1; length]).expect_err("a wrong length");
        assert_eq!(error, Error::new(Reason::INVALID_TICKET_KEYS_LENGTH));
    }
    assert_eq!(opened(&keys, &ticket).0, SESSION);
}

#[test]
fn s75_keys_that_were_set_are_read_back() {
    let bytes: Vec<u8> = (100..180).collect();
    let keys = own_keys();
    keys.set(&bytes).expect("the right length");
    assert_eq!(keys.get().expect("keys")[..], bytes[..]);
}

#[test]
fn s75_new_keys_of_the_program_end_the_old_tickets() {
    let keys = counting_keys();
    let ticket = seal(&keys, SESSION);
    keys.set(&[9; KEYS_LENGTH]).expect("the right length");
    assert!(is_unknown(&keys, &ticket));
}

#[test]
fn contexts_that_were_given_no_keys_do_not_open_each_others_tickets() {
    assert!(is_unknown(&own_keys(), &seal(&own_keys(), SESSION)));
}

#[test]
fn s112_a_session_too_long_for_a_ticket_is_an_error() {
    let error = own_keys().seal(&vec![0; MAX_PLAINTEXT + 1]);
    assert!(matches!(error, Err(Error::Ssl(Reason::INTERNAL_ERROR, _))));
}

#[test]
fn a_ticket_with_any_bit_flipped_is_refused() {
    let keys = counting_keys();
    let mut ticket = seal(&keys, SESSION);
    for bit in 0..ticket.len() * 8 {
        ticket[bit / 8] ^= 1 << (bit % 8);
        match keys.open(&ticket) {
            Opened::Unknown => assert!(bit < 16 * 8, "bit {bit}"),
            Opened::Damaged => assert!(bit >= 16 * 8, "bit {bit}"),
            Opened::Plaintext { .. } => panic!("opens with bit {bit} flipped"),
        }
        ticket[bit / 8] ^= 1 << (bit % 8);
    }
    assert_eq!(opened(&keys, &ticket).0, SESSION);
}

#[test]
fn a_ticket_cut_off_anywhere_or_with_bytes_added_is_refused() {
    let keys = counting_keys();
    let mut ticket = seal(&keys, &[5; 100]);
    for length in 0..ticket.len() {
        match keys.open(&ticket[..length]) {
            Opened::Unknown => assert!(length < 16, "{length} bytes"),
            Opened::Damaged => assert!(length >= 16, "{length} bytes"),
            Opened::Plaintext { .. } => panic!("opens with {length} bytes"),
        }
    }
    for _ in 0..33 {
        ticket.push(0);
        assert!(matches!(keys.open(&ticket), Opened::Damaged));
    }
}

#[test]
fn random_bytes_behind_a_known_name_are_refused() {
    let keys = counting_keys();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..20_000 {
        let mut ticket: Vec<u8> = (0..16).collect();
        for _ in 0..round % 300 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ticket.push(state as u8);
        }
        assert!(matches!(keys.open(&ticket), Opened::Damaged));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_content_survives_a_ticket_of_any_keys(
        key_bytes in vec(any::<u8>(), KEYS_LENGTH),
        content in vec(any::<u8>(), 0..3000),
    ) {
        let (one, other) = (own_keys(), own_keys());
        one.set(&key_bytes).expect("the right length");
        other.set(&key_bytes).expect("the right length");
        let ticket = seal(&one, &content);
        prop_assert!((65..=80).contains(&(ticket.len() - content.len())));
        prop_assert_eq!(opened(&other, &ticket), (content, false));
    }

    #[test]
    fn any_bytes_are_no_ticket(bytes in vec(any::<u8>(), 0..500), named in any::<bool>()) {
        let keys = counting_keys();
        let name: Vec<u8> = (0..16).collect();
        let ticket = if named { [name, bytes].concat() } else { bytes };
        let opened = matches!(keys.open(&ticket), Opened::Plaintext { .. });
        prop_assert!(!opened);
    }
}

#[test]
fn a_key_of_our_own_seals_for_12_hours_and_opens_for_36() {
    let keys = own_keys();
    let first = seal(&keys, b"first");
    clock::advance(12 * HOUR - MINUTE);
    let still_first = seal(&keys, b"still first");
    assert_eq!(first[..16], still_first[..16]);
    assert_eq!(opened(&keys, &first), (b"first".to_vec(), false));

    clock::advance(2 * MINUTE); // 12:01
    let second = seal(&keys, b"second");
    assert_ne!(first[..16], second[..16]);
    assert_eq!(opened(&keys, &second), (b"second".to_vec(), false));
    assert_eq!(opened(&keys, &first), (b"first".to_vec(), true));

    clock::advance(24 * HOUR - 2 * MINUTE); // 35:59
    assert_eq!(opened(&keys, &still_first), (b"still first".to_vec(), true));
    assert_eq!(opened(&keys, &second), (b"second".to_vec(), true));

    clock::advance(2 * MINUTE); // 36:01
    assert!(is_unknown(&keys, &still_first));
    assert_eq!(opened(&keys, &second), (b"second".to_vec(), true));
}

#[test]
fn after_a_long_pause_old_tickets_are_unknown_and_new_ones_work() {
    let keys = own_keys();
    let old = seal(&keys, SESSION);
    for pause in [36 * HOUR, 24 * 365 * HOUR, 24 * 365 * 200 * HOUR] {
        clock::advance(pause);
        assert!(is_unknown(&keys, &old));
        assert_eq!(opened(&keys, &seal(&keys, SESSION)).0, SESSION);
    }
}

#[test]
fn a_clock_that_is_set_back_neither_loses_tickets_nor_keeps_a_key_for_ever() {
    let keys = own_keys();
    clock::advance(30 * HOUR);
    let before = seal(&keys, SESSION);
    clock::advance(-HOUR);
    assert_eq!(opened(&keys, &before), (SESSION.to_vec(), false));

    clock::advance(-24 * 365 * 30 * HOUR);
    let after = seal(&keys, SESSION);
    assert_ne!(before[..16], after[..16]);
    assert_eq!(opened(&keys, &before), (SESSION.to_vec(), true));
    clock::advance(25 * HOUR);
    assert!(is_unknown(&keys, &before));
    assert_eq!(opened(&keys, &after), (SESSION.to_vec(), true));
}

#[test]
fn keys_of_the_program_never_rotate_and_never_renew() {
    let keys = counting_keys();
    let ticket = seal(&keys, SESSION);
    clock::advance(24 * 365 * HOUR);
    assert_eq!(opened(&keys, &ticket), (SESSION.to_vec(), false));
    assert_eq!(seal(&keys, SESSION)[..16], ticket[..16]);
}

#[test]
fn keys_that_were_read_to_be_shared_stay() {
    let (one, other) = (own_keys(), own_keys());
    let replaced = seal(&one, SESSION);
    clock::advance(13 * HOUR);
    other
        .set(&one.get().expect("keys")[..])
        .expect("the right length");
    clock::advance(10 * HOUR);
    assert_eq!(opened(&one, &replaced), (SESSION.to_vec(), true));

    clock::advance(24 * 365 * HOUR);
    assert_eq!(
        opened(&one, &seal(&other, SESSION)),
        (SESSION.to_vec(), false)
    );
    assert_eq!(
        opened(&other, &seal(&one, SESSION)),
        (SESSION.to_vec(), false)
    );
    assert_eq!(one.get().expect("keys"), other.get().expect("keys"));
    assert!(is_unknown(&one, &replaced));
}

#[test]
fn threads_seal_and_open_while_keys_rotate() {
    const THREADS: usize = 4;
    let keys = own_keys();
    let step = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut last = seal(&keys, SESSION);
                for _ in 0..200 {
                    step.wait(); // no thread works while the clocks differ
                    clock::advance(12 * HOUR);
                    step.wait();
                    assert_eq!(opened(&keys, &last), (SESSION.to_vec(), true));
                    for _ in 0..5 {
                        last = seal(&keys, SESSION);
                        assert_eq!(opened(&keys, &last), (SESSION.to_vec(), false));
                    }
                }
            });
        }
    });
}

#[test]
fn threads_that_set_and_read_keys_see_whole_keys() {
    let keys = own_keys();
    thread::scope(|scope| {
        for value in 1..=3_u8 {
            let keys = &keys;
            scope.spawn(move || {
                for _ in 0..500 {
                    keys.set(&[value; KEYS_LENGTH]).expect("the right length");
                    let read = keys.get().expect("keys");
                    assert!(read.iter().all(|byte| *byte == read[0]));
                    let ticket = seal(keys, SESSION);
                    assert!(!matches!(keys.open(&ticket), Opened::Damaged));
                }
            });
        }
    });
}

#[test]
fn debug_output_shows_names_and_no_keys() {
    let keys = own_keys();
    keys.set(&[0xab; KEYS_LENGTH]).expect("the right length");
    let text = format!("{keys:?}");
    assert_eq!(text.matches("ab").count(), 16, "{text}");
    let text = format!("{:?}", keys.open(&seal(&keys, b"secret")));
    assert!(!text.contains("secret") && !text.contains("115"), "{text}");
}
