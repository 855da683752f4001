//! What a cache holds: the key, the expiry and the owning reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32};

use super::hash::hash;
use super::index::Index;
use crate::reference::{Attachment, Counted, WeakSlot};

/// What a session is found by: protocol version and session id. Keeps its hash, so a key that is
/// used more than once should be kept.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Key {
    hash: u32,
    version: [u8; 2],
    length: u8,
    /// There is no gap before the id: it is compared in two pieces, and read best as it was written.
    zero: u8,
    id: [u8; Key::MAX_ID],
}

impl Key {
    /// The longest session id (RFC 5246 section 7.4.1.2).
    pub const MAX_ID: usize = 32;

    /// The key for a session id of 0 to 32 bytes; `None` if `id` is longer. Of `version` the low
    /// 16 bits count: that is all that a protocol version has on the wire.
    #[inline]
    pub fn new(version: i32, id: &[u8]) -> Option<Self> {
        match id.try_into() {
            Ok(id) => Some(Self::hashed(version, Self::MAX_ID, id)),
            Err(_) => Self::unusual(version, id),
        }
    }

    /// The key for an id that is not as long as ids usually are.
    #[cold]
    fn unusual(version: i32, id: &[u8]) -> Option<Self> {
        let mut padded = [0; Self::MAX_ID];
        padded.get_mut(..id.len())?.copy_from_slice(id);
        Some(Self::hashed(version, id.len(), &padded))
    }

    #[inline]
    fn hashed(version: i32, length: usize, id: &[u8; Self::MAX_ID]) -> Self {
        let version = (version as u16).to_be_bytes();
        let mut hashed = [0; Self::MAX_ID + 3];
        hashed[..Self::MAX_ID].copy_from_slice(id);
        hashed[Self::MAX_ID..].copy_from_slice(&[length as u8, version[0], version[1]]);
        Self {
            hash: (hash(&hashed) >> 32) as u32,
            version,
            length: length as u8,
            zero: 0,
            id: *id,
        }
    }

    /// A key that has a hash of a test's choice.
    #[cfg(test)]
    pub fn with_hash(version: i32, id: &[u8], hash: u32) -> Option<Self> {
        Some(Self {
            hash,
            ..Self::new(version, id)?
        })
    }

    /// The session id.
    pub fn id(&self) -> &[u8] {
        &self.id[..usize::from(self.length)]
    }

    /// A hash of the whole key, which cannot be predicted outside this process.
    pub(super) fn hash(&self) -> u32 {
        self.hash
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#06x}:", u16::from_be_bytes(self.version))?;
        self.id()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The last second in which a session may be resumed: its time plus its timeout. Expiries order
/// sessions in the cache.
///
/// A sum that does not fit into a `time_t` never expires, yet has its place in the order after all
/// that do fit, as in OpenSSL. The sum is kept with a bias so that the order is the integers'.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Expiry(u64);

impl Expiry {
    const BIAS: i64 = 1 << 62;

    /// The expiry of a session with this `time` (seconds since 1970) and `timeout` (seconds).
    pub fn of(time: i64, timeout: i64) -> Self {
        let timeout = timeout.max(0);
        // The usual sums fit.
        let sum = time.checked_add(timeout);
        match sum.and_then(|sum| sum.checked_add(Self::BIAS)) {
            Some(biased @ 0..) => Self(biased as u64),
            _ => Self::from_sum(i128::from(time) + i128::from(timeout)),
        }
    }

    fn from_sum(sum: i128) -> Self {
        Self((sum + i128::from(Self::BIAS)).clamp(0, i128::from(u64::MAX)) as u64)
    }

    /// True if a session with this expiry is too old at `now`: later than the last second, strictly.
    pub fn is_past(self, now: i64) -> bool {
        self < Self::from_sum(i128::from(now))
    }
}

/// The value of [`Entry::key_changes`] that stands for this many changes and more.
pub const KEY_CHANGES_UNKNOWN: u16 = u16::MAX;

/// An object that a cache can hold.
pub trait Entry: Counted {
    /// A cache, as its objects see it.
    type Owner: ?Sized + Send + Sync;

    /// The cache that has this index.
    fn owner_of(index: Arc<Index<Self>>) -> Arc<Self::Owner>;

    /// The key under which the object is found. It is read once, when the object is added.
    fn key(&self) -> Key;

    /// When the object expires, as of now.
    fn expires(&self) -> Expiry;

    /// Part of the object: the cache that it entered last, until it leaves that.
    fn owner(&self) -> &WeakSlot<Self::Owner>;

    /// Part of the object: the hash of the key under which it was added last. The object sets another value when
    /// its key changes.
    fn key_hash(&self) -> &AtomicU32;

    /// Part of the object: how often its key has changed. The object adds one after each change (Release), until
    /// [`KEY_CHANGES_UNKNOWN`].
    fn key_changes(&self) -> &AtomicU16;

    /// Part of the object, for the caches alone: where its own node is.
    fn attachment(&self) -> &Attachment;
}
