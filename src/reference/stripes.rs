//! What the threads that use an object have of it: a stripe for each group of threads, so that threads that work at the
//! same time write different cache lines.
//!
//! A stripe has a part that its threads write, such as counters, and keeps a *share*: a counted object that holds a
//! reference to the whole object. Whoever needs a reference to the whole takes one to the share of its stripe, and so
//! counts on the stripe's line. But a kept share keeps the object alive. So the object counts its *owners*, and keeps
//! shares only as long as there are some: when the last one leaves, all stripes forget their shares, and the object ends
//! with the last share that is in use, at a moment that is as definite as with one count.
//!
//! A thread that has made a share keeps it only if there still is an owner. It asks by an addition of zero, because all
//! changes of one atomic have one order: either it comes before the owner's leaving, and then that owner sees the
//! stripe, waits for its lock if need be, and takes the share out; or it comes after, and then the thread sees that there
//! is no owner. The same holds for [`Stripes::renew`], which makes all stripes forget the shares of former generations.

use std::sync::Arc;

use super::sync::{AtomicPtr, AtomicU64, AtomicUsize, Lock, Ordering};

/// Into how many stripes threads are divided, in turn.
const STRIPES: usize = if cfg!(loom) { 2 } else { 32 };

/// The stripes of one object. `P` is the part that each has, `S` the type of shares.
pub struct Stripes<P, S> {
    /// Made when a thread first needs one; NULL before.
    stripes: [AtomicPtr<Stripe<P, S>>; STRIPES],
    owners: AtomicUsize,
    generation: AtomicU64,
}

/// Its own cache lines.
#[repr(align(64))]
struct Stripe<P, S> {
    part: P,
    kept: Lock<Option<Kept<S>>>,
}

/// A share, and the generation that it is of.
struct Kept<S> {
    share: Arc<S>,
    generation: u64,
}

impl<P: Default, S> Default for Stripes<P, S> {
    /// No owners, generation 0.
    fn default() -> Self {
        Self {
            stripes: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
            owners: AtomicUsize::new(0),
            generation: AtomicU64::new(0),
        }
    }
}

impl<P: Default, S> Stripes<P, S> {
    /// The part of the calling thread's stripe.
    #[inline]
    pub fn part(&self) -> &P {
        &self.stripe().part
    }

    /// The parts of all stripes that were needed so far.
    pub fn parts(&self) -> impl Iterator<Item = &P> {
        self.made().map(|stripe| &stripe.part)
    }

    /// The present generation.
    #[inline]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// A reference to the share of the calling thread's stripe. If that has none of the present generation, `make` makes
    /// one, with nothing locked.
    pub fn share(&self, make: impl FnOnce(u64) -> Arc<S>) -> Arc<S> {
        let stripe = self.stripe();
        // Before anything that the share is made from is read: what changes later begins another generation.
        let generation = self.generation();
        let kept = stripe.kept.lock(|_| ());
        if let Some(kept) = &*kept
            && kept.generation == generation
        {
            return kept.share.clone();
        }
        drop(kept);
        let share = make(generation);
        let mut former = Some(Kept {
            share: share.clone(),
            generation,
        });
        let mut kept = stripe.kept.lock(|_| ());
        if self.owners.fetch_add(0, Ordering::AcqRel) > 0
            && self.generation.fetch_add(0, Ordering::AcqRel) == generation
        {
            std::mem::swap(&mut *kept, &mut former);
        }
        drop(kept);
        // With nothing locked, as it may end what the share refers to.
        drop(former);
        share
    }

    /// Begins another generation, after what shares are made from has changed.
    pub fn renew(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.forget_shares();
    }

    /// Adds an owner.
    pub fn add_owner(&self) {
        self.owners.fetch_add(1, Ordering::AcqRel);
    }

