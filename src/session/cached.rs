//! Sessions in the cache of a context: what [`crate::cache`] needs to know of them.

use std::ptr::NonNull;

use super::{Ownership, Session, SessionRef};
use crate::cache::{Entry, Expiry, Key, OwnNode};

// SAFETY: into_raw and from_raw move one reference; a session that was ever given away like that
// is retired when its count reaches zero (`reference::end`); try_reference compares and exchanges
// and never raises the count from zero; nothing here blocks or calls back.
unsafe impl Entry for SessionRef {
    type Object = Session;
    type Owner = Ownership;

    fn key(&self) -> Key {
        // A session's id is at most 32 bytes long: its setters see to that.
        Key::new(self.protocol_version(), &self.id()).unwrap_or_else(|| unreachable!())
    }

    fn expires(&self) -> Expiry {
        Expiry::of(self.time(), self.timeout())
    }

    fn entered(session: &Session, owner: &Ownership, hash: u32) {
        session.enter(owner, hash);
    }

    fn filed_hash(&self) -> Option<u32> {
        self.key_hash()
    }

    fn left(session: &Session, owner: &Ownership) {
        session.leave(owner);
    }

    fn object(&self) -> NonNull<Session> {
        self.as_non_null()
    }

    fn own_node(&self) -> &OwnNode<Session> {
        &self.node
    }

    fn into_raw(self) -> NonNull<Session> {
        self.note_cached();
        let raw = SessionRef::into_raw(self);
        // SAFETY: a reference is never NULL.
        unsafe { NonNull::new_unchecked(raw) }
    }

    unsafe fn from_raw(raw: NonNull<Session>) -> Self {
        // SAFETY: the caller gives back what `into_raw` gave away.
        unsafe { SessionRef::from_raw(raw.as_ptr()) }
    }

    unsafe fn try_upgrade(raw: NonNull<Session>) -> Option<Self> {
        // SAFETY: alive or retired while the caller was pinned, so the memory is readable.
        unsafe { raw.as_ref() }.try_reference()
    }
}
