//! What a user of the cache can rely on. Numbers like S45 are those of the statements on sessions that
//! this library holds itself to; the behaviour is OpenSSL's.

use super::test_entry::{Item, Object, cache, object, object_with_key};
use super::{Cache, Due, Entry, Expiry, Inserted, Key, Pace};

const TLS12: i32 = 0x303;
const TLS13: i32 = 0x304;

fn item(id: &str, expires: i64) -> Item {
    object(TLS12, id.as_bytes(), expires - 10, 10)
}

fn key(id: &str) -> Key {
    Key::new(TLS12, id.as_bytes()).expect("a short id")
}

/// Adds as a context does, and returns the ids that had to make room.
fn add(cache: &Cache<Object>, item: &Item) -> Vec<String> {
    let mut out = Vec::new();
    if let Inserted::Added { evicted, .. } = cache.insert(item.clone()) {
        out.extend(evicted.map(|item| format!("{item:?}")));
        out.extend(std::iter::from_fn(|| cache.evict(item)).map(|item| format!("{item:?}")));
    }
    out
}

fn flushed(cache: &Cache<Object>, due: Due) -> String {
    cache
        .flush(due, Pace::SomeAtOnce)
        .map(|item| format!("{item:?}"))
        .collect()
}

fn held(cache: &Cache<Object>) -> String {
    let all = cache.snapshot().expect("memory");
    all.iter().map(|item| format!("{item:?}")).collect()
}

#[test]
fn an_added_object_is_found_with_a_reference_of_its_own() {
    let cache = cache(0);
    let added = item("a", 20);
    assert!(matches!(
        cache.insert(added.clone()),
        Inserted::Added {
            replaced: None,
            evicted: None
        }
    ));
    let found = cache.find(&key("a")).expect("it was added");
    assert!(found == added);
    assert_eq!(added.references(), 3);
    assert!(cache.find(&key("b")).is_none());
}

#[test]
fn the_cache_holds_one_reference_and_gives_it_back_s94() {
    let cache = cache(0);
    let a = item("a", 20);
    add(&cache, &a);
    assert_eq!(a.references(), 2);
    drop(cache.remove(&item("a", 0)));
    assert_eq!(a.references(), 1);
    add(&cache, &a);
    drop(cache);
    assert_eq!(a.references(), 1);
}

#[test]
fn the_same_id_under_two_versions_is_two_entries_s50() {
    let cache = cache(0);
    let (old, new) = (object(TLS12, b"a", 0, 9), object(TLS13, b"a", 0, 9));
    add(&cache, &old);
    add(&cache, &new);
    assert_eq!(cache.len(), 2);
    let found = cache.find(&Key::new(TLS13, b"a").unwrap());
    assert!(found.is_some_and(|found| found == new));
}

#[test]
fn ids_of_0_and_32_bytes_are_keys_and_longer_ones_are_not() {
    let cache = cache(0);
    let long = "0123456789abcdef0123456789abcdef";
    for id in ["", long, &long[..31]] {
        add(&cache, &item(id, 20));
    }
    assert_eq!(cache.len(), 3);
    for id in ["", long, &long[..31]] {
        assert_eq!(format!("{:?}", cache.find(&key(id)).unwrap()), id);
    }
    assert!(Key::new(TLS12, &[0; 33]).is_none());
    assert_ne!(Key::new(TLS12, &[0]), Key::new(TLS12, &[0, 0]));
}

