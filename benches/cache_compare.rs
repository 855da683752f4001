//! The session cache beside what could stand in its place: a mutex around maps, sixteen of those, and
//! the concurrent maps of `papaya` and `scc` with a mutex around the order.
//!
//! `cargo bench --bench cache_compare -- [ENTRIES...]`
//!
//! Prints nanoseconds per operation with one thread, and millions of operations per second with one and
//! two. The results and the choice are in `docs/cache-measurements.md`.

// Only the parts that are compared are used.
#[allow(dead_code, unused_imports)]
#[path = "../src/cache/mod.rs"]
mod cache;
#[allow(dead_code, unused_imports)]
#[path = "../src/error.rs"]
mod error;
#[allow(dead_code)]
#[path = "../src/fallible.rs"]
mod fallible;
#[allow(dead_code)]
#[path = "../src/reason.rs"]
mod reason;
#[allow(dead_code, unused_imports, unused_macros)]
#[path = "../src/reference/mod.rs"]
mod reference;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use cache::{Cache, Due, Entry, Expiry, Index, Inserted, Key, Pace};
use reference::{Attachment, Count, Counted, Ref, WeakSlot};

/// As large as a session without its parts.
struct Session {
    count: Count,
    attachment: Attachment,
    key: Key,
    expires: i64,
    owner: WeakSlot<Index<Session>>,
    key_hash: AtomicU32,
    key_changes: AtomicU16,
    _fields: [u64; 31],
}

type Owned = Ref<Session>;

fn session(n: u64, expires: i64) -> Owned {
    Ref::new(Session {
        count: Count::one(),
        attachment: Attachment::default(),
        key: key(n),
        expires,
        owner: WeakSlot::default(),
        key_hash: AtomicU32::new(0),
        key_changes: AtomicU16::new(0),
        _fields: [n; 31],
    })
}

// SAFETY: `session` makes sessions, as references; the count is the session's.
unsafe impl Counted for Session {
    fn count(&self) -> &Count {
        &self.count
    }
}

impl Entry for Session {
    type Owner = Index<Self>;
    fn owner_of(index: Arc<Index<Self>>) -> Arc<Index<Self>> {
        index
    }
    fn key(&self) -> Key {
        self.key
    }
    fn expires(&self) -> Expiry {
        Expiry::of(self.expires, 0)
    }
    fn owner(&self) -> &WeakSlot<Index<Self>> {
        &self.owner
    }
    fn key_hash(&self) -> &AtomicU32 {
        &self.key_hash
    }
    fn key_changes(&self) -> &AtomicU16 {
        &self.key_changes
    }
    fn attachment(&self) -> &Attachment {
        &self.attachment
    }
}

/// What the others' maps hash: all of the id, in one piece as we do.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Id([u8; 32]);

impl Id {
    fn of(key: &Key) -> Self {
        Self(key.id().try_into().expect("32 bytes"))
    }
}

impl std::hash::Hash for Id {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

/// What is compared. `add` evicts down to the limit.
trait Store: Send + Sync {
    fn add(&self, session: Owned);
    fn find(&self, key: &Key) -> bool;
    fn remove(&self, session: &Owned);
    fn flush(&self);
}

struct Ours(Cache<Session>);

impl Store for Ours {
    fn add(&self, session: Owned) {
        assert!(!matches!(self.0.insert(session), Inserted::Refused));
    }
    fn find(&self, key: &Key) -> bool {
        self.0.find(key).is_some()
    }
    fn remove(&self, session: &Owned) {
        drop(self.0.remove(session));
    }
    fn flush(&self) {
        self.0.flush(Due::Always, Pace::SomeAtOnce).for_each(drop);
    }
}

/// The order that the others need beside their map.
type Order = BTreeMap<(Expiry, u64), Owned>;

/// A session with its place in the order.
type Filed = (Owned, (Expiry, u64));

/// A map with an order.
type Shard = (HashMap<Id, Filed>, Order);

/// `SHARDS` mutexes, each around a map and an order. With more than one the order is not exact.
struct Locked<const SHARDS: usize> {
    shards: Vec<Mutex<Shard>>,
    hasher: std::hash::RandomState,
    serial: AtomicU64,
}

impl<const SHARDS: usize> Locked<SHARDS> {
    fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: std::hash::RandomState::new(),
            serial: AtomicU64::new(0),
        }
    }

    fn shard(&self, key: &Key) -> &Mutex<Shard> {
        use std::hash::BuildHasher;
        &self.shards[if SHARDS == 1 {
            0
        } else {
            self.hasher.hash_one(Id::of(key)) as usize % SHARDS
        }]
    }
}

