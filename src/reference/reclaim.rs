//! When memory that a lookup may still be reading is freed: by epochs.
//!
//! A lookup pins the calling thread ([`pin`]). Memory that was unlinked is retired ([`retire`]),
//! and freed once every thread that was pinned at that time has unpinned. After a fork, pinned
//! threads of the parent, which do not exist in the child, would block the child's collector for
//! ever; so the child begins with a fresh one, and never frees memory that was retired but not
//! freed at the fork.

#[cfg(not(loom))]
pub use epochs::{Guard, garbage, pin, prepare, retire, try_to_collect};

#[cfg(loom)]
pub use loomed::{Guard, garbage, pin, prepare, retire, try_to_collect};

/// How much memory the whole process has retired and freed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    /// Bytes retired and not yet freed.
    pub bytes: usize,
    /// Bytes freed so far, ever.
    pub freed: usize,
}

#[cfg(not(loom))]
mod epochs {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

    use crossbeam_epoch::{Collector, LocalHandle};

    use super::Garbage;
    use crate::reference::fork::generation;

    /// Keeps the calling thread pinned until it is dropped.
    pub use crossbeam_epoch::Guard;

    /// After how many changes a thread adds its numbers to those of the process.
    const PUBLISH_EVERY: u32 = 64;

    /// The collector of this process.
    struct Era {
        generation: u32,
        collector: Collector,
        /// Bytes retired and freed so far.
        retired: AtomicUsize,
        freed: AtomicUsize,
    }

    static ERA: AtomicPtr<Era> = AtomicPtr::new(std::ptr::null_mut());

    /// The calling thread's registration with a collector.
    struct Registration {
        era: &'static Era,
        handle: LocalHandle,
        /// Bytes that this thread has retired and freed, and not yet added to the era.
        retired: Cell<usize>,
        freed: Cell<usize>,
        untold: Cell<u32>,
    }

    impl Registration {
        fn is_current(&self) -> bool {
            self.era.generation == generation()
        }

        fn count(&self, counter: &Cell<usize>, bytes: usize) {
            counter.set(counter.get() + bytes);
            self.untold.set(self.untold.get() + 1);
            if self.untold.get() >= PUBLISH_EVERY {
                self.publish();
            }
        }

        fn publish(&self) {
            let Era { retired, freed, .. } = self.era;
            retired.fetch_add(self.retired.take(), Ordering::Relaxed);
            freed.fetch_add(self.freed.take(), Ordering::Release);
            self.untold.set(0);
        }
    }

    thread_local! {
        /// This thread's registration, which [`OWNED`] owns. It is a separate variable because a thread-local without a
        /// destructor is read in one step.
        static REGISTRATION: Cell<*const Registration> = const { Cell::new(std::ptr::null()) };
        static OWNED: Owned = const { Owned };
    }

    /// Ends the thread's registration when the thread ends.
    struct Owned;

    impl Drop for Owned {
        fn drop(&mut self) {
            let registration = REGISTRATION.replace(std::ptr::null()).cast_mut();
            if registration.is_null() {
                return;
            }
            // SAFETY: made by `register` from a box, and no longer used, because it was removed from its place.
            let registration = unsafe { Box::from_raw(registration) };
            registration.publish();
            if !registration.is_current() {
                // A collector of the parent: its lists are no longer used.
                std::mem::forget(registration);
            }
        }
    }

