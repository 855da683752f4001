//! Sessions as entries of a context's cache ([`crate::cache`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32};

use crate::cache::{Entry, Expiry, Index, Key};
use crate::reference::{Attachment, WeakSlot};
use crate::session::{Owner, Session};

impl Entry for Session {
    type Owner = dyn Owner;

    fn key(&self) -> Key {
        // A session's id is at most 32 bytes long: its setters accept no longer one.
        Key::new(self.protocol_version(), &self.id()).unwrap_or_else(|| unreachable!())
    }

    fn expires(&self) -> Expiry {
        Expiry::of(self.time(), self.timeout())
    }

    fn owner_of(index: Arc<Index<Self>>) -> Arc<dyn Owner> {
        index
    }

    fn owner(&self) -> &WeakSlot<dyn Owner> {
        Session::owner(self)
    }

    fn key_hash(&self) -> &AtomicU32 {
        Session::key_hash(self)
    }

    fn key_changes(&self) -> &AtomicU16 {
        Session::key_changes(self)
    }

    fn attachment(&self) -> &Attachment {
        &self.attachment
    }
}

impl Owner for Index<Session> {
    fn try_reorder(&self, session: &Session) -> bool {
        self.try_reorder_own(session)
    }

    fn reorder(&self, session: &Session) {
        self.reorder_own(session);
    }
}

#[cfg(test)]
mod tests {
    use crate::cipher::Method;
    use crate::context::Context;
    use crate::session::{Fields, Session};
    use crate::wire::Version;

    /// Adding again does not look at the key unless it has changed.
    #[test]
    fn a_session_that_is_added_again_is_found_under_the_key_that_it_has_now() {
        const METHOD: Method = Method::TLS;
        let context = Context::new(Default::default(), &METHOD).unwrap();
        let session = Session::new(Fields {
            protocol_version: Version::TLS1_2.to_c(),
            id: vec![1; 32],
            time: crate::clock::now(),
            timeout: 7200,
            ..Fields::default()
        });
        assert!(context.add_session(&session) && !context.add_session(&session));
        session.set_id(&[2; 32]).unwrap();
        assert!(context.add_session(&session) && !context.add_session(&session));
        assert!(context.has_session(Version::TLS1_2, &[2; 32]));
        session.set_protocol_version(Version::TLS1_3.to_c());
        assert!(context.add_session(&session) && !context.add_session(&session));
        assert!(context.has_session(Version::TLS1_3, &[2; 32]));
        session.set_id(&[1; 32]).unwrap();
        session.set_protocol_version(Version::TLS1_2.to_c());
        assert!(!context.add_session(&session));
    }
}