impl<const SHARDS: usize> Store for Locked<SHARDS> {
    fn add(&self, session: Owned) {
        let key = session.key();
        let place = (
            session.expires(),
            self.serial.fetch_add(1, Ordering::Relaxed),
        );
        let mut shard = self.shard(&key).lock().unwrap();
        let old = shard.0.insert(Id::of(&key), (session.clone(), place));
        let old = old.and_then(|old| shard.1.remove(&old.1));
        shard.1.insert(place, session);
        drop(shard);
        drop(old);
    }
    fn find(&self, key: &Key) -> bool {
        let found = self
            .shard(key)
            .lock()
            .unwrap()
            .0
            .get(&Id::of(key))
            .map(|held| held.0.clone());
        found.is_some()
    }
    fn remove(&self, session: &Owned) {
        let key = &session.key();
        let mut shard = self.shard(key).lock().unwrap();
        let held = shard.0.remove(&Id::of(key));
        let filed = held.as_ref().and_then(|held| shard.1.remove(&held.1));
        drop(shard);
        drop((held, filed));
    }
    fn flush(&self) {
        for shard in &self.shards {
            loop {
                let mut locked = shard.lock().unwrap();
                let Some((_, session)) = locked.1.pop_first() else {
                    break;
                };
                let held = locked.0.remove(&Id::of(&session.key()));
                drop(locked);
                drop((held, session));
            }
        }
    }
}

macro_rules! with_order {
    ($name:ident, $map:ty, $add:expr, $find:expr, $remove:expr) => {
        struct $name {
            map: $map,
            order: Mutex<Order>,
            serial: AtomicU64,
        }

        impl $name {
            fn new() -> Self {
                Self {
                    map: <$map>::new(),
                    order: Mutex::default(),
                    serial: AtomicU64::new(0),
                }
            }
        }

        impl Store for $name {
            fn add(&self, session: Owned) {
                let place = (
                    session.expires(),
                    self.serial.fetch_add(1, Ordering::Relaxed),
                );
                let mut order = self.order.lock().unwrap();
                order.insert(place, session.clone());
                drop(order);
                $add(&self.map, Id::of(&session.key()), (session, place));
            }
            fn find(&self, key: &Key) -> bool {
                $find(&self.map, &Id::of(key))
            }
            fn remove(&self, session: &Owned) {
                if let Some(place) = $remove(&self.map, &Id::of(&session.key())) {
                    let filed = self.order.lock().unwrap().remove(&place);
                    drop(filed);
                }
            }
            fn flush(&self) {
                loop {
                    let first = self.order.lock().unwrap().pop_first();
                    let Some((_, session)) = first else { break };
                    $remove(&self.map, &Id::of(&session.key()));
                }
            }
        }
    };
}

with_order!(
    Papaya,
    papaya::HashMap<Id, Filed>,
    |map: &papaya::HashMap<Id, Filed>, key, filed| _ = map.pin().insert(key, filed),
    |map: &papaya::HashMap<Id, Filed>, key| map.pin().get(key).map(|held| held.0.clone()).is_some(),
    |map: &papaya::HashMap<Id, Filed>, key| map.pin().remove(key).map(|held| held.1)
);

with_order!(
    Scc,
    scc::HashMap<Id, Filed>,
    |map: &scc::HashMap<Id, Filed>, key, filed| _ = map.insert(key, filed),
    |map: &scc::HashMap<Id, Filed>, key| map.read(key, |_, held| held.0.clone()).is_some(),
    |map: &scc::HashMap<Id, Filed>, key| map.remove(key).map(|(_, held)| held.1)
);

/// The id of session `n`, as servers make them: bytes that look random.
fn key(n: u64) -> Key {
    let mut id = [0u8; 32];
    let mut word = n;
    for part in id.chunks_mut(8) {
        word = word.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (word >> 29) ^ 0x5851_f42d_4c95_7f2d;
        part.copy_from_slice(&word.to_le_bytes());
    }
    Key::new(0x303, &id).expect("32 bytes")
}

