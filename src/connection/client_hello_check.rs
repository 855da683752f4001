//! Checks of a ClientHello, each before a callback of the program sees the part concerned.
//!
//! The message as a whole has been checked by [`ClientHello::parse`] before the ClientHello
//! callback runs. The rest follows in OpenSSL's order: the version and the suites, extensions that
//! decide about sessions, then the contents of all extensions that count in the version (RFC 8446,
//! section 4.2; RFC 6066; RFC 7301), before the servername callback. Extensions of other versions
//! are ignored. The engine checks the message again by its own rules.

use crate::engine::Failure;
use crate::libcrypto::name::Name;
use crate::libcrypto::ocsp::OcspRequest;
use crate::reason::Reason;
use crate::wire::{
    Alert, ClientHello, ExtensionType, HOST_NAME, Malformed, OCSP, Reader, Version, alpn,
    psk_identities,
};

const LONGEST_HOST_NAME: usize = 255;
const NO_COMPRESSION: u8 = 0;

type Check = Result<(), Failure>;

impl ClientHello {
    /// The extension supported_versions, and the version that goes with it.
    pub(super) fn check_versions(&self) -> Check {
        let refused = |reason| Err(Failure::with_alert(reason, Alert::PROTOCOL_VERSION));
        // SSL 3.0 has no protocol_version alert.
        let too_old = |reason| Err(Failure::with_alert(reason, Alert::HANDSHAKE_FAILURE));
        let is_too_old = self.legacy_version() <= Version::SSL3;
        let Some(contents) = self.extension(ExtensionType::SUPPORTED_VERSIONS) else {
            return if is_too_old {
                too_old(Reason::VERSION_TOO_LOW)
            } else {
                Ok(())
            };
        };
        match Reader::whole(contents, Reader::vector8) {
            None => refused(Reason::LENGTH_MISMATCH),
            Some(_) if is_too_old => too_old(Reason::BAD_LEGACY_VERSION),
            Some(list) if list.len() % 2 != 0 => refused(Reason::LENGTH_MISMATCH),
            Some(_) => Ok(()),
        }
    }

    /// The contents of the client's request for an OCSP response.
    pub(super) fn ocsp_request(&self) -> Option<OcspRequest> {
        let [OCSP, request @ ..] = self.extension(ExtensionType::STATUS_REQUEST)? else {
            return None;
        };
        OcspRequest::parse(request)
    }

    /// The list of suites.
    pub(super) fn check_suites(&self) -> Check {
        match self.cipher_suite_bytes().len() {
            0 => Err(Failure::with_alert(
                Reason::NO_CIPHERS_SPECIFIED,
                Alert::ILLEGAL_PARAMETER,
            )),
            length if length % 2 != 0 => malformed(Reason::ERROR_IN_RECEIVED_CIPHER_LIST),
            _ => Ok(()),
        }
    }

    /// Extensions that decide about resumption.
    pub(super) fn check_for_sessions(&self, version: Version) -> Check {
        if version == Version::TLS1_2 {
            return self.check_each(ExtensionType::EXTENDED_MASTER_SECRET, |contents| {
                contents.is_empty()
            });
        }
        self.check_each(ExtensionType::PSK_KEY_EXCHANGE_MODES, |contents| {
            Reader::whole(contents, Reader::vector8).is_some_and(|modes| !modes.is_empty())
        })?;
        if self.offers_psk_dhe_ke() {
            self.check_each(ExtensionType::PRE_SHARED_KEY, are_identities)
        } else {
            // Without psk_dhe_ke its PSKs cannot be used.
            Ok(())
        }
    }

    /// Compression methods.
    pub(super) fn check_compression(&self) -> Check {
        if self.compression_methods().contains(&NO_COMPRESSION) {
            Ok(())
        } else {
            malformed(Reason::NO_COMPRESSION_SPECIFIED)
        }
    }

