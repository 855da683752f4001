//! `reprise::fuzzing::session_pem` for `cargo fuzz run session_pem`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::session_pem(data));
