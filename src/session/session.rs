//! The session object.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};

use crate::clock;
use crate::error::Result;
use crate::libcrypto::ex_data::{Class, ExData};
use crate::reference::tag::{Tag, Tagged, tagged};
use crate::reference::{Attachment, Count, WeakSlot};
use crate::session::body::{BodyList, PeerChange};
use crate::session::fields::{AtomicNumbers, hex};
use crate::session::{
    FLAG_BOUND_TO_HOST, FLAG_EXTENDED_MASTER_SECRET, Fields, MAX_FRAGMENT_LENGTH_UNSPECIFIED,
    Numbers, Part, PeerChain, Reading, SessionRef, View,
};

/// A TLS session. Behind `SSL_SESSION*`; held through [`SessionRef`]. Any thread may use any
/// method; see the [module](crate::session).
///
/// The fields that the cache uses come first and close together, because large caches spend most of
/// their time on cache misses.
#[repr(C, align(16))]
pub struct Session {
    pub(super) tag: Tag<{ Session::KIND }>,
    /// References; see [`SessionRef`].
    pub(super) count: Count,
    pub(super) bodies: BodyList,
    owner: WeakSlot<dyn Owner>,
    /// See [`key_hash`](Self::key_hash); 0 for none.
    key_hash: AtomicU32,
    key_changes: AtomicU16,
    not_resumable: AtomicBool,
    /// For the cache only.
    pub attachment: Attachment,
    numbers: AtomicNumbers,
    /// Application data (`SSL_SESSION_set_ex_data(3)`).
    pub ex_data: ExData,
}

/// A cache, as seen by its sessions. Neither method runs foreign code.
pub trait Owner: Send + Sync {
    /// The session's time or timeout has changed, and with it its place in the order of expiry
    /// (S54). False if that cannot be done without waiting; then nothing has happened.
    fn try_reorder(&self, session: &Session) -> bool;

    /// As [`try_reorder`](Self::try_reorder), and waits as long as need be.
    fn reorder(&self, session: &Session);
}

tagged!(Session, tag, 0xd3f8_62ab_914e_075c);

impl Session {
    /// A session with these fields, outside any cache, with one reference.
    pub fn new(fields: Fields) -> SessionRef {
        Self::from_view(fields.view())
    }

    /// Like [`new`](Self::new), from borrowed fields.
    pub fn from_view(view: View<'_>) -> SessionRef {
        Self::of(&view.numbers, BodyList::new(&view.bytes))
    }

    /// As `SSL_SESSION_new(3)` makes it (S62): like [`Fields::default`], but not decided yet whether fragments are
    /// shorter.
    pub fn empty() -> SessionRef {
        let numbers = Numbers {
            time: clock::now(),
            max_fragment_length: MAX_FRAGMENT_LENGTH_UNSPECIFIED,
            ..Numbers::default()
        };
        Self::of(&numbers, BodyList::empty())
    }

    fn of(numbers: &Numbers, bodies: BodyList) -> SessionRef {
        let session = SessionRef::new(Self {
            tag: Tag::new(),
            count: Count::one(),
            bodies,
            owner: WeakSlot::default(),
            key_hash: AtomicU32::new(0),
            key_changes: AtomicU16::new(0),
            not_resumable: AtomicBool::new(false),
            attachment: Attachment::default(),
            numbers: AtomicNumbers::new(numbers),
            ex_data: ExData::new(Class::SslSession),
        });
        // It fails only when memory is short. The session is usable without its initial values, and libcrypto's errors
        // are on the queue.
        let _ = session.ex_data.init_for(&*session);
        session
    }

    /// A copy with one reference, in no cache (`SSL_SESSION_dup(3)`, S63): the peer's certificates are shared, "not
    /// resumable" is copied, and callbacks copy the application data; only they can fail.
    pub fn duplicate(&self) -> Result<SessionRef> {
        let mut fields = self.fields();
        if fields.ticket.is_none() {
            // As in OpenSSL, where the hint is part of the ticket.
            fields.lifetime_hint = 0;
        }
        let copy = self.successor(fields.view())?;
        if self.is_not_resumable() {
            copy.set_not_resumable();
        }
        Ok(copy)
    }

    /// A successor of this session, with the fields of `view`: resumable, with one reference, in no
    /// cache. The application data is copied as in [`duplicate`](Self::duplicate).
    pub fn successor(&self, view: View<'_>) -> Result<SessionRef> {
        let successor = Self::from_view(view);
        successor.ex_data.copy_from(&self.ex_data)?;
        Ok(successor)
    }

