//! Every order of events of small programs. `scripts/loom` runs them.

use loom::sync::Arc;
use loom::thread;

use super::test_entry::{ENDED, Item, Object, cache, object, object_with_key};
use super::{Cache, Due, Entry, Inserted, Key, Pace};
use crate::reference::{Counted, CountedCell};

fn item(n: u8) -> Item {
    object(0x303, &[n], i64::from(n), 10)
}

fn key(n: u8) -> Key {
    Key::new(0x303, &[n]).expect("a short id")
}

/// All orders of events of a program. There is more than one, or something hides them from loom
/// ([`super::index::LoadLocked`]).
fn model(program: impl Fn() + Send + Sync + 'static) {
    model_with(None, program);
}

/// Those in which threads are interrupted at most so many times, for programs of more steps.
fn model_with(interruptions: Option<usize>, program: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = interruptions;
    builder.max_branches = 100_000;
    let runs = Box::leak(Box::new(std::sync::atomic::AtomicUsize::new(0)));
    let runs: &'static std::sync::atomic::AtomicUsize = runs;
    builder.check(move || {
        runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        program();
    });
    assert!(runs.load(std::sync::atomic::Ordering::Relaxed) > 1);
}

fn cache_with(ids: impl IntoIterator<Item = u8>, limit: usize) -> Arc<Cache<Object>> {
    let cache = cache(limit);
    for n in ids {
        cache.insert(item(n));
    }
    Arc::new(cache)
}

#[test]
fn a_lookup_that_races_with_removal_finds_a_live_object_or_none() {
    model(|| {
        let cache = cache_with([1], 0);
        let remover = {
            let cache = cache.clone();
            thread::spawn(move || drop(cache.remove(&item(1))))
        };
        if let Some(found) = cache.find(&key(1)) {
            assert!(found.references() >= 1);
            assert_eq!(found.key(), key(1));
        }
        remover.join().unwrap();
        assert!(cache.find(&key(1)).is_none());
    });
}

#[test]
fn what_one_thread_adds_another_finds_whole() {
    model(|| {
        let cache = cache_with([], 0);
        let adder = {
            let cache = cache.clone();
            thread::spawn(move || cache.insert(item(1)))
        };
        if let Some(found) = cache.find(&key(1)) {
            assert_eq!(found.key(), key(1));
        }
        assert!(matches!(adder.join().unwrap(), Inserted::Added { .. }));
        assert!(cache.find(&key(1)).is_some());
    });
}

#[test]
fn replacing_shows_no_gap() {
    model(|| {
        let cache = cache_with([1], 0);
        let adder = {
            let cache = cache.clone();
            thread::spawn(move || drop(cache.insert(item(1))))
        };
        assert!(cache.find(&key(1)).is_some());
        adder.join().unwrap();
        assert_eq!(cache.len(), 1);
    });
}

#[test]
fn nothing_is_missed_while_the_index_grows() {
    model_with(Some(3), || {
        // The second object makes the table double, and those after it have chains taken over, until it
        // doubles again.
        let cache = cache_with(1..=2, 0);
        let adder = {
            let cache = cache.clone();
            thread::spawn(move || {
                for n in 3..=5 {
                    cache.insert(item(n));
                }
            })
        };
        assert!(cache.find(&key(1)).is_some());
        assert!(cache.find(&key(2)).is_some());
        adder.join().unwrap();
        for n in 1..=5 {
            assert!(cache.find(&key(n)).is_some());
        }
    });
}

#[test]
fn nothing_is_missed_while_the_index_shrinks() {
    model(|| {
        let cache = cache_with(1..=18, 0);
        for n in 4..=18 {
            cache.remove(&item(n));
        }
        // A smaller table is there. Two and three are in chains that are joined when three is removed.
        let remover = {
            let cache = cache.clone();
            thread::spawn(move || drop(cache.remove(&item(3))))
        };
        assert!(cache.find(&key(2)).is_some());
        remover.join().unwrap();
        assert!(cache.find(&key(1)).is_some());
        assert_eq!(cache.len(), 2);
    });
}