#[test]
fn another_object_with_the_key_replaces_the_first_s45() {
    let cache = cache(0);
    let (first, second) = (item("a", 20), item("a", 30));
    add(&cache, &first);
    match cache.insert(second.clone()) {
        Inserted::Added {
            replaced: Some(replaced),
            evicted: None,
        } => {
            assert!(replaced == first);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(cache.len(), 1);
    assert!(cache.find(&key("a")).unwrap() == second);
    assert_eq!(first.references(), 1);
}

#[test]
fn adding_an_object_again_keeps_one_reference_and_moves_it_behind_its_equals() {
    let cache = cache(0);
    let (a, b) = (item("a", 20), item("b", 20));
    add(&cache, &a);
    add(&cache, &b);
    assert!(matches!(cache.insert(a.clone()), Inserted::AlreadyPresent));
    assert_eq!((cache.len(), a.references()), (2, 2));
    assert_eq!(flushed(&cache, Due::Always), "ba");
}

#[test]
fn a_limit_of_n_leaves_n_minus_1_objects_and_a_limit_of_1_leaves_1_s51() {
    for (limit, left) in [(1, 1), (2, 1), (3, 2), (4, 3), (0, 5)] {
        let cache = cache(limit);
        for (n, id) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            add(&cache, &item(id, 20 + n as i64));
        }
        assert_eq!(cache.len(), left, "with a limit of {limit}");
        assert_eq!(cache.statistics().evictions, 5 - left as u64);
    }
}

#[test]
fn the_first_to_expire_is_evicted_but_never_the_new_one_s53() {
    let cache = cache(3);
    add(&cache, &item("a", 100));
    add(&cache, &item("b", 99));
    assert_eq!(add(&cache, &item("c", 98)), ["b"]);
    assert_eq!(add(&cache, &item("d", 97)), ["c"]);
    assert_eq!(held(&cache), "da");
}

#[test]
fn replacing_at_the_limit_evicts_nothing() {
    let cache = cache(3);
    add(&cache, &item("a", 20));
    add(&cache, &item("b", 30));
    assert!(add(&cache, &item("b", 5)).is_empty());
    assert_eq!(held(&cache), "ba");
}

#[test]
fn a_lowered_limit_takes_effect_when_something_is_added_s52() {
    let cache = cache(0);
    for id in ["a", "b", "c", "d"] {
        add(&cache, &item(id, 20));
    }
    assert_eq!(cache.set_limit(2), 0);
    assert_eq!((cache.len(), cache.limit()), (4, 2));
    assert!(matches!(
        cache.insert(cache.find(&key("a")).unwrap()),
        Inserted::AlreadyPresent
    ));
    assert_eq!(cache.len(), 4);
    assert_eq!(add(&cache, &item("e", 1)), ["b", "c", "d", "a"]);
    assert_eq!(held(&cache), "e");
}

#[test]
fn objects_with_an_empty_id_are_evicted_too() {
    let cache = cache(2);
    add(&cache, &item("", 1));
    assert_eq!(add(&cache, &item("a", 20)), [""]);
}

#[test]
fn a_flush_takes_the_expired_in_order_of_expiry_and_of_equals_the_first_added_s54() {
    let cache = cache(0);
    for (id, expires) in [
        ("a", 30),
        ("b", 10),
        ("c", 20),
        ("d", 10),
        ("e", 25),
        ("f", 20),
    ] {
        add(&cache, &item(id, expires));
    }
    assert_eq!(flushed(&cache, Due::At(21)), "bdcf");
    assert_eq!(held(&cache), "ea");
    assert_eq!(flushed(&cache, Due::Always), "ea");
    assert_eq!(cache.len(), 0);
}

#[test]
fn expired_means_later_than_time_plus_timeout_strictly_s55() {
    let cache = cache(0);
    add(&cache, &item("a", 20));
    assert!(cache.pop(Due::At(20)).is_none());
    assert!(cache.pop(Due::At(21)).is_some());
    assert!(!Expiry::of(10, 10).is_past(20));
    assert!(Expiry::of(10, 10).is_past(21));
    assert!(Expiry::of(10, -5).is_past(11));
}

#[test]
fn a_timeout_that_overflows_never_expires_and_still_has_its_place_s61() {
    let cache = cache(0);
    for (id, time, timeout) in [("x", 300, i64::MAX), ("y", 200, i64::MAX), ("z", 400, 100)] {
        add(&cache, &object(TLS12, id.as_bytes(), time, timeout));
    }
    assert_eq!(flushed(&cache, Due::At(i64::MAX)), "z");
    assert_eq!(flushed(&cache, Due::Always), "yx");
}

#[test]
fn a_clock_that_goes_backwards_flushes_nothing_new() {
    let cache = cache(0);
    add(&cache, &item("a", 20));
    add(&cache, &item("b", 40));
    assert_eq!(flushed(&cache, Due::At(30)), "a");
    assert_eq!(flushed(&cache, Due::At(-30)), "");
    add(&cache, &item("c", -50));
    assert_eq!(flushed(&cache, Due::At(-30)), "c");
    assert_eq!(held(&cache), "b");
}

#[test]
fn a_changed_time_moves_a_cached_object_s54() {
    let cache = cache(0);
    let (a, b, c) = (item("a", 10), item("b", 20), item("c", 30));
    for item in [&a, &b, &c] {
        add(&cache, item);
    }
    a.set_time(50);
    assert!(cache.reorder(&a));
    assert_eq!(held(&cache), "bca");
    assert!(cache.reorder(&b));
    assert_eq!(held(&cache), "bca");
    assert!(!cache.reorder(&item("a", 10)), "another object of this key");
    assert!(!cache.reorder(&item("d", 10)));
    assert_eq!(held(&cache), "bca");
}

#[test]
fn removing_by_key_takes_whatever_object_has_it_s44() {
    let cache = cache(0);
    let a = item("a", 10);
    add(&cache, &a);
    let other = item("a", 99);
    assert!(cache.remove(&other).is_some_and(|found| found == a));
    assert!(cache.remove(&other).is_none());
    assert_eq!(cache.len(), 0);
}

#[test]
fn an_expired_object_leaves_but_not_the_one_that_has_its_key_by_now_s57() {
    let cache = cache(0);
    let (old, new) = (item("a", 10), item("a", 90));
    add(&cache, &old);
    add(&cache, &new);
    assert!(cache.expire(&old).is_none());
    assert!(cache.contains(&key("a")));
    assert!(cache.expire(&new).is_some());
    assert!(!cache.contains(&key("a")));
    assert_eq!((cache.len(), cache.statistics().expiries), (0, 1));
}

#[test]
fn what_leaves_is_counted_by_its_reason() {
    let cache = cache(4);
    for (id, expires) in [("a", 10), ("b", 20), ("c", 30), ("d", 40), ("e", 50)] {
        add(&cache, &item(id, expires));
    }
    assert_eq!(flushed(&cache, Due::At(35)), "c");
    assert!(cache.remove(&item("d", 0)).is_some());
    assert_eq!(flushed(&cache, Due::Always), "e");
    let statistics = cache.statistics();
    assert_eq!((statistics.evictions, statistics.expiries), (2, 1));
}

#[test]
fn an_object_belongs_to_the_cache_from_entering_to_leaving() {
    let cache = cache(0);
    let a = item("a", 10);
    add(&cache, &a);
    assert!(a.owner().is_set());
    assert!(cache.remove(&item("b", 10)).is_none());
    assert!(cache.remove(&item("a", 99)).is_some_and(|found| found == a));
    assert!(!a.owner().is_set(), "it was removed");
    add(&cache, &a);
    add(&cache, &item("a", 30));
    assert!(!a.owner().is_set(), "it was replaced");
    let b = item("b", 10);
    add(&cache, &b);
    drop(cache);
    assert!(!b.owner().is_set(), "the cache has ended");
}

#[test]
fn an_object_reorders_itself_in_the_cache_that_it_entered_last() {
    let (cache, other) = (cache(0), cache(0));
    let [a, b] = [("a", 10), ("b", 20)].map(|(id, expires)| item(id, expires));
    for one in [&a, &b] {
        add(&cache, one);
    }
    a.set_time(30);
    a.reorder();
    assert_eq!(held(&cache), "ba");
    // In the second cache it has a node that does not stay with it.
    add(&other, &item("c", 20));
    add(&other, &a);
    a.set_time(5);
    a.reorder();
    assert_eq!((held(&cache), held(&other)), ("ba".into(), "ac".into()));
    // Another thread had the lock at the fork.
    other.leave_moving(&item("c", 0).key());
    a.set_time(90);
    a.reorder();
    assert_eq!(held(&other), "ca");
    drop(other);
    a.reorder();
    assert_eq!((held(&cache), a.references()), ("ba".into(), 2));
}

#[test]
fn what_is_added_during_a_flush_does_not_keep_it_going() {
    let cache = cache(0);
    for id in ["a", "b", "c"] {
        add(&cache, &item(id, 10));
    }
    let mut count = 0;
    for gone in cache.flush(Due::At(100), Pace::OneByOne) {
        add(&cache, &gone);
        count += 1;
    }
    assert_eq!((count, cache.len()), (3, 3));
}

#[test]
fn what_a_callback_removes_during_a_flush_is_not_flushed_again() {
    let cache = cache(0);
    for id in ["a", "b", "c"] {
        add(&cache, &item(id, 10));
    }
    let mut flush = cache.flush(Due::Always, Pace::OneByOne);
    assert_eq!(format!("{:?}", flush.next().unwrap()), "a");
    assert!(cache.remove(&item("b", 0)).is_some());
    assert_eq!(format!("{:?}", flush.next().unwrap()), "c");
    assert!(flush.next().is_none());
}

#[test]
fn an_object_may_be_in_several_caches() {
    let caches = [cache(0), cache(0)];
    let a = item("a", 10);
    for cache in &caches {
        add(cache, &a);
    }
    assert_eq!(a.references(), 3);
    assert!(caches[0].remove(&item("a", 0)).is_some());
    assert!(caches[1].find(&key("a")).is_some());
}

#[test]
fn keys_with_the_same_hash_are_kept_apart() {
    let all = ["a", "b", "c", "d"].map(|id| {
        let key = Key::with_hash(TLS12, id.as_bytes(), 0x8000_0001).expect("a short id");
        object_with_key(key, 0, 10)
    });
    let cache = cache(0);
    for one in &all {
        add(&cache, one);
    }
    for gone in &all {
        assert!(cache.remove(gone).is_some_and(|found| found == *gone));
        for one in &all {
            let found = cache.find(&one.key());
            assert_eq!(found.is_some(), one != gone);
            assert!(found.is_none_or(|found| found == *one));
        }
        add(&cache, gone);
        assert!(matches!(
            cache.insert(gone.clone()),
            Inserted::AlreadyPresent
        ));
    }
    assert_eq!(held(&cache), "abcd");
}

#[test]
fn objects_from_here_and_elsewhere_replace_each_other_and_the_statistics_stay_right() {
    let (cache, elsewhere) = (cache(0), cache(0));
    let (a, b) = (item("a", 10), item("a", 20));
    add(&elsewhere, &b);
    add(&cache, &item("c", 10));
    add(&cache, &a);
    assert!(cache.remove(&a).is_some());
    let before = cache.statistics();
    for one in [&a, &b, &a, &b, &b] {
        add(&cache, one);
        assert_eq!(cache.len(), 2);
        assert!(cache.find(&key("a")).is_some_and(|found| found == *one));
    }
    assert!(cache.remove(&a).is_some_and(|found| found == b));
    assert_eq!(cache.statistics().bytes, before.bytes);
    assert_eq!((a.references(), b.references()), (1, 2));
    assert!(elsewhere.find(&key("a")).is_some_and(|found| found == b));
}

#[test]
fn everything_is_found_while_the_index_grows_and_shrinks() {
    let cache = cache(0);
    let id = |n: usize| format!("www-{n}");
    let all: Vec<Item> = (0..3000)
        .map(|n| item(&id(n), (n * 7919 % 1000) as i64))
        .collect();
    for (n, one) in all.iter().enumerate() {
        add(&cache, one);
        for back in [0, n / 3, n / 2, n] {
            assert!(
                cache
                    .find(&key(&id(back)))
                    .is_some_and(|found| found == all[back])
            );
        }
    }
    assert_eq!(cache.len(), all.len());
    for (n, one) in all.iter().enumerate() {
        assert!(cache.remove(one).is_some());
        assert!(cache.find(&one.key()).is_none());
        for ahead in [n + 1, n + 20, 2999] {
            assert_eq!(
                cache.find(&key(&id(ahead))).is_some(),
                n < ahead && ahead < 3000
            );
        }
    }
    assert_eq!(cache.len(), 0);
}

#[test]
fn an_entry_costs_little_memory() {
    let cache = cache(0);
    let empty = cache.statistics().bytes;
    assert!(empty < 1024, "{empty} bytes for an empty cache");
    for n in 0..1 << 12 {
        add(&cache, &item(&n.to_string(), 10));
    }
    let each = (cache.statistics().bytes - empty) >> 12;
    assert!(each <= 120, "{each} bytes per entry");
}