    /// An owner leaves. The caller keeps the object alive during the call.
    pub fn drop_owner(&self) {
        if self.owners.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.forget_shares();
        }
    }

    fn forget_shares(&self) {
        for stripe in self.made() {
            let kept = stripe.kept.lock(|_| ()).take();
            // With nothing locked, as above.
            drop(kept);
        }
    }

    fn made(&self) -> impl Iterator<Item = &Stripe<P, S>> {
        self.stripes.iter().filter_map(|stripe| {
            // SAFETY: NULL or made by `stripe`, and there until this ends.
            unsafe { stripe.load(Ordering::Acquire).as_ref() }
        })
    }

    #[inline]
    fn stripe(&self) -> &Stripe<P, S> {
        let place = &self.stripes[number()];
        // SAFETY: as above.
        unsafe { place.load(Ordering::Acquire).as_ref() }.unwrap_or_else(|| Self::make(place))
    }

    #[cold]
    fn make(place: &AtomicPtr<Stripe<P, S>>) -> &Stripe<P, S> {
        let fresh = Box::into_raw(Box::new(Stripe {
            part: P::default(),
            kept: Lock::new(None),
        }));
        let placed = place.compare_exchange(
            std::ptr::null_mut(),
            fresh,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        // SAFETY: the one that is in the place is there until the stripes end. If another thread was faster, no other
        // thread has seen `fresh`.
        unsafe {
            match placed {
                Ok(_) => &*fresh,
                Err(theirs) => {
                    drop(Box::from_raw(fresh));
                    &*theirs
                }
            }
        }
    }
}

impl<P, S> Drop for Stripes<P, S> {
    fn drop(&mut self) {
        for place in &self.stripes {
            let stripe = place.load(Ordering::Acquire);
            if !stripe.is_null() {
                // SAFETY: made from a box; nobody else uses it any more.
                drop(unsafe { Box::from_raw(stripe) });
            }
        }
    }
}

// SAFETY: parts are reached by shared references from any thread; shares are sent between threads.
unsafe impl<P: Send + Sync, S: Send + Sync> Send for Stripes<P, S> {}
// SAFETY: as above.
unsafe impl<P: Send + Sync, S: Send + Sync> Sync for Stripes<P, S> {}

/// The number of the calling thread's stripe.
#[cfg(not(loom))]
#[inline]
fn number() -> usize {
    use std::cell::Cell;

    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(STRIPES) };
    }

    #[cold]
    fn choose() -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % STRIPES;
        NUMBER.set(number);
        number
    }

    match NUMBER.get() {
        STRIPES.. => choose(),
        number => number,
    }
}

#[cfg(loom)]
loom::thread_local! {
    static NUMBER: std::cell::Cell<usize> = std::cell::Cell::new(0);
}

