//! The extension renegotiation_info (RFC 5746) of a first handshake.

/// Why the contents of a renegotiation_info in a first handshake are wrong (RFC 5746, sections 3.4
/// and 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connection) enum WrongRenegotiationInfo {
    /// Their length is not that of what follows.
    Malformed,
    /// They are those of a renegotiation.
    NotEmpty,
}

/// Checks the contents of a renegotiation_info in a first handshake.
pub(in crate::connection) fn check_renegotiation_info(
    contents: &[u8],
) -> Result<(), WrongRenegotiationInfo> {
    match contents {
        [0] => Ok(()),
        [length, rest @ ..] if usize::from(*length) == rest.len() => {
            Err(WrongRenegotiationInfo::NotEmpty)
        }
        _ => Err(WrongRenegotiationInfo::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renegotiation_info_of_a_first_handshake_is_empty() {
        use WrongRenegotiationInfo::{Malformed, NotEmpty};
        assert_eq!(check_renegotiation_info(&[0]), Ok(()));
        assert_eq!(check_renegotiation_info(&[1, 7]), Err(NotEmpty));
        for malformed in [&[][..], &[0, 7], &[2, 7]] {
            assert_eq!(check_renegotiation_info(malformed), Err(Malformed));
        }
    }
}
