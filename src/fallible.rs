//! Allocations that may fail, for code that can go on without them.
//!
//! All other code gets memory from a reserve when there is no other.

use std::cell::Cell;

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `ask`, whose allocations may fail. It allocates, and does nothing else.
pub fn ask<R>(ask: impl FnOnce() -> R) -> R {
    ASKED.set(true);
    let result = ask();
    ASKED.set(false);
    result
}

/// Whether the allocation that this thread is making may fail.
#[cfg_attr(loom, allow(dead_code))]
pub fn is_asked() -> bool {
    ASKED.get()
}
