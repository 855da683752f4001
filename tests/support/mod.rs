//! What tests of the finished library share.

#![allow(dead_code)] // Each test program uses a part.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The library in the profile of this test, built if that is needed: cargo itself builds it for
/// `cargo build` only, as no Rust program can link to it.
pub fn library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(build_library).clone()
}

fn build_library() -> PathBuf {
    // The test is target/<profile>/deps/<test>.
    let test = env::current_exe().expect("a program knows where it is");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("target/<profile>");
    let mut build = Command::new(env!("CARGO"));
    build
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--lib"])
        .env("CARGO_TARGET_DIR", profile.parent().expect("target"));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let status = build.status().expect("cargo runs");
    assert!(status.success(), "the library does not build");
    profile.join("libreprise.so")
}

/// The library that the launcher preloads beside ours. It is a workspace by itself.
pub fn opener() -> PathBuf {
    static OPENER: OnceLock<PathBuf> = OnceLock::new();
    OPENER.get_or_init(build_opener).clone()
}

fn build_opener() -> PathBuf {
    let library = library();
    let profile = library.parent().expect("target/<profile>");
    let mut build = Command::new(env!("CARGO"));
    build
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "build",
            "--quiet",
            "--manifest-path",
            "open/Cargo.toml",
            "--target-dir",
        ])
        .arg(profile.parent().expect("target"));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let status = build.status().expect("cargo runs");
    assert!(status.success(), "libreprise_open.so does not build");
    profile.join("libreprise_open.so")
}

/// An empty folder below `target/tmp`, for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("target/tmp can be written");
    folder
}

/// A path as text.
pub fn path(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

/// Runs a program that must succeed, and returns what it printed.
pub fn output(program: &str, arguments: &[&str]) -> String {
    output_with(program, arguments, &[])
}

/// Like [`output`], with additions to the environment.
pub fn output_with(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let result = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        result.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&result.stderr)
    );
    String::from_utf8(result.stdout).expect("its output is UTF-8")
}
