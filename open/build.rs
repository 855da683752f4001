//! How the library is linked: with the C library alone.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for argument in ["-nostdlib", "-lc", "-Wl,-z,defs"] {
        println!("cargo:rustc-cdylib-link-arg={argument}");
    }
}
