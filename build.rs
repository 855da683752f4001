//! What is made from the source of the exported functions: their symbol versions, how the library
//! is linked, the C header, and the table of functions. See docs/linking.md.

#[path = "build/exports.rs"]
mod exports;
#[path = "build/link.rs"]
mod link;

use std::path::PathBuf;

fn main() {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env("OUT_DIR"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=src/abi");

    let exports = exports::find(&root.join("src/abi"));
    link::write_symbol_versions(&exports, &out);
    link::set_link_arguments(&out);
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
