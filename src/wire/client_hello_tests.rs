use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wire::Extension;

fn hello(extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([9; 32]);
    body.extend([2, 0xaa, 0xbb]);
    body.extend([0, 4, 0x13, 0x01, 0xc0, 0x2f]);
    body.extend([1, 0]);
    let mut all = Vec::new();
    for (kind, contents) in extensions {
        let kind = ExtensionType(*kind);
        Extension { kind, contents }.put(&mut all);
    }
    put_vector16(&mut body, &all);
    body
}

#[test]
fn every_part_is_found() {
    let name = [
        0, 12, 0, 0, 9, b'l', b'o', b'c', b'a', b'l', b'h', b'o', b's', b't',
    ];
    let psk = [
        0, 9, 0, 3, b'a', b'b', b'c', 0, 0, 1, 2, 0, 33, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let parsed = ClientHello::parse(hello(&[
        (0, &name),
        (16, &[0, 3, 2, b'h', b'2']),
        (35, &[]),
        (43, &[4, 3, 4, 3, 3]),
        (45, &[1, 1]),
        (23, &[]),
        (51, &[0, 11, 0, 29, 0, 2, 7, 7, 0, 23, 0, 1, 7]),
        (13, &[0, 2, 4, 3]),
        (41, &psk),
    ]))
    .unwrap();
    assert_eq!(parsed.server_name(), Some(&b"localhost"[..]));
    assert_eq!(parsed.session_id(), [0xaa, 0xbb]);
    assert_eq!(parsed.cipher_suites().to_vec(), [0x1301, 0xc02f]);
    assert_eq!(parsed.alpn_protocols(), Some(&[2, b'h', b'2'][..]));
    assert_eq!(parsed.session_ticket(), Some(&[][..]));
    assert!(parsed.offers_version(Version::TLS1_3) && parsed.offers_version(Version::TLS1_2));
    assert!(!parsed.offers_version(Version::TLS1_1));
    assert!(parsed.offers_psk_dhe_ke() && parsed.offers_extended_master_secret());
    assert_eq!(
        parsed.numbers(ExtensionType::SIGNATURE_ALGORITHMS).to_vec(),
        [0x0403]
    );
    assert_eq!(
        parsed.psk_identities().collect::<Vec<_>>(),
        [PskIdentity {
            identity: b"abc",
            obfuscated_ticket_age: 0x0102
        }]
    );
    assert!(parsed.key_share_groups().eq([29, 23]));
    assert_eq!(parsed.extension_types().len(), 9);
}

/// Asks for everything that a hello may have.
fn read_all(hello: &ClientHello) {
    for kind in hello.extension_types() {
        assert!(hello.known_extension(kind).is_some() && hello.place_of(kind).is_some());
        hello.numbers(kind).to_vec();
    }
    for version in Version::ALL {
        hello.offers_version(version);
    }
    for (number, psk) in hello.psk_identities().enumerate() {
        assert!(psk.identity.len() <= hello.body.len());
        hello.psk_binder(number);
    }
    hello.server_name();
    hello.alpn_protocols();
    hello.key_share_groups().count();
    hello.certificate_authorities();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_truncated_hello_is_refused_wherever_it_ends(
        extensions in vec((0u16..60, vec(any::<u8>(), 0..20)), 0..6),
    ) {
        let borrowed: Vec<_> = extensions.iter().map(|(kind, contents)| (*kind, &contents[..])).collect();
        let whole = hello(&borrowed);
        if let Ok(hello) = ClientHello::parse(whole.clone()) {
            read_all(&hello);
        }
        for end in 0..whole.len() {
            let cut = ClientHello::parse(whole[..end].to_vec());
            // Without any extensions the message is complete.
            prop_assert_eq!(cut.is_ok(), end == VERSION_AND_RANDOM + 3 + 6 + 2, "cut at {}", end);
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in vec(any::<u8>(), 0..200), list in vec(any::<u8>(), 0..100)) {
        if let Ok(hello) = ClientHello::parse(bytes) {
            read_all(&hello);
        }
        let kinds = [0, 5, 10, 13, 16, 41, 43, 45, 47, 51];
        for kind in kinds {
            read_all(&ClientHello::parse(hello(&[(kind, &list)])).unwrap());
        }
    }
}

#[test]
fn a_key_share_that_does_not_fit_is_none() {
    let with = |contents: &[u8]| {
        ClientHello::parse(hello(&[(51, contents)]))
            .unwrap()
            .key_share_groups()
            .collect::<Vec<_>>()
    };
    assert_eq!(with(&[0, 5, 0, 29, 0, 1, 7]), [29]);
    assert_eq!(with(&[0, 5, 0, 29, 0, 2, 7]), []);
    assert_eq!(with(&[0, 3, 0, 29, 0]), []);
    assert_eq!(with(&[0, 9]), []);
    assert_eq!(with(&[]), []);
}

#[test]
fn a_server_name_with_nul_or_of_another_kind_is_none() {
    let with = |contents: &[u8]| {
        ClientHello::parse(hello(&[(0, contents)]))
            .unwrap()
            .server_name()
            .is_some()
    };
    assert!(with(&[0, 4, 0, 0, 1, b'a']));
    assert!(!with(&[0, 4, 0, 0, 1, 0]));
    assert!(!with(&[0, 4, 1, 0, 1, b'a']));
    assert!(!with(&[0, 9, 0, 0, 1, b'a']));
    assert!(!with(&[]));
}
