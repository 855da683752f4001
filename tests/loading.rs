//! Programs that open libssl themselves, started by `bin/with-reprise`.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::{library, opener, output, path};

#[test]
fn a_libssl_that_is_opened_by_its_name_is_reprise() {
    assert_eq!(opened(&["libssl.so.3"]), reprise());
}

#[test]
fn a_libssl_that_is_opened_by_its_path_is_reprise() {
    let libssl = system_library("libssl.so.3");
    assert_eq!(opened(&[&libssl]), reprise());
    let real = fs::canonicalize(libssl).expect("the library is there");
    assert_eq!(opened(&[path(&real)]), reprise());
}

#[test]
fn a_libssl_that_is_opened_by_a_link_without_a_version_is_reprise() {
    let folder = support::folder("loading-link");
    let link = folder.join("libssl.so");
    symlink(system_library("libssl.so.3"), &link).expect("a link can be made");
    assert_eq!(opened(&[path(&link)]), reprise());
}

#[test]
fn a_program_that_brings_an_openssl_of_its_own_gets_one_libcrypto() {
    let folder = support::folder("loading-own");
    for name in ["libssl.so.3", "libcrypto.so.3"] {
        fs::copy(system_library(name), folder.join(name)).expect("a library can be copied");
    }
    let (libssl, libcrypto) = (folder.join("libssl.so.3"), folder.join("libcrypto.so.3"));
    let said = opened(&["-c", path(&libcrypto), path(&libssl)]);
    assert_eq!(said, reprise());
    assert_eq!(opened(&[path(&libssl)]), reprise());
}

#[test]
fn what_is_not_openssl_3_is_opened_as_it_is() {
    let folder = support::folder("loading-other");
    let other = folder.join("libother.so.1");
    fs::copy(system_library("libssl.so.3"), &other).expect("a library can be copied");
    let link = folder.join("libssl.so");
    symlink("libother.so.1", &link).expect("a link can be made");
    let said = opened(&[path(&link)]);
    assert!(said.contains(path(&link)), "{said}");
}

#[test]
fn a_name_without_a_version_is_reprise() {
    assert_eq!(opened(&["libssl.so"]), reprise());
}

#[test]
fn the_run_path_of_the_program_counts_as_before() {
    let folder = support::folder("loading-run-path");
    let plugin = folder.join("libplugin.so");
    fs::copy(system_library("libcrypto.so.3"), &plugin).expect("a library can be copied");
    let program = folder.join("opens");
    build(&program, &[&format!("-Wl,-rpath,{}", path(&folder))]);
    let said = started(&program, &["-c", "libplugin.so", "libssl.so.3"]);
    assert!(said.contains(path(&plugin)), "{said}");
}

#[test]
fn a_libssl_that_is_not_there_is_not_opened() {
    let missing = support::folder("loading-missing").join("libssl.so.3");
    let said = opened(&[path(&missing)]);
    assert!(said.contains("cannot open shared object file"), "{said}");
}

#[test]
fn another_namespace_has_the_systems_libssl_and_works() {
    let said = opened(&["-n", "libssl.so.3"]);
    assert!(said.starts_with("connection "), "{said}");
    assert!(!said.contains("reprise"), "{said}");
}

#[test]
fn a_libssl_that_is_loaded_beside_reprise_fails_and_does_not_crash() {
    let library = library();
    let preload = [("LD_PRELOAD", path(&library))];
    let libssl = system_library("libssl.so.3");
    let said = support::output_with(path(program()), &[&libssl], &preload);
    assert!(said.starts_with("no connection "), "{said}");
}

/// What the program says when its libssl is Reprise, and libcrypto the system's.
fn reprise() -> String {
    let libcrypto = system_library("libcrypto.so.3");
    format!("connection {} {libcrypto}\n", path(&library()))
}

/// What the program says that opens a libssl with these arguments.
fn opened(arguments: &[&str]) -> String {
    started(program(), arguments)
}

/// What a program says that the launcher has started.
fn started(program: &Path, arguments: &[&str]) -> String {
    let library = library();
    opener();
    let done = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/bin/with-reprise"))
        .arg(program)
        .args(arguments)
        .env("REPRISE_LIB", &library)
        .env("LC_ALL", "C")
        .output()
        .expect("the launcher runs");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.code().is_some(), "{:?}: {said}", done.status);
    said
}

/// The program that opens a libssl.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = support::folder("loading-program").join("opens");
        build(&program, &[]);
        program
    })
}

fn build(program: &Path, options: &[&str]) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loading/opens.c");
    let strict = ["-std=c11", "-Wall", "-Wextra", "-Werror"];
    let all = [&strict[..], options, &[source, "-o", path(program)]].concat();
    output("cc", &all);
}

/// The path by which the loader finds a library of the system.
fn system_library(name: &str) -> String {
    let cache = output("/sbin/ldconfig", &["-p"]);
    let line = cache
        .lines()
        .find(|line| line.trim_start().starts_with(&format!("{name} ")));
    let (_, path) = line
        .and_then(|line| line.rsplit_once("=> "))
        .unwrap_or_else(|| panic!("the system has {name}"));
    path.to_owned()
}
