//! `reprise::fuzzing::client_hello` for `cargo fuzz run client_hello`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::client_hello(data));
