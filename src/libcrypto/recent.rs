//! Objects of the process that were used recently, found without a lock.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

/// A limited number of objects by some bytes. There is no lock that a thread could wait for, or that
/// a child of `fork(2)` could find taken.
pub struct Recent<T, const SETS: usize> {
    sets: [[ArcSwapOption<T>; PLACES]; SETS],
}

/// How many objects may be kept of those that belong to the same set.
pub const PLACES: usize = 4;

impl<T, const SETS: usize> Recent<T, SETS> {
    /// Room for `4 * SETS` objects.
    pub const fn new() -> Self {
        Self {
            sets: [const { [const { ArcSwapOption::const_empty() }; PLACES] }; SETS],
        }
    }

    /// What `of` gives for an object that was kept under `bytes`, or for one of some other that
    /// shares its set: `of` looks for itself.
    pub fn find<R>(&self, bytes: &[u8], of: impl Fn(&T) -> Option<R>) -> Option<R> {
        let set = &self.sets[number(bytes) as usize % SETS];
        set.iter().find_map(|place| of(place.load().as_deref()?))
    }

    /// Keeps an object under `bytes`. When the set is full, another object of the set is removed.
    pub fn keep(&self, bytes: &[u8], object: T) {
        let number = number(bytes);
        let set = &self.sets[number as usize % SETS];
        let empty = set.iter().find(|place| place.load().is_none());
        let place = empty.unwrap_or(&set[(number >> 16) as usize % PLACES]);
        place.store(Some(Arc::new(object)));
    }

    /// How many objects are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        let places = self.sets.iter().flatten();
        places.filter(|place| place.load().is_some()).count()
    }
}

/// A number for `bytes`. Encoded certificates and keys differ at their end. Who chooses them may at
/// worst have others removed.
fn number(bytes: &[u8]) -> u64 {
    let end = bytes.last_chunk().copied().map_or(0, u64::from_le_bytes);
    end ^ end >> 32
}
