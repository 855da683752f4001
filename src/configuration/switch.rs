//! What is set and cleared by name: options, protocol versions, verify flags.

use super::{CLIENT, SERVER};
use crate::context::Settings;
use crate::error::{Error, Result};

/// Bits of one of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// `SSL_OP_…`: on means set.
    Option(u64),
    /// `SSL_OP_NO_…`: on means clear.
    NoOption(u64),
    /// `SSL_VERIFY_…`
    Verify(i32),
    /// `SSL_CERT_FLAG_…`
    Certificate(u32),
}

impl Switch {
    /// Sets or clears the bits.
    pub fn apply(self, settings: &mut Settings, on: bool) {
        match self {
            Self::Option(bits) => assign(&mut settings.options, bits, on),
            Self::NoOption(bits) => assign(&mut settings.options, bits, !on),
            Self::Verify(bits) if on => settings.verify_mode |= bits,
            Self::Verify(bits) => settings.verify_mode &= !bits,
            Self::Certificate(bits) if on => settings.certificate_flags |= bits,
            Self::Certificate(bits) => settings.certificate_flags &= !bits,
        }
    }
}

fn assign(options: &mut u64, bits: u64, set: bool) {
    match set {
        true => *options |= bits,
        false => *options &= !bits,
    }
}

/// `SSL_OP_NO_EXTENDED_MASTER_SECRET`
pub const NO_EXTENDED_MASTER_SECRET: u64 = 1;
/// `SSL_OP_LEGACY_SERVER_CONNECT`
pub const LEGACY_SERVER_CONNECT: u64 = 1 << 2;
/// `SSL_OP_ENABLE_KTLS`
const ENABLE_KTLS: u64 = 1 << 3;
/// `SSL_OP_ALLOW_CLIENT_RENEGOTIATION`
pub const ALLOW_CLIENT_RENEGOTIATION: u64 = 1 << 8;
/// `SSL_OP_DISABLE_TLSEXT_CA_NAMES`
const DISABLE_CA_NAMES: u64 = 1 << 9;
/// `SSL_OP_ALLOW_NO_DHE_KEX`
pub const ALLOW_NO_DHE_KEX: u64 = 1 << 10;
/// `SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS`
const NO_EMPTY_FRAGMENTS: u64 = 1 << 11;
/// `SSL_OP_NO_TICKET`
pub const NO_TICKET: u64 = 1 << 14;
/// `SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION`
pub const NO_RESUMPTION_ON_RENEGOTIATION: u64 = 1 << 16;
/// `SSL_OP_NO_COMPRESSION`
pub const NO_COMPRESSION: u64 = 1 << 17;
/// `SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION`
pub const UNSAFE_LEGACY_RENEGOTIATION: u64 = 1 << 18;
/// `SSL_OP_NO_ENCRYPT_THEN_MAC`
pub const NO_ENCRYPT_THEN_MAC: u64 = 1 << 19;
/// `SSL_OP_ENABLE_MIDDLEBOX_COMPAT`
pub const MIDDLEBOX_COMPAT: u64 = 1 << 20;
/// `SSL_OP_PRIORITIZE_CHACHA`
pub const PRIORITIZE_CHACHA: u64 = 1 << 21;
/// `SSL_OP_CIPHER_SERVER_PREFERENCE`
pub const SERVER_PREFERENCE: u64 = 1 << 22;
/// `SSL_OP_NO_ANTI_REPLAY`
pub const NO_ANTI_REPLAY: u64 = 1 << 24;
/// `SSL_OP_NO_SSLv3`
pub const NO_SSL3: u64 = 1 << 25;
/// `SSL_OP_NO_TLSv1`, which is also `SSL_OP_NO_DTLSv1`
pub const NO_TLS1: u64 = 1 << 26;
/// `SSL_OP_NO_TLSv1_2`, which is also `SSL_OP_NO_DTLSv1_2`
pub const NO_TLS1_2: u64 = 1 << 27;
/// `SSL_OP_NO_TLSv1_1`
pub const NO_TLS1_1: u64 = 1 << 28;
/// `SSL_OP_NO_TLSv1_3`
pub const NO_TLS1_3: u64 = 1 << 29;
/// `SSL_OP_NO_RENEGOTIATION`
pub const NO_RENEGOTIATION: u64 = 1 << 30;
/// `SSL_OP_ALL`
pub const ALL_BUGS: u64 = 1 << 31 | 1 << 6 | 1 << 4 | NO_EMPTY_FRAGMENTS;
/// `SSL_OP_NO_SSL_MASK`
const ALL_PROTOCOLS: u64 = NO_SSL3 | NO_TLS1 | NO_TLS1_1 | NO_TLS1_2 | NO_TLS1_3;
/// `SSL_CERT_FLAG_TLS_STRICT`
pub const STRICT: u32 = 1;

const VERIFY_PEER: i32 = 1;
const VERIFY_REQUIRED: i32 = 2;
const VERIFY_ONCE: i32 = 4;
const VERIFY_POST_HANDSHAKE: i32 = 8;

