//! Lists of cipher suites as encoded in a ClientHello (SSL_bytes_to_cipher_list(3)).

use super::Cipher;
use crate::error::{Error, Reason, Result};

/// How a suite is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuiteListForm {
    /// Two bytes.
    Tls,
    /// Three bytes, as in SSL 2.0: suites of TLS begin with 0.
    Ssl2,
}

/// The known entries of a list, in its order.
#[derive(Debug, PartialEq, Eq)]
pub struct SuiteList {
    /// The cipher suites.
    pub suites: Vec<&'static Cipher>,
    /// The signalling values.
    pub signals: Vec<&'static Cipher>,
}

impl SuiteList {
    /// Reads a list; unknown entries are left out. An empty list is an error, and so is one that
    /// ends within an entry.
    pub fn read(bytes: &[u8], form: SuiteListForm) -> Result<Self> {
        let size = match form {
            SuiteListForm::Tls => 2,
            SuiteListForm::Ssl2 => 3,
        };
        if bytes.is_empty() {
            return Err(Error::new(Reason::NO_CIPHERS_SPECIFIED));
        }
        if !bytes.len().is_multiple_of(size) {
            return Err(Error::new(Reason::ERROR_IN_RECEIVED_CIPHER_LIST));
        }
        let known = bytes.chunks_exact(size).filter_map(|entry| match entry {
            [high, low] | [0, high, low] => Cipher::from_wire(u16::from_be_bytes([*high, *low])),
            _ => None,
        });
        let (signals, suites) = known.partition(|cipher| cipher.is_signal());
        Ok(Self { suites, signals })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_entries_of_both_forms_are_read() {
        let suite = Cipher::from_wire(0x1301).unwrap();
        let signal = Cipher::from_wire(0x00ff).unwrap();
        let list = SuiteList {
            suites: vec![suite],
            signals: vec![signal],
        };
        let tls = [0x13, 0x01, 0x00, 0xff, 0x0a, 0x0a];
        assert_eq!(
            SuiteList::read(&tls, SuiteListForm::Tls).as_ref(),
            Ok(&list)
        );
        let ssl2 = [0, 0x13, 0x01, 1, 0, 0x80, 0, 0x00, 0xff, 1, 0x13, 0x02];
        assert_eq!(SuiteList::read(&ssl2, SuiteListForm::Ssl2), Ok(list));
    }

    #[test]
    fn empty_lists_and_cut_ones_are_errors() {
        for form in [SuiteListForm::Tls, SuiteListForm::Ssl2] {
            let empty = Err(Error::new(Reason::NO_CIPHERS_SPECIFIED));
            assert_eq!(SuiteList::read(&[], form), empty);
            let cut = Err(Error::new(Reason::ERROR_IN_RECEIVED_CIPHER_LIST));
            assert_eq!(SuiteList::read(&[0x13], form), cut);
            assert_eq!(SuiteList::read(&[0, 0xc0, 0x2f, 0, 0], form), cut);
        }
    }
}