#[test]
fn an_index_that_was_emptied_shows_what_is_added_after() {
    model_with(Some(2), || {
        let cache = cache_with(1..=9, 0);
        let writer = {
            let cache = cache.clone();
            thread::spawn(move || {
                cache.flush(Due::Always, Pace::SomeAtOnce).for_each(drop);
                cache.insert(item(20));
            })
        };
        if let Some(found) = cache.find(&key(9)) {
            assert!(found.references() >= 1);
        }
        cache.find(&key(20));
        writer.join().unwrap();
        assert!(cache.find(&key(9)).is_none());
        assert!(cache.find(&key(20)).is_some());
    });
}

#[test]
fn two_writers_keep_the_limit() {
    model(|| {
        let cache = cache_with([1], 3);
        let adder = {
            let cache = cache.clone();
            thread::spawn(move || drop(cache.insert(item(2))))
        };
        drop(cache.insert(item(3)));
        adder.join().unwrap();
        assert_eq!(cache.len(), 2);
        assert!(
            cache.find(&key(1)).is_none(),
            "the first to expire has gone"
        );
    });
}

#[test]
fn an_object_leaves_once_when_eviction_flush_and_removal_race() {
    model(|| {
        let cache = cache_with([1], 2);
        let flusher = {
            let cache = cache.clone();
            thread::spawn(move || usize::from(cache.pop(Due::At(100)).is_some()))
        };
        let mut gone = usize::from(cache.remove(&item(1)).is_some());
        if let Inserted::Added { evicted, .. } = cache.insert(item(2)) {
            gone += usize::from(evicted.is_some());
        }
        gone += flusher.join().unwrap();
        assert_eq!(gone + cache.len(), 2);
    });
}

#[test]
fn a_reference_is_never_taken_from_a_count_of_zero() {
    model(|| {
        let cache = cache_with([1], 0);
        let held = cache.find(&key(1)).expect("it was added");
        let remover = {
            let cache = cache.clone();
            thread::spawn(move || {
                drop(cache.remove(&item(1)));
                drop(held);
            })
        };
        if let Some(found) = cache.find(&key(1)) {
            assert!(found.references() >= 1);
        }
        remover.join().unwrap();
    });
}

#[test]
fn the_last_of_several_holders_ends_an_object_and_no_other_does() {
    model(|| {
        ENDED.set(0);
        let one = item(1);
        // As a cache that leads to it without a reference would have it.
        one.count().expose();
        let pinned = crate::reference::pin();
        // SAFETY: the memory stays as long as the pin.
        let seen = unsafe { &*one.as_ptr() };
        let holders: Vec<_> = [one.clone(), one]
            .into_iter()
            .map(|holder| thread::spawn(move || drop(holder)))
            .collect();
        // A lookup that has no reference: what it gets keeps the object from ending.
        if let Some(got) = Item::of(seen) {
            assert_eq!(ENDED.get(), 0);
            drop(got);
        }
        for holder in holders {
            holder.join().unwrap();
        }
        assert_eq!(ENDED.get(), 1);
        assert!(Item::of(seen).is_none(), "a count of zero stays");
        drop(pinned);
    });
}

#[test]
fn a_lookup_races_with_eviction() {
    model(|| {
        let cache = cache_with([1], 2);
        let adder = {
            let cache = cache.clone();
            thread::spawn(move || drop(cache.insert(item(2))))
        };
        if let Some(found) = cache.find(&key(1)) {
            assert_eq!(found.key(), key(1));
        }
        let there = cache.contains(&key(2));
        adder.join().unwrap();
        assert!(cache.find(&key(1)).is_none() && cache.find(&key(2)).is_some());
        assert!(!there || cache.contains(&key(2)));
    });
}

