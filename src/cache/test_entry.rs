//! A small object with a count of references, as a session is, to be cached in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU32, Ordering};

use super::{Cache, Entry, Expiry, Index, Key};
use crate::reference::{Attachment, Count, Counted, Last, Ref, WeakSlot};

#[cfg(loom)]
thread_local! {
    /// How many objects have ended. (All threads of a model are one.)
    pub static ENDED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

thread_local! {
    static BEFORE_COUNTING: std::cell::Cell<Option<Box<dyn FnOnce()>>> =
        const { std::cell::Cell::new(None) };
}

/// Runs `what` when this thread next counts references: when it has found an object, and is about to take a
/// reference.
#[cfg(not(loom))]
pub fn on_next_count(what: impl FnOnce() + 'static) {
    BEFORE_COUNTING.set(Some(Box::new(what)));
}

/// An object of tests.
#[repr(align(16))]
pub struct Object {
    count: Count,
    attachment: Attachment,
    key: Key,
    time: AtomicI64,
    timeout: i64,
    owner: WeakSlot<Index<Object>>,
    key_hash: AtomicU32,
    key_changes: AtomicU16,
}

/// A reference to one.
pub type Item = Ref<Object>;

/// A fresh object.
pub fn object(version: i32, id: &[u8], time: i64, timeout: i64) -> Item {
    let key = Key::new(version, id).expect("an id of at most 32 bytes");
    object_with_key(key, time, timeout)
}

/// A fresh object with this key.
pub fn object_with_key(key: Key, time: i64, timeout: i64) -> Item {
    Ref::new(Object {
        count: Count::one(),
        attachment: Attachment::default(),
        key,
        time: AtomicI64::new(time),
        timeout,
        owner: WeakSlot::default(),
        key_hash: AtomicU32::new(0),
        key_changes: AtomicU16::new(0),
    })
}

/// An empty cache of a limit.
pub fn cache(limit: usize) -> Cache<Object> {
    Cache::new(limit)
}

impl Object {
    /// Sets the time from which the timeout counts.
    pub fn set_time(&self, time: i64) {
        self.time.store(time, Ordering::Relaxed);
    }

    /// Gives the object the place in its cache that its expiry demands now, as a session does.
    pub fn reorder(&self) {
        let done = self.owner.with(|index| index.try_reorder_own(self));
        if done == Some(false)
            && let Some(index) = self.owner.get()
        {
            index.reorder_own(self);
        }
    }
}

// SAFETY: objects are made here only, and the count is theirs.
unsafe impl Counted for Object {
    fn count(&self) -> &Count {
        if let Some(what) = BEFORE_COUNTING.take() {
            what();
        }
        &self.count
    }

    fn end(&self, _: &Last) {
        #[cfg(loom)]
        ENDED.set(ENDED.get() + 1);
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.attachment.bytes()
    }
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(self.key.id()))
    }
}

impl Entry for Object {
    type Owner = Index<Self>;

    fn owner_of(index: Arc<Index<Self>>) -> Arc<Index<Self>> {
        index
    }

    fn key(&self) -> Key {
        self.key
    }

    fn expires(&self) -> Expiry {
        Expiry::of(self.time.load(Ordering::Relaxed), self.timeout)
    }

    fn owner(&self) -> &WeakSlot<Index<Self>> {
        &self.owner
    }

    fn key_hash(&self) -> &AtomicU32 {
        &self.key_hash
    }

    fn key_changes(&self) -> &AtomicU16 {
        &self.key_changes
    }

    fn attachment(&self) -> &Attachment {
        &self.attachment
    }
}
