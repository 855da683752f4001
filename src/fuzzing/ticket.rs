use super::{check_no_panic, ends};
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::library::LibraryContext;
use crate::session::{Fields, Session};
use crate::ticket::{KEYS_LENGTH, Opened, TicketKeys};

/// A ticket as any client may send it: it opens only if the server sealed it, and a server goes on
/// with a full handshake.
pub fn ticket_sealed(data: &[u8]) {
    let keys = counting_keys();
    if let Opened::Plaintext { plaintext, .. } = keys.open(data) {
        let again = keys.seal(&plaintext).expect("it was in a ticket");
        assert_eq!(again.len(), data.len());
    }
    // The library's tickets have an even length.
    let even = data.len().is_multiple_of(2);
    resume_with(if even { 0x0304 } else { 0x0303 }, data);
}

/// The content of a ticket that was sealed with the server's own keys, as an older version or
/// another machine may have done: the server takes a session from it or does not, and stays well.
pub fn ticket_content(data: &[u8]) {
    let keys = counting_keys();
    let Ok(ticket) = keys.seal(data) else {
        return;
    };
    match keys.open(&ticket) {
        Opened::Plaintext { plaintext, .. } => assert!(*plaintext == data),
        other => panic!("a ticket of our own is {other:?}"),
    }
    resume_with(0x0303, &ticket);
    resume_with(0x0304, &ticket);
}

/// The keys of the server in [`ends`].
fn counting_keys() -> TicketKeys {
    let library = LibraryContext::default();
    let keys = TicketKeys::new(&library, &Algorithms::of(&library)).expect("random numbers");
    let bytes: Vec<u8> = (0..KEYS_LENGTH as u8).collect();
    keys.set(&bytes).expect("the right length");
    keys
}

/// Offers the ticket to a server, for a session of this version.
fn resume_with(version: i32, ticket: &[u8]) {
    let (cipher_id, key_length) = match version {
        0x0303 => (0x0300_c02b, 48),
        _ => (0x0300_1301, 32),
    };
    let session = Session::new(Fields {
        protocol_version: version,
        cipher_id,
        id: vec![7; 32],
        master_key: vec![8; key_length].into(),
        ticket: Some(ticket.to_vec()),
        lifetime_hint: 7200,
        time: crate::clock::now(),
        timeout: 7200,
        ..Fields::default()
    });
    ends::offer(session.as_ptr());
    check_no_panic();
}
