//! Groups for key exchange (RFC 8446 section 4.2.7): numbers, names, and the lists of them.

use std::ffi::{CStr, c_int};

use super::words::elements;
use crate::error::{Error, Reason, Result};

/// A group.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// Number in the TLS registry.
    pub id: u16,
    /// libcrypto's number; 0 when libcrypto 3.0 has none.
    pub nid: c_int,
    /// The name that `SSL_group_to_name(3)` gives.
    pub name: &'static CStr,
    /// Other names that lists may use.
    aliases: &'static [&'static str],
    /// Bits of security, to compare with those of a security level.
    pub security_bits: c_int,
    /// Whether the engine can use it.
    pub supported: bool,
}

/// The groups in use unless the program sets others, best first: OpenSSL's X25519, P-256,
/// X448, P-521, P-384 and finite fields.
pub const DEFAULT_GROUPS: &[u16] = &[
    0x001d, 0x0017, 0x001e, 0x0019, 0x0018, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
];

/// Added to the TLS number of a group that has no number in libcrypto (`TLSEXT_nid_unknown`).
const WITHOUT_NID: c_int = 0x0100_0000;

impl Group {
    /// The group with this number in the TLS registry, supported or not.
    pub fn from_id(id: u16) -> Option<&'static Group> {
        GROUPS.iter().find(|group| group.id == id)
    }

    /// The group with this libcrypto number, supported or not.
    pub fn from_nid(nid: c_int) -> Option<&'static Group> {
        GROUPS.iter().find(|group| nid != 0 && group.nid == nid)
    }

    /// The group with this name. Case matters, except in names that libcrypto 3.0 does not
    /// have.
    pub fn from_name(name: &str) -> Option<&'static Group> {
        GROUPS.iter().find(|group| {
            let own = group.name.to_bytes();
            own == name.as_bytes()
                || group.aliases.contains(&name)
                || group.nid == 0 && own.eq_ignore_ascii_case(name.as_bytes())
        })
    }

    /// The group that a program means by `number`, which is what [`reported`] returns.
    pub fn from_reported(number: c_int) -> Option<&'static Group> {
        match number & WITHOUT_NID {
            0 => Self::from_nid(number),
            _ => Self::from_id(number as u16),
        }
    }
}

/// What `SSL_get_negotiated_group(3)` and the like return for the group with TLS number `id`:
/// libcrypto's number, or 0x01000000 plus `id` when it has none.
pub fn reported(id: u16) -> c_int {
    match Group::from_id(id) {
        Some(group) if group.nid != 0 => group.nid,
        _ => WITHOUT_NID | c_int::from(id),
    }
}

/// Reads a list for `SSL_CTX_set1_groups_list(3)`: names with colons between them. They may include
/// groups that the engine does not support; a handshake skips these.
///
/// Errors: an unknown name; also an empty or repeated element, without an error on the queue, as in
/// OpenSSL.
pub fn parse_groups(list: &[u8]) -> Result<Vec<&'static Group>> {
    let mut groups = Vec::new();
    for element in elements(list) {
        if element.is_empty() {
            return Err(Error::Silent);
        }
        let group = std::str::from_utf8(element)
            .ok()
            .and_then(Group::from_name)
            .ok_or_else(|| {
                let name = element.escape_ascii();
                invalid(format!("group '{name}' cannot be set"))
            })?;
        push_new(&mut groups, group)?;
    }
    Ok(groups)
}

/// Reads the numbers of libcrypto that `SSL_CTX_set1_groups(3)` takes. As [`parse_groups`].
pub fn groups_from_nids(nids: &[c_int]) -> Result<Vec<&'static Group>> {
    if nids.is_empty() {
        return Err(Error::new(Reason::BAD_LENGTH));
    }
    let mut groups = Vec::new();
    for nid in nids {
        let group = Group::from_nid(*nid)
            .ok_or_else(|| invalid(format!("group with NID {nid} cannot be set")))?;
        push_new(&mut groups, group)?;
    }
    Ok(groups)
}

fn push_new(groups: &mut Vec<&'static Group>, group: &'static Group) -> Result<()> {
    if groups.contains(&group) {
        return Err(Error::Silent);
    }
    groups.push(group);
    Ok(())
}

fn invalid(detail: String) -> Error {
    Error::with(Reason::PASSED_INVALID_ARGUMENT, detail)
}

macro_rules! groups {
    ($($id:literal $nid:literal $name:literal $aliases:tt $bits:literal $supported:literal;)*) => {
        /// The groups of OpenSSL 3.0, and the post-quantum ones, by ascending number.
        static GROUPS: &[Group] = &[$(Group {
            id: $id,
            nid: $nid,
            name: $name,
            aliases: &$aliases,
            security_bits: $bits,
            supported: $supported,
        },)*];
    };
}

