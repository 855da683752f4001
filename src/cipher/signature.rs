//! Signature algorithms (RFC 8446 section 4.2.3, RFC 5246 section 7.4.1.4.1): numbers, names, and
//! the lists of them.

use std::ffi::c_int;

use super::words::elements;
use crate::error::{Error, Reason, Result};

/// A signature algorithm with its hash.
#[derive(Debug, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    /// SignatureScheme number of the TLS registry.
    pub id: u16,
    /// The name of RFC 8446 that lists may use; empty for none.
    name: &'static str,
    /// libcrypto's number for the kind of signature, which is the number of a kind of key
    /// (`SSL_get_signature_type_nid(3)`).
    pub signature_nid: c_int,
    /// libcrypto's number for the hash; 0 for those that need none.
    pub hash_nid: c_int,
    /// libcrypto's number for both together, or 0 (`SSL_get_sigalgs(3)`).
    pub combined_nid: c_int,
    /// Bits of security, to compare with those of a security level.
    pub security_bits: c_int,
    /// Whether such signatures can be made and verified.
    pub supported: bool,
}

impl SignatureAlgorithm {
    /// The algorithm with this number of the TLS registry, supported or not.
    pub fn from_id(id: u16) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|algorithm| algorithm.id == id)
    }

    /// The algorithm with libcrypto's numbers for hash and kind of signature. PSS means PSS with
    /// keys of type RSA.
    pub fn from_nids(hash_nid: c_int, signature_nid: c_int) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|algorithm| {
            algorithm.hash_nid == hash_nid && algorithm.signature_nid == signature_nid
        })
    }

    /// The algorithm that an element of a list names: `rsa_pss_rsae_sha256`, `RSA-PSS+SHA256` or
    /// `SHA256+RSA-PSS`.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        match name.split_once('+') {
            Some((one, other)) => match signature_nid(one) {
                Some(signature) => Self::from_nids(hash_nid(other)?, signature),
                None => Self::from_nids(hash_nid(one)?, signature_nid(other)?),
            },
            None => ALGORITHMS
                .iter()
                .find(|algorithm| !name.is_empty() && algorithm.name == name),
        }
    }
}

/// The supported algorithms in use unless the program sets others, best first, in OpenSSL's order.
/// The security policy removes some.
pub const DEFAULT_SIGNATURE_ALGORITHMS: [u16; 16] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805, 0x0806, 0x0401,
    0x0501, 0x0601, 0x0203, 0x0201,
];

/// Reads a list for `SSL_CTX_set1_sigalgs_list(3)`: names with colons between them. Returns those
/// that are supported, in order.
///
/// Errors: an unknown, empty or repeated element, without an error on the queue, as in OpenSSL; a
/// list of which nothing is supported.
pub fn parse_signature_algorithms(list: &[u8]) -> Result<Vec<&'static SignatureAlgorithm>> {
    let mut algorithms = Vec::new();
    for element in elements(list) {
        let algorithm = std::str::from_utf8(element)
            .ok()
            .and_then(SignatureAlgorithm::from_name)
            .filter(|algorithm| !algorithms.contains(algorithm))
            .ok_or(Error::Silent)?;
        algorithms.push(algorithm);
    }
    keep_supported(algorithms)
}

/// Reads pairs of libcrypto's numbers for hash and kind of signature, which
/// `SSL_CTX_set1_sigalgs(3)` takes. Errors as for [`parse_signature_algorithms`].
pub fn signature_algorithms_from_nids(nids: &[c_int]) -> Result<Vec<&'static SignatureAlgorithm>> {
    let pairs = nids.chunks_exact(2);
    if nids.is_empty() || !pairs.remainder().is_empty() {
        return Err(Error::Silent);
    }
    let algorithms = pairs
        .map(|pair| SignatureAlgorithm::from_nids(pair[0], pair[1]))
        .collect::<Option<Vec<_>>>()
        .ok_or(Error::Silent)?;
    keep_supported(algorithms)
}

