//! Random numbers (`RAND_bytes(3)`).

use std::ffi::c_int;

use crate::error::Result;
use crate::libcrypto::ffi;
use crate::libcrypto::outcome::succeeded;

/// Fills `bytes` with random numbers fit for keys. On failure they are all zero.
pub fn fill(bytes: &mut [u8]) -> Result<()> {
    for chunk in bytes.chunks_mut(c_int::MAX as usize) {
        // SAFETY: as many writable bytes as given.
        let filled = unsafe { ffi::RAND_bytes(chunk.as_mut_ptr(), chunk.len() as c_int) };
        if let Err(error) = succeeded(filled) {
            bytes.fill(0);
            return Err(error);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn random_numbers_differ() {
        let (mut one, mut two) = ([0; 32], [0; 32]);
        super::fill(&mut one).unwrap();
        super::fill(&mut two).unwrap();
        assert_ne!(one, two);
        super::fill(&mut []).unwrap();
    }
}
