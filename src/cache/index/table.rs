//! A table of chains, and how chains come from one table into another of a different size.

use std::ptr::NonNull;

use super::node::Node;
use super::sync::{LoadLocked, free_slots, new_slots};
use crate::reference::sync::{AtomicPtr, AtomicUsize, Ordering};

/// One table of chains.
pub struct Table<O> {
    slots: NonNull<AtomicPtr<Node<O>>>,
    /// It has 2^bits chains.
    pub bits: u32,
    /// The table that this one takes over from; null when that is done.
    pub older: AtomicPtr<Table<O>>,
    /// The units of take-over that are done, from the first on. Written by writers only.
    pub taken: AtomicUsize,
}

impl<O> Table<O> {
    /// A table of 2^`bits` chains that are still in `older`. `None` when memory is short.
    pub fn new(bits: u32, older: *mut Table<O>) -> Option<*mut Self> {
        let layout = std::alloc::Layout::new::<Self>();
        let slots = new_slots(1 << bits)?;
        // SAFETY: the layout is not empty.
        let table = unsafe { std::alloc::alloc(layout) }.cast::<Self>();
        if table.is_null() {
            // SAFETY: made above, with this count; no other thread has seen it.
            unsafe { free_slots(slots, 1 << bits) };
            return None;
        }
        // SAFETY: freshly allocated for a table.
        unsafe {
            table.write(Self {
                slots,
                bits,
                older: AtomicPtr::new(older),
                taken: AtomicUsize::new(0),
            });
        }
        Some(table)
    }

    /// Frees a table, not the nodes.
    ///
    /// # Safety
    /// `table` came from [`Table::new`], and is used no more.
    pub unsafe fn free(table: *mut Self) {
        // SAFETY: the caller's promise; both parts were allocated by `new`.
        unsafe {
            free_slots((*table).slots, 1 << (*table).bits);
            std::ptr::drop_in_place(table);
            std::alloc::dealloc(table.cast(), std::alloc::Layout::new::<Self>());
        }
    }

    /// The size of a table in memory.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + (size_of::<usize>() << self.bits)
    }

    /// Makes every chain an empty one that needs no older table.
    pub fn clear(&self) {
        for number in 0..1 << self.bits {
            self.slot(number).store(Node::end(), Ordering::Relaxed);
        }
    }

    /// What a hash is shifted by for the number of its chain.
    pub fn shift(&self) -> u32 {
        u32::BITS - self.bits
    }

    /// The head of the chain with this number.
    pub fn slot(&self, number: usize) -> &AtomicPtr<Node<O>> {
        debug_assert!(number < 1 << self.bits);
        // SAFETY: the table has 2^bits slots, and the callers derive the number from a hash or count
        // up to that.
        unsafe { self.slots.add(number).as_ref() }
    }

    /// The head of the chain that a hash belongs to.
    pub fn slot_of(&self, hash: u32) -> &AtomicPtr<Node<O>> {
        self.slot((hash >> self.shift()) as usize)
    }
}

/// Makes two chains of a table out of one of the older, which is half its size. Does nothing if that is done.
///
/// # Safety
/// The writers' lock is held, and the nodes of the older chain are live.
pub unsafe fn split<O>(from: &AtomicPtr<Node<O>>, table: &Table<O>, unit: usize) {
    let (low, high) = (table.slot(2 * unit), table.slot(2 * unit + 1));
    if !low.load_locked().is_null() {
        return;
    }
    let boundary = (2 * unit as u64 + 1) << table.shift();
    let first = from.load_locked();
    // SAFETY: the caller's promise: the chain's nodes are live.
    let upper = unsafe { first_from(first, boundary) };
    // High before low: with low in place the unit counts as taken over.
    high.store(upper, Ordering::Release);
    if first == upper {
        low.store(Node::end(), Ordering::Release);
    } else {
        low.store(first, Ordering::Release);
        // SAFETY: as above.
        unsafe { cut(first, boundary) };
    }
}

/// Makes one chain out of several of the older table, which is that many times the size. Does nothing if
/// that is done.
///
/// # Safety
/// As for [`split`].
pub unsafe fn join<O>(older: &Table<O>, into: &AtomicPtr<Node<O>>, unit: usize, chains: usize) {
    if !into.load_locked().is_null() {
        return;
    }
    // From the last chain to the first, so that each is joined to what is whole already.
    let mut joined = Node::end();
    for number in (unit * chains..(unit + 1) * chains).rev() {
        let first = older.slot(number).load_locked();
        let boundary = (number as u64 + 1) << older.shift();
        // SAFETY: the caller's promise: the chains' nodes are live.
        if let Some(last) = unsafe { last_below(first, boundary) } {
            last.next.store(joined, Ordering::Release);
            joined = first;
        }
    }
    into.store(joined, Ordering::Release);
}

/// Ends a chain before `boundary`.
///
/// # Safety
/// The writers' lock is held, and the chain's nodes are live.
pub unsafe fn cut<O>(head: *mut Node<O>, boundary: u64) {
    // SAFETY: the caller's promise: the chain's nodes are live.
    if let Some(last) = unsafe { last_below(head, boundary) }
        && !Node::is_end(last.next.load_locked())
    {
        last.next.store(Node::end(), Ordering::Release);
    }
}

/// The first node of a chain whose hash is not below `boundary`, or the end.
unsafe fn first_from<O>(head: *mut Node<O>, boundary: u64) -> *mut Node<O> {
    // SAFETY: the caller's promise: the chain's nodes are live.
    match unsafe { last_below(head, boundary) } {
        Some(last) => last.next.load_locked(),
        None => head,
    }
}

/// The last node of a chain whose hash is below `boundary`.
unsafe fn last_below<'a, O>(mut head: *mut Node<O>, boundary: u64) -> Option<&'a Node<O>> {
    let mut last = None;
    while !Node::is_end(head) {
        // SAFETY: the caller's promise: the chain's nodes are live.
        let node = unsafe { &*head };
        if u64::from(node.hash()) >= boundary {
            break;
        }
        last = Some(node);
        head = node.next.load_locked();
    }
    last
}