fn keep_supported(
    algorithms: Vec<&'static SignatureAlgorithm>,
) -> Result<Vec<&'static SignatureAlgorithm>> {
    let supported: Vec<_> = algorithms
        .into_iter()
        .filter(|algorithm| algorithm.supported)
        .collect();
    if supported.is_empty() {
        return Err(Error::with(
            Reason::NO_SUITABLE_SIGNATURE_ALGORITHM,
            "Reprise supports none of the signature algorithms: neither DSA nor SHA-224",
        ));
    }
    Ok(supported)
}

fn signature_nid(name: &str) -> Option<c_int> {
    Some(match name {
        "RSA" => RSA,
        "RSA-PSS" | "PSS" => PSS,
        "DSA" => DSA,
        "ECDSA" => ECDSA,
        _ => return None,
    })
}

/// libcrypto's short and long names.
fn hash_nid(name: &str) -> Option<c_int> {
    Some(match name {
        "SHA1" | "sha1" => SHA1,
        "SHA224" | "sha224" => SHA224,
        "SHA256" | "sha256" => SHA256,
        "SHA384" | "sha384" => SHA384,
        "SHA512" | "sha512" => SHA512,
        _ => return None,
    })
}

const RSA: c_int = 6;
const PSS: c_int = 912;
const DSA: c_int = 116;
const ECDSA: c_int = 408;
const ED25519: c_int = 1087;
const ED448: c_int = 1088;

const SHA1: c_int = 64;
const SHA224: c_int = 675;
const SHA256: c_int = 672;
const SHA384: c_int = 673;
const SHA512: c_int = 674;

macro_rules! algorithms {
    ($($id:literal $name:literal $signature:ident $hash:tt $both:literal $bits:literal
       $supported:literal;)*) => {
        /// The algorithms of OpenSSL 3.0. Of two algorithms with the same libcrypto numbers, the
        /// one for keys of type RSA comes first.
        static ALGORITHMS: &[SignatureAlgorithm] = &[$(SignatureAlgorithm {
            id: $id,
            name: $name,
            signature_nid: $signature,
            hash_nid: $hash,
            combined_nid: $both,
            security_bits: $bits,
            supported: $supported,
        },)*];
    };
}

