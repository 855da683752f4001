use crate::engine::hostile::{adapted, changed, hidden};
use crate::engine::{ClientHelloChange, HelloChanges};
use crate::wire::{ClientHello, ExtensionType, HandshakeType, MESSAGE_HEADER, message_header};

/// Longer messages are not changed, as their lengths would not fit.
const LONGEST: usize = 60_000;

/// The body of a ClientHello that is changed on its way between the wire and rustls: what rustls sees can be read, and
/// what is hashed is what was on the wire.
pub fn hello_change(data: &[u8]) {
    if data.len() > LONGEST {
        return;
    }
    let mut message = message_header(HandshakeType::CLIENT_HELLO, data.len()).to_vec();
    message.extend_from_slice(data);
    let fragment = 1 + data.last().copied().map_or(0, usize::from);
    change_of_client(&message);
    // A server changes what it could read.
    if let Ok(hello) = ClientHello::parse(data.to_vec()) {
        hide(&message, &hello, fragment);
        adapt(&message, &hello, fragment);
    }
}

fn read(message: &[u8]) -> ClientHello {
    match ClientHello::parse(message[MESSAGE_HEADER..].to_vec()) {
        Ok(hello) => hello,
        Err(_) => panic!("a changed ClientHello cannot be read"),
    }
}

/// The same extensions in this order, without those that are left out.
fn assert_same(one: &ClientHello, other: &ClientHello, but: &[ExtensionType]) {
    let of = |hello: &ClientHello| {
        let mut kinds: Vec<ExtensionType> = hello.extension_types();
        kinds.retain(|kind| !but.contains(kind));
        kinds
    };
    assert_eq!(of(one), of(other));
    for kind in of(one) {
        assert_eq!(one.extension(kind), other.extension(kind));
    }
    assert_eq!(one.random(), other.random());
    assert_eq!(one.session_id(), other.session_id());
}

fn change_of_client(message: &[u8]) {
    let change = ClientHelloChange {
        fallback: true,
        no_extended_master_secret: true,
        padding: true,
    };
    let sent = changed(message, change);
    let Ok(hello) = ClientHello::parse(message[MESSAGE_HEADER..].to_vec()) else {
        return;
    };
    // rustls's messages are not like that.
    if hello.extension(ExtensionType::PADDING).is_some()
        || hello.extension_types().is_empty()
        || hello.cipher_suite_bytes().len() % 2 != 0
    {
        return;
    }
    let sent = read(&sent);
    assert!(!sent.offers_extended_master_secret());
    assert_eq!(sent.cipher_suites().iter().last(), Some(0x5600));
    assert_same(
        &hello,
        &sent,
        &[
            ExtensionType::EXTENDED_MASTER_SECRET,
            ExtensionType::PADDING,
        ],
    );
}

fn hide(message: &[u8], hello: &ClientHello, fragment: usize) {
    const DISGUISE: ExtensionType = ExtensionType(0xff5b);
    let Some(offset) = hello.place_of(ExtensionType::EXTENDED_MASTER_SECRET) else {
        return;
    };
    let is_empty = hello.extension(ExtensionType::EXTENDED_MASTER_SECRET) == Some(&[]);
    if !is_empty || hello.extension(DISGUISE).is_some() {
        return;
    }
    let (seen, hashed) = hidden(message, offset, fragment);
    assert_eq!(hashed, message);
    let seen = read(&seen);
    assert!(!seen.offers_extended_master_secret());
    assert_same(
        hello,
        &seen,
        &[ExtensionType::EXTENDED_MASTER_SECRET, DISGUISE],
    );
}

fn adapt(message: &[u8], hello: &ClientHello, fragment: usize) {
    let names: Vec<_> = hello.psk_identities().collect();
    let changes = HelloChanges {
        signature_schemes: Some(vec![0x0403, 0x0804]),
        only_with_psk: None,
        without_ticket: true,
    };
    let (seen, hashed) = adapted(message, changes.clone(), fragment, 0);
    assert_eq!(hashed, message);
    let read_again = read(&seen);
    assert_eq!(read_again.session_ticket(), None);
    assert!(
        read_again
            .extension(ExtensionType::SIGNATURE_ALGORITHMS)
            .is_some()
    );
    let but = [
        ExtensionType::SIGNATURE_ALGORITHMS,
        ExtensionType::SESSION_TICKET,
    ];
    assert_same(hello, &read_again, &but);
    // As for a binder.
    if let Some(psk) = hello.extension(ExtensionType::PRE_SHARED_KEY) {
        let cut = psk.len() / 2;
        let (_, hashed) = adapted(message, changes.clone(), fragment, cut);
        assert_eq!(hashed, message[..message.len() - cut]);
    }
    for (wanted, is_named) in names
        .iter()
        .map(|psk| (psk.identity.to_vec(), true))
        .chain([(b"no identity of any client".to_vec(), false)])
    {
        let changes = HelloChanges {
            only_with_psk: Some(wanted),
            without_ticket: false,
            ..changes.clone()
        };
        let (seen, _) = adapted(message, changes, fragment, 0);
        let is_there = read(&seen)
            .extension(ExtensionType::SIGNATURE_ALGORITHMS)
            .is_some();
        let was_there = hello
            .extension(ExtensionType::SIGNATURE_ALGORITHMS)
            .is_some();
        assert_eq!(is_there, is_named || was_there);
    }
}