/// One element of a list: its name, for whom it is, and what it does.
pub struct Element(&'static str, u32, Switch);

const BOTH: u32 = CLIENT | SERVER;

/// Elements of `Options`.
pub const OPTIONS: &[Element] = &[
    Element("SessionTicket", BOTH, Switch::NoOption(NO_TICKET)),
    Element("EmptyFragments", BOTH, Switch::NoOption(NO_EMPTY_FRAGMENTS)),
    Element("Bugs", BOTH, Switch::Option(ALL_BUGS)),
    Element("Compression", BOTH, Switch::NoOption(NO_COMPRESSION)),
    Element(
        "ServerPreference",
        SERVER,
        Switch::Option(SERVER_PREFERENCE),
    ),
    Element(
        "NoResumptionOnRenegotiation",
        SERVER,
        Switch::Option(NO_RESUMPTION_ON_RENEGOTIATION),
    ),
    // Keys of a key exchange are never used twice; OpenSSL has no bits for these any more either.
    Element("DHSingle", SERVER, Switch::Option(0)),
    Element("ECDHSingle", SERVER, Switch::Option(0)),
    Element(
        "UnsafeLegacyRenegotiation",
        BOTH,
        Switch::Option(UNSAFE_LEGACY_RENEGOTIATION),
    ),
    Element(
        "UnsafeLegacyServerConnect",
        BOTH,
        Switch::Option(LEGACY_SERVER_CONNECT),
    ),
    Element(
        "ClientRenegotiation",
        BOTH,
        Switch::Option(ALLOW_CLIENT_RENEGOTIATION),
    ),
    Element(
        "EncryptThenMac",
        BOTH,
        Switch::NoOption(NO_ENCRYPT_THEN_MAC),
    ),
    Element("NoRenegotiation", BOTH, Switch::Option(NO_RENEGOTIATION)),
    Element("AllowNoDHEKEX", BOTH, Switch::Option(ALLOW_NO_DHE_KEX)),
    Element("PrioritizeChaCha", BOTH, Switch::Option(PRIORITIZE_CHACHA)),
    Element("MiddleboxCompat", BOTH, Switch::Option(MIDDLEBOX_COMPAT)),
    Element("AntiReplay", BOTH, Switch::NoOption(NO_ANTI_REPLAY)),
    Element(
        "ExtendedMasterSecret",
        BOTH,
        Switch::NoOption(NO_EXTENDED_MASTER_SECRET),
    ),
    Element("CANames", BOTH, Switch::NoOption(DISABLE_CA_NAMES)),
    Element("KTLS", BOTH, Switch::Option(ENABLE_KTLS)),
];

/// Elements of `Protocol`.
pub const PROTOCOLS: &[Element] = &[
    Element("ALL", BOTH, Switch::NoOption(ALL_PROTOCOLS)),
    Element("SSLv2", BOTH, Switch::NoOption(0)),
    Element("SSLv3", BOTH, Switch::NoOption(NO_SSL3)),
    Element("TLSv1", BOTH, Switch::NoOption(NO_TLS1)),
    Element("TLSv1.1", BOTH, Switch::NoOption(NO_TLS1_1)),
    Element("TLSv1.2", BOTH, Switch::NoOption(NO_TLS1_2)),
    Element("TLSv1.3", BOTH, Switch::NoOption(NO_TLS1_3)),
    // They share their bits with versions of TLS.
    Element("DTLSv1", BOTH, Switch::NoOption(NO_TLS1)),
    Element("DTLSv1.2", BOTH, Switch::NoOption(NO_TLS1_2)),
];

/// Elements of `VerifyMode`.
pub const VERIFY_MODES: &[Element] = &[
    Element("Peer", CLIENT, Switch::Verify(VERIFY_PEER)),
    Element("Request", SERVER, Switch::Verify(VERIFY_PEER)),
    Element(
        "Require",
        SERVER,
        Switch::Verify(VERIFY_PEER | VERIFY_REQUIRED),
    ),
    Element("Once", SERVER, Switch::Verify(VERIFY_PEER | VERIFY_ONCE)),
    Element(
        "RequestPostHandshake",
        SERVER,
        Switch::Verify(VERIFY_PEER | VERIFY_POST_HANDSHAKE),
    ),
    Element(
        "RequirePostHandshake",
        SERVER,
        Switch::Verify(VERIFY_PEER | VERIFY_POST_HANDSHAKE | VERIFY_REQUIRED),
    ),
];

/// Runs a list with commas: each element is a name, with `-` before it to turn it off. Elements are
/// applied until one is wrong: what came before it stays, as in OpenSSL.
pub fn run_list(
    list: &[u8],
    elements: &[Element],
    roles: u32,
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
            .find(|Element(known, who, _)| {
                who & roles != 0 && known.as_bytes().eq_ignore_ascii_case(name)
            })
            .ok_or(Error::Silent)?;
        apply(*switch, on);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(list: &str, roles: u32) -> (Settings, Result<()>) {
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
        assert_eq!(settings.options, before | NO_TICKET | SERVER_PREFERENCE);
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
            assert_ne!(settings.options & NO_TICKET, 0);
        }
    }

    #[test]
    fn an_element_for_the_other_role_is_unknown() {
        assert_eq!(options("ServerPreference", CLIENT).1, Err(Error::Silent));
        assert_eq!(options("SessionTicket", 0).1, Err(Error::Silent));
    }
}
