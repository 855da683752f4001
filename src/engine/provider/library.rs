//! The library context that rustls works for. rustls's algorithms are constants that know nothing
//! of the connection that uses them, so those that are libcrypto's ask here.

use std::sync::{Arc, LazyLock};

use crate::engine::thread;
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::library::LibraryContext;

/// Where the connection that is driven takes its algorithms from; `None` for the engine's own.
pub(in crate::engine) fn current() -> Option<Arc<Algorithms>> {
    thread::with(|driven| driven.algorithms.clone())?
}

/// Whether the connection that is driven has the engine's own algorithms.
pub(in crate::engine) fn is_engine() -> bool {
    thread::with(|driven| driven.algorithms.is_none()).unwrap_or(true)
}

/// Runs `work` with the library context that algorithms of libcrypto come from.
pub(in crate::engine) fn with_current<R>(work: impl FnOnce(&LibraryContext) -> R) -> R {
    static DEFAULT: LazyLock<LibraryContext> = LazyLock::new(LibraryContext::default);
    // Nothing of the thread is borrowed here, because `work` may borrow it too.
    let current = current();
    let source = current.as_ref().and_then(|current| current.source());
    work(source.unwrap_or(&DEFAULT))
}
