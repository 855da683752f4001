//! A function that OpenSSL exports for its own tests.

use std::ptr;

use crate::abi::types::TestFunctions;

/// Gives OpenSSL's own tests access to internals. Returns NULL.
///
/// Lifetime: static.
///
/// Status: partial (as in a libssl built without unit tests)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_test_functions() -> *const TestFunctions {
    ptr::null()
}
