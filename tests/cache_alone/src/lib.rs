//! Nothing of its own: the module, with its unit tests and its models.

// Without users most of it is dead code.
#![allow(dead_code, unused_imports)]

#[path = "../../../src/cache/mod.rs"]
mod cache;
#[path = "../../../src/fallible.rs"]
mod fallible;
