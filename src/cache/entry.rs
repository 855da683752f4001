//! What a cache holds: the key, the expiry and the owning reference.

use std::ptr::NonNull;

use super::hash::hash;
use super::own_node::OwnNode;
use super::sync::hash_keys;

/// What a session is found by: protocol version and session id. Keeps its hash, so whoever has a key to
/// use more than once should keep it too.
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
        let rest = [length as u8, version[0], version[1]];
        Self {
            hash: (hash(hash_keys(), id, rest) >> 32) as u32,
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

    /// A hash of the whole key, which cannot be foretold outside this process.
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
    const BIAS: i128 = 1 << 62;

    /// The expiry of a session with this `time` (seconds since 1970) and `timeout` (seconds).
    pub fn of(time: i64, timeout: i64) -> Self {
        Self::from_sum(i128::from(time) + i128::from(timeout.max(0)))
    }

    fn from_sum(sum: i128) -> Self {
        Self((sum + Self::BIAS).clamp(0, i128::from(u64::MAX)) as u64)
    }

    /// True if a session with this expiry is too old at `now`: later than the last second, strictly.
    pub fn is_past(self, now: i64) -> bool {
        self < Self::from_sum(i128::from(now))
    }
}

/// An owning reference to a reference-counted object that a cache can hold.
///
/// # Safety
/// Whoever implements this promises:
/// - [`Entry::into_raw`] gives away one reference as a pointer, and [`Entry::from_raw`] takes it back;
/// - after the last reference of an object that was ever in a cache is gone, its memory stays
///   readable for [`Entry::try_upgrade`] until every thread that was pinned at that moment has
///   unpinned: it is freed through [`super::retire`];
/// - [`Entry::try_upgrade`] reads the count with acquire ordering when it finds it zero, and never
///   raises it from zero;
/// - no method blocks, panics or calls back into a cache.
pub unsafe trait Entry: Clone + Send + Sync {
    /// What the reference refers to.
    type Object: 'static;
    /// Whom the objects in one cache belong to.
    type Owner: Send + Sync;

    /// The key under which the object is found. It is read once, when the object is added.
    fn key(&self) -> Key;

    /// When the object expires, as of now.
    fn expires(&self) -> Expiry;

    /// The object. Two references are to the same object if these are equal.
    fn object(&self) -> NonNull<Self::Object>;

    /// Gives the reference away as a pointer.
    fn into_raw(self) -> NonNull<Self::Object>;

    /// Takes back a reference.
    ///
    /// # Safety
    /// `raw` came from [`Entry::into_raw`], and its reference was not taken back before.
    unsafe fn from_raw(raw: NonNull<Self::Object>) -> Self;

    /// A further reference, unless there is none left that it could be added to.
    ///
    /// # Safety
    /// The object is alive, or its memory was given to [`super::retire`] after the calling thread
    /// was pinned.
    unsafe fn try_upgrade(raw: NonNull<Self::Object>) -> Option<Self>;

    /// The object's own node: a part of the object, for the caches alone, dropped when its memory is freed.
    fn own_node(&self) -> &OwnNode<Self::Object>;

    /// The object is entering the cache that belongs to `owner`, under a key with this hash. Called
    /// with the writers' lock, as is [`Entry::left`], so the two come in the order of what they tell.
    fn entered(object: &Self::Object, owner: &Self::Owner, hash: u32);

    /// The hash that [`Entry::entered`] was told last, if the object's key is still the same: saves
    /// looking at the key. `None` is always right.
    fn filed_hash(&self) -> Option<u32>;

    /// The object is leaving that cache. For each object that entered it comes before the cache
    /// gives up its reference, and before `owner` is dropped.
    fn left(object: &Self::Object, owner: &Self::Owner);

    /// True if both refer to the same object.
    #[cfg(test)]
    fn same(&self, other: &Self) -> bool {
        self.object() == other.object()
    }
}