#[test]
fn what_has_expired_does_not_take_its_successor_along() {
    model(|| {
        let cache = cache_with([], 0);
        let old = item(1);
        cache.insert(old.clone());
        let replacer = {
            let cache = cache.clone();
            thread::spawn(move || {
                let fresh = item(1);
                cache.insert(fresh.clone());
                fresh
            })
        };
        let removed = cache.expire(&old);
        assert!(removed.is_none_or(|removed| removed == old));
        let fresh = replacer.join().unwrap();
        assert!(cache.find(&key(1)).is_some_and(|found| found == fresh));
    });
}

/// Objects that are in one chain whatever its table: their keys have the same hash.
fn alike<const COUNT: usize>() -> [Item; COUNT] {
    std::array::from_fn(|n| {
        let key = Key::with_hash(0x303, &[n as u8], 5).expect("a short id");
        object_with_key(key, 0, 10)
    })
}

#[test]
fn a_lookup_that_stands_on_what_is_taken_out_and_put_in_again_misses_nothing() {
    // One of the two is behind the one that goes, wherever a newcomer is put.
    for stays in 0..2 {
        model(move || {
            let [first, goes, last] = alike();
            let cache = Arc::new(cache(0));
            for one in [&first, &goes, &last] {
                cache.insert(one.clone());
            }
            let writer = {
                let cache = cache.clone();
                thread::spawn(move || {
                    assert!(cache.remove(&goes).is_some());
                    assert!(matches!(cache.insert(goes), Inserted::Added { .. }));
                })
            };
            assert!(cache.contains(&[&first, &last][stays].key()));
            writer.join().unwrap();
            assert_eq!(cache.len(), 3);
        });
    }
}

#[test]
fn a_lookup_that_stands_on_what_is_replaced_and_replaces_in_turn_misses_nothing() {
    for looked_up in 0..3 {
        model_with(Some(3), move || {
            let [first, goes, last] = alike();
            let other = object_with_key(goes.key(), 0, 20);
            let cache = Arc::new(cache(0));
            for one in [&first, &goes, &last] {
                cache.insert(one.clone());
            }
            let key = [&first, &goes, &last][looked_up].key();
            let writer = {
                let (cache, goes) = (cache.clone(), goes.clone());
                thread::spawn(move || {
                    for one in [other, goes] {
                        let Inserted::Added { replaced, .. } = cache.insert(one) else {
                            panic!("it was not in the cache");
                        };
                        assert!(replaced.is_some());
                    }
                })
            };
            assert!(cache.contains(&key));
            writer.join().unwrap();
            assert!(cache.find(&goes.key()).is_some_and(|found| found == goes));
        });
    }
}

#[test]
fn nothing_is_missed_while_objects_are_put_in_again_and_the_index_grows() {
    for looked_up in 1..=2 {
        model_with(Some(3), move || {
            // The third makes the table double, and those after it have chains taken over.
            let cache = cache_with(1..=2, 0);
            let goes = cache.find(&key(3 - looked_up)).expect("it was added");
            let writer = {
                let cache = cache.clone();
                thread::spawn(move || {
                    cache.insert(item(3));
                    assert!(cache.remove(&goes).is_some());
                    cache.insert(goes);
                    cache.insert(item(4));
                })
            };
            assert!(cache.contains(&key(looked_up)));
            writer.join().unwrap();
            assert_eq!(cache.len(), 4);
        });
    }
}

#[test]
fn a_lookup_does_not_follow_an_object_into_another_cache() {
    model(|| {
        let [goes, stranger] = alike();
        let caches = Arc::new([cache(0), cache(0)]);
        caches[0].insert(goes.clone());
        caches[1].insert(stranger.clone());
        let writer = {
            let caches = caches.clone();
            thread::spawn(move || {
                assert!(caches[0].remove(&goes).is_some());
                assert!(matches!(caches[1].insert(goes), Inserted::Added { .. }));
            })
        };
        assert!(caches[0].find(&stranger.key()).is_none());
        writer.join().unwrap();
        assert_eq!([caches[0].len(), caches[1].len()], [0, 2]);
    });
}

