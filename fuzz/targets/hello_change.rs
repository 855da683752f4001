//! `reprise::fuzzing::hello_change` for `cargo fuzz run hello_change`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise::fuzzing::hello_change(data));
