//! What is set and cleared by name: options, protocol versions, verify flags.

use crate::context::Settings;
use crate::error::{Error, Result};
use crate::flags::{CertificateFlags, CommandFlags, Options, VerifyMode};

/// Flags of one of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// On means set.
    Option(Options),
    /// On means clear.
    NoOption(Options),
    Verify(VerifyMode),
    Certificate(CertificateFlags),
}

impl Switch {
    /// Sets or clears the bits.
    pub fn apply(self, settings: &mut Settings, on: bool) {
        match self {
            Self::Option(bits) => settings.options.set(bits, on),
            Self::NoOption(bits) => settings.options.set(bits, !on),
            Self::Verify(bits) => settings.verify_mode.set(bits, on),
            Self::Certificate(bits) => settings.certificate_flags.set(bits, on),
        }
    }
}

/// One element of a list: its name, the roles that it is for, and what it does.
pub struct Element(&'static str, CommandFlags, Switch);

const CLIENT: CommandFlags = CommandFlags::CLIENT;
const SERVER: CommandFlags = CommandFlags::SERVER;
/// Clients and servers.
pub const BOTH: CommandFlags = CLIENT.with(SERVER);

/// Elements of `Options`.
pub const OPTIONS: &[Element] = &[
    Element("SessionTicket", BOTH, Switch::NoOption(Options::NO_TICKET)),
    Element(
        "EmptyFragments",
        BOTH,
        Switch::NoOption(Options::DONT_INSERT_EMPTY_FRAGMENTS),
    ),
    Element("Bugs", BOTH, Switch::Option(Options::ALL_BUGS)),
    Element(
        "Compression",
        BOTH,
        Switch::NoOption(Options::NO_COMPRESSION),
    ),
    Element(
        "ServerPreference",
        SERVER,
        Switch::Option(Options::CIPHER_SERVER_PREFERENCE),
    ),
    Element(
        "NoResumptionOnRenegotiation",
        SERVER,
        Switch::Option(Options::NO_SESSION_RESUMPTION_ON_RENEGOTIATION),
    ),
    // Keys of a key exchange are never reused. OpenSSL has no bits for these names either.
    Element("DHSingle", SERVER, Switch::Option(Options::EMPTY)),
    Element("ECDHSingle", SERVER, Switch::Option(Options::EMPTY)),
    Element(
        "UnsafeLegacyRenegotiation",
        BOTH,
        Switch::Option(Options::ALLOW_UNSAFE_LEGACY_RENEGOTIATION),
    ),
    Element(
        "UnsafeLegacyServerConnect",
        BOTH,
        Switch::Option(Options::LEGACY_SERVER_CONNECT),
    ),
    Element(
        "ClientRenegotiation",
        BOTH,
        Switch::Option(Options::ALLOW_CLIENT_RENEGOTIATION),
    ),
    Element(
        "EncryptThenMac",
        BOTH,
        Switch::NoOption(Options::NO_ENCRYPT_THEN_MAC),
    ),
    Element(
        "NoRenegotiation",
        BOTH,
        Switch::Option(Options::NO_RENEGOTIATION),
    ),
    Element(
        "AllowNoDHEKEX",
        BOTH,
        Switch::Option(Options::ALLOW_NO_DHE_KEX),
    ),
    Element(
        "PrioritizeChaCha",
        BOTH,
        Switch::Option(Options::PRIORITIZE_CHACHA),
    ),
    Element(
        "MiddleboxCompat",
        BOTH,
        Switch::Option(Options::ENABLE_MIDDLEBOX_COMPAT),
    ),
    Element(
        "AntiReplay",
        BOTH,
        Switch::NoOption(Options::NO_ANTI_REPLAY),
    ),
    Element(
        "ExtendedMasterSecret",
        BOTH,
        Switch::NoOption(Options::NO_EXTENDED_MASTER_SECRET),
    ),
    Element(
        "CANames",
        BOTH,
        Switch::NoOption(Options::DISABLE_TLSEXT_CA_NAMES),
    ),
    Element("KTLS", BOTH, Switch::Option(Options::ENABLE_KTLS)),
];

/// Elements of `Protocol`.
pub const PROTOCOLS: &[Element] = &[
    Element("ALL", BOTH, Switch::NoOption(Options::NO_PROTOCOL)),
    Element("SSLv2", BOTH, Switch::NoOption(Options::EMPTY)),
    Element("SSLv3", BOTH, Switch::NoOption(Options::NO_SSL3)),
    Element("TLSv1", BOTH, Switch::NoOption(Options::NO_TLS1)),
    Element("TLSv1.1", BOTH, Switch::NoOption(Options::NO_TLS1_1)),
    Element("TLSv1.2", BOTH, Switch::NoOption(Options::NO_TLS1_2)),
    Element("TLSv1.3", BOTH, Switch::NoOption(Options::NO_TLS1_3)),
    // They share their bits with versions of TLS.
    Element("DTLSv1", BOTH, Switch::NoOption(Options::NO_TLS1)),
    Element("DTLSv1.2", BOTH, Switch::NoOption(Options::NO_TLS1_2)),
];

const POST_HANDSHAKE: VerifyMode = VerifyMode::PEER.with(VerifyMode::POST_HANDSHAKE);

/// Elements of `VerifyMode`.
pub const VERIFY_MODES: &[Element] = &[
    Element("Peer", CLIENT, Switch::Verify(VerifyMode::PEER)),
    Element("Request", SERVER, Switch::Verify(VerifyMode::PEER)),
    Element(
        "Require",
        SERVER,
        Switch::Verify(VerifyMode::PEER.with(VerifyMode::FAIL_IF_NO_PEER_CERT)),
    ),
    Element(
        "Once",
        SERVER,
        Switch::Verify(VerifyMode::PEER.with(VerifyMode::CLIENT_ONCE)),
    ),
    Element(
        "RequestPostHandshake",
        SERVER,
        Switch::Verify(POST_HANDSHAKE),
    ),
    Element(
        "RequirePostHandshake",
        SERVER,
        Switch::Verify(POST_HANDSHAKE.with(VerifyMode::FAIL_IF_NO_PEER_CERT)),
    ),
];

/// Applies a list separated by commas. Each element is a name, after `-` to turn it off. An unknown
/// name is an error; the elements before it stay applied, as in OpenSSL.
pub fn run_list(
    list: &[u8],
    elements: &[Element],
    roles: CommandFlags,
    mut apply: impl FnMut(Switch, bool),
) -> Result<()> {
    for word in list.split(|byte| *byte == b',') {
        let word = word.trim_ascii();
        let (name, on) = match word.split_first() {
            Some((b'-', name)) => (name, false),
            Some((b'+', name)) => (name, true),
            _ => (word, true),
        };
        let Element(_, _, switch) = elements
            .iter()
            .find(|Element(known, of, _)| {
                of.intersects(roles) && known.as_bytes().eq_ignore_ascii_case(name)
            })
            .ok_or(Error::Silent)?;
        apply(*switch, on);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(list: &str, roles: CommandFlags) -> (Settings, Result<()>) {
        let mut settings = Settings::default();
        let result = run_list(list.as_bytes(), OPTIONS, roles, |switch, on| {
            switch.apply(&mut settings, on);
        });
        (settings, result)
    }

    #[test]
    fn a_list_sets_and_clears() {
        let before = Settings::default().options;
        let (settings, result) = options(" -sessionticket , +ServerPreference ", BOTH);
        assert_eq!(result, Ok(()));
        assert_eq!(
            settings.options,
            before
                .with(Options::NO_TICKET)
                .with(Options::CIPHER_SERVER_PREFERENCE)
        );
    }

    #[test]
    fn what_stands_before_a_wrong_element_is_done() {
        for list in [
            "-SessionTicket,Nonsense",
            "-SessionTicket,",
            "-SessionTicket,,Bugs",
        ] {
            let (settings, result) = options(list, BOTH);
            assert_eq!(result, Err(Error::Silent));
            assert!(settings.options.contains(Options::NO_TICKET));
        }
    }

    #[test]
    fn an_element_for_the_other_role_is_unknown() {
        assert_eq!(options("ServerPreference", CLIENT).1, Err(Error::Silent));
        assert_eq!(
            options("SessionTicket", CommandFlags::EMPTY).1,
            Err(Error::Silent)
        );
    }
}