#[test]
fn two_threads_that_add_the_same_object_add_it_once() {
    model(|| {
        let one = item(1);
        let cache = cache_with([], 0);
        let adder = {
            let (cache, one) = (cache.clone(), one.clone());
            thread::spawn(move || matches!(cache.insert(one), Inserted::Added { .. }))
        };
        let added = matches!(cache.insert(one.clone()), Inserted::Added { .. });
        assert!(added != adder.join().unwrap());
        assert_eq!((cache.len(), one.references()), (1, 2));
        assert!(cache.remove(&one).is_some_and(|found| found == one));
    });
}

#[test]
fn an_object_that_reorders_itself_races_with_the_end_of_its_cache() {
    model(|| {
        let one = item(1);
        let cache = cache(0);
        cache.insert(one.clone());
        let ender = thread::spawn(move || drop(cache));
        one.set_time(50);
        one.reorder();
        ender.join().unwrap();
        assert_eq!(one.references(), 1);
        assert!(!one.owner().is_set());
        one.reorder();
    });
}

#[test]
fn an_object_that_reorders_itself_races_with_its_removal_from_a_cache_that_ends() {
    model_with(Some(3), || {
        let (one, cache) = (item(1), cache_with([2], 0));
        cache.insert(one.clone());
        let removed = one.clone();
        let ender = thread::spawn(move || {
            assert!(cache.remove(&removed).is_some());
            drop(cache);
        });
        one.set_time(50);
        one.reorder();
        ender.join().unwrap();
        assert_eq!(one.references(), 1);
    });
}

#[test]
fn objects_that_reorder_themselves_at_once_are_in_order_then() {
    model_with(Some(3), || {
        let items = [item(1), item(2)];
        let cache = cache(0);
        for one in &items {
            cache.insert(one.clone());
        }
        let mover = {
            let one = items[0].clone();
            thread::spawn(move || {
                one.set_time(50);
                one.reorder();
            })
        };
        items[1].set_time(40);
        items[1].reorder();
        mover.join().unwrap();
        let order = cache.snapshot().expect("memory");
        assert!(order == [items[1].clone(), items[0].clone()]);
    });
}

#[test]
fn references_are_taken_from_a_cell_while_its_object_is_replaced() {
    model_with(Some(3), || {
        // The cell has the only references, so an object that ends too early is not there any more.
        ENDED.set(0);
        let cell = Arc::new(CountedCell::new());
        cell.replace(Some(item(1)));
        let takers: Vec<_> = (0..2)
            .map(|_| {
                let cell = cell.clone();
                // Three each are more than the stock.
                thread::spawn(move || {
                    let taken = [cell.get(), cell.get(), cell.get()];
                    let first = taken.iter().flatten().filter(|one| one.key() == key(1));
                    if first.count() > 0 {
                        assert_eq!(ENDED.get(), 0);
                    }
                })
            })
            .collect();
        let replaced = cell.replace(Some(item(2)));
        assert_eq!(replaced.map(|one| one.key()), Some(key(1)));
        for taker in takers {
            taker.join().unwrap();
        }
        assert_eq!(ENDED.get(), 1);
        assert_eq!(cell.replace(None).map(|one| one.key()), Some(key(2)));
        assert_eq!(ENDED.get(), 2);
    });
}

#[test]
fn a_cell_fills_up_its_stock() {
    loom::model(|| {
        let object = item(1);
        let cell = CountedCell::new();
        cell.replace(Some(object.clone()));
        let taken: Vec<_> = (0..20).map(|_| cell.get()).collect();
        assert!(taken.iter().all(Option::is_some));
        cell.replace(None);
        assert_eq!(object.references(), 21);
        assert!((0..20).all(|_| cell.get().is_none()));
        assert!(cell.replace(Some(object.clone())).is_none());
        assert!(cell.get().is_some());
        cell.replace(None);
    });
}
