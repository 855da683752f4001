//! The library context that the engine works for on a thread. rustls's algorithms are constants that
//! know nothing of the connection that uses them, so those that are libcrypto's ask here.

use std::sync::{Arc, LazyLock};

use super::note::{Note, OnThread};
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::library::LibraryContext;

thread_local! {
    static CURRENT: Note<Arc<Algorithms>> = const { Note::new() };
}

/// Runs `work` for a connection that takes its algorithms from there, perhaps from within a callback of
/// a connection that takes them from elsewhere. With `None` they are the engine's own.
pub(super) fn within<R>(algorithms: Option<&Arc<Algorithms>>, work: impl FnOnce() -> R) -> R {
    struct Restore(Option<Arc<Algorithms>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(algorithms.cloned()));
    work()
}

/// Where the connection that is worked for takes its algorithms from; `None` for the engine's own.
pub(super) fn current() -> Option<Arc<Algorithms>> {
    CURRENT.with_value(|current| current.clone())
}

/// Whether the connection that is worked for has the engine's own algorithms.
pub(super) fn is_engine() -> bool {
    CURRENT.with_value(|current| current.is_none())
}

/// Runs `work` with the library context that algorithms of libcrypto come from.
pub(super) fn with_current<R>(work: impl FnOnce(&LibraryContext) -> R) -> R {
    static DEFAULT: LazyLock<LibraryContext> = LazyLock::new(LibraryContext::default);
    // It stays in its place, as the work may ask for it too.
    let current = current();
    let source = current.as_ref().and_then(|current| current.source());
    work(source.unwrap_or(&DEFAULT))
}
