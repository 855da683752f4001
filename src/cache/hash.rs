//! The hash of keys: SipHash-1-3 with keys that this process drew at random, so that peers cannot choose ids
//! that meet in one chain.

use siphasher::sip::SipHasher13;

/// The hash of `bytes`.
#[inline]
pub fn hash(bytes: &[u8]) -> u64 {
    let (first, second) = keys();
    SipHasher13::new_with_keys(first, second).hash(bytes)
}

/// The keys of this process; a fork has those of its parent. No thread waits for another one that is drawing them: a
/// fork may have left that one behind.
#[cfg(not(loom))]
#[inline]
fn keys() -> (u64, u64) {
    use std::sync::atomic::AtomicU64;
    static FIRST: AtomicU64 = AtomicU64::new(0);
    static SECOND: AtomicU64 = AtomicU64::new(0);
    (drawn(&FIRST), drawn(&SECOND))
}

/// The number at `place`, which is drawn when it is still 0.
#[cfg(not(loom))]
#[inline]
fn drawn(place: &std::sync::atomic::AtomicU64) -> u64 {
    match place.load(std::sync::atomic::Ordering::Relaxed) {
        0 => draw(place),
        number => number,
    }
}

#[cfg(not(loom))]
#[cold]
fn draw(place: &std::sync::atomic::AtomicU64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    use std::sync::atomic::Ordering;
    let number = RandomState::new().hash_one(0).max(1);
    match place.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => number,
        Err(theirs) => theirs,
    }
}

/// Not random under loom, which runs the same program again and again.
#[cfg(loom)]
fn keys() -> (u64, u64) {
    (0, 0)
}
