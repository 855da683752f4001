//! Sessions as entries of a context's cache ([`crate::cache`]).

use std::sync::atomic::AtomicU32;

use crate::cache::{Entry, Expiry, Key};
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

    fn owner(&self) -> &WeakSlot<dyn Owner> {
        Session::owner(self)
    }

    fn key_hash(&self) -> &AtomicU32 {
        Session::key_hash(self)
    }

    fn attachment(&self) -> &Attachment {
        &self.attachment
    }
}