#[cfg(loom)]
fn number() -> usize {
    NUMBER.with(std::cell::Cell::get)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Weak;

    /// An object with stripes, as a context is one.
    #[derive(Default)]
    struct Whole {
        stripes: Stripes<AtomicUsize, Share>,
    }

    struct Share {
        _whole: Arc<Whole>,
        generation: u64,
    }

    fn share(whole: &Arc<Whole>) -> Arc<Share> {
        whole.stripes.share(|generation| {
            Arc::new(Share {
                _whole: whole.clone(),
                generation,
            })
        })
    }

    fn owned() -> (Arc<Whole>, Weak<Whole>) {
        let whole = Arc::new(Whole::default());
        whole.stripes.add_owner();
        let weak = Arc::downgrade(&whole);
        (whole, weak)
    }

    #[test]
    fn the_share_of_a_thread_is_kept_as_long_as_there_is_an_owner() {
        let (whole, weak) = owned();
        let one = share(&whole);
        assert!(Arc::ptr_eq(&one, &share(&whole)));
        whole.stripes.add_owner();
        whole.stripes.drop_owner();
        assert!(Arc::ptr_eq(&one, &share(&whole)));
        whole.stripes.drop_owner();
        let other = share(&whole);
        assert!(!Arc::ptr_eq(&one, &other));
        assert_eq!(Arc::strong_count(&other), 1);
        whole.stripes.add_owner();
        let third = share(&whole);
        assert!(Arc::ptr_eq(&third, &share(&whole)));
        whole.stripes.drop_owner();
        drop((whole, one, other));
        assert!(weak.upgrade().is_some());
        drop(third);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn another_generation_makes_another_share() {
        let (whole, weak) = owned();
        let former = share(&whole);
        whole.stripes.renew();
        // The stripe has forgotten it at once.
        assert_eq!(Arc::strong_count(&former), 1);
        let newer = share(&whole);
        assert_eq!((former.generation, newer.generation), (0, 1));
        let changed_meanwhile = whole.stripes.share(|_| newer.clone());
        assert!(Arc::ptr_eq(&changed_meanwhile, &newer));
        whole.stripes.renew();
        let stale = whole.stripes.share(|generation| {
            whole.stripes.renew();
            Arc::new(Share {
                _whole: whole.clone(),
                generation,
            })
        });
        assert_eq!(Arc::strong_count(&stale), 1);
        whole.stripes.drop_owner();
        drop((whole, former, newer, changed_meanwhile, stale));
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn threads_count_in_their_own_stripes_and_the_object_ends_with_the_last_share() {
        const ROUNDS: usize = if cfg!(miri) { 20 } else { 2000 };
        let (whole, weak) = owned();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        whole.stripes.part().fetch_add(1, Ordering::Relaxed);
                        drop(share(&whole));
                        if round % 16 == 0 {
                            whole.stripes.add_owner();
                            whole.stripes.renew();
                            whole.stripes.drop_owner();
                        }
                    }
                });
            }
            whole.stripes.drop_owner();
        });
        let parts = whole.stripes.parts();
        let sum: usize = parts.map(|part| part.load(Ordering::Relaxed)).sum();
        assert_eq!(sum, 4 * ROUNDS);
        assert_eq!(Arc::strong_count(&whole), 1);
        drop(whole);
        assert!(weak.upgrade().is_none());
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::thread;
    use std::sync::Weak;

    struct Whole {
        stripes: Stripes<(), Share>,
        /// What shares are made from.
        setting: AtomicUsize,
    }

    struct Share {
        _whole: Arc<Whole>,
        setting: usize,
    }

    fn owned() -> (Arc<Whole>, Weak<Whole>) {
        let whole = Arc::new(Whole {
            stripes: Stripes::default(),
            setting: AtomicUsize::new(0),
        });
        whole.stripes.add_owner();
        let weak = Arc::downgrade(&whole);
        (whole, weak)
    }

    fn share(whole: &Arc<Whole>) -> Arc<Share> {
        whole.stripes.share(|_| {
            Arc::new(Share {
                _whole: whole.clone(),
                setting: whole.setting.load(Ordering::Acquire),
            })
        })
    }

    /// Uses the object in another thread, which has the stripe of this number.
    fn user(whole: &Arc<Whole>, number: usize) -> thread::JoinHandle<()> {
        let whole = whole.clone();
        thread::spawn(move || {
            NUMBER.with(|mine| mine.set(number));
            let first = share(&whole);
            drop(whole);
            let second = share(&first._whole);
            drop((first, second));
        })
    }

    #[test]
    fn the_object_ends_whenever_its_owner_leaves() {
        loom::model(|| {
            let (whole, weak) = owned();
            let user = user(&whole, 0);
            whole.stripes.drop_owner();
            drop(whole);
            user.join().unwrap();
            assert!(weak.upgrade().is_none());
        });
    }

    #[test]
    fn the_object_ends_after_owners_that_came_late() {
        loom::model(|| {
            let (whole, weak) = owned();
            let user = {
                let whole = whole.clone();
                thread::spawn(move || {
                    let share = share(&whole);
                    whole.stripes.add_owner();
                    whole.stripes.drop_owner();
                    drop(share);
                })
            };
            whole.stripes.drop_owner();
            drop(whole);
            user.join().unwrap();
            assert!(weak.upgrade().is_none());
        });
    }

    #[test]
    fn threads_of_one_stripe_and_of_two() {
        for number in [0, 1] {
            let mut builder = loom::model::Builder::new();
            builder.preemption_bound = Some(2);
            builder.check(move || {
                let (whole, weak) = owned();
                let users = [user(&whole, 0), user(&whole, number)];
                whole.stripes.drop_owner();
                drop(whole);
                for user in users {
                    user.join().unwrap();
                }
                assert!(weak.upgrade().is_none());
            });
        }
    }

    #[test]
    fn a_former_generation_is_neither_kept_nor_found_after_a_change() {
        loom::model(|| {
            let (whole, weak) = owned();
            let user = user(&whole, 0);
            whole.setting.store(1, Ordering::Release);
            whole.stripes.renew();
            let newer = share(&whole);
            assert_eq!(newer.setting, 1);
            drop(newer);
            user.join().unwrap();
            // Whatever is kept now is new.
            assert_eq!(share(&whole).setting, 1);
            whole.stripes.drop_owner();
            drop(whole);
            assert!(weak.upgrade().is_none());
        });
    }
}
