//! `reprise::fuzzing::server_records` for `cargo fuzz run server_records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::server_records(data));
