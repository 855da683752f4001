//! `reprise::fuzzing::session_der` for `cargo fuzz run session_der`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::session_der(data));
