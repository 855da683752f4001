//! The cache against OpenSSL's rules written down in the simplest way: a list, searched from end to end.

use proptest::prelude::*;

use super::test_entry::{Item, Object, cache, object};
use super::{Cache, Due, Inserted, Key, Pace};

/// What OpenSSL does, for a handful of entries.
#[derive(Default)]
struct Model {
    limit: usize,
    /// In order of expiry, of equals the one filed first.
    list: Vec<(u8, i64, Item)>,
    evictions: u64,
}

impl Model {
    fn position(&self, id: u8) -> Option<usize> {
        self.list.iter().position(|held| held.0 == id)
    }

    fn file(&mut self, id: u8, expires: i64, item: Item) {
        let at = self
            .list
            .iter()
            .take_while(|held| held.1 <= expires)
            .count();
        self.list.insert(at, (id, expires, item));
    }

    /// Returns what had to make room.
    fn add(&mut self, id: u8, expires: i64, item: Item) -> Vec<Item> {
        if let Some(at) = self.position(id) {
            let old = self.list.remove(at);
            if old.2 == item {
                self.file(id, expires, item);
                return Vec::new();
            }
        }
        let mut evicted = Vec::new();
        while self.limit > 0 && !self.list.is_empty() && self.list.len() + 1 >= self.limit {
            evicted.push(self.list.remove(0).2);
            self.evictions += 1;
        }
        self.file(id, expires, item);
        evicted
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(u8, i64),
    AddAgain(u8),
    Remove(u8),
    SetTime(u8, i64),
    Limit(usize),
    Flush(i64),
    FlushAll,
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0u8..24;
    let time = -5i64..20;
    prop_oneof![
        8 => (id.clone(), time.clone()).prop_map(|(id, time)| Step::Add(id, time)),
        1 => id.clone().prop_map(Step::AddAgain),
        2 => id.clone().prop_map(Step::Remove),
        3 => (id, time.clone()).prop_map(|(id, time)| Step::SetTime(id, time)),
        1 => (0usize..16).prop_map(Step::Limit),
        1 => time.prop_map(Step::Flush),
        1 => Just(Step::FlushAll),
    ]
}

fn key(id: u8) -> Key {
    Key::new(0x303, &[id]).expect("a short id")
}

fn same(ours: &[Item], model: &[Item]) -> bool {
    ours.len() == model.len() && ours.iter().zip(model).all(|(ours, model)| ours == model)
}

fn add(cache: &Cache<Object>, item: &Item) -> Vec<Item> {
    match cache.insert(item.clone()) {
        Inserted::Added { evicted, .. } => {
            let more = std::iter::from_fn(|| cache.evict(item));
            evicted.into_iter().chain(more).collect()
        }
        Inserted::AlreadyPresent => Vec::new(),
        Inserted::Refused => panic!("there is memory"),
    }
}

fn run(step: Step, cache: &Cache<Object>, model: &mut Model) -> Result<(), TestCaseError> {
    match step {
        Step::Add(id, time) => {
            let item = object(0x303, &[id], time, 0);
            let evicted = add(cache, &item);
            prop_assert!(same(&evicted, &model.add(id, time, item)));
        }
        Step::AddAgain(id) => {
            if let Some(at) = model.position(id) {
                let (_, expires, item) = model.list[at].clone();
                prop_assert!(add(cache, &item).is_empty());
                prop_assert!(model.add(id, expires, item).is_empty());
            }
        }
        Step::Remove(id) => {
            let removed = model.position(id).map(|at| model.list.remove(at).2);
            let ours = cache.remove(&object(0x303, &[id], 0, 0));
            prop_assert!(same(ours.as_slice(), removed.as_slice()));
        }
        Step::SetTime(id, time) => {
            if let Some(at) = model.position(id) {
                let (_, _, item) = model.list.remove(at);
                item.set_time(time);
                prop_assert!(cache.reorder(&item));
                model.file(id, time, item);
            }
        }
        Step::Limit(limit) => {
            prop_assert_eq!(cache.set_limit(limit), model.limit);
            model.limit = limit;
        }
        Step::Flush(now) => {
            let due = model.list.iter().take_while(|held| held.1 < now).count();
            let due: Vec<Item> = model.list.drain(..due).map(|held| held.2).collect();
            prop_assert!(same(
                &cache
                    .flush(Due::At(now), Pace::SomeAtOnce)
                    .collect::<Vec<_>>(),
                &due
            ));
        }
        Step::FlushAll => {
            let all: Vec<Item> = model.list.drain(..).map(|held| held.2).collect();
            prop_assert!(same(
                &cache
                    .flush(Due::Always, Pace::SomeAtOnce)
                    .collect::<Vec<_>>(),
                &all
            ));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_cache_does_what_openssl_does(steps in prop::collection::vec(step(), 1..120)) {
        let cache = cache(0);
        let mut model = Model::default();
        for step in steps {
            run(step, &cache, &mut model)?;
            let held: Vec<Item> = model.list.iter().map(|held| held.2.clone()).collect();
            prop_assert!(same(&cache.snapshot().expect("memory"), &held));
            prop_assert_eq!(cache.len(), held.len());
            prop_assert_eq!(cache.statistics().evictions, model.evictions);
            for id in 0..24 {
                let found = cache.find(&key(id));
                let expected = model.position(id).map(|at| model.list[at].2.clone());
                prop_assert!(same(found.as_slice(), expected.as_slice()));
            }
        }
    }
}
