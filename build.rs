//! Makes from the source of the exported functions: their symbol versions, the C header, and the
//! table of functions; and sets how the library is linked. See docs/linking.md.

#[path = "build/exports.rs"]
mod exports;
#[path = "build/function_types.rs"]
mod function_types;
#[path = "build/header.rs"]
mod header;
#[path = "build/link.rs"]
mod link;
#[path = "build/sections.rs"]
mod sections;
#[path = "build/table.rs"]
mod table;

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env("OUT_DIR"));
    for source in [
        "build.rs",
        "build",
        "src/abi",
        "src/callback",
        "cbindgen.toml",
        "include/reprise/preamble.h.in",
    ] {
        println!("cargo:rerun-if-changed={source}");
    }

    let exports = exports::find(&root.join("src/abi"));
    link::write_symbol_versions(&exports, &out);
    link::set_link_arguments(&out);

    let table = sections::read(&root);
    let header = header::make(&exports, &root, &out);
    update(&root.join("include/reprise/ssl.h"), &header);
    update(
        &root.join("docs/symbols.md"),
        &table::make(&exports, &table),
    );
}

/// Writes a committed file if its content changes. A read-only tree can be built if its files are
/// current.
fn update(path: &Path, content: &str) {
    if fs::read_to_string(path).is_ok_and(|present| present == content) {
        return;
    }
    if let Err(error) = fs::write(path, content) {
        println!("cargo:warning={} is not current: {error}", path.display());
    }
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