// Columns: TLS number, name, libcrypto's numbers for signature, hash, and both, bits of security,
// supported.
algorithms! {
    0x0403 "ecdsa_secp256r1_sha256" ECDSA   SHA256 794 128 true;
    0x0503 "ecdsa_secp384r1_sha384" ECDSA   SHA384 795 192 true;
    0x0603 "ecdsa_secp521r1_sha512" ECDSA   SHA512 796 256 true;
    0x0807 "ed25519"                ED25519 0      0   128 true;
    0x0808 "ed448"                  ED448   0      0   224 true;
    0x0303 ""                       ECDSA   SHA224 793 112 false;
    0x0203 ""                       ECDSA   SHA1   416 64  true;
    0x0804 "rsa_pss_rsae_sha256"    PSS     SHA256 0   128 true;
    0x0805 "rsa_pss_rsae_sha384"    PSS     SHA384 0   192 true;
    0x0806 "rsa_pss_rsae_sha512"    PSS     SHA512 0   256 true;
    0x0809 "rsa_pss_pss_sha256"     PSS     SHA256 0   128 true;
    0x080a "rsa_pss_pss_sha384"     PSS     SHA384 0   192 true;
    0x080b "rsa_pss_pss_sha512"     PSS     SHA512 0   256 true;
    0x0401 "rsa_pkcs1_sha256"       RSA     SHA256 668 128 true;
    0x0501 "rsa_pkcs1_sha384"       RSA     SHA384 669 192 true;
    0x0601 "rsa_pkcs1_sha512"       RSA     SHA512 670 256 true;
    0x0301 "rsa_pkcs1_sha224"       RSA     SHA224 671 112 false;
    0x0201 "rsa_pkcs1_sha1"         RSA     SHA1   65  64  true;
    0x0402 ""                       DSA     SHA256 803 128 false;
    0x0502 ""                       DSA     SHA384 0   192 false;
    0x0602 ""                       DSA     SHA512 0   256 false;
    0x0302 ""                       DSA     SHA224 0   112 false;
    0x0202 ""                       DSA     SHA1   113 64  false;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::security::{level_permits, operation::SIGALG_SUPPORTED};

    fn ids(list: &str) -> Vec<u16> {
        let algorithms = parse_signature_algorithms(list.as_bytes()).unwrap();
        algorithms.iter().map(|algorithm| algorithm.id).collect()
    }

    #[test]
    fn names_of_both_kinds_mean_what_they_mean_in_openssl() {
        let expected = [
            ("RSA+SHA256", 0x0401),
            ("RSA+sha256", 0x0401),
            ("RSA-PSS+SHA256", 0x0804),
            ("PSS+SHA384", 0x0805),
            ("ECDSA+SHA256", 0x0403),
            ("SHA384+ECDSA", 0x0503),
            ("sha512+PSS", 0x0806),
            ("ECDSA+SHA1", 0x0203),
            ("ed25519", 0x0807),
            ("rsa_pss_pss_sha256", 0x0809),
            ("ecdsa_secp384r1_sha384", 0x0503),
        ];
        for (name, id) in expected {
            assert_eq!(ids(name), [id], "{name}");
        }
        assert_eq!(ids(" RSA+SHA256 : ECDSA+SHA256 "), [0x0401, 0x0403]);
    }

    #[test]
    fn what_openssl_refuses_is_refused_without_an_error_on_the_queue() {
        let lists = [
            "ED25519",
            "ecdsa_sha1",
            "rsa+SHA256",
            "RSA+SHA2-256",
            "RSA+MD5",
            "RSA+RSA",
            "SHA256+SHA256",
            "SHA256+",
            "+RSA",
            "nope",
            "",
            "RSA+SHA256:",
            "RSA+SHA256:RSA+SHA256",
            "RSA+SHA256:nope",
            "+SHA256",
            "RSA+",
            "dsa_sha256",
            "PSS+SHA1",
            "ED25519+SHA256",
            "ECDSA_SECP256R1_SHA256",
        ];
        for list in lists {
            let result = parse_signature_algorithms(list.as_bytes());
            assert_eq!(result, Err(Error::Silent), "{list}");
        }
    }

    #[test]
    fn what_is_not_supported_is_left_out_and_an_error_when_alone() {
        assert_eq!(ids("DSA+SHA256:RSA+SHA256"), [0x0401]);
        let alone = parse_signature_algorithms(b"DSA+SHA256");
        assert!(matches!(alone, Err(Error::Ssl(_, detail)) if detail.contains("DSA")));
    }

    #[test]
    fn pairs_of_numbers_are_hash_and_signature() {
        let algorithms = signature_algorithms_from_nids(&[SHA256, RSA, 0, ED25519]).unwrap();
        let ids: Vec<_> = algorithms.iter().map(|algorithm| algorithm.id).collect();
        assert_eq!(ids, [0x0401, 0x0807]);
        for nids in [&[SHA256][..], &[], &[4, RSA], &[0, 0], &[SHA512, SHA256]] {
            assert_eq!(signature_algorithms_from_nids(nids), Err(Error::Silent));
        }
    }

    /// From the ClientHello of OpenSSL 3.0 at levels 0 to 5, without DSA and SHA-224.
    #[test]
    fn the_default_is_in_openssls_order_and_follows_the_security_level() {
        let at = |level| -> Vec<u16> {
            DEFAULT_SIGNATURE_ALGORITHMS
                .into_iter()
                .filter(|id| {
                    let bits = SignatureAlgorithm::from_id(*id).unwrap().security_bits;
                    level_permits(level, SIGALG_SUPPORTED, bits, 0, None)
                })
                .collect()
        };
        let modern = [
            0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805, 0x0806,
            0x0401, 0x0501, 0x0601,
        ];
        assert_eq!(at(0), [&modern[..], &[0x0203, 0x0201]].concat());
        assert_eq!(at(1), modern);
        assert_eq!(at(2), modern);
        assert_eq!(
            at(4),
            [
                0x0503, 0x0603, 0x0808, 0x080a, 0x080b, 0x0805, 0x0806, 0x0501, 0x0601
            ]
        );
        assert_eq!(at(5), [0x0603, 0x080b, 0x0806, 0x0601]);
    }
}
