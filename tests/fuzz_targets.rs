//! Checks of the fuzz targets in `fuzz/` that work without building them.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The lines of one section of a manifest.
fn section(manifest: &Path, heading: &str) -> Vec<String> {
    let text = fs::read_to_string(manifest).expect("a manifest");
    text.lines()
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn they_are_built_with_the_crates_of_the_library() {
    let own = section(&root().join("Cargo.toml"), "[dependencies]");
    let theirs = section(&root().join("fuzz/Cargo.toml"), "[dependencies]");
    assert!(!own.is_empty());
    for line in own {
        assert!(theirs.contains(&line), "fuzz/Cargo.toml lacks `{line}`");
    }
}

#[test]
fn each_has_seeds() {
    let targets: Vec<_> = fs::read_dir(root().join("fuzz/targets"))
        .expect("the targets")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert!(targets.len() >= 7);
    for target in targets {
        let name = target.file_stem().expect("a name");
        let seeds = fs::read_dir(root().join("fuzz/seeds").join(name));
        assert!(
            seeds.is_ok_and(|mut seeds| seeds.next().is_some()),
            "{name:?}"
        );
    }
}
