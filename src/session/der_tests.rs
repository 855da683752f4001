//! Tests of DER: against what OpenSSL wrote, and with bad input.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::*;
use crate::session::samples::SAMPLES;
use crate::session::{Fields, Session};

/// All ciphers but 0x1234.
fn known(id: u32) -> bool {
    id != 0x0300_1234
}

fn reason(error: Error) -> Reason {
    match error {
        Error::Ssl(reason, _) => reason,
        other => panic!("no reason: {other:?}"),
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        len @ 0..128 => out.push(len as u8),
        len @ 128..256 => out.extend([0x81, len as u8]),
        len => out.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    out.extend(content);
    out
}

fn optional_field(number: u8, value: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, value)
}

/// A session in pieces, to make bad ones from.
struct Pieces {
    version: Vec<u8>,
    protocol: Vec<u8>,
    cipher: Vec<u8>,
    id: Vec<u8>,
    master_key: Vec<u8>,
    rest: Vec<u8>,
}

impl Default for Pieces {
    fn default() -> Self {
        Self {
            version: tlv(2, &[1]),
            protocol: tlv(2, &[3, 3]),
            cipher: tlv(4, &[0xc0, 0x2f]),
            id: tlv(4, &[1; 32]),
            master_key: tlv(4, &[2; 48]),
            rest: [
                optional_field(1, &tlv(2, &[100])),
                optional_field(2, &tlv(2, &[50])),
            ]
            .concat(),
        }
    }
}

impl Pieces {
    fn with(field: u8, value: &[u8]) -> Vec<u8> {
        let mut pieces = Self::default();
        pieces.rest.extend(optional_field(field, value));
        pieces.der()
    }

    fn der(self) -> Vec<u8> {
        let content = [
            self.version,
            self.protocol,
            self.cipher,
            self.id,
            self.master_key,
            self.rest,
        ];
        tlv(0x30, &content.concat())
    }
}

fn again(der: &[u8]) -> Zeroizing<Vec<u8>> {
    let decoded = decode(der, known).unwrap();
    let session = Session::from_view(decoded.view());
    Encoding::new(&session.read().view()).unwrap().to_vec()
}

#[test]
fn s88_what_openssl_wrote_is_written_again_byte_for_byte() {
    for sample in &SAMPLES {
        let decoded = decode(sample.der, known).unwrap();
        assert_eq!(decoded.consumed, sample.der.len());
        assert_eq!(*again(sample.der), sample.der, "{}", sample.name);
    }
}

#[test]
fn s87_the_fields_of_a_tls13_client_session_are_understood() {
    let sample = SAMPLES.iter().find(|s| s.name == "tls13-full-client");
    let decoded = decode(sample.unwrap().der, known).unwrap();
    let fields = Fields::from(decoded.view());
    assert_eq!(fields.protocol_version, 0x0304);
    assert_eq!(fields.cipher_id, 0x0300_1302);
    assert_eq!(fields.id.len(), 32);
    assert_eq!(fields.master_key.len(), 48);
    assert_eq!(fields.timeout, 7200);
    assert_eq!(fields.verify_result, 18);
    assert_eq!(fields.server_name.unwrap(), b"host.test");
    assert_eq!(fields.alpn.unwrap(), b"h2");
    assert_eq!(fields.ticket.unwrap().len(), 32);
    assert_eq!(fields.lifetime_hint, 7200);
    assert_eq!(fields.max_early_data, 16384);
    assert_eq!(fields.group, 29);
    let peer = fields.peer.unwrap();
    assert_eq!((peer.certificates().len(), peer.is_whole()), (1, false));
}

#[test]
fn all_fields_survive() {
    let fields = Fields {
        protocol_version: 0xfefd,
        cipher_id: 0x0300_00ff,
        time: -5,
        timeout: i64::MAX,
        verify_result: -1,
        flags: u32::MAX,
        lifetime_hint: u64::MAX,
        age_add: u32::MAX,
        max_early_data: 1 << 31,
        group: 0x11ec,
        max_fragment_length: 255,
        compression: 1,
        id: vec![1; 32],
        id_context: vec![2; 32],
        master_key: vec![3; 512].into(),
        ticket: Some(vec![4; 70_000]),
        ticket_appdata: Some(vec![]),
        alpn: Some(vec![5; 255]),
        server_name: Some(b"host.test".to_vec()),
        psk_identity: Some(b"who".to_vec()),
        psk_identity_hint: Some(vec![]),
        srp_user_name: Some(b"us\xe9r".to_vec()),
        peer: None,
    };
    let der = Encoding::new(&fields.view()).unwrap().to_vec();
    let decoded = decode(&der, known).unwrap();
    assert_eq!(Fields::from(decoded.view()), fields);
    assert_eq!(*again(&der), *der);
}

