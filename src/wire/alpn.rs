//! Lists of protocol names, each behind its length (RFC 7301, section 3.1).

use super::reader::Reader;

/// The names of a list. The last is `None` when what is left is no name.
pub fn names(list: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    Reader::items(list, Reader::vector8)
}

/// Whether a list is names up to its very end, of which none is empty. The list may be.
pub fn is_list(list: &[u8]) -> bool {
    names(list).all(|name| name.is_some_and(|name| !name.is_empty()))
}

/// The list in the contents of an extension, which has at least one name.
pub fn list_of(contents: &[u8]) -> Option<&[u8]> {
    Reader::whole(contents, Reader::vector16).filter(|list| !list.is_empty() && is_list(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_whole_names_that_are_not_empty() {
        for list in [&b""[..], b"\x02h2", b"\x02h2\x01a"] {
            assert!(is_list(list), "{list:?}");
        }
        for list in [
            &b"\0"[..],
            b"\x02h",
            b"\x02h2\0",
            b"\x02h2\x05http",
            b"\x01",
        ] {
            assert!(!is_list(list), "{list:?}");
        }
    }

    #[test]
    fn an_extension_has_a_name() {
        assert_eq!(list_of(b"\0\x03\x02h2"), Some(&b"\x02h2"[..]));
        assert_eq!(list_of(b"\0\0"), None);
        assert_eq!(list_of(b"\0\x03\x02h2\0"), None);
        assert_eq!(list_of(b"\0\x02\x02h"), None);
    }
}
