//! Many threads, stalled threads and forked children.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use super::test_entry::{Item, Object, cache, object, on_next_count};
use super::{Cache, Due, Entry, Inserted, Key, Pace};
use crate::reference::{CountedCell, garbage, pin};

fn item(n: u32, expires: i64) -> Item {
    object(0x304, &n.to_be_bytes(), expires, 0)
}

fn key(n: u32) -> Key {
    Key::new(0x304, &n.to_be_bytes()).expect("a short id")
}

/// A small generator, so that runs can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % sides
    }
}

/// The index and the order agree, and the counters are right.
fn assert_whole(cache: &Cache<Object>) {
    let all = cache.snapshot().expect("memory");
    assert_eq!(all.len(), cache.len());
    for pair in all.windows(2) {
        assert!(pair[0].expires() <= pair[1].expires());
    }
    for one in &all {
        assert!(cache.find(&one.key()).is_some_and(|found| found == *one));
    }
}

#[test]
fn four_threads_that_do_everything_at_once_leave_the_cache_whole() {
    let cache = cache(300);
    let mine: Vec<Item> = thread::scope(|scope| {
        let threads: Vec<_> = (1..=4)
            .map(|seed| {
                let cache = &cache;
                scope.spawn(move || {
                    let mut dice = Dice(seed * 0x9e37_79b9);
                    let mut kept = Vec::new();
                    for _ in 0..30_000 {
                        let n = dice.roll(600);
                        match dice.roll(10) {
                            0..=2 => {
                                let one = item(n, i64::from(dice.roll(50)));
                                if let Inserted::Added { .. } = cache.insert(one.clone()) {
                                    while cache.evict(&one).is_some() {}
                                }
                            }
                            3 => drop(cache.remove(&item(n, 0))),
                            4 => cache.find(&key(n)).iter().for_each(|found| {
                                found.set_time(i64::from(dice.roll(50)));
                                cache.reorder(found);
                            }),
                            5 if n < 3 => cache.flush(Due::At(25), Pace::SomeAtOnce).for_each(drop),
                            5 if n < 6 => kept.extend(cache.snapshot().expect("memory").pop()),
                            _ => {
                                if let Some(found) = cache.find(&key(n)) {
                                    assert_eq!(found.key(), key(n));
                                }
                            }
                        }
                    }
                    kept
                })
            })
            .collect();
        let all = threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"));
        all.flatten().collect()
    });
    // Times were set without calling `reorder` at once: bring everything in order first.
    for one in cache.snapshot().expect("memory") {
        cache.reorder(&one);
    }
    assert_whole(&cache);
    assert!(cache.len() < 300);
    drop(cache);
    for one in mine {
        assert!(one.references() >= 1);
    }
}

#[test]
fn a_lookup_never_misses_what_is_there_while_others_make_the_index_grow_and_shrink() {
    let cache = cache(0);
    let stays: Vec<Item> = (0..64).map(|n| item(n, 1 << 40)).collect();
    for one in &stays {
        cache.insert(one.clone());
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..60 {
                for n in 0..2000 {
                    cache.insert(item(1000 + n, round));
                }
                // Replacing must not show a gap either.
                for one in &stays {
                    cache.insert(object(0x304, one.key().id(), 1 << 40, 0));
                }
                cache
                    .flush(Due::At(1 << 30), Pace::SomeAtOnce)
                    .for_each(drop);
            }
            done.store(true, Ordering::Relaxed);
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for n in 0..64 {
                    assert!(cache.find(&key(n)).is_some(), "object {n} was not found");
                }
            }
        });
    });
    assert_eq!(cache.len(), 64);
    assert_whole(&cache);
}

#[test]
fn objects_reorder_themselves_while_their_caches_begin_and_end() {
    let items: Vec<Item> = (0..50).map(|n| item(n, 10)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..400 {
                let cache = cache(0);
                for one in &items {
                    cache.insert(one.clone());
                }
                if round % 3 == 0 {
                    cache.flush(Due::Always, Pace::SomeAtOnce).for_each(drop);
                } else {
                    assert_eq!(cache.snapshot().map(|all| all.len()), Some(50));
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        for time in [20, 30] {
            let (items, done) = (&items, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    for (one, later) in items.iter().zip(0..) {
                        one.set_time(time + later);
                        one.reorder();
                    }
                }
            });
        }
    });
    assert!(items.iter().all(|one| one.references() == 1));
}

#[test]
fn a_thread_that_stalls_in_a_lookup_bounds_garbage_and_spoils_nothing() {
    // In a separate process, since the garbage of the whole process waits for the stalled thread.
    assert!(in_child(stall_in_a_lookup));
}

fn stall_in_a_lookup() -> bool {
    let cache = cache(0);
    for n in 0..1000 {
        cache.insert(item(n, 10));
    }
    let (go_on, wait) = mpsc::channel::<()>();
    let (stalled, is_stalled) = mpsc::channel();
    thread::scope(|scope| {
        let cache = &cache;
        let lookup = scope.spawn(move || {
            on_next_count(move || {
                stalled.send(()).expect("the test waits");
                let _ = wait.recv();
            });
            cache.find(&key(7))
        });
        is_stalled.recv().expect("the lookup comes to its object");

        let mut refused = 0;
        for n in 0..100_000 {
            match cache.insert(item(2000 + n, 10)) {
                Inserted::Refused => refused += 1,
                _ => drop(cache.remove(&item(2000 + n, 0))),
            }
        }
        assert!(refused > 0, "garbage piles up until adding is refused");
        assert!(garbage().bytes < 8 << 20, "{:?}", garbage());
        assert!(cache.find(&key(8)).is_some(), "lookups go on");
        assert!(cache.remove(&item(7, 0)).is_some(), "and so does removing");

        drop(go_on);
        let found = lookup.join().expect("no panic");
        assert!(found.is_none(), "it has been removed");
        let added = |n| matches!(cache.insert(item(n, 10)), Inserted::Added { .. });
        assert!((0..1000).any(|n| added(9000 + n)), "adding works again");
    });
    true
}

