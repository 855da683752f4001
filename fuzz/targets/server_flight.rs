//! `reprise::fuzzing::server_flight` for `cargo fuzz run server_flight`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::server_flight(data));
