//! The finished library as the loader sees it, compared with the system's libssl.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use support::{library, opener, output, path};

/// The versions under which functions are exported.
const OPENSSL: &str = "OPENSSL_3.0.0";
const REPRISE: &str = "REPRISE_0.1";

#[test]
fn every_function_of_libssl_is_exported_at_its_version() {
    let ours = exported(&library());
    let missing: Vec<_> = exported(&system_libssl())
        .difference(&ours)
        .cloned()
        .collect();
    assert!(missing.is_empty(), "not exported: {missing:?}");
}

#[test]
fn nothing_else_is_exported() {
    let libssl = exported(&system_libssl());
    let strangers: Vec<_> = exported(&library())
        .into_iter()
        .filter(|symbol| !libssl.contains(symbol) && !is_ours(symbol))
        .collect();
    assert!(strangers.is_empty(), "exported by mistake: {strangers:?}");
}

#[test]
fn the_loader_takes_the_library_for_libssl() {
    assert_eq!(dynamic_entries(&library(), "SONAME"), ["libssl.so.3"]);
}

#[test]
fn libcrypto_is_needed_and_libssl_is_not() {
    let needed = dynamic_entries(&library(), "NEEDED");
    assert!(needed.contains(&"libcrypto.so.3".to_owned()), "{needed:?}");
    assert!(
        !needed.iter().any(|name| name.starts_with("libssl")),
        "{needed:?}"
    );
}

#[test]
fn the_library_stays_loaded_and_resolves_everything_at_start() {
    let dynamic = output("readelf", &["--wide", "--dynamic", path(&library())]);
    let flags: Vec<&str> = dynamic
        .lines()
        .filter(|line| line.contains("(FLAGS_1)"))
        .collect();
    assert!(
        flags
            .iter()
            .any(|line| line.contains("NODELETE") && line.contains("NOW")),
        "{flags:?}"
    );
}

#[test]
fn what_is_built_does_not_say_where() {
    let library = library();
    let target = library.ancestors().nth(2).expect("target/<profile>");
    let home = PathBuf::from(env::var_os("HOME").expect("there is a home folder"));
    let cargo = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")), target];
    if has_older_packages(library.parent().expect("target/<profile>")) {
        eprintln!(
            "packages in {} are older than scripts/rustc, so their paths are not looked for",
            target.display()
        );
    } else {
        folders.extend([home.as_path(), cargo.as_path()]);
    }
    for file in [&library, &opener()] {
        let content = fs::read(file).expect("the file can be read");
        for folder in folders
            .iter()
            .filter(|folder| folder.components().count() > 1)
        {
            let prefix = format!("{}/", path(folder)).into_bytes();
            let found = content.windows(prefix.len()).filter(|part| *part == prefix);
            assert_eq!(
                found.count(),
                0,
                "{} names {}",
                file.display(),
                folder.display()
            );
        }
    }
}

/// Whether packages were compiled before there was `scripts/rustc`: cargo does not compile them
/// again for that.
fn has_older_packages(profile: &Path) -> bool {
    let changed = |path: &Path| {
        path.metadata()
            .and_then(|data| data.modified())
            .expect("a time")
    };
    let script = changed(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scripts/rustc"
    )));
    let packages = fs::read_dir(profile.join("deps")).into_iter().flatten();
    packages
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rlib")
        })
        .any(|path| changed(&path) < script)
}

#[test]
fn the_library_with_dlopen_needs_the_c_library_only_and_has_no_other_function() {
    let opener = opener();
    assert_eq!(dynamic_entries(&opener, "NEEDED"), ["libc.so.6"]);
    let exported: Vec<_> = exported(&opener).into_iter().collect();
    assert_eq!(exported, ["dlopen"]);
}

#[test]
fn a_program_that_preloads_the_library_loads_no_other_libssl() {
    let loaded = support::output_with(
        "ldd",
        &["/usr/bin/openssl"],
        &[("LD_PRELOAD", path(&library()))],
    );
    let libssl: Vec<&str> = loaded
        .lines()
        .filter(|line| line.contains("libssl") || line.contains("libreprise"))
        .collect();
    assert_eq!(libssl.len(), 1, "{libssl:?}");
    assert!(libssl[0].contains("libreprise.so"), "{libssl:?}");
}

/// What Reprise has beyond libssl: one macro of OpenSSL as a function, and functions with its name.
fn is_ours(symbol: &str) -> bool {
    symbol.ends_with(&format!("@@{REPRISE}"))
        && (symbol.starts_with("REPRISE_") || symbol.starts_with("SSL_get0_session@"))
}

/// Names with versions (`SSL_new@@OPENSSL_3.0.0`) of the functions that a library exports.
fn exported(library: &Path) -> BTreeSet<String> {
    output("nm", &["--dynamic", "--defined-only", path(library)])
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        // The versions themselves are absolute symbols in some libraries.
        .filter(|symbol| ![OPENSSL, REPRISE].contains(symbol))
        .map(str::to_owned)
        .collect()
}

/// The values in brackets of one kind of entry in the dynamic section.
fn dynamic_entries(library: &Path, kind: &str) -> Vec<String> {
    output("readelf", &["--wide", "--dynamic", path(library)])
        .lines()
        .filter(|line| line.contains(&format!("({kind})")))
        .filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned()))
        .collect()
}

/// The libssl that programs of this system load.
fn system_libssl() -> PathBuf {
    let cache = output("/sbin/ldconfig", &["-p"]);
    cache
        .lines()
        .filter(|line| line.trim_start().starts_with("libssl.so.3 "))
        .filter_map(|line| line.rsplit_once("=> "))
        .map(|(_, path)| PathBuf::from(path))
        .next()
        .expect("the system has libssl.so.3")
}