/// Runs `child` in a forked process. True if it succeeded.
fn in_child(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child uses only what must work after a fork (that is the test), and malloc, which
    // glibc keeps usable; it leaves without running the parent's exit handlers.
    unsafe {
        let pid = libc::fork();
        if pid == 0 {
            libc::alarm(300);
            let passed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child));
            libc::_exit(i32::from(!passed.unwrap_or(false)));
        }
        let mut status = 0;
        pid > 0 && libc::waitpid(pid, &mut status, 0) == pid && status == 0
    }
}

fn works(cache: &Cache<Object>) -> bool {
    let freed = garbage().freed;
    for n in 0..2000 {
        let one = item(1_000_000 + n, 10);
        let added = matches!(cache.insert(one.clone()), Inserted::Added { .. });
        let found = cache.find(&one.key()).is_some_and(|found| found == one);
        if !added || !found || cache.remove(&one).is_none() {
            return false;
        }
    }
    assert_whole(cache);
    garbage().freed > freed
}

#[test]
fn a_child_forked_while_threads_are_inside_the_cache_works_and_reclaims() {
    assert!(in_child(fork_with_busy_threads));
}

fn fork_with_busy_threads() -> bool {
    let cache = cache(0);
    let done = AtomicBool::new(false);
    let passed = thread::scope(|scope| {
        for seed in 1..=2 {
            let (cache, done) = (&cache, &done);
            scope.spawn(move || {
                let mut dice = Dice(seed * 77);
                while !done.load(Ordering::Relaxed) {
                    let n = dice.roll(3000);
                    let one = item(n, i64::from(dice.roll(100)));
                    cache.insert(one.clone());
                    cache.reorder(&one);
                    cache.remove(&item(dice.roll(3000), 0));
                    cache.find(&key(n));
                }
            });
        }
        // One more stays pinned for ever, as far as the children can see.
        let (go_on, wait) = mpsc::channel::<()>();
        let (pinned, is_pinned) = mpsc::channel();
        scope.spawn(move || {
            let _pinned = pin();
            pinned.send(()).expect("the test waits");
            let _ = wait.recv();
        });
        is_pinned.recv().expect("the thread pins");
        let passed = (0..40).all(|_| in_child(|| works(&cache)));
        done.store(true, Ordering::Relaxed);
        drop(go_on);
        passed
    });
    assert_whole(&cache);
    passed
}

#[test]
fn a_child_repairs_what_a_vanished_writer_left_half_done() {
    let cache = cache(0);
    for n in 0..50 {
        cache.insert(item(n, i64::from(n % 7)));
    }
    assert!(in_child(|| {
        let half_in = item(100, 3);
        let half_out = cache.find(&key(20)).expect("it was added");
        cache.leave_half_done(half_in.clone(), &key(20));
        let whole = works(&cache) && cache.len() == 49 && cache.find(&key(100)).is_none();
        // Both may be added, with the nodes that they had then.
        let added = [&half_in, &half_out].map(|one| cache.insert(one.clone()));
        let added = added
            .iter()
            .all(|one| matches!(one, Inserted::Added { .. }));
        whole && added && works(&cache) && cache.len() == 51
    }));
}

#[test]
fn references_are_taken_from_a_cell_and_none_is_lost() {
    let cell = CountedCell::new();
    let mut mine: Vec<Item> = (0..8).map(|n| item(n, 10)).collect();
    cell.replace(Some(mine[0].clone()));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // As many as the stock of tests bears.
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let taken: Vec<Item> = (0..5).filter_map(|_| cell.get()).collect();
                    assert!(taken.iter().all(|one| one.references() > 0));
                }
            });
        }
        for round in 0..20_000 {
            // Some go in and out, and some are only the cell's.
            let new = match round % 10 {
                n @ 0..8 => Some(mine[n].clone()),
                8 => Some(item(9, 10)),
                _ => None,
            };
            drop(cell.replace(new));
        }
        done.store(true, Ordering::Relaxed);
    });
    drop(cell.replace(None));
    assert!(mine.drain(..).all(|one| one.references() == 1));
}

#[test]
fn a_child_keeps_what_a_vanished_writer_was_moving() {
    let cache = cache(0);
    for n in 0..50 {
        cache.insert(item(n, i64::from(n % 7)));
    }
    assert!(in_child(|| {
        cache.leave_moving(&key(20));
        let whole = works(&cache) && cache.len() == 50;
        let flushed = cache.flush(Due::Always, Pace::OneByOne).count() == 50;
        let added = cache.insert(item(20, 3));
        whole && flushed && matches!(added, Inserted::Added { replaced: None, .. })
    }));
}

#[test]
fn a_childs_child_works_too() {
    let cache = cache(10);
    cache.insert(item(1, 10));
    assert!(in_child(|| {
        cache.insert(item(2, 10));
        in_child(|| cache.find(&key(2)).is_some() && works(&cache)) && works(&cache)
    }));
    assert_eq!(cache.len(), 1);
}