    /// All other extensions.
    pub(super) fn check_contents(&self, version: Version, resumed: bool) -> Check {
        let tls13 = version == Version::TLS1_3;
        self.check_max_fragment_length()?;
        if !tls13 {
            self.check_each(ExtensionType::SRP, |contents| {
                Reader::whole(contents, Reader::vector8).is_some_and(|user| !user.contains(&0))
            })?;
            self.check_each(ExtensionType::EC_POINT_FORMATS, |contents| {
                Reader::whole(contents, Reader::vector8).is_some_and(|formats| !formats.is_empty())
            })?;
        }
        self.check_each(ExtensionType::SUPPORTED_GROUPS, are_numbers)?;
        self.check_each(ExtensionType::STATUS_REQUEST, |contents| {
            resumed || is_status_request(contents)
        })?;
        self.check_each(ExtensionType::ALPN, |contents| {
            alpn::list_of(contents).is_some()
        })?;
        self.check_each(ExtensionType::SIGNATURE_ALGORITHMS_CERT, are_numbers)?;
        if tls13 && let Some([_, ..]) = self.extension(ExtensionType::POST_HANDSHAKE_AUTH) {
            return malformed(Reason::POST_HANDSHAKE_AUTH_ENCODING_ERR);
        }
        self.check_each(ExtensionType::SIGNATURE_ALGORITHMS, are_numbers)?;
        if tls13 {
            self.check_key_shares()?;
            self.check_each(ExtensionType::EARLY_DATA, |contents| contents.is_empty())?;
            self.check_authorities()?;
        }
        Ok(())
    }

    /// Extensions that require another one, and those that exclude one (RFC 8446, sections 4.1.2,
    /// 4.2.8, 4.2.9 and 9.2). Called after the servername callback.
    pub(super) fn check_whole(&self, version: Version, resumed: bool) -> Check {
        let tls13 = version == Version::TLS1_3;
        let has = |kind| self.extension(kind).is_some();
        let missing = |reason| {
            // TLS 1.2 has no such alert.
            let alert = if tls13 {
                Alert::MISSING_EXTENSION
            } else {
                Alert::HANDSHAKE_FAILURE
            };
            Err(Failure::with_alert(reason, alert))
        };
        if tls13 && !resumed && !has(ExtensionType::SIGNATURE_ALGORITHMS) {
            return missing(Reason::MISSING_SIGALGS_EXTENSION);
        }
        if tls13 && !has(ExtensionType::KEY_SHARE) {
            return missing(Reason::NO_SUITABLE_KEY_SHARE);
        }
        if has(ExtensionType::PRE_SHARED_KEY) && !has(ExtensionType::PSK_KEY_EXCHANGE_MODES) {
            return missing(Reason::MISSING_PSK_KEX_MODES_EXTENSION);
        }
        match self.compression_methods() {
            [NO_COMPRESSION] => Ok(()),
            _ if tls13 => Err(Failure::with_alert(
                Reason::INVALID_COMPRESSION_ALGORITHM,
                Alert::ILLEGAL_PARAMETER,
            )),
            _ => Ok(()),
        }
    }

    /// All checks, for fuzzing.
    #[cfg(any(test, fuzzing))]
    pub fn passes_checks(&self, version: Version) -> bool {
        let checks = [
            self.check_versions(),
            self.check_suites(),
            self.check_for_sessions(version),
            self.check_compression(),
            self.check_server_name(true),
            self.check_contents(version, false),
        ];
        checks.iter().all(Result::is_ok)
    }

    fn check_each(&self, kind: ExtensionType, is_good: impl FnOnce(&[u8]) -> bool) -> Check {
        if self.extension(kind).is_none_or(is_good) {
            Ok(())
        } else {
            malformed(Reason::BAD_EXTENSION)
        }
    }

    /// RFC 6066, section 3: one host name, which is the only type there is. `counts`: the name is
    /// used.
    pub(super) fn check_server_name(&self, counts: bool) -> Check {
        let Some(contents) = self.extension(ExtensionType::SERVER_NAME) else {
            return Ok(());
        };
        let name = match Reader::whole(contents, Reader::vector16) {
            Some([HOST_NAME, name @ ..]) => Reader::whole(name, Reader::vector16),
            _ => None,
        };
        match name {
            None => malformed(Reason::BAD_EXTENSION),
            Some(name) if counts && (name.len() > LONGEST_HOST_NAME || name.contains(&0)) => Err(
                Failure::with_alert(Reason::BAD_EXTENSION, Alert::UNRECOGNIZED_NAME),
            ),
            Some(_) => Ok(()),
        }
    }

