//! Pre-shared keys that come from the program (RFC 8446, section 4.2.11).
//!
//! rustls knows PSKs of resumed sessions only. The two kinds differ in nothing but the label under
//! which the key of the binder is derived: "res binder" or "ext binder". So an external key is
//! resumed like a session, and the derivation changes its label. For rustls to hold a key of any
//! length, and to tell this key from those of other connections that are driven on the same thread,
//! it is given a random stand-in of the hash's length. Where the key schedule extracts from the
//! stand-in, the wrapped HKDF extracts from the key itself; the stand-in is never used for anything.

use std::sync::Arc;

use rustls::crypto::GetRandomFailed;
use zeroize::Zeroizing;

use super::note::{Note, OnThread};
use super::provider::random;
use super::provider::suites::tls13_hash_len;
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
        random::SOURCE.fill(&mut stand_in)?;
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

/// Lends the thread's external key to `work`, if `stand_in` stands for it.
pub(super) fn with_key<R>(stand_in: &[u8], work: impl FnOnce(&[u8]) -> R) -> Option<R> {
    ACTIVE.with_value(|active| {
        let keys = &active.as_ref()?.0;
        (stand_in == keys.stand_in.as_slice()).then(|| work(&keys.key))
    })
}
