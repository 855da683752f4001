//! References to a session.
//!
//! The count is OpenSSL's: one per holder, in C or here; only that a connection has a stock of them to give
//! out. How it works stands in [`crate::cache::RefCount`] and [`crate::cache::CountedCell`].
//!
//! Why the lookup's `&Session` is good although it has no reference: it found the pointer while
//! pinned, the cache unlinked the session before it gave its reference back, and the memory of a
//! session that was ever in a cache is handed to the epoch after its count reached zero. So the
//! memory stays until the lookup unpins, and the count tells whether the session is still one.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::cache;
use crate::error::Result;
use crate::session::Session;
use crate::session::sync::Ordering;
use crate::tag;

/// An owned reference to a [`Session`]: `Clone` adds one, `Drop` takes one.
pub struct SessionRef(NonNull<Session>);

// SAFETY: Session is Sync, and the count is atomic, so references may be used and dropped anywhere.
unsafe impl Send for SessionRef {}
// SAFETY: as above.
unsafe impl Sync for SessionRef {}

impl SessionRef {
    /// Takes over a new session, whose count is one.
    pub(super) fn adopt(session: Box<Session>) -> Self {
        let session = NonNull::from(Box::leak(session));
        // `Session::as_ptr` makes this pointer again from a `&Session`, which may not free.
        session.as_ptr().expose_provenance();
        Self(session)
    }

    /// True if somebody else has a reference too. Others may come at any time, unless nobody can get one.
    pub fn is_shared(&self) -> bool {
        !self.count.is_one()
    }

    /// Hands the reference over to C, or to whoever will give it to [`from_raw`](Self::from_raw).
    pub fn into_raw(self) -> *mut Session {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// The session. Unlike a pointer made from a `&Session`, this one may free it when it comes back
    /// through [`from_raw`](Self::from_raw).
    pub(super) fn as_non_null(&self) -> NonNull<Session> {
        self.0
    }

    /// Takes a reference over.
    ///
    /// # Safety
    /// `raw` is a live session of which the caller owns a reference, and gives it away.
    pub unsafe fn from_raw(raw: *mut Session) -> Self {
        // SAFETY: a live session is not NULL.
        Self(unsafe { NonNull::new_unchecked(raw) })
    }

    /// Takes a reference over from a callback of the program; `None` for NULL, an error if it is not a session.
    ///
    /// # Safety
    /// `raw` is NULL, or a live session of which the caller owns a reference and gives it away, or else readable.
    pub unsafe fn from_callback(raw: *mut Session) -> Result<Option<Self>> {
        // SAFETY: as the caller promises.
        let session = unsafe { tag::look(raw) }?;
        // SAFETY: as above, and not NULL.
        Ok(session.map(|_| unsafe { Self::from_raw(raw) }))
    }

    /// A reference of one's own to a session that C lends (`SSL_SESSION_up_ref(3)`).
    ///
    /// # Safety
    /// `raw` is a live session that somebody keeps alive during this call.
    pub unsafe fn clone_raw(raw: *const Session) -> Self {
        // SAFETY: as the caller promises.
        (*unsafe { Self::lend(raw) }).clone()
    }

    /// The reference that C has of a session that it lends. Not given back when it is dropped.
    ///
    /// # Safety
    /// `raw` is a live session that somebody keeps alive while the result is used.
    pub unsafe fn lend(raw: *const Session) -> ManuallyDrop<Self> {
        // SAFETY: alive, so not NULL; ManuallyDrop leaves the lender's reference alone.
        ManuallyDrop::new(unsafe { Self::from_raw(raw.cast_mut()) })
    }
}

impl Session {
    /// A reference, unless the last one is gone already. For lookups that found the session while
    /// pinned; also turns any `&Session` into a reference.
    pub fn try_reference(&self) -> Option<SessionRef> {
        let added = self.count.try_add();
        added.then(|| NonNull::new(self.as_ptr()).map(SessionRef))?
    }

    /// The pointer that C knows the session by. It stands for no reference.
    pub fn as_ptr(&self) -> *mut Session {
        std::ptr::with_exposed_provenance_mut(std::ptr::from_ref(self).addr())
    }

    /// Notes that a cache is about to hold it: from now on lookups may read it without a
    /// reference.
    pub(super) fn note_cached(&self) {
        self.cached.store(true, Ordering::Relaxed);
    }

    /// How many references there are; it may change at once. For tests and diagnosis.
    #[cfg(test)]
    pub fn reference_count(&self) -> usize {
        self.count.get()
    }
}

impl Deref for SessionRef {
    type Target = Session;

    fn deref(&self) -> &Session {
        // SAFETY: alive as long as this reference.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for SessionRef {
    fn clone(&self) -> Self {
        self.count.add();
        Self(self.0)
    }
}

impl Drop for SessionRef {
    fn drop(&mut self) {
        if self.count.take() {
            // SAFETY: that was the last reference, and the fence orders all other uses before.
            unsafe { end(self.0) };
        }
    }
}

impl std::fmt::Debug for SessionRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// Two references are equal when they are to the same object, as pointers are in C.
impl PartialEq for SessionRef {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for SessionRef {}

/// Ends a session: tells the companion, wipes the secrets, frees the memory or defers it.
///
/// # Safety
/// The count has reached zero, and all uses by holders come before.
unsafe fn end(session: NonNull<Session>) {
    // SAFETY: freed below at the earliest. Lookups may share it, but read only the count, and its node, which
    // is freed with it.
    let object = unsafe { session.as_ref() };
    if let Some(companion) = object.companion() {
        companion.freed(object);
    }
    // The memory may stay for lookups that are under way, but to C the session is gone.
    object.tag.clear();
    // SAFETY: no holder is left who could be reading the companion.
    drop(unsafe { (*object.companion.get()).take() });
    // SAFETY: no holder is left, and try_reference makes no new one.
    unsafe { object.bodies.wipe() };

    let session = session.as_ptr();
    if !object.cached.load(Ordering::Relaxed) {
        // SAFETY: made by `adopt`; the count reaches zero once.
        return unsafe { free(session) };
    }
    let size = size_of::<Session>() + object.bodies.size() + object.node.bytes();
    // SAFETY: as above; and the cache unlinked the session before it gave its reference back, so a
    // thread that pins from now on cannot find it. Any thread may free it: that only gives memory
    // back.
    unsafe { cache::retire(session, size, free) };
}

/// # Safety
/// `session` was made by [`SessionRef::adopt`] and is freed once.
unsafe fn free(session: *mut Session) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(session) });
}
