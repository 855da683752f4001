//! When memory that a lookup may still be reading is freed: by epochs.
//!
//! A lookup pins the calling thread ([`pin`]). Memory that was unlinked is retired ([`retire`]), and
//! freed once every thread that was pinned at that time has unpinned. After a fork the threads of the
//! parent that were pinned would hold up the child for ever; so the child begins with a fresh collector,
//! and what was retired but not freed at the fork stays unfreed in the child.

#[cfg(not(loom))]
pub use epochs::{Guard, garbage, pin, retire, try_to_collect};

#[cfg(loom)]
pub use loomed::{Guard, garbage, pin, retire, try_to_collect};

/// Memory that waits for pinned threads, in the whole process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    /// Bytes retired and not yet freed.
    pub bytes: usize,
    /// How many pieces of memory were freed so far, ever.
    pub freed: usize,
}

#[cfg(not(loom))]
mod epochs {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

    use crossbeam_epoch::{Collector, LocalHandle};

    use super::super::fork::generation;
    use super::Garbage;

    /// Keeps the calling thread pinned until it is dropped.
    pub use crossbeam_epoch::Guard;

    /// The collector of this process.
    struct Era {
        generation: u32,
        collector: Collector,
        bytes: AtomicUsize,
        freed: AtomicUsize,
    }

    static ERA: AtomicPtr<Era> = AtomicPtr::new(std::ptr::null_mut());

    /// The calling thread's registration with a collector.
    struct Registration {
        generation: u32,
        handle: Option<LocalHandle>,
    }

    impl Drop for Registration {
        fn drop(&mut self) {
            if self.generation != generation() {
                // A collector of the parent: its lists are no longer anybody's business.
                std::mem::forget(self.handle.take());
            }
        }
    }

    thread_local! {
        static REGISTRATION: RefCell<Option<Registration>> = const { RefCell::new(None) };
    }

    fn era() -> &'static Era {
        let generation = generation();
        let mut current = ERA.load(Ordering::Acquire);
        loop {
            // SAFETY: an era is never freed.
            if let Some(era) = unsafe { current.as_ref() } {
                if era.generation == generation {
                    return era;
                }
            }
            let fresh = Box::into_raw(Box::new(Era {
                generation,
                collector: Collector::new(),
                bytes: AtomicUsize::new(0),
                freed: AtomicUsize::new(0),
            }));
            match ERA.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: as above.
                Ok(_) => return unsafe { &*fresh },
                Err(theirs) => {
                    // SAFETY: nobody else has seen `fresh`.
                    drop(unsafe { Box::from_raw(fresh) });
                    current = theirs;
                }
            }
        }
    }

    /// Pins the calling thread: memory retired from now on is not freed before the guard is dropped.
    /// Takes no lock and writes only what belongs to this thread. Pins nest. To be held briefly: across
    /// neither callback nor lock nor I/O.
    #[inline]
    pub fn pin() -> Guard {
        let pinned = REGISTRATION.try_with(|registration| {
            if let Some(registration) = &*registration.borrow() {
                if registration.generation == generation() {
                    return registration.handle.as_ref().map(LocalHandle::pin);
                }
            }
            None
        });
        match pinned {
            Ok(Some(guard)) => guard,
            _ => register(),
        }
    }

    #[cold]
    fn register() -> Guard {
        let era = era();
        let handle = era.collector.register();
        let guard = handle.pin();
        let fresh = Registration {
            generation: era.generation,
            handle: Some(handle),
        };
        // In a thread that is ending there is no place to keep the registration. Then it ends with
        // the guard.
        let _ = REGISTRATION.try_with(|registration| registration.replace(Some(fresh)));
        guard
    }

    /// Has `free(object)` called once every thread that is pinned now has unpinned. `bytes` is the size
    /// of the memory, for the figures.
    ///
    /// # Safety
    /// No thread that pins from now on can reach `object`. `free(object)` may be called from any thread,
    /// once, at any later time.
    pub unsafe fn retire<T>(object: *mut T, bytes: usize, free: unsafe fn(*mut T)) {
        let era = era();
        era.bytes.fetch_add(bytes, Ordering::Relaxed);
        let guard = pin();
        // SAFETY: the caller's promises are what the collector asks for.
        unsafe {
            guard.defer_unchecked(move || {
                free(object);
                let era = self::era();
                era.bytes.fetch_sub(bytes, Ordering::Relaxed);
                era.freed.fetch_add(1, Ordering::Relaxed);
            });
        }
    }

    /// Frees what can be freed now of what this thread and ended threads retired, within bounds.
    pub fn try_to_collect() {
        pin().flush();
    }

    /// What waits to be freed.
    pub fn garbage() -> Garbage {
        let era = era();
        Garbage {
            bytes: era.bytes.load(Ordering::Relaxed),
            freed: era.freed.load(Ordering::Relaxed),
        }
    }
}

/// A simple collector for loom: frees when nobody is pinned.
#[cfg(loom)]
mod loomed {
    use super::Garbage;
    use loom::sync::Mutex;

    #[derive(Default)]
    struct State {
        pinned: usize,
        retired: Vec<Box<dyn FnOnce()>>,
    }

    // SAFETY: what is retired may be freed from any thread, as `retire` demands.
    unsafe impl Send for State {}

    loom::lazy_static! {
        static ref STATE: Mutex<State> = Mutex::new(State::default());
    }

    pub struct Guard(());

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

    pub unsafe fn retire<T: 'static>(object: *mut T, _bytes: usize, free: unsafe fn(*mut T)) {
        let guard = pin();
        // SAFETY: the caller's promise.
        let free = Box::new(move || unsafe { free(object) });
        STATE.lock().unwrap().retired.push(free);
        drop(guard);
    }

    pub fn try_to_collect() {}

    pub fn garbage() -> Garbage {
        Garbage::default()
    }
}
