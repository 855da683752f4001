//! A reserve of memory: enough for calls in progress to finish when an allocation fails.
//!
//! Rust's collections and the engine end the process when an allocation fails. So an allocation
//! that would fail is served from the reserve, and counted. Calls that make something or drive a
//! connection compare the count when they end, and fail if memory ran out during the call; their
//! results are dropped ([`super::memory`]). When even the reserve is used up an allocation fails,
//! which ends the process.
//!
//! The reserve is in the library's own zeroed pages, which take no memory until they are used. It
//! has no lock: a fork or a signal at any moment leaves it usable.

use std::alloc::Layout;
use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The size of the reserve in bytes.
pub const SIZE: usize = 1 << 20;
/// The unit of allocation.
const GRANULE: usize = 64;
const GRANULES: usize = SIZE / GRANULE;

#[repr(align(4096))]
struct Memory(UnsafeCell<[u8; SIZE]>);

// SAFETY: each of its parts has one owner.
unsafe impl Sync for Memory {}

static MEMORY: Memory = Memory(UnsafeCell::new([0; SIZE]));
static TAKEN: [AtomicBool; GRANULES] = [const { AtomicBool::new(false) }; GRANULES];
static IN_USE: AtomicUsize = AtomicUsize::new(0);
/// How often the reserve was used, or was too small.
static COUNT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The value of [`COUNT`] when this thread last used the reserve.
    static LAST: Cell<usize> = const { Cell::new(0) };
}

/// A moment of this thread, which shows later whether memory has run out since.
#[derive(Clone, Copy)]
pub struct Moment(usize);

impl Moment {
    /// This moment.
    #[inline]
    pub fn now() -> Self {
        Self(COUNT.load(Ordering::Relaxed))
    }

    /// Whether an allocation of this thread has found no memory since.
    #[inline]
    pub fn memory_ran_out_since(self) -> bool {
        COUNT.load(Ordering::Relaxed) != self.0 && self.this_thread_had_none()
    }

    #[cold]
    fn this_thread_had_none(self) -> bool {
        LAST.get() > self.0
    }
}

/// Records that this thread has found no memory.
pub fn record_shortage() {
    LAST.set(COUNT.fetch_add(1, Ordering::Relaxed) + 1);
}

/// Whether too much of the reserve is in use for a call that needs memory to begin.
#[inline]
pub fn is_low() -> bool {
    IN_USE.load(Ordering::Relaxed) > GRANULES / 4
}

fn start() -> *mut u8 {
    MEMORY.0.get().cast()
}

/// Whether `memory` is a block of the reserve.
#[inline]
pub fn holds(memory: *const u8) -> bool {
    memory.addr().wrapping_sub(start().addr()) < SIZE
}

/// A block for `layout`, or NULL when there is no room.
pub fn allocate(layout: Layout) -> *mut u8 {
    record_shortage();
    if layout.align() > align_of::<Memory>() {
        return std::ptr::null_mut();
    }
    let count = layout.size().div_ceil(GRANULE);
    let step = layout.align().div_ceil(GRANULE);
    let mut first = 0;
    while first + count <= GRANULES {
        match claim(first, count) {
            Ok(()) => {
                IN_USE.fetch_add(count, Ordering::Relaxed);
                // SAFETY: `first` is less than `GRANULES`, so within the reserve.
                return unsafe { start().add(first * GRANULE) };
            }
            Err(taken) => first = (taken + 1).next_multiple_of(step),
        }
    }
    std::ptr::null_mut()
}

/// Takes these granules; if one is taken already, takes none and returns that one.
fn claim(first: usize, count: usize) -> Result<(), usize> {
    for index in first..first + count {
        if TAKEN[index].swap(true, Ordering::Acquire) {
            for mine in &TAKEN[first..index] {
                mine.store(false, Ordering::Release);
            }
            return Err(index);
        }
    }
    Ok(())
}

/// Frees a block.
///
/// # Safety
/// [`allocate`] returned it for this layout, and it is no longer used.
#[cold]
pub unsafe fn release(memory: *mut u8, layout: Layout) {
    let first = (memory.addr() - start().addr()) / GRANULE;
    let count = layout.size().div_ceil(GRANULE);
    for granule in &TAKEN[first..first + count] {
        granule.store(false, Ordering::Release);
    }
    IN_USE.fetch_sub(count, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    // A single test, since all tests of the process share the reserve.
    #[test]
    fn the_reserve_gives_blocks_until_it_is_used_up_and_takes_them_back() {
        let before = Moment::now();
        let mut blocks = Vec::new();
        for size in [1, 64, 65, 5000, 17000].into_iter().cycle() {
            let layout = Layout::from_size_align(size, 128).unwrap();
            let block = allocate(layout);
            if block.is_null() {
                break;
            }
            assert!(holds(block));
            assert_eq!(block.align_offset(128), 0);
            // SAFETY: a block of that size.
            unsafe { block.write_bytes(1, size) };
            blocks.push((block, layout));
        }
        assert!(before.memory_ran_out_since());
        assert!(is_low());
        let other_thread = std::thread::spawn(move || before.memory_ran_out_since());
        assert!(!other_thread.join().unwrap());
        let total: usize = blocks.iter().map(|(_, layout)| layout.size()).sum();
        assert!(total > SIZE / 2, "{total}");
        let places: std::collections::BTreeSet<_> =
            blocks.iter().map(|(block, _)| block.addr()).collect();
        assert_eq!(places.len(), blocks.len());
        for (block, layout) in blocks {
            // SAFETY: `allocate` returned the block above for this layout.
            unsafe { release(block, layout) };
        }
        assert!(!is_low());
        assert!(!Moment::now().memory_ran_out_since());
        assert!(allocate(Layout::from_size_align(SIZE + 1, 1).unwrap()).is_null());
        assert!(allocate(Layout::from_size_align(1, 8192).unwrap()).is_null());
        let other = 0_u8;
        assert!(!holds(&other));
    }
}
