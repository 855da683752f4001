use crate::wire::{ClientHello, ExtensionType, Version};

/// The body of a ClientHello: every part of it is inside, and can be asked for.
pub fn client_hello(data: &[u8]) {
    let Ok(hello) = ClientHello::parse(data.to_vec()) else {
        return;
    };
    assert_eq!(hello.random().len(), 32);
    assert!(hello.session_id().len() <= 32);
    assert_eq!(
        hello.cipher_suites().to_vec().len(),
        hello.cipher_suite_bytes().len() / 2
    );
    for kind in hello.extension_types() {
        assert!(hello.extension(kind).is_some());
        hello.numbers(kind).to_vec();
    }
    if let Some(name) = hello.server_name() {
        assert!(name.len() <= 255 && !name.contains(&0));
    }
    for psk in hello.psk_identities() {
        assert!(psk.identity.len() <= data.len());
    }
    for version in [Version::TLS1_2, Version::TLS1_3, hello.legacy_version()] {
        hello.offers_version(version);
    }
    assert_eq!(
        hello.session_ticket(),
        hello.extension(ExtensionType::SESSION_TICKET)
    );
    let checks = [Version::TLS1_2, Version::TLS1_3].map(|version| hello.passes_checks(version));
    if let Some(mut list) = hello.alpn_protocols() {
        while let [length, rest @ ..] = list {
            assert!(*length > 0);
            list = &rest[usize::from(*length)..];
        }
    } else {
        assert!(!checks.contains(&true) || hello.extension(ExtensionType::ALPN).is_none());
    }
    hello.offers_psk_dhe_ke();
    hello.offers_extended_master_secret();
    hello.has_renegotiation_suite();
}
