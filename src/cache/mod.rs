//! The session cache of a context. `SSL_CTX_add_session(3)`, `SSL_CTX_remove_session(3)`,
//! `SSL_CTX_flush_sessions(3)`, `SSL_CTX_sess_set_cache_size(3)` and every handshake use it.
//!
//! It knows neither TLS nor C, and runs no callback: what leaves the cache is returned to the caller, with nothing
//! locked. It is generic over what it holds ([`Entry`]).
//!
//! | part         | what it is                                                               |
//! |--------------|--------------------------------------------------------------------------|
//! | `entries`    | [`Cache`]: the operations, and the order in which they change the parts  |
//! | `flush`      | removing what has expired                                                |
//! | `entry`      | [`Key`], [`Expiry`], and what can be cached, [`Entry`]                   |
//! | `hash`       | the keyed hash of a key                                                  |
//! | `statistics` | what a cache counts                                                      |
//! | `index`      | nodes, chains, order and lock: all of the unsafe code                    |
//!
//! # Why it is correct
//!
//! **Writers.** Each cache has one lock. Adding, removing and reordering hold it for some dozen instructions, flushing
//! and listing somewhat longer; none of them across a callback, I/O or anything else that could wait. Only the holder
//! of the lock changes chains, order and counters. A lookup does not take it. So writers are ordered as in a
//! program with one thread, and what follows is about lookups.
//!
//! **Invariants**, with the lock free:
//! 1. A node is in a chain exactly if it is in the order.
//! 2. A node in them owns one reference to its object.
//! 3. The chains hold each node once, ordered by hash. A chain that was not taken over
//!    yet is reached through the older table, every other one through the current table.
//! 4. The number of nodes is [`Cache::len`].
//!
//! With the lock held, (1) is weaker: what is in a chain is in the order. A node enters the order
//! first and leaves it last.
//!
//! **When memory is freed.** The thread that removes a node takes over the node's reference and returns it to the caller;
//! dropping it may end the object. An object that was ever in a cache is exposed: its memory is retired when its
//! last reference is dropped, and freed once every thread that was pinned at that time has unpinned. Its own node
//! stays as long as that memory. It may be added again at once, to the same cache and under the same key;
//! `index::own_node` says why lookups miss nothing. For other caches and keys an object gets nodes that are retired when
//! they are removed. An outgrown table is retired when its last chain has been taken over.
//!
//! **A lookup that races with removal.** The lookup pins before it reads the first link. So each node that
//! it reaches was linked at some time after it pinned, and its memory stays. Key and object of a node
//! never change. The lookup adds a reference to the object, unless the count is zero already. If it is zero,
//! the cache's own reference was dropped, which happens after the node was unlinked; the lookup, having
//! seen the zero, sees the unlinking too, and searches again. If it is not, the lookup has a reference like
//! any other, and the object stays valid however soon it leaves the cache. No count ever rises from zero.
//!
//! **A lookup that races with replacement** finds the old object or the new one: a node takes another's
//! place in its chain with one store.
//!
//! **A lookup that races with a change of size** may walk a chain that is cut, or the older chain of two.
//! It can miss a node only behind a store that came after the newer head, or the newer table, was
//! published. So after finding nothing it checks whether either has changed, and searches again if so. No
//! node moves and no lookup ever waits; `index::chains` says how it is done.
//!
//! **An object that reorders itself** comes to the index from its own slot, while the cache may be ending. The index is
//! shared: the slot leads to a reference that is retired when the cache has ended, so a pinned thread can lock it, or
//! take a reference of its own before it waits. With the lock held it looks at the slot again: slots change with the
//! lock held only, and a cache that ends clears those of all its objects. So an object whose slot still leads here is here.
//!
//! **Threads that stall.** A thread that stops in the middle of a lookup keeps memory from being freed, in
//! the whole process, but blocks no other thread. To bound that memory, adding is refused while more than a
//! limit waits to be freed and none of it gets free.
//!
//! **Fork.** The child has one thread. The others may have left three things behind:
//! - a held lock. The lock word names the process that took it; the child sees that it is
//!   another one, takes the lock over and repairs. Every state between two stores of a writer can be
//!   repaired: chains are whole for lookups at any moment, and so are the forward links of the order's lowest level.
//!   What is in the order but in no chain was being added or removed: it is left out. What is in a chain
//!   but not in the order was being moved there: it is filed again. The few entries that a thread was
//!   about to return, and their references, are lost to the child.
//! - a pinned thread. The child starts with a new collector; what was waiting to be freed
//!   at the fork is not freed in the child.
//! - references that a thread was taking or dropping. They are never dropped in the child, where the object
//!   then stays for ever; no count becomes too low that way.
//!
//! All this depends on a fork copying memory as of one moment for all threads, in the order of their
//! stores. No handlers are installed for it (`pthread_atfork(3)`).
//!
//! **Memory that is short.** Adding allocates before it changes anything, and is refused without memory. A
//! table that cannot be replaced by a larger one lets its chains grow.

mod entries;
mod entry;
mod flush;
mod hash;
mod index;
mod statistics;

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
pub use index::Index;
