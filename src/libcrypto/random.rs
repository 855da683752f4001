//! Random numbers (`RAND_bytes(3)`).
//!
//! Those of the default library context that need not stay secret come in batches of the thread
//! ([`Batch`]), unless the program has replaced their source. To ask libcrypto whether it has takes
//! a lock of the process, so that is done for each batch and for each `SSL_CTX`. A source that a
//! program sets later counts for a thread's next batch: within a second.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::succeeded;
use crate::reference::Batch;

thread_local! {
    static BATCH: Batch = const { Batch::new() };
}

/// What [`is_replaced`] has last returned.
static KNOWN_AS_REPLACED: AtomicBool = AtomicBool::new(false);

/// Why there is no batch.
enum NoBatch {
    Replaced,
    Failed(Error),
}

/// Fills `bytes` with random numbers of `library` that need not stay secret. On failure they are
/// all zero.
pub fn fill(library: &LibraryContext, bytes: &mut [u8]) -> Result<()> {
    if KNOWN_AS_REPLACED.load(Ordering::Relaxed) || !library.is_global_default() {
        return draw(library, bytes);
    }
    let batch = |batch: &mut [u8]| match is_replaced() {
        true => Err(NoBatch::Replaced),
        false => draw(library, batch).map_err(NoBatch::Failed),
    };
    match Batch::fill(&BATCH, bytes, batch) {
        Ok(()) => Ok(()),
        Err(NoBatch::Replaced) => draw(library, bytes),
        Err(NoBatch::Failed(error)) => {
            bytes.fill(0);
            Err(error)
        }
    }
}

/// Whether the program has replaced the source of random numbers (`RAND_set_rand_method(3)`). From
/// then on no batch is used, until this is false again.
pub(super) fn is_replaced() -> bool {
    // SAFETY: no preconditions.
    let replaced = unsafe { ffi::RAND_get_rand_method() != ffi::RAND_OpenSSL() };
    if KNOWN_AS_REPLACED.load(Ordering::Relaxed) != replaced {
        KNOWN_AS_REPLACED.store(replaced, Ordering::Relaxed);
    }
    replaced
}

fn draw(library: &LibraryContext, bytes: &mut [u8]) -> Result<()> {
    // SAFETY: a live library context, and as many writable bytes as given.
    let filled =
        unsafe { ffi::RAND_bytes_ex(library.as_ptr(), bytes.as_mut_ptr(), bytes.len(), 0) };
    zero_unless(filled, bytes)
}

/// Like [`fill`], for numbers that stay secret: keys.
pub fn fill_private(library: &LibraryContext, bytes: &mut [u8]) -> Result<()> {
    // SAFETY: a live library context, and as many writable bytes as given.
    let filled =
        unsafe { ffi::RAND_priv_bytes_ex(library.as_ptr(), bytes.as_mut_ptr(), bytes.len(), 0) };
    zero_unless(filled, bytes)
}

fn zero_unless(filled: std::ffi::c_int, bytes: &mut [u8]) -> Result<()> {
    succeeded(filled).inspect_err(|_| bytes.fill(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_differ() {
        let library = LibraryContext::default();
        let (mut one, mut two, mut three) = ([0; 32], [0; 32], [0; 32]);
        fill(&library, &mut one).unwrap();
        fill(&library, &mut two).unwrap();
        fill_private(&library, &mut three).unwrap();
        assert!(one != two && two != three && one != three);
        fill(&library, &mut []).unwrap();
    }

    #[test]
    fn no_two_draws_of_threads_are_alike() {
        let draws = || {
            let library = LibraryContext::default();
            let mut drawn = vec![[0; 16]; 500];
            for bytes in &mut drawn {
                fill(&library, bytes).unwrap();
            }
            drawn
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draws)).collect();
        let drawn = threads.into_iter().map(|thread| thread.join().unwrap());
        let mut all: Vec<_> = drawn.flatten().collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2000);
        assert!(all.iter().all(|bytes| *bytes != [0; 16]));
    }

    #[test]
    fn a_library_context_of_the_program_has_its_own_numbers() {
        // SAFETY: made here, used while it is alive, freed once.
        unsafe {
            let context = ffi::OSSL_LIB_CTX_new();
            let library = LibraryContext::new(context, None);
            let (mut one, mut two) = ([0; 32], [0; 32]);
            fill(&library, &mut one).unwrap();
            fill(&library, &mut two).unwrap();
            assert!(one != two && one != [0; 32]);
            drop(library);
            ffi::OSSL_LIB_CTX_free(context);
        }
    }
}
