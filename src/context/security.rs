//! What the security level permits, or the program's security callback in its place
//! (SSL_CTX_set_security_level(3), SSL_CTX_set_security_callback(3)).
//!
//! Each function passes the arguments that OpenSSL passes to a callback. A callback may call the
//! library, so nothing is locked or borrowed when it is called.

use std::ffi::c_int;

use super::Settings;
use crate::callback::{Asker, Question, Subject};
use crate::cipher::security::{level_permits, operation};
use crate::cipher::{Cipher, Group, SignatureAlgorithm};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::public_key::PublicKey;
use crate::wire::Version;

impl Settings {
    /// Whether this version is permitted.
    pub(crate) fn permits_version(&self, asker: Asker<'_>, version: Version) -> bool {
        self.permits(
            asker,
            Question::new(operation::VERSION, 0, version.into(), Subject::Nothing),
        )
    }

    /// Whether tickets of TLS 1.2 may be used.
    pub(crate) fn permits_tickets(&self, asker: Asker<'_>) -> bool {
        self.permits(
            asker,
            Question::new(operation::TICKET, 0, 0, Subject::Nothing),
        )
    }

    /// Whether a suite may be used.
    pub(crate) fn permits_cipher(
        &self,
        asker: Asker<'_>,
        operation: c_int,
        cipher: &'static Cipher,
    ) -> bool {
        self.permits(
            asker,
            Question::new(operation, cipher.bits(), 0, Subject::Cipher(cipher)),
        )
    }

    /// Whether the group of this TLS number may be used; not if it is unknown.
    pub(crate) fn permits_group(&self, asker: Asker<'_>, operation: c_int, number: u16) -> bool {
        let Some(group) = Group::from_id(number) else {
            return false;
        };
        self.permits(
            asker,
            Question::new(
                operation,
                group.security_bits,
                group.nid,
                Subject::Number(number),
            ),
        )
    }

    /// Whether the signature algorithm of this TLS number may be used; not if it is unknown.
    pub(crate) fn permits_signature(
        &self,
        asker: Asker<'_>,
        operation: c_int,
        number: u16,
    ) -> bool {
        let Some(algorithm) = SignatureAlgorithm::from_id(number) else {
            return false;
        };
        self.permits(
            asker,
            Question::new(
                operation,
                algorithm.security_bits,
                algorithm.hash_nid,
                Subject::Number(number),
            ),
        )
    }

    /// Refuses a temporary DH key that is too small; a missing key counts as one of 0 bits.
    pub(crate) fn check_dh(&self, asker: Asker<'_>, key: Option<&PublicKey>) -> Result<()> {
        let question = Question::new(
            operation::TMP_DH,
            key.map_or(0, PublicKey::security_bits),
            0,
            key.map_or(Subject::Nothing, Subject::Key),
        );
        if self.permits(asker, question) {
            Ok(())
        } else {
            Err(Error::new(Reason::DH_KEY_TOO_SMALL))
        }
    }

    /// Asks the program's callback; without one the level decides.
    pub(crate) fn permits(&self, asker: Asker<'_>, question: Question<'_>) -> bool {
        self.security_callback
            .call(asker, question)
            .unwrap_or_else(|| {
                let cipher = match question.subject {
                    Subject::Cipher(cipher) => Some(cipher),
                    _ => None,
                };
                let Question {
                    operation,
                    bits,
                    nid,
                    ..
                } = question;
                level_permits(self.security_level, operation, bits, nid, cipher)
            })
    }
}
