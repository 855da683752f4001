//! The atomics and the epoch of this room, in one place so that a model checker can replace them.
//!
//! The cache must pin through [`pin`] too: memory of a session may only be reclaimed by the
//! collector that its readers are pinned in.

pub use crossbeam_epoch::pin;
pub use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicI64, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize,
    Ordering, fence,
};
