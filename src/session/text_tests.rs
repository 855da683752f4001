//! Tests of the text, against what OpenSSL printed.

use super::*;
use crate::session::samples::SAMPLES;
use crate::session::{Fields, Session, der};

fn shown(fields: &Fields, cipher: Option<&str>) -> String {
    let names = Names {
        cipher,
        verify_result: b"ok",
    };
    String::from_utf8(print(&fields.view(), &names).to_vec()).unwrap()
}

#[test]
fn s90_the_text_is_openssls_byte_for_byte() {
    for sample in &SAMPLES {
        let decoded = der::decode(sample.der, |_| true).unwrap();
        let session = Session::from_view(decoded.view());
        let names = Names {
            cipher: Some(match session.cipher_id() & 0xffff {
                0xc02c => "ECDHE-ECDSA-AES256-GCM-SHA384",
                0x1302 => "TLS_AES_256_GCM_SHA384",
                0xccac => "ECDHE-PSK-CHACHA20-POLY1305",
                other => panic!("{other:04x}"),
            }),
            verify_result: match session.verify_result() {
                0 => b"ok",
                18 => b"self-signed certificate",
                other => panic!("{other}"),
            },
        };
        let text = print(&session.read().view(), &names);
        assert_eq!(
            String::from_utf8_lossy(&text),
            String::from_utf8_lossy(sample.text),
            "{}",
            sample.name
        );
    }
}

#[test]
fn s90_an_empty_session_has_all_fixed_lines() {
    let fields = Fields {
        time: 0,
        timeout: 0,
        ..Fields::default()
    };
    assert_eq!(
        shown(&fields, None),
        "SSL-Session:\n\
         \x20   Protocol  : unknown\n\
         \x20   Cipher    : 0000\n\
         \x20   Session-ID: \n\
         \x20   Session-ID-ctx: \n\
         \x20   Master-Key: \n\
         \x20   PSK identity: None\n\
         \x20   PSK identity hint: None\n\
         \x20   SRP username: None\n\
         \x20   Verify return code: 1 (ok)\n\
         \x20   Extended master secret: no\n"
    );
}

#[test]
fn a_ticket_is_dumped_row_by_row() {
    let mut fields = Fields {
        ticket: Some((0x6e..0x6e + 17).collect()),
        ..Fields::default()
    };
    let text = shown(&fields, None);
    let dump = "    TLS session ticket:\n\
                \x20   0000 - 6e 6f 70 71 72 73 74 75-76 77 78 79 7a 7b 7c 7d   nopqrstuvwxyz{|}\n\
                \x20   0010 - 7e                                                ~\n\n";
    assert!(text.contains(dump), "{text}");
    fields.ticket = Some(vec![0; 70_000]);
    assert!(shown(&fields, None).contains("\n    11160 - 00 00"));
    fields.ticket = Some(Vec::new());
    assert!(shown(&fields, None).contains("    TLS session ticket:\n\n    Start"));
}

#[test]
fn s90_the_key_log_line_needs_an_id_and_a_key() {
    let mut fields = Fields::default();
    assert!(print_keylog(&fields.view()).is_none());
    fields.id = vec![1, 0xab];
    assert!(print_keylog(&fields.view()).is_none());
    fields.master_key = vec![2, 0xcd].into();
    assert_eq!(
        **print_keylog(&fields.view()).unwrap(),
        *b"RSA Session-ID:01AB Master-Key:02CD\n"
    );
}