fn scatter(n: u64, among: u64) -> u64 {
    (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % among
}

/// Nanoseconds that this thread has computed so far. Other programs do not count.
fn computed() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the struct is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Nanoseconds per call of `each` over `count` calls, the best of `rounds`.
fn per_call(rounds: u64, count: u64, mut each: impl FnMut(u64)) -> f64 {
    let round = |round| {
        let start = computed();
        (round * count..(round + 1) * count).for_each(&mut each);
        (computed() - start) as f64 / count as f64
    };
    (0..rounds).map(round).fold(f64::MAX, f64::min)
}

/// Millions of operations per second of `threads` threads together, the best of some rounds. `each`
/// gets a thread's number and a counter.
fn throughput(threads: u64, each: impl Fn(u64, u64) + Send + Sync + Copy) -> f64 {
    let round = |_| {
        let barrier = &Barrier::new(threads as usize);
        let total: f64 = std::thread::scope(|scope| {
            let all: Vec<_> = (0..threads)
                .map(|thread| {
                    scope.spawn(move || {
                        barrier.wait();
                        let (start, mut count) = (Instant::now(), 0);
                        while start.elapsed() < Duration::from_millis(60) {
                            (0..256).for_each(|n| each(thread, count + n));
                            count += 256;
                        }
                        count as f64 / start.elapsed().as_secs_f64()
                    })
                })
                .collect();
            all.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        total / 1e6
    };
    (0..12).map(round).fold(0.0, f64::max)
}

fn measure(name: &str, store: Arc<dyn Store>, entries: u64) {
    // So that none pays for the first use of memory.
    let warm: Vec<Owned> = (0..entries).map(|n| session(n, 0)).collect();
    drop(warm);
    let store = &*store;
    let add = per_call(1, entries, |n| {
        store.add(session(n, 1000 + n as i64 / 1000))
    });
    let probes = 100_000;
    let hit = per_call(6, probes, |n| {
        assert!(store.find(&key(scatter(n, entries))))
    });
    let miss = per_call(6, probes, |n| assert!(!store.find(&key(1 << 40 | n))));
    let churn = |thread: u64, n: u64| {
        let fresh = (thread + 1) << 50 | n;
        let one = session(fresh, i64::MAX / 2);
        store.add(one.clone());
        store.remove(&one);
    };
    let pair = per_call(6, probes, |n| churn(7, n));
    let look = |thread: u64, n: u64| {
        store.find(&key(scatter(n + (thread << 30), entries)));
    };
    let mix = |thread: u64, n: u64| {
        if n.is_multiple_of(10) {
            churn(thread, n);
        } else {
            look(thread, n);
        }
    };
    let looks = [throughput(1, look), throughput(2, look)];
    let churns = [throughput(1, churn), throughput(2, churn)];
    let mixes = [throughput(1, mix), throughput(2, mix)];
    let flush = per_call(1, 1, |_| store.flush()) / entries as f64;
    println!(
        "{name:12} {entries:8} | {add:5.0} {hit:5.0} {miss:5.0} {pair:6.0} {flush:6.0} | \
         {:5.1} {:5.1} | {:5.2} {:5.2} | {:5.1} {:5.1}",
        looks[0], looks[1], churns[0], churns[1], mixes[0], mixes[1]
    );
}

fn main() {
    let sizes: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![1_000, 10_000, 100_000, 1_000_000]
    } else {
        sizes
    };
    println!(
        "                      | nanoseconds, one thread         | millions per second, 1 and 2 threads\n\
         store         entries |   add   hit  miss add+rm  flush |    lookups |      add+rm |   9:1 mix"
    );
    for entries in sizes {
        measure("ours", Arc::new(Ours(Cache::new(0))), entries);
        measure("mutex", Arc::new(Locked::<1>::new()), entries);
        measure("16 mutexes", Arc::new(Locked::<16>::new()), entries);
        measure("papaya", Arc::new(Papaya::new()), entries);
        measure("scc", Arc::new(Scc::new()), entries);
    }
}
