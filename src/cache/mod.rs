//! The session cache of a context: what `SSL_CTX_add_session(3)`, `SSL_CTX_remove_session(3)`,
//! `SSL_CTX_flush_sessions(3)`, `SSL_CTX_sess_set_cache_size(3)` and every handshake work on.
//!
//! It knows neither TLS nor C, and runs no callback: what leaves the cache is handed to the caller, who
//! then tells whom it concerns, with nothing locked. It is generic over what it holds ([`Entry`]).
//!
//! | part        | what it is                                                               |
//! |-------------|--------------------------------------------------------------------------|
//! | `entries`   | [`Cache`]: the operations, and the order in which they change the parts  |
//! | `flush`     | taking out what has expired                                              |
//! | `entry`     | [`Key`], [`Expiry`], and the contract of what can be cached, [`Entry`]   |
//! | `hash`      | the keyed hash of a key                                                  |
//! | `statistics`| what a cache tells about itself                                          |
//! | `node`      | what a cache has of each object: key, reference, links                   |
//! | `own_node`  | nodes that stay with their objects, as most do                           |
//! | `index`     | from a key to its node, read without a lock, changing size meanwhile     |
//! | `table`     | one table of chains, and how chains come from one table into another     |
//! | `order`     | which object leaves first: a skip list by expiry                         |
//! | `repair`    | what a forked child does about a writer that it has not got              |
//! | `sync`      | atomics and lock, which loom replaces                                    |
//!
//! # Why it is correct
//!
//! **Who writes.** One lock for each cache, held for some dozen instructions at a time by whoever adds,
//! removes or reorders, somewhat longer by whoever flushes or lists; never across a callback, I/O or
//! anything that could wait. Only its holder changes index, order and counters. A lookup does not take it.
//! So among writers everything is as in a program with one thread, and what follows is about lookups.
//!
//! **Invariants**, with the lock free:
//! 1. A node is in the index exactly if it is in the order.
//! 2. A node in them owns one reference to its object.
//! 3. The chains of the index hold each node once, ordered by hash; a chain that was not taken over
//!    yet is reached through the older table, every other one through the current table.
//! 4. The number of nodes is what [`Cache::len`] tells.
//!
//! With the lock held, (1) is weaker: what is in the index is in the order. A node enters the order
//! first and leaves it last.
//!
//! **Who frees what, and when.** The thread that takes a node out takes over its reference and hands it to
//! the caller; dropping that may end the object. The memory of an object that was ever in a cache is
//! retired when its last reference goes (that is for the implementor of [`Entry`] to do): freed once every
//! thread that was pinned at that time has unpinned. What it owns may be freed at once, but for its node:
//! that stays with it as long as its memory, and may be put in again at once, into the same cache and
//! under the same key. Why no lookup minds stands in `own_node`. For other caches and keys an object gets
//! nodes that are retired when they are taken out. Tables that were outgrown are retired when their last
//! chain has been taken over.
//!
//! **A lookup that races with removal.** The lookup pins before it reads the first link. So whatever node
//! it reaches was linked at some time after it pinned, and its memory stays. Key and object of a node
//! never change. From the node it takes a reference to the object, unless the count is zero already. If the count is zero,
//! the cache's own reference was dropped, which happens after the node was unlinked; the lookup, having
//! seen the zero, sees the unlinking too, and searches again. If it is not, the lookup has a reference like
//! any other, and the object stays valid however soon it leaves the cache. No count ever rises from zero.
//!
//! **A lookup that races with replacement** finds the old object or the new one: a node takes another's
//! place in its chain with one store.
//!
//! **A lookup that races with a change of size** may walk a chain that is cut, or the older chain of two.
//! It can miss a node only behind a store that came after the newer head, or the newer table, was
//! published. So after finding nothing it looks whether either has changed, and searches again if so. No
//! node moves and no lookup ever waits; how it is done stands in `index`.
//!
//! **Threads that stall.** A thread that stops in the middle of a lookup keeps memory from being freed, in
//! the whole process, but nobody from working. To keep that bounded, adding is refused while more than a
//! bound waits to be freed and none of it gets free.
//!
//! **Fork.** The child has one thread. Three things may have been left behind by the others:
//! - a thread inside the lock. The lock word names the process that took it; the child sees that it is
//!   not its own, takes the lock over and repairs. Every state between two stores of a writer can be
//!   repaired: chains are whole for lookups at any moment, the forward links of the order's lowest level
//!   are whole too, and what is in the order but not in the index is what was being added or removed
//!   at the fork: it is left out. What is in the index but not in the order was being moved there: it is
//!   filed again. The few entries that a thread had in its hands, and their references, are lost to the
//!   child that way.
//! - a thread that is pinned. The child starts with a collector of its own; what was waiting to be freed
//!   at the fork is not freed in the child.
//! - a thread that is taking or giving references. They are never given back in the child, where the object
//!   then stays for ever; no count becomes too low that way.
//!
//! It all rests on a fork copying memory as of one moment for all threads, in the order of their
//! stores. Nothing is installed for it (no `pthread_atfork(3)` handlers).
//!
//! **Memory that is short.** Adding allocates before it changes anything, and is refused without memory. An
//! index that cannot get a larger table lets its chains grow.

mod entries;
mod entry;
mod flush;
mod hash;
mod index;
mod node;
mod order;
mod own_node;
mod repair;
mod statistics;
mod sync;
mod table;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod model_tests;
#[cfg(all(test, not(loom)))]
mod stress_tests;
#[cfg(test)]
mod test_entry;
#[cfg(all(test, not(loom)))]
mod tests;

pub use entries::{Cache, Inserted};
pub use entry::{Entry, Expiry, Key};
pub use flush::{Due, Pace};
