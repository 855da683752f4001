//! What `make install` installs, used as the README says.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{library, opener, output, output_with, path};

#[test]
fn a_c_program_is_built_and_runs_as_the_readme_says() {
    built_and_run("c11", &["cc", "-std=c11"]);
}

#[test]
fn a_cpp_program_is_built_and_runs_as_the_readme_says() {
    built_and_run("cpp17", &["c++", "-std=c++17", "-x", "c++"]);
}

#[test]
fn pkg_config_knows_the_library() {
    let prefix = installed("pkg-config");
    let search = prefix.join("lib/pkgconfig");
    let words = output_with(
        "pkg-config",
        &["--cflags", "--libs", "reprise"],
        &[("PKG_CONFIG_PATH", path(&search))],
    );
    let program = prefix.join("program");
    let mut arguments = vec!["-std=c11", SOURCE, "-o", path(&program)];
    arguments.extend(words.split_whitespace());
    // The test's own source asks libcrypto too, which `Requires` brings.
    output("cc", &arguments);
    runs_on(&program, &prefix.join("lib/reprise"));
}

#[test]
fn the_installed_launcher_finds_the_installed_library() {
    let prefix = installed("launcher");
    let launcher = prefix.join("bin/with-reprise");
    let said = output(path(&launcher), &["sh", "-c", "printf %s \"$LD_PRELOAD\""]);
    let folder = prefix.join("lib/reprise");
    let folder = path(&folder);
    assert_eq!(
        said,
        format!("{folder}/libreprise.so:{folder}/libreprise_open.so")
    );
}

#[test]
fn destdir_holds_what_prefix_will() {
    let stage = support::folder("install-stage");
    make(
        "install",
        &[("DESTDIR", path(&stage)), ("PREFIX", "/opt/it")],
    );
    assert!(stage.join("opt/it/include/reprise/controls.h").is_file());
    let pkg_config = fs::read_to_string(stage.join("opt/it/lib/pkgconfig/reprise.pc"));
    let pkg_config = pkg_config.expect("reprise.pc is installed");
    assert!(pkg_config.contains("prefix=/opt/it\n"), "{pkg_config}");
    assert!(!pkg_config.contains(path(&stage)), "{pkg_config}");
}

#[test]
fn uninstall_leaves_no_file() {
    let prefix = installed("uninstall");
    make("uninstall", &[("PREFIX", path(&prefix))]);
    let left = output("find", &[path(&prefix), "!", "-type", "d"]);
    assert_eq!(left, "");
}

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/install/handshake.c");

/// Builds the program by the command in the README, with `compiler` for its `cc`, and runs it.
fn built_and_run(name: &str, compiler: &[&str]) {
    let prefix = installed(name);
    let libraries = prefix.join("lib/reprise");
    let program = prefix.join("program");
    let command = readme_command().replace("/usr/local", path(&prefix));
    let with_program = |command: &str| {
        let words: Vec<&str> = command
            .split_whitespace()
            .skip(1)
            .map(|word| if word == "program.c" { SOURCE } else { word })
            .collect();
        let strict = ["-Wall", "-Wextra", "-Werror", "-o", path(&program)];
        output(compiler[0], &[&compiler[1..], &strict, &words].concat());
    };
    with_program(&command);
    runs_on(&program, &libraries);

    // Without the -rpath the loader needs the folder in LD_LIBRARY_PATH.
    let rpath = format!("-Wl,-rpath,{}", path(&libraries));
    assert!(command.contains(&rpath), "{command}");
    with_program(&command.replace(&rpath, ""));
    let where_to = [("LD_LIBRARY_PATH", path(&libraries))];
    let said = output_with(path(&program), &[], &where_to);
    assert!(said.contains(path(&libraries)), "{said}");
    let said = output(path(&program), &[]);
    assert!(!said.contains(path(&libraries)), "{said}");
}

/// The command of the README that compiles a program.
fn readme_command() -> String {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(readme).expect("the README can be read");
    let begin = readme
        .find("    cc -I")
        .expect("the README has the command");
    let end = begin + readme[begin..].find("\n\n").expect("a paragraph ends");
    readme[begin..end].replace('\\', "")
}

/// The program makes its handshake with the libssl in `libraries`.
fn runs_on(program: &Path, libraries: &Path) {
    let said = output(path(program), &[]);
    let wanted = format!("TLSv1.3 hello {}/libssl.so.3\n", path(libraries));
    assert_eq!(said, wanted);
}

/// A new prefix with everything installed.
fn installed(name: &str) -> PathBuf {
    let prefix = support::folder(&format!("install-{name}"));
    make("install", &[("PREFIX", path(&prefix))]);
    prefix
}

fn make(target: &str, variables: &[(&str, &str)]) {
    let library = library();
    opener();
    let mut make = Command::new("make");
    make.current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--silent", target])
        .arg(format!("LIBRARY={}", path(&library)));
    // What a make above this one passes on would count for more.
    make.env_remove("MAKEFLAGS").env_remove("MAKEOVERRIDES");
    for (name, value) in variables {
        make.arg(format!("{name}={value}"));
    }
    let done = make.output().expect("make runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "make {target}: {said}");
}
