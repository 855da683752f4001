//! What documents refer to exists, and nothing says on which machine it was written.

use std::path::Path;

use crate::{files, none, read, relative, root};

#[test]
fn links_between_documents_resolve() {
    let mut complaints = Vec::new();
    for path in files(".", &["md"]) {
        let text = read(&path);
        let folder = path.parent().expect("a file is in a folder");
        for target in links(&text) {
            if !resolves(folder, target) {
                complaints.push(format!("{} links to {target}", relative(&path)));
            }
        }
    }
    none(&complaints);
}

#[test]
fn files_that_documents_name_exist() {
    let mut complaints = Vec::new();
    for path in files(".", &["md"]) {
        for name in read(&path).split('`').skip(1).step_by(2) {
            let first = name.split('/').next().unwrap_or("");
            let is_path = [
                "src", "tests-c", "scripts", "build", "docs", "benches", "examples",
            ]
            .contains(&first)
                && name.contains('/')
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            if is_path && !root().join(name).exists() {
                complaints.push(format!("{} names {name}", relative(&path)));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_walks_name_functions_that_are_there() {
    let mut complaints = Vec::new();
    for row in read(&root().join("docs/architecture.md")).lines() {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let &[_, _, function, file] = cells.as_slice() else {
            continue;
        };
        let (function, file) = (function.trim_matches('`'), file.trim_matches('`'));
        if !file.starts_with("src/") {
            continue;
        }
        let path = root().join(file);
        let is_there = |end| read(&path).contains(&format!("fn {function}{end}"));
        if !path.is_file() || !(is_there('(') || is_there('<')) {
            complaints.push(format!(
                "architecture.md: {file} has no function {function}"
            ));
        }
    }
    none(&complaints);
}

#[test]
fn no_file_has_a_path_of_a_machine() {
    let mut complaints = Vec::new();
    // Without its first byte, so that this file has none.
    let prefixes = ["home/", "root/", "work/"].map(|folder| format!("/{folder}"));
    let extensions = [
        "c", "cpp", "h", "in", "md", "py", "rs", "sh", "toml", "tsv", "txt",
    ];
    for path in files(".", &extensions) {
        let text = std::fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        for prefix in prefixes
            .iter()
            .filter(|prefix| text.contains(prefix.as_str()))
        {
            complaints.push(format!("{} has {prefix}", relative(&path)));
        }
    }
    none(&complaints);
}

/// The targets of links in a document that are not addresses.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.contains(char::is_whitespace))
}

/// Whether a link leads to a file or folder, and to a heading if it names one.
fn resolves(folder: &Path, target: &str) -> bool {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = folder.join(file);
    if !file.is_empty() && !path.exists() {
        return false;
    }
    anchor.is_empty() || file.is_empty() || read(&path).lines().any(|line| is_heading(line, anchor))
}

fn is_heading(line: &str, anchor: &str) -> bool {
    let heading = line.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    line.starts_with('#') && kept.collect::<String>().replace(' ', "-") == anchor
}
