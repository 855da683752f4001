//! The atomics of this room, in one place so that a model checker can replace them.

pub use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
    Ordering, fence,
};
