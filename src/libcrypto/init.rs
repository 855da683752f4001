//! Initialising libcrypto.

use crate::error::Result;
use crate::libcrypto::ffi;
use crate::libcrypto::outcome::succeeded;

/// Initialises libcrypto (`OPENSSL_init_crypto(3)`); parts that are already initialised stay as
/// they are.
///
/// # Safety
/// `settings` is NULL or live settings.
pub unsafe fn initialise(options: u64, settings: *const ffi::OPENSSL_INIT_SETTINGS) -> Result<()> {
    // SAFETY: as the caller promises.
    succeeded(unsafe { ffi::OPENSSL_init_crypto(options, settings) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn libcrypto_may_be_initialised_again() {
        // SAFETY: no settings. 2: OPENSSL_INIT_LOAD_CRYPTO_STRINGS.
        unsafe {
            super::initialise(0, std::ptr::null()).unwrap();
            super::initialise(2, std::ptr::null()).unwrap();
        }
    }
}
