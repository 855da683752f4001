//! `reprise::fuzzing::client_records` for `cargo fuzz run client_records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::client_records(data));