#[test]
fn s88_a_session_without_cipher_has_no_encoding() {
    assert!(Encoding::new(&Fields::default().view()).is_none());
}

#[test]
fn what_follows_the_session_is_left_alone() {
    let mut der = Pieces::default().der();
    let len = der.len();
    der.extend(b"more");
    assert_eq!(decode(&der, known).unwrap().consumed, len);
}

#[test]
fn s89_absent_times_are_now_and_three_seconds() {
    let pieces = Pieces {
        rest: Vec::new(),
        ..Pieces::default()
    };
    let der = pieces.der();
    let before = clock::now();
    let view = decode(&der, known).unwrap();
    let numbers = view.view().numbers;
    assert!((before..=clock::now()).contains(&numbers.time));
    assert_eq!(numbers.timeout, 3);
    let written = again(&der);
    let tags: Vec<u8> = [0xa1, 0xa2, 0xa4, 0xb3]
        .into_iter()
        .filter(|tag| written[der.len()..].contains(tag))
        .collect();
    assert_eq!(tags, [0xa1, 0xa2, 0xa4, 0xb3]);
}

#[test]
fn s89_each_kind_of_refusal_has_openssls_reason() {
    let version = |version| Pieces {
        version,
        ..Pieces::default()
    };
    let protocol = |bytes: &[u8]| Pieces {
        protocol: tlv(2, bytes),
        ..Pieces::default()
    };
    let cipher = |bytes: &[u8]| Pieces {
        cipher: tlv(4, bytes),
        ..Pieces::default()
    };
    let cases = [
        (version(tlv(2, &[0])).der(), Reason::UNKNOWN_SSL_VERSION),
        (version(tlv(2, &[2])).der(), Reason::UNKNOWN_SSL_VERSION),
        (protocol(&[0]).der(), Reason::UNSUPPORTED_SSL_VERSION),
        (protocol(&[1, 1]).der(), Reason::UNSUPPORTED_SSL_VERSION),
        (protocol(&[1, 3, 3]).der(), Reason::UNSUPPORTED_SSL_VERSION),
        (protocol(&[0xff]).der(), Reason::UNSUPPORTED_SSL_VERSION),
        (cipher(&[]).der(), Reason::CIPHER_CODE_WRONG_LENGTH),
        (cipher(&[0x2f]).der(), Reason::CIPHER_CODE_WRONG_LENGTH),
        (
            cipher(&[0, 0, 0x2f]).der(),
            Reason::CIPHER_CODE_WRONG_LENGTH,
        ),
        (Pieces::with(11, &tlv(4, &[])), Reason::BAD_LENGTH),
        (Pieces::with(11, &tlv(4, &[1, 2])), Reason::BAD_LENGTH),
    ];
    for (der, expected) in cases {
        assert_eq!(reason(decode(&der, known).unwrap_err()), expected);
    }
    for bytes in [&[3, 0][..], &[3, 0xff], &[1, 0], &[0, 0xfe, 0xff]] {
        assert!(decode(&protocol(bytes).der(), known).is_ok());
    }
}

#[test]
fn s89_an_unknown_cipher_and_long_fields_fail_in_silence() {
    let cases = [
        Pieces {
            cipher: tlv(4, &[0x12, 0x34]),
            ..Pieces::default()
        }
        .der(),
        Pieces {
            id: tlv(4, &[1; 33]),
            ..Pieces::default()
        }
        .der(),
        Pieces {
            master_key: tlv(4, &[1; 513]),
            ..Pieces::default()
        }
        .der(),
        Pieces::with(4, &tlv(4, &[1; 33])),
    ];
    for der in cases {
        assert_eq!(decode(&der, known).unwrap_err(), Error::Silent);
    }
}

#[test]
fn an_old_key_arg_is_ignored() {
    let mut pieces = Pieces::default();
    pieces.rest = [tlv(0x80, b"abc"), pieces.rest].concat();
    assert_eq!(*again(&pieces.der()), *again(&Pieces::default().der()));
}

