//! The library context that the engine works for on a thread. rustls's algorithms are constants that
//! know nothing of the connection that uses them, so those that are libcrypto's ask here.

use std::sync::LazyLock;

use super::note::{Note, OnThread};
use crate::libcrypto::library::LibraryContext;

thread_local! {
    static CURRENT: Note<LibraryContext> = const { Note::new() };
}

/// Runs `work` for a connection of this library context, perhaps from within a callback of a
/// connection of another one. With `None` it is for one whose algorithms are the engine's own.
pub(super) fn within<R>(library: Option<&LibraryContext>, work: impl FnOnce() -> R) -> R {
    struct Restore(Option<LibraryContext>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(library.cloned()));
    work()
}

/// Whether the connection that is worked for has the engine's own algorithms.
pub(super) fn is_engine() -> bool {
    CURRENT.with_value(|current| current.is_none())
}

/// Runs `work` with the library context that algorithms of libcrypto come from.
pub(super) fn with_current<R>(work: impl FnOnce(&LibraryContext) -> R) -> R {
    static DEFAULT: LazyLock<LibraryContext> = LazyLock::new(LibraryContext::default);
    // It stays in its place, as the work may ask for it too.
    match CURRENT.with_value(|current| current.clone()) {
        Some(library) => work(&library),
        None => work(&DEFAULT),
    }
}
