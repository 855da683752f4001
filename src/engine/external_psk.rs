//! Pre-shared keys that come from the program (RFC 8446, section 4.2.11).
//!
//! rustls knows PSKs of resumed sessions only. The two kinds differ in nothing but the label under
//! which the key of the binder is derived: "res binder" or "ext binder". So an external key is
//! resumed like a session, and the derivation changes its label. For rustls to hold a key of any
//! length, and to tell this key from those of other connections that are driven on the same thread,
//! it is given a random stand-in of the hash's length. Where the key schedule extracts from the
//! stand-in, [`extract`] extracts from the key itself; the stand-in is never used for anything.

use std::sync::Arc;

use rustls::crypto::GetRandomFailed;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock, OutputLengthError};
use zeroize::Zeroizing;

use super::note::{Note, OnThread};
use super::planned_random;
use super::profile::tls13_hash_len;
use super::session_value::SessionSecrets;

/// A connection's external key. Wiped when it goes.
#[derive(Clone)]
pub(super) struct ExternalPsk(Arc<Keys>);

struct Keys {
    stand_in: Zeroizing<Vec<u8>>,
    key: Zeroizing<Vec<u8>>,
}

impl ExternalPsk {
    /// Takes the key out of `session`, if it is an external one, and leaves the stand-in there.
    pub(super) fn take_from(
        session: Option<&mut SessionSecrets>,
    ) -> Result<Option<Self>, GetRandomFailed> {
        let Some(session) = session.filter(|session| session.external) else {
            return Ok(None);
        };
        let length = tls13_hash_len(session.cipher_suite).ok_or(GetRandomFailed)?;
        let mut stand_in = Zeroizing::new(vec![0; length]);
        planned_random::SOURCE.fill(&mut stand_in)?;
        let key = std::mem::replace(&mut session.secret, stand_in.clone());
        Ok(Some(Self(Arc::new(Keys { stand_in, key }))))
    }
}

/// Runs `work` for a connection with this key.
pub(super) fn with<R>(psk: Option<&ExternalPsk>, work: impl FnOnce() -> R) -> R {
    let Some(psk) = psk else {
        return work();
    };
    struct Restore(Option<ExternalPsk>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ACTIVE.set(self.0.take());
        }
    }
    // A callback of the program may drive another connection meanwhile.
    let _restore = Restore(ACTIVE.replace(Some(psk.clone())));
    work()
}

thread_local! {
    static ACTIVE: Note<ExternalPsk> = const { Note::new() };
}

/// The early secret of the thread's external key, if `secret` is its stand-in.
pub(super) fn extract(
    hkdf: &dyn Hkdf,
    salt: Option<&[u8]>,
    secret: &[u8],
) -> Option<Box<dyn HkdfExpander>> {
    ACTIVE.with_value(|active| {
        let keys = &active.as_ref()?.0;
        if salt.is_some() || secret != keys.stand_in.as_slice() {
            return None;
        }
        let expander = hkdf.extract_from_secret(None, &keys.key);
        Some(Box::new(EarlySecret(expander)) as Box<dyn HkdfExpander>)
    })
}

/// The early secret of an external key.
struct EarlySecret(Box<dyn HkdfExpander>);

impl HkdfExpander for EarlySecret {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        self.0.expand_slice(&external_labels(info), output)
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        self.0.expand_block(&external_labels(info))
    }

    fn hash_len(&self) -> usize {
        self.0.hash_len()
    }
}

/// The parts of an HkdfLabel (RFC 8446, section 7.1), of which the label is one.
fn external_labels<'a>(info: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let external = |part: &'a [u8]| match part {
        b"res binder" => b"ext binder",
        _ => part,
    };
    info.iter().copied().map(external).collect()
}
