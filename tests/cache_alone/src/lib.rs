//! The modules of the cache, with their unit tests and models, and nothing else.

// Without users most of it is dead code.
#![allow(dead_code, unused_imports, unused_macros)]

#[path = "../../../src/cache/mod.rs"]
mod cache;
#[path = "../../../src/error.rs"]
mod error;
#[path = "../../../src/fallible.rs"]
mod fallible;
#[path = "../../../src/reason.rs"]
mod reason;
#[path = "../../../src/reference/mod.rs"]
mod reference;
