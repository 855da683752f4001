//! Random numbers (`RAND_bytes(3)`).

use crate::error::Result;
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::succeeded;

/// Fills `bytes` with random numbers of `library` that need not stay secret. On failure they are
/// all zero.
pub fn fill(library: &LibraryContext, bytes: &mut [u8]) -> Result<()> {
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
}