    /// All fields, to be read. Setters do not change them. Do not keep this across callbacks, locks
    /// or I/O: see [`Reading`].
    pub fn read(&self) -> Reading<'_> {
        self.bodies.read(self.numbers.load())
    }

    /// A byte field for C: its address and its length (with the NUL of a name); `None` when it is absent. The bytes do
    /// not change until this field is replaced, and then until this thread was lent many newer values of it; no longer
    /// than the session.
    pub fn lend(&self, part: Part) -> Option<(*const u8, usize)> {
        self.bodies.lend(part)
    }

    /// The peer's certificates, which C is lent; as for [`lend`](Self::lend).
    pub fn lend_peer(&self) -> Option<Arc<PeerChain>> {
        self.bodies.lend_peer()
    }

    /// All fields, copied out.
    pub fn fields(&self) -> Fields {
        Fields::from(self.read().view())
    }

    /// Changes any fields in one step.
    #[cfg(test)]
    pub fn update(&self, change: impl FnOnce(&mut Fields)) {
        let mut fields = self.fields();
        change(&mut fields);
        self.assign(fields.view());
    }

    /// Replaces all fields by those of `view`; the count, the owner and the application data stay.
    pub fn assign(&self, view: View<'_>) {
        let before = self.numbers.load();
        let peer = PeerChange::Becomes(view.bytes.peer.cloned());
        self.bodies.replace(&view.bytes.with_parts(), peer);
        self.note_key_change();
        self.store_numbers(&before, &view.numbers);
    }

    /// The certificates of the peer.
    pub fn peer(&self) -> Option<Arc<PeerChain>> {
        self.bodies.peer()
    }

    /// When the session expires, in seconds since the epoch; `None` for never, since the sum of
    /// time and timeout overflows (S61).
    pub fn expires(&self) -> Option<i64> {
        self.time().checked_add(self.timeout().max(0))
    }

    /// True when the session has expired at `now` (S55).
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires().is_some_and(|end| now > end)
    }

    /// True when the session uses the extended master secret (RFC 7627).
    pub fn extended_master_secret(&self) -> bool {
        self.numbers.flags.load(Ordering::Relaxed) & FLAG_EXTENDED_MASTER_SECRET != 0
    }

    /// True when only clients that name its server may resume it.
    pub fn is_bound_to_host(&self) -> bool {
        self.numbers.flags.load(Ordering::Relaxed) & FLAG_BOUND_TO_HOST != 0
    }

    /// The mode of the max_fragment_length extension; 0 for none, and before a handshake has settled it.
    pub fn settled_max_fragment_length(&self) -> u8 {
        match self.max_fragment_length() {
            MAX_FRAGMENT_LENGTH_UNSPECIFIED => 0,
            mode => mode,
        }
    }

    /// True when the session may be resumed: it is not declared not resumable, and has an id or a ticket (S65).
    /// Expiry does not matter.
    pub fn is_resumable(&self) -> bool {
        let has_ticket = || self.ticket().is_some_and(|ticket| !ticket.is_empty());
        !self.is_not_resumable() && (!self.id().is_empty() || has_ticket())
    }

    /// True when the session is declared not resumable.
    pub fn is_not_resumable(&self) -> bool {
        self.not_resumable.load(Ordering::Relaxed)
    }

    /// Declares the session not resumable, for every holder and for ever (S65).
    pub fn set_not_resumable(&self) {
        self.not_resumable.store(true, Ordering::Relaxed);
    }

    /// The hash of version and id that a cache has stored; 0 when they have changed since.
    #[inline]
    pub fn key_hash(&self) -> &AtomicU32 {
        &self.key_hash
    }

    /// How often version or id have changed; at most the greatest number.
    #[inline]
    pub fn key_changes(&self) -> &AtomicU16 {
        &self.key_changes
    }

    /// Version or id have changed.
    pub(super) fn note_key_change(&self) {
        self.key_hash.store(0, Ordering::Relaxed);
        // Release: a cache that sees the same number before and after has seen no key of before the change.
        let _ = self
            .key_changes
            .fetch_update(Ordering::Release, Ordering::Relaxed, |changes| {
                changes.checked_add(1)
            });
    }

    /// The cache that the session entered last, until it leaves that (S103).
    #[inline]
    pub fn owner(&self) -> &WeakSlot<dyn Owner> {
        &self.owner
    }

    /// Writes the numbers that differ between `before` and `after`, and reorders the session in its cache when its
    /// expiry changes.
    pub(super) fn store_numbers(&self, before: &Numbers, after: &Numbers) {
        self.numbers.store(before, after);
        if (before.time, before.timeout) != (after.time, after.timeout) {
            self.reorder();
        }
    }

    /// Reorders the session in its cache, since time or timeout has changed.
    pub(super) fn reorder(&self) {
        // The cache's node is seldom in the processor's cache.
        self.attachment.prefetch();
        let done = self.owner.with(|owner| owner.try_reorder(self));
        // No thread waits while it is pinned.
        if done == Some(false)
            && let Some(owner) = self.owner.get()
        {
            owner.reorder(self);
        }
    }

    pub(super) fn numbers(&self) -> &AtomicNumbers {
        &self.numbers
    }

    pub(super) fn bodies(&self) -> &BodyList {
        &self.bodies
    }
}

impl fmt::Debug for Session {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("protocol_version", &self.protocol_version())
            .field("cipher_id", &self.cipher_id())
            .field("id", &hex(&self.id()))
            .field("time", &self.time())
            .field("timeout", &self.timeout())
            .field("resumable", &self.is_resumable())
            .finish_non_exhaustive()
    }
}
