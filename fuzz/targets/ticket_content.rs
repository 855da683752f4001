//! `reprise::fuzzing::ticket_content` for `cargo fuzz run ticket_content`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::ticket_content(data));
