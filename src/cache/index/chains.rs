//! The chains: from a key to its node, read without a lock.
//!
//! A table of 2^k chains. The chain of a node is chosen by the uppermost k bits of its hash, and each
//! chain is ordered by hash; so the chains, one after the other, are one sequence ordered by hash, and
//! a table of another size cuts the same sequence at other places. A change of size moves no node: the
//! new table is filled chain by chain, as writers pass by. A chain is cut with one store after the new
//! heads are in place; chains are joined, with one store each, before the new head is.
//!
//! How a lookup knows that it missed nothing: it walks from a head to the first greater hash. What it
//! can miss is only behind a cut, or was linked into a newer chain. Either happens after the newer head
//! (or the newer table) was published, so a lookup that found nothing reads those again, and starts
//! again if they have changed.
//!
//! Writers hold the lock of [`Cache`](super::super::Cache). Lookups are pinned.

use std::ptr::NonNull;

use super::super::entry::Key;
use super::node::Node;
use super::sync::{LoadLocked, prefetch};
use super::table::{Table, cut, join, split};
use crate::fallible;
use crate::reference::sync::{AtomicPtr, Ordering};

/// The bits of the smallest table. Tests begin with two chains, so that tables change often.
const MIN_BITS: u32 = if cfg!(any(test, loom)) { 1 } else { 4 };
/// The bits of the largest table. Beyond that the chains grow.
const MAX_BITS: u32 = 28;
/// Tables of up to so many bits are kept, however few chains are in use.
const KEPT_BITS: u32 = if cfg!(any(test, loom)) { 1 } else { 15 };
/// A larger table is kept while there is a node for so many chains. Not more: one that is emptied
/// node by node should not be made smaller again and again on the way.
const SPARSE: usize = if cfg!(any(test, loom)) { 8 } else { 32 };
/// By how many bits a table is made smaller.
const SHRINK_BITS: u32 = if cfg!(any(test, loom)) { 2 } else { 3 };
/// How many units of take-over are done for each change while there is an older table: when it is made
/// larger, and smaller. Twice of what is needed for it to be done before the next change of size.
const STRIDE_UP: usize = 4;
const STRIDE_DOWN: usize = 8;

/// Where a node with a certain key is, or would be.
pub struct Place<O> {
    /// The link that leads there.
    link: *const AtomicPtr<Node<O>>,
    /// What the link leads to now: the node, if it was found.
    next: *mut Node<O>,
    /// True if `next` has the key.
    found: bool,
}

impl<O> Place<O> {
    /// The node, or null if there is none with the key.
    pub fn node(&self) -> *mut Node<O> {
        if self.found {
            self.next
        } else {
            std::ptr::null_mut()
        }
    }
}

/// The chains of a cache. They own their tables, but not the nodes.
pub struct Chains<O> {
    current: AtomicPtr<Table<O>>,
}