    /// What [`ERA`] holds, if it is of this process.
    #[inline]
    fn present_era(current: *mut Era) -> Option<&'static Era> {
        // SAFETY: an era is never freed.
        unsafe { current.as_ref() }.filter(|era| era.generation == generation())
    }

    fn era() -> &'static Era {
        let mut current = ERA.load(Ordering::Acquire);
        loop {
            if let Some(era) = present_era(current) {
                return era;
            }
            let fresh = Box::into_raw(Box::new(Era {
                generation: generation(),
                collector: Collector::new(),
                retired: AtomicUsize::new(0),
                freed: AtomicUsize::new(0),
            }));
            match ERA.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: as above.
                Ok(_) => return unsafe { &*fresh },
                Err(theirs) => {
                    // SAFETY: no other thread has seen `fresh`.
                    drop(unsafe { Box::from_raw(fresh) });
                    current = theirs;
                }
            }
        }
    }

    /// This thread's registration, if it has one with this process's era.
    #[inline]
    fn registered<'a>() -> Option<&'a Registration> {
        // SAFETY: it stays until the thread ends. No reference lives longer, because none leaves
        // this module or the thread.
        let registration = unsafe { REGISTRATION.get().as_ref() };
        registration.filter(|one| one.is_current())
    }

    /// Pins the calling thread: memory retired from now on is not freed before the guard is
    /// dropped. Takes no lock and writes only this thread's data. Pins nest. Hold one briefly, and
    /// never across a callback, a lock or I/O.
    #[inline]
    pub fn pin() -> Guard {
        match registered() {
            Some(one) => one.handle.pin(),
            None => register(),
        }
    }

    /// Allocates what the first [`pin`] of a thread, and of a process, needs. Its padding copies bytes of the stack to
    /// the heap, so call this before there are secrets on the stack.
    pub fn prepare() {
        if registered().is_none() {
            drop(register());
        }
    }

    #[cold]
    fn register() -> Guard {
        let era = era();
        let handle = era.collector.register();
        let guard = handle.pin();
        // A thread that is ending has no place to keep the registration, so it ends with the guard.
        // A registration that a fork has copied from the parent is leaked.
        if OWNED.try_with(|_| ()).is_ok() {
            REGISTRATION.set(Box::into_raw(Box::new(Registration {
                era,
                handle,
                retired: Cell::new(0),
                freed: Cell::new(0),
                untold: Cell::new(0),
            })));
        }
        guard
    }

    /// Calls `free(object)` once every thread that is pinned now has unpinned. `bytes` is the size
    /// of the memory, for the statistics.
    ///
    /// # Safety
    /// No thread that pins from now on can reach `object`. `free(object)` may be called from any thread,
    /// once, at any later time.
    pub unsafe fn retire<T: 'static>(object: *mut T, bytes: usize, free: unsafe fn(*mut T)) {
        let guard = pin();
        match registered() {
            Some(one) => one.count(&one.retired, bytes),
            None => _ = era().retired.fetch_add(bytes, Ordering::Relaxed),
        }
        // SAFETY: the collector requires what the caller promises.
        unsafe {
            guard.defer_unchecked(move || {
                free(object);
                match registered() {
                    Some(one) => one.count(&one.freed, bytes),
                    None => _ = era().freed.fetch_add(bytes, Ordering::Release),
                }
            });
        }
    }

    /// Frees a bounded part of the memory that this thread and ended threads have retired, as far
    /// as it can be freed now.
    pub fn try_to_collect() {
        pin().flush();
        if let Some(one) = registered() {
            one.publish();
        }
    }

    /// How much memory waits to be freed. Each thread may not have reported its last few dozen
    /// pieces yet.
    pub fn garbage() -> Garbage {
        // Without memory there would be no era, and nothing waits before there is one.
        let Some(era) = present_era(ERA.load(Ordering::Acquire)) else {
            return Garbage::default();
        };
        let freed = era.freed.load(Ordering::Acquire);
        let retired = era.retired.load(Ordering::Relaxed);
        Garbage {
            bytes: retired.saturating_sub(freed),
            freed,
        }
    }
}

/// Frees all that this thread has retired, unless a thread is pinned.
pub fn collect() {
    // What is retired now is freed once the epoch has advanced twice.
    for _ in 0..3 {
        try_to_collect();
    }
}

/// A simple collector for loom: frees when no thread is pinned.
#[cfg(loom)]
mod loomed {
    use super::Garbage;
    use loom::sync::Mutex;

    #[derive(Default)]
    struct State {
        pinned: usize,
        retired: Vec<Box<dyn FnOnce()>>,
    }

    // SAFETY: any thread may free retired memory, as `retire` requires.
    unsafe impl Send for State {}

    loom::lazy_static! {
        static ref STATE: Mutex<State> = Mutex::new(State::default());
    }

    /// Keeps memory until it is dropped.
    pub struct Guard(());

    /// As without loom.
    pub fn prepare() {}

    /// As without loom.
    pub fn pin() -> Guard {
        STATE.lock().unwrap().pinned += 1;
        Guard(())
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            let mut state = STATE.lock().unwrap();
            state.pinned -= 1;
            if state.pinned == 0 {
                let retired = std::mem::take(&mut state.retired);
                drop(state);
                retired.into_iter().for_each(|free| free());
            }
        }
    }

    /// As without loom.
    ///
    /// # Safety
    /// As without loom.
    pub unsafe fn retire<T: 'static>(object: *mut T, _bytes: usize, free: unsafe fn(*mut T)) {
        let guard = pin();
        // SAFETY: the caller's promise.
        let free = Box::new(move || unsafe { free(object) });
        STATE.lock().unwrap().retired.push(free);
        drop(guard);
    }

    /// Nothing to do: collecting is immediate.
    pub fn try_to_collect() {}

    /// No statistics under loom.
    pub fn garbage() -> Garbage {
        Garbage::default()
    }
}
