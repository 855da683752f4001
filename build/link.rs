//! Symbol versions and the arguments of the linker (docs/linking.md).

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::exports::Export;

/// The version that programs built against OpenSSL 3 ask for.
const OPENSSL: &str = "OPENSSL_3.0.0";
/// The version of functions that OpenSSL does not have: those named `REPRISE_…`, and
/// `SSL_get0_session`, which is a macro in `<openssl/ssl.h>`.
const REPRISE: &str = "REPRISE_0.1";

/// Writes the assembler statements that `src/abi/mod.rs` includes, and the version script.
pub fn write_symbol_versions(exports: &[Export], out: &Path) {
    let mut assembly = String::new();
    for Export { name, .. } in exports {
        let version = if name.starts_with("REPRISE_") || name == "SSL_get0_session" {
            REPRISE
        } else {
            OPENSSL
        };
        writeln!(assembly, ".symver {name}, {name}@@{version}").expect("a String grows");
    }
    fs::write(out.join("symver.s"), assembly).expect("OUT_DIR can be written");
    let script = format!("{OPENSSL} {{ local: *; }};\n{REPRISE} {{ }} {OPENSSL};\n");
    fs::write(out.join("libssl.map"), script).expect("OUT_DIR can be written");
}

/// Tells cargo how to link the library.
pub fn set_link_arguments(out: &Path) {
    let script = format!("--version-script={}", out.join("libssl.map").display());
    // The program has the functions of a sanitizer's runtime.
    let undefined = if sanitized() { "-z,undefs" } else { "-z,defs" };
    let arguments = [
        // The loader takes the library for libssl, and never loads OpenSSL's.
        "-soname,libssl.so.3",
        &script,
        // Callbacks and thread-local destructors must not outlive the code.
        "-z,nodelete",
        // The loader resolves all symbols of libcrypto at start, then the table of addresses
        // becomes read-only.
        "-z,now",
        "-z,relro",
        undefined,
        // openssl-sys asks for -lssl, which nothing uses.
        "--as-needed",
    ];
    for argument in arguments {
        println!("cargo:rustc-cdylib-link-arg=-Wl,{argument}");
    }
}

/// Whether this is a build for a sanitizer, which only nightly Rust has.
fn sanitized() -> bool {
    std::env::var_os("CARGO_CFG_SANITIZE").is_some_and(|names| !names.is_empty())
}
