//! `reprise::fuzzing::ticket_sealed` for `cargo fuzz run ticket_sealed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::ticket_sealed(data));
