//! Memory that threads share: objects with a count of references, and memory that is freed once no thread can be
//! reading it. Sessions and the session cache use this module; it knows neither. What a process or a thread has for
//! itself is here too.
//!
//! | module         | contents                                                                  |
//! |----------------|---------------------------------------------------------------------------|
//! | `count`        | [`Counted`] objects and references to them, [`Ref`]                       |
//! | `counted_cell` | a place that gives references to its object to any thread                 |
//! | `attachment`   | memory that is attached to an object for as long as the object's          |
//! | `weak_slot`    | a field of an object that refers to what the object belongs to            |
//! | `block`        | a block of memory with byte fields                                        |
//! | `blocks`       | byte fields that are read without a lock, and replaced as a whole         |
//! | `reclaim`      | when memory is freed that a thread may be reading: epochs                 |
//! | `tag`          | the word that identifies the object behind a pointer from C               |
//! | `lender`       | a value of one thread that is lent while it may be replaced               |
//! | `lock`         | a lock that survives a fork                                               |
//! | `fork`         | a number that differs between a process and its forks                     |
//! | `batch`        | random numbers that a thread draws many at a time                         |
//! | `stripes`      | parts of an object for groups of threads, and shares of it that they count |
//! | `sync`         | atomics and lock, which loom replaces                                     |

mod attachment;
#[cfg(not(loom))]
mod batch;
mod block;
mod blocks;
mod count;
mod counted_cell;
#[cfg(not(loom))]
mod fork;
mod lender;
#[cfg(not(loom))]
mod lock;
mod reclaim;
mod stripes;
pub mod sync;
pub mod tag;
mod weak_slot;

pub use attachment::{Attached, Attachment};
#[cfg(not(loom))]
pub use batch::Batch;
pub use block::{Block, EmptyBlock, Kept, Values};
pub use blocks::{Blocks, Locked, Pinned, PinnedBlock};
pub use count::{Count, Counted, Last, Lent, Ref, pointer_to};
pub use counted_cell::CountedCell;
pub use lender::{Lease, Lender};
pub use reclaim::{collect, garbage, pin, prepare, retire, try_to_collect};
pub use stripes::Stripes;
pub use sync::{Lock, LockGuard};
pub use weak_slot::{WeakHandle, WeakSlot};