#[test]
fn what_is_not_strict_der_is_refused() {
    let good = Pieces::default().der();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("a set", [&[0x31], &good[1..]].concat()),
        (
            "indefinite length",
            [&[0x30, 0x80], &good[2..], &[0, 0]].concat(),
        ),
        ("long length", [&[0x30, 0x81, good[1]], &good[2..]].concat()),
        ("huge length", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2]),
        (
            "padded integer",
            Pieces {
                version: tlv(2, &[0, 1]),
                ..Pieces::default()
            }
            .der(),
        ),
        (
            "empty integer",
            Pieces {
                version: tlv(2, &[]),
                ..Pieces::default()
            }
            .der(),
        ),
        (
            "constructed string",
            Pieces {
                id: tlv(0x24, &tlv(4, &[1])),
                ..Pieces::default()
            }
            .der(),
        ),
        ("unknown field", Pieces::with(20, &tlv(2, &[1]))),
        ("field twice", Pieces::with(2, &tlv(2, &[1]))),
        ("field out of order", Pieces::with(1, &tlv(2, &[1]))),
        ("empty field", Pieces::with(5, &[])),
        (
            "two values",
            Pieces::with(5, &[tlv(2, &[1]), tlv(2, &[1])].concat()),
        ),
        ("negative hint", Pieces::with(9, &tlv(2, &[0xff]))),
        (
            "verify result of 33 bits",
            Pieces::with(5, &tlv(2, &[0, 0x80, 0, 0, 0])),
        ),
        ("no certificate", Pieces::with(3, &tlv(0x30, &[]))),
        ("string for number", Pieces::with(5, &tlv(4, &[1]))),
        ("fields missing", tlv(0x30, &tlv(2, &[1]))),
    ];
    for (what, der) in cases {
        let error = decode(&der, known).expect_err(what);
        assert_eq!(reason(error), ASN1_LIB, "{what}");
    }
}

#[test]
fn a_session_cut_short_anywhere_is_refused() {
    for sample in &SAMPLES {
        for len in 0..sample.der.len() {
            let error = decode(&sample.der[..len], known).unwrap_err();
            assert_eq!(reason(error), ASN1_LIB);
        }
    }
}

#[test]
fn a_changed_byte_anywhere_is_refused_or_survives_a_round_trip() {
    for sample in &SAMPLES {
        let mut der = sample.der.to_vec();
        for place in 0..der.len() {
            for change in [0x01, 0x80, 0xff] {
                der[place] ^= change;
                if decode(&der, known).is_ok() {
                    let once = again(&der);
                    assert_eq!(*again(&once), *once);
                }
                der[place] ^= change;
            }
        }
    }
}

fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..=max)
}

/// A name: bytes without NUL.
fn name() -> impl Strategy<Value = Option<Vec<u8>>> {
    of(vec(1..=u8::MAX, 0..300))
}

prop_compose! {
    fn numbers()(
        protocol_version in 0x0300..0x0400,
        suite in 0..0x1234_u32,
        time in any::<i64>().prop_filter("0 means now", |time| *time != 0),
        timeout in any::<i64>().prop_filter("0 means 3", |timeout| *timeout != 0),
        verify_result in any::<i32>(),
        flags in any::<u32>(),
        lifetime_hint in any::<u64>(),
        age_add in any::<u32>(),
        max_early_data in any::<u32>(),
        group in any::<u32>(),
        max_fragment_length in any::<u8>(),
        compression in any::<u8>(),
    ) -> Numbers {
        Numbers {
            protocol_version,
            cipher_id: 0x0300_0000 | suite,
            time,
            timeout,
            verify_result: verify_result.into(),
            flags,
            lifetime_hint,
            age_add,
            max_early_data,
            group,
            max_fragment_length,
            compression,
        }
    }
}

prop_compose! {
    fn any_fields()(
        numbers in numbers(),
        id in bytes(MAX_ID_LEN),
        id_context in bytes(MAX_ID_CONTEXT_LEN),
        master_key in bytes(MAX_MASTER_KEY_LEN),
        ticket in of(bytes(300)),
        ticket_appdata in of(bytes(300)),
        alpn in of(bytes(300)),
        server_name in name(),
        psk_identity in name(),
        psk_identity_hint in name(),
        srp_user_name in name(),
    ) -> Fields {
        Fields {
            id,
            id_context,
            master_key: master_key.into(),
            ticket,
            ticket_appdata,
            alpn,
            server_name,
            psk_identity,
            psk_identity_hint,
            srp_user_name,
            ..Fields::from(View { numbers, bytes: Bytes::default() })
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_session_survives_der_and_the_object(fields in any_fields()) {
        let encoding = Encoding::new(&fields.view()).unwrap();
        let der = encoding.to_vec();
        prop_assert_eq!(encoding.size(), der.len());
        let decoded = decode(&der, known).unwrap();
        prop_assert_eq!(decoded.consumed, der.len());
        let session = Session::from_view(decoded.view());
        prop_assert_eq!(session.fields(), fields);
    }

    #[test]
    fn any_bytes_are_refused_or_survive_a_round_trip(content in bytes(200)) {
        let der = tlv(0x30, &content);
        if decode(&der, known).is_ok() {
            let once = again(&der);
            prop_assert_eq!(again(&once), once);
        }
    }
}