impl<O> Chains<O> {
    /// Chains without a node. Aborts the process, as the standard library does, when there is no memory for
    /// the smallest table.
    pub fn new() -> Self {
        let Some(table) = Table::new(MIN_BITS, std::ptr::null_mut()) else {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<Table<O>>());
        };
        // SAFETY: made above.
        unsafe { &*table }.clear();
        Self {
            current: AtomicPtr::new(table),
        }
    }

    fn table(&self) -> &Table<O> {
        // SAFETY: there always is a current table. Once replaced it is freed through `retire`, and
        // every caller is pinned or holds the writers' lock.
        unsafe { &*self.current.load(Ordering::Acquire) }
    }

    /// The current table, for the holder of the writers' lock.
    fn table_locked(&self) -> &Table<O> {
        // SAFETY: as above; only the holder of the lock replaces it.
        unsafe { &*self.current.load_locked() }
    }

    /// The node with this key, or null. Takes no lock and writes nothing.
    ///
    /// # Safety
    /// The caller is pinned, and stays so while it uses the node.
    pub unsafe fn find(&self, key: &Key) -> *mut Node<O> {
        let hash = key.hash();
        loop {
            let table = self.table();
            let slot = table.slot_of(hash);
            let mut head = slot.load(Ordering::Acquire);
            let in_older = head.is_null();
            if in_older {
                // SAFETY: an older table is retired after it was unlinked here, and we are pinned.
                match unsafe { table.older.load(Ordering::Acquire).as_ref() } {
                    Some(older) => head = older.slot_of(hash).load(Ordering::Acquire),
                    // The last chain was taken over since: the head is there now.
                    None => continue,
                }
            }
            while !Node::is_end(head) {
                // SAFETY: what a chain leads to is retired only after it was unlinked, and we are
                // pinned since before we read the link.
                let node = unsafe { &*head };
                if node.hash() >= hash {
                    if node.hash() > hash {
                        break;
                    }
                    if node.key == *key {
                        return head;
                    }
                }
                head = node.next.load(Ordering::Acquire);
            }
            let moved = in_older && !slot.load(Ordering::Acquire).is_null();
            if !moved && std::ptr::eq(table, self.current.load(Ordering::Acquire)) {
                return std::ptr::null_mut();
            }
        }
    }

    /// Prefetches the head of a key's chain, for a later [`Chains::prefetch_chain`].
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    pub unsafe fn prefetch(&self, key: &Key) {
        prefetch(self.table_locked().slot_of(key.hash()));
    }

    /// Prefetches the first node of a key's chain, for a later [`Chains::place`].
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    pub unsafe fn prefetch_chain(&self, key: &Key) {
        prefetch(self.table_locked().slot_of(key.hash()).load_locked());
    }

    /// The place of a key, for a writer. Valid until the next change.
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    pub unsafe fn place(&self, key: &Key) -> Place<O> {
        // SAFETY: the caller's promise.
        unsafe { self.place_where(key.hash(), |node| node.key == *key) }
    }

    /// The place of the node that has this object, under a key with this hash. Valid until the next
    /// change.
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    pub unsafe fn place_of(&self, hash: u32, object: NonNull<O>) -> Place<O> {
        // SAFETY: the caller's promise.
        unsafe { self.place_where(hash, |node| node.object == object) }
    }

    /// The place of the node with this hash that is the right one, or where it would be.
    #[inline]
    unsafe fn place_where(&self, hash: u32, is_right: impl Fn(&Node<O>) -> bool) -> Place<O> {
        let table = self.table_locked();
        let mut link = table.slot_of(hash);
        let mut next = link.load_locked();
        if next.is_null() {
            // SAFETY: the lock is held.
            unsafe { self.take_over(table, self.unit_of(table, hash)) };
            next = link.load_locked();
        }
        // SAFETY: nodes in a chain are live while the lock is held.
        let node_at = |next: *mut Node<O>| (!Node::is_end(next)).then(|| unsafe { &*next });
        while let Some(node) = node_at(next).filter(|node| node.hash() < hash) {
            link = &node.next;
            next = link.load_locked();
        }
        // Before all that have the same hash: see `own_node`.
        let new = Place {
            link,
            next,
            found: false,
        };
        while let Some(node) = node_at(next).filter(|node| node.hash() == hash) {
            if is_right(node) {
                let found = true;
                return Place { link, next, found };
            }
            link = &node.next;
            next = link.load_locked();
        }
        new
    }

    /// Puts `node` at `place`. If a node is there already, `node` takes its place in one step.
    ///
    /// # Safety
    /// The caller holds the writers' lock; `place` was found for the node's key and nothing was changed
    /// since; `node` is in no index.
    pub unsafe fn put(&self, place: &Place<O>, node: *mut Node<O>) {
        // SAFETY: by the caller's promise link and node are live.
        unsafe {
            let next = if place.found {
                (*place.next).next.load_locked()
            } else {
                place.next
            };
            // Release: a lookup may stand on the node from before, and follow.
            (*node).next.store(next, Ordering::Release);
            (*place.link).store(node, Ordering::Release);
        }
    }

    /// Takes the node at `place` out. It keeps its link, for lookups that are standing on it.
    ///
    /// # Safety
    /// As for [`Chains::put`], and there is a node at `place`.
    pub unsafe fn take_out(&self, place: &Place<O>) {
        // SAFETY: by the caller's promise link and node are live.
        unsafe {
            let next = (*place.next).next.load_locked();
            (*place.link).store(next, Ordering::Release);
        }
    }

    /// True if [`Chains::adapt`] would do nothing, which is nearly always.
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    #[inline]
    pub unsafe fn suits(&self, entries: usize) -> bool {
        let table = self.table_locked();
        let chains = 1 << table.bits;
        let many = entries > chains / 2;
        let few = entries < chains / SPARSE && table.bits > KEPT_BITS;
        table.older.load_locked().is_null() && !many && !few
    }

    /// Goes on with a change of size, or begins one if `entries` nodes call for it; `changes` is how many
    /// were put in or taken out since the last call. Without memory for another table the chains just
    /// grow. Returns the tables that are no longer used, to be retired.
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    #[cold]
    #[must_use]
    pub unsafe fn adapt(&self, entries: usize, changes: usize) -> [*mut Table<O>; 2] {
        let current = self.current.load_locked();
        let table = self.table_locked();
        let older = table.older.load_locked();
        // SAFETY: the lock is held, and only its holder retires tables.
        let older_bits = unsafe { older.as_ref() }.map_or(0, |older| older.bits);
        if entries == 0
            && table.bits.max(older_bits) > KEPT_BITS
            && let Some(fresh) = fallible::ask(|| Table::new(MIN_BITS, std::ptr::null_mut()))
        {
            // SAFETY: made just now.
            unsafe { &*fresh }.clear();
            self.current.store(fresh, Ordering::Release);
            return [current, older];
        }
        if !older.is_null() {
            // SAFETY: the lock is held, and `older` is what `table` takes over from.
            return [
                unsafe { self.go_on(table, older, changes) },
                std::ptr::null_mut(),
            ];
        }
        // At most one node for every two chains, so that the node wanted is nearly always the first.
        let bits = if entries > (1 << table.bits) / 2 {
            (table.bits + 1).min(MAX_BITS)
        } else if entries < (1 << table.bits) / SPARSE && table.bits > KEPT_BITS {
            (table.bits - SHRINK_BITS).max(MIN_BITS)
        } else {
            table.bits
        };
        if bits != table.bits
            && let Some(fresh) = fallible::ask(|| Table::new(bits, current))
        {
            self.current.store(fresh, Ordering::Release);
        }
        [std::ptr::null_mut(); 2]
    }

    /// Takes some more chains over from the older table. Returns that one when it is empty.
    unsafe fn go_on(
        &self,
        table: &Table<O>,
        older: *mut Table<O>,
        changes: usize,
    ) -> *mut Table<O> {
        // SAFETY: not null, and live until it is retired by our caller.
        let from = unsafe { &*older };
        let grows = table.bits > from.bits;
        let stride = if grows { STRIDE_UP } else { STRIDE_DOWN };
        let units = 1 << table.bits.min(from.bits);
        let taken = table.taken.load_locked();
        let until = (taken + changes * stride).min(units);
        for unit in taken..until {
            // SAFETY: the lock is held.
            unsafe { self.take_over(table, unit) };
        }
        table.taken.store(until, Ordering::Relaxed);
        if until == units {
            table.older.store(std::ptr::null_mut(), Ordering::Release);
            return older;
        }
        std::ptr::null_mut()
    }

    /// The unit of take-over that a hash belongs to: one chain of the smaller table.
    fn unit_of(&self, table: &Table<O>, hash: u32) -> usize {
        // SAFETY: the writers' lock is held, and only its holder retires tables.
        match unsafe { table.older.load_locked().as_ref() } {
            Some(older) => (hash >> older.shift().max(table.shift())) as usize,
            None => 0,
        }
    }

    /// Takes the chains of `unit` over from the older table, unless that is done. May be begun again
    /// after it was broken off anywhere.
    unsafe fn take_over(&self, table: &Table<O>, unit: usize) {
        // SAFETY: the writers' lock is held, and only its holder retires tables.
        let Some(older) = (unsafe { table.older.load_locked().as_ref() }) else {
            return;
        };
        // SAFETY: the lock is held, so the chains of the older table that were not taken over hold
        // live nodes only.
        unsafe {
            if table.bits > older.bits {
                split(older.slot(unit), table, unit);
            } else {
                join(
                    older,
                    table.slot(unit),
                    unit,
                    1 << (older.bits - table.bits),
                );
            }
        }
    }

    /// Completes what a vanished writer may have left half done: chains half taken over or not cut.
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    pub unsafe fn repair(&self) {
        let table = self.table_locked();
        // SAFETY: the lock is held, so the tables are live, and so are the nodes of the current one.
        unsafe {
            if let Some(older) = table.older.load_locked().as_ref() {
                for unit in 0..1 << table.bits.min(older.bits) {
                    self.take_over(table, unit);
                }
            }
            for (number, head) in self.heads().enumerate() {
                cut(head, (number as u64 + 1) << table.shift());
            }
        }
    }

    /// The heads of the current table's chains.
    ///
    /// # Safety
    /// The caller holds the writers' lock.
    pub unsafe fn heads(&self) -> impl Iterator<Item = *mut Node<O>> + '_ {
        let table = self.table_locked();
        (0..1 << table.bits).map(|number| table.slot(number).load_locked())
    }

    /// The bytes that the tables occupy.
    ///
    /// # Safety
    /// The caller is pinned or holds the writers' lock.
    pub unsafe fn bytes(&self) -> usize {
        let table = self.table();
        // SAFETY: as in `find`.
        let older = unsafe { table.older.load(Ordering::Acquire).as_ref() };
        table.bytes() + older.map_or(0, Table::bytes)
    }
}

impl<O> Drop for Chains<O> {
    fn drop(&mut self) {
        let table = self.current.load_locked();
        // SAFETY: no other thread has the chains, and tables that are linked here were not retired.
        unsafe {
            let older = (*table).older.load_locked();
            if !older.is_null() {
                Table::free(older);
            }
            Table::free(table);
        }
    }
}