// Columns: TLS number, libcrypto's number, name, other names, bits of security, supported.
groups! {
    0x0001 721  c"sect163k1"          ["K-163"]               80  false;
    0x0002 722  c"sect163r1"          []                      80  false;
    0x0003 723  c"sect163r2"          ["B-163"]               80  false;
    0x0004 724  c"sect193r1"          []                      80  false;
    0x0005 725  c"sect193r2"          []                      80  false;
    0x0006 726  c"sect233k1"          ["K-233"]               112 false;
    0x0007 727  c"sect233r1"          ["B-233"]               112 false;
    0x0008 728  c"sect239k1"          []                      112 false;
    0x0009 729  c"sect283k1"          ["K-283"]               128 false;
    0x000a 730  c"sect283r1"          ["B-283"]               128 false;
    0x000b 731  c"sect409k1"          ["K-409"]               192 false;
    0x000c 732  c"sect409r1"          ["B-409"]               192 false;
    0x000d 733  c"sect571k1"          ["K-571"]               256 false;
    0x000e 734  c"sect571r1"          ["B-571"]               256 false;
    0x000f 708  c"secp160k1"          []                      80  false;
    0x0010 709  c"secp160r1"          []                      80  false;
    0x0011 710  c"secp160r2"          []                      80  false;
    0x0012 711  c"secp192k1"          []                      80  false;
    0x0013 409  c"secp192r1"          ["prime192v1", "P-192"] 80  false;
    0x0014 712  c"secp224k1"          []                      112 false;
    0x0015 713  c"secp224r1"          ["P-224"]               112 false;
    0x0016 714  c"secp256k1"          []                      128 false;
    0x0017 415  c"secp256r1"          ["prime256v1", "P-256"] 128 true;
    0x0018 715  c"secp384r1"          ["P-384"]               192 true;
    0x0019 716  c"secp521r1"          ["P-521"]               256 false;
    0x001a 927  c"brainpoolP256r1"    []                      128 false;
    0x001b 931  c"brainpoolP384r1"    []                      192 false;
    0x001c 933  c"brainpoolP512r1"    []                      256 false;
    0x001d 1034 c"x25519"             ["X25519"]              128 true;
    0x001e 1035 c"x448"               ["X448"]                224 false;
    0x0100 1126 c"ffdhe2048"          []                      112 false;
    0x0101 1127 c"ffdhe3072"          []                      128 false;
    0x0102 1128 c"ffdhe4096"          []                      128 false;
    0x0103 1129 c"ffdhe6144"          []                      128 false;
    0x0104 1130 c"ffdhe8192"          []                      192 false;
    0x11eb 0    c"SecP256r1MLKEM768"  []                      192 true;
    0x11ec 0    c"X25519MLKEM768"     []                      192 true;
    0x11ed 0    c"SecP384r1MLKEM1024" []                      256 false;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(list: &str) -> Vec<u16> {
        let groups = parse_groups(list.as_bytes()).unwrap();
        groups.iter().map(|group| group.id).collect()
    }

    #[test]
    fn a_group_goes_by_all_names_that_openssl_accepts() {
        for name in ["P-256", "prime256v1", "secp256r1"] {
            assert_eq!(ids(name), [0x17], "{name}");
        }
        assert_eq!(ids("X25519"), ids("x25519"));
        assert_eq!(ids("x25519mlkem768:SecP256r1MLKEM768"), [0x11ec, 0x11eb]);
        assert_eq!(ids(" X25519 : P-384 "), [0x1d, 0x18]);
    }

    #[test]
    fn groups_that_the_engine_lacks_are_kept() {
        assert_eq!(
            ids("X448:P-521:X25519:ffdhe2048"),
            [0x1e, 0x19, 0x1d, 0x100]
        );
        assert_eq!(ids("P-521"), [0x19]);
    }

    #[test]
    fn unknown_names_are_named_in_the_error() {
        for name in [
            "nope",
            "p-256",
            "PRIME256V1",
            "SECP256R1",
            "?X25519",
            "ansiX9p256r1",
        ] {
            let expected = invalid(format!("group '{name}' cannot be set"));
            assert_eq!(parse_groups(name.as_bytes()), Err(expected));
        }
    }

    #[test]
    fn empty_and_doubled_elements_fail_without_an_error_on_the_queue() {
        for list in ["", ":", "X25519:", "X25519:X25519", "P-256:prime256v1"] {
            assert_eq!(parse_groups(list.as_bytes()), Err(Error::Silent), "{list}");
        }
    }

    #[test]
    fn groups_are_set_by_libcrypto_number() {
        let groups = groups_from_nids(&[415, 1034, 716]).unwrap();
        let ids: Vec<_> = groups.iter().map(|group| group.id).collect();
        assert_eq!(ids, [0x17, 0x1d, 0x19]);
        assert!(groups_from_nids(&[999]).is_err());
        assert!(groups_from_nids(&[0]).is_err());
        assert!(groups_from_nids(&[]).is_err());
    }

    #[test]
    fn a_group_has_a_name_by_either_number() {
        for number in [415, 0x0100_0017] {
            assert_eq!(Group::from_reported(number).unwrap().name, c"secp256r1");
        }
        assert_eq!(reported(0x17), 415);
        assert_eq!(reported(0x11ec), 0x0100_11ec);
        assert_eq!(Group::from_reported(reported(0x11ec)).unwrap().id, 0x11ec);
        assert_eq!(Group::from_reported(0), None);
        assert_eq!(Group::from_reported(0x17), None);
        assert_eq!(Group::from_reported(-1), None);
    }
}