    /// RFC 6066, section 4
    fn check_max_fragment_length(&self) -> Check {
        match self.extension(ExtensionType::MAX_FRAGMENT_LENGTH) {
            None | Some([1..=4]) => Ok(()),
            Some([_]) => Err(Failure::with_alert(
                Reason::SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH,
                Alert::ILLEGAL_PARAMETER,
            )),
            Some(_) => malformed(Reason::BAD_EXTENSION),
        }
    }

    /// RFC 8446, section 4.2.8: shares are of groups that the client offers.
    fn check_key_shares(&self) -> Check {
        let Some(contents) = self.extension(ExtensionType::KEY_SHARE) else {
            return Ok(());
        };
        let Some(list) = Reader::whole(contents, Reader::vector16) else {
            return malformed(Reason::LENGTH_MISMATCH);
        };
        let groups = self.numbers(ExtensionType::SUPPORTED_GROUPS);
        if groups.is_empty() {
            return Err(Failure::with_alert(
                Reason::MISSING_SUPPORTED_GROUPS_EXTENSION,
                Alert::MISSING_EXTENSION,
            ));
        }
        for share in Reader::items(list, |list| Some((list.u16()?, list.vector16()?))) {
            match share {
                None | Some((_, [])) => return malformed(Reason::LENGTH_MISMATCH),
                Some((group, _)) if !groups.contains(group) => {
                    return Err(Failure::with_alert(
                        Reason::BAD_KEY_SHARE,
                        Alert::ILLEGAL_PARAMETER,
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// RFC 8446, section 4.2.4
    fn check_authorities(&self) -> Check {
        let Some(contents) = self.extension(ExtensionType::CERTIFICATE_AUTHORITIES) else {
            return Ok(());
        };
        let mut reader = Reader::new(contents);
        let Some(names) = reader.vector16() else {
            return malformed(Reason::LENGTH_MISMATCH);
        };
        for name in Reader::items(names, Reader::vector16) {
            let Some(name) = name else {
                return malformed(Reason::LENGTH_MISMATCH);
            };
            if Name::from_der(name).is_err() {
                return malformed(Reason::CA_DN_LENGTH_MISMATCH);
            }
        }
        if reader.is_empty() {
            Ok(())
        } else {
            malformed(Reason::BAD_EXTENSION)
        }
    }
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        let (reason, alert) = match malformed {
            Malformed::TooShort => (Reason::LENGTH_TOO_SHORT, Alert::DECODE_ERROR),
            Malformed::Length => (Reason::LENGTH_MISMATCH, Alert::DECODE_ERROR),
            Malformed::Extension => (Reason::BAD_EXTENSION, Alert::DECODE_ERROR),
            Malformed::ExtensionOrder => (Reason::BAD_EXTENSION, Alert::ILLEGAL_PARAMETER),
        };
        Self::with_alert(reason, alert)
    }
}

fn malformed(reason: Reason) -> Check {
    Err(Failure::with_alert(reason, Alert::DECODE_ERROR))
}

/// A list of numbers of two bytes that is not empty.
fn are_numbers(contents: &[u8]) -> bool {
    Reader::whole(contents, Reader::vector16)
        .is_some_and(|list| !list.is_empty() && list.len() % 2 == 0)
}

/// Identities of pre-shared keys (RFC 8446, section 4.2.11). Their binders are checked when a key
/// is found.
fn are_identities(contents: &[u8]) -> bool {
    psk_identities(contents).is_some_and(|mut identities| {
        identities.all(|psk| psk.is_some_and(|psk| !psk.identity.is_empty()))
    })
}

/// RFC 6066, section 8. Contents of types other than OCSP are not checked.
fn is_status_request(contents: &[u8]) -> bool {
    match contents {
        [] => false,
        [OCSP, request @ ..] => OcspRequest::parse(request).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::FatalAlert;
    use crate::wire::Extension;

    const TLS13: Version = Version::TLS1_3;

    /// A ClientHello with these extensions, two bytes of suites and no compression.
    fn hello(extensions: &[(ExtensionType, &[u8])]) -> ClientHello {
        let mut all = Vec::new();
        for &(kind, contents) in extensions {
            Extension { kind, contents }.put(&mut all);
        }
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0x13, 0x01, 1, 0, 0, all.len() as u8]);
        body.extend(all);
        ClientHello::parse(body).unwrap()
    }

    /// The reason and the alert of a check that fails.
    fn refused(check: Check) -> (Reason, Alert) {
        let failure = check.unwrap_err();
        let FatalAlert::ToSend(alert) = failure.alert else {
            panic!("no alert is to be sent");
        };
        (failure.reason, alert)
    }

    #[test]
    fn lists_of_numbers_are_whole_and_not_empty() {
        let check = |contents| {
            hello(&[(ExtensionType::SUPPORTED_GROUPS, contents)]).check_contents(TLS13, false)
        };
        assert!(check(&[0, 2, 0, 29]).is_ok());
        let malformed = (Reason::BAD_EXTENSION, Alert::DECODE_ERROR);
        for contents in [&[0, 0][..], &[0, 1, 0], &[0, 2, 0, 29, 0], &[0, 4, 0, 29]] {
            assert_eq!(refused(check(contents)), malformed, "{contents:?}");
        }
    }

    #[test]
    fn a_key_share_is_of_a_group_that_is_offered() {
        let share: &[u8] = &[0, 5, 0, 29, 0, 1, 7];
        let check = |groups: &[(ExtensionType, &[u8])]| {
            let shares = [(ExtensionType::KEY_SHARE, share)];
            hello(&[groups, &shares].concat()).check_contents(TLS13, false)
        };
        assert!(check(&[(ExtensionType::SUPPORTED_GROUPS, &[0, 2, 0, 29])]).is_ok());
        assert_eq!(
            refused(check(&[(ExtensionType::SUPPORTED_GROUPS, &[0, 2, 0, 23])])),
            (Reason::BAD_KEY_SHARE, Alert::ILLEGAL_PARAMETER)
        );
        assert_eq!(
            refused(check(&[])),
            (
                Reason::MISSING_SUPPORTED_GROUPS_EXTENSION,
                Alert::MISSING_EXTENSION
            )
        );
    }

    #[test]
    fn extensions_of_tls13_are_ignored_in_tls12() {
        let hello = hello(&[(ExtensionType::EARLY_DATA, &[1])]);
        assert!(hello.check_contents(Version::TLS1_2, false).is_ok());
        assert!(hello.check_contents(TLS13, false).is_err());
    }

    #[test]
    fn a_server_name_that_is_not_used_may_have_a_zero_byte() {
        let hello = hello(&[(
            ExtensionType::SERVER_NAME,
            &[0, 5, HOST_NAME, 0, 2, b'a', 0],
        )]);
        assert!(hello.check_server_name(false).is_ok());
        assert_eq!(
            refused(hello.check_server_name(true)),
            (Reason::BAD_EXTENSION, Alert::UNRECOGNIZED_NAME)
        );
    }

    #[test]
    fn tls13_needs_signature_algorithms_unless_it_resumes_and_a_key_share() {
        let share = (ExtensionType::KEY_SHARE, &[0, 0][..]);
        assert_eq!(
            refused(hello(&[share]).check_whole(TLS13, false)),
            (Reason::MISSING_SIGALGS_EXTENSION, Alert::MISSING_EXTENSION)
        );
        assert!(hello(&[share]).check_whole(TLS13, true).is_ok());
        assert_eq!(
            refused(hello(&[]).check_whole(TLS13, true)),
            (Reason::NO_SUITABLE_KEY_SHARE, Alert::MISSING_EXTENSION)
        );
    }

    #[test]
    fn a_version_list_has_whole_versions() {
        let check =
            |contents| hello(&[(ExtensionType::SUPPORTED_VERSIONS, contents)]).check_versions();
        assert!(check(&[2, 3, 4]).is_ok());
        let mismatch = (Reason::LENGTH_MISMATCH, Alert::PROTOCOL_VERSION);
        assert_eq!(refused(check(&[1, 3])), mismatch);
        assert_eq!(refused(check(&[2, 3])), mismatch);
    }
}
