//! A small object with its own count, of the same shape as a session, to be cached in tests.

use std::alloc::{Layout, dealloc};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use super::{Counted, Entry, Expiry, Key, OwnNode, RefCount, retire};

#[cfg(loom)]
thread_local! {
    /// How many objects have ended. (All threads of a model are one.)
    pub static ENDED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

thread_local! {
    static BEFORE_UPGRADE: std::cell::Cell<Option<Box<dyn FnOnce()>>> =
        const { std::cell::Cell::new(None) };
}

/// Has `what` done when this thread has found an object and is about to take a reference to it.
#[cfg(not(loom))]
pub fn on_next_upgrade(what: impl FnOnce() + 'static) {
    BEFORE_UPGRADE.set(Some(Box::new(what)));
}

/// What an [`Item`] refers to.
#[repr(align(16))]
pub struct Object {
    count: RefCount,
    node: OwnNode<Object>,
    key: Key,
    time: AtomicI64,
    timeout: i64,
    /// True if a cache may have led to it.
    was_cached: AtomicBool,
    /// How many caches say that it is theirs.
    caches: AtomicI64,
    /// What the last of them told; 0 for none.
    hash: AtomicU32,
}

/// An owning reference.
pub struct Item(NonNull<Object>);

// SAFETY: the object is only changed through atomics.
unsafe impl Send for Item {}
// SAFETY: as above.
unsafe impl Sync for Item {}

impl Item {
    /// A fresh object.
    pub fn new(version: i32, id: &[u8], time: i64, timeout: i64) -> Self {
        let key = Key::new(version, id).expect("an id of at most 32 bytes");
        Self::with_key(key, time, timeout)
    }

    /// A fresh object with this key.
    pub fn with_key(key: Key, time: i64, timeout: i64) -> Self {
        let object = Object {
            count: RefCount::one(),
            node: OwnNode::default(),
            key,
            time: AtomicI64::new(time),
            timeout,
            was_cached: AtomicBool::new(false),
            caches: AtomicI64::new(0),
            hash: AtomicU32::new(0),
        };
        Self(NonNull::from(Box::leak(Box::new(object))))
    }

    fn get(&self) -> &Object {
        // SAFETY: we own a reference.
        unsafe { self.0.as_ref() }
    }

    /// Sets the time from which the timeout counts.
    #[cfg(not(loom))]
    pub fn set_time(&self, time: i64) {
        self.get().time.store(time, Ordering::Relaxed);
    }

    /// How many caches have it.
    #[cfg(not(loom))]
    pub fn caches(&self) -> i64 {
        self.get().caches.load(Ordering::Relaxed)
    }

    /// How many references there are.
    pub fn references(&self) -> usize {
        self.get().count.get()
    }

    unsafe fn free(object: *mut Object) {
        // SAFETY: the caller's promise; the contents were boxed.
        unsafe {
            std::ptr::drop_in_place(object);
            dealloc(object.cast(), Layout::new::<Object>());
        }
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        self.get().count.add();
        Self(self.0)
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if self.get().count.take() {
            #[cfg(loom)]
            ENDED.set(ENDED.get() + 1);
            // SAFETY: that was the last reference, so no cache leads to the object any more. If none
            // ever did, nobody can be looking at it.
            unsafe {
                if self.get().was_cached.load(Ordering::Relaxed) {
                    let bytes = size_of::<Object>() + self.get().node.bytes();
                    retire(self.0.as_ptr(), bytes, Self::free);
                } else {
                    Self::free(self.0.as_ptr());
                }
            }
        }
    }
}

// SAFETY: `Item` ends the object when its count has become zero.
unsafe impl Counted for Object {
    fn count(&self) -> &RefCount {
        &self.count
    }
}

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(self.get().key.id()))
    }
}

// SAFETY: the count is a `RefCount`, and memory is freed through `retire`.
unsafe impl Entry for Item {
    type Object = Object;
    type Owner = ();

    fn key(&self) -> Key {
        self.get().key
    }

    fn expires(&self) -> Expiry {
        let Object { time, timeout, .. } = self.get();
        Expiry::of(time.load(Ordering::Relaxed), *timeout)
    }

    fn entered(object: &Object, (): &(), hash: u32) {
        object.hash.store(hash, Ordering::Relaxed);
        object.caches.fetch_add(1, Ordering::Relaxed);
    }

    fn filed_hash(&self) -> Option<u32> {
        let hash = self.get().hash.load(Ordering::Relaxed);
        (hash != 0).then_some(hash)
    }

    fn left(object: &Object, (): &()) {
        object.caches.fetch_sub(1, Ordering::Relaxed);
    }

    fn object(&self) -> NonNull<Object> {
        self.0
    }

    fn own_node(&self) -> &OwnNode<Object> {
        &self.get().node
    }

    fn into_raw(self) -> NonNull<Object> {
        self.get().was_cached.store(true, Ordering::Relaxed);
        std::mem::ManuallyDrop::new(self).0
    }

    unsafe fn from_raw(raw: NonNull<Object>) -> Self {
        Self(raw)
    }

    unsafe fn try_upgrade(raw: NonNull<Object>) -> Option<Self> {
        if let Some(what) = BEFORE_UPGRADE.take() {
            what();
        }
        // SAFETY: the memory is readable, by the caller's promise.
        unsafe { raw.as_ref() }.count.try_add().then_some(Self(raw))
    }
}
