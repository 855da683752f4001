//! Calls between the files of `src/connection` go in one direction. Methods of a connection may stand
//! in any of them, so the compiler does not see to it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{files, none, read, relative};

/// The blocks of a file in which `self` is a connection: inherent methods, and those of traits.
struct Blocks {
    inherent: Vec<String>,
    of_traits: Vec<String>,
}

fn blocks(text: &str) -> Blocks {
    let mut found = Blocks {
        inherent: Vec::new(),
        of_traits: Vec::new(),
    };
    let mut rest = text;
    while let Some(start) = rest.find("\nimpl ") {
        let (head, after) = rest[start + 1..]
            .split_once(" {\n")
            .expect("an impl has a block");
        let (block, after) = after.split_once("\n}\n").unwrap_or((after, ""));
        if head == "impl Connection" {
            found.inherent.push(block.to_owned());
        } else if head.ends_with(" for Connection") {
            found.of_traits.push(block.to_owned());
        }
        rest = after;
        // The next one may follow at once.
        if rest.starts_with("impl ") {
            rest = &text[text.len() - rest.len() - 1..];
        }
    }
    found
}

/// A file's text without comments and unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The names of the functions that a block defines.
fn methods(block: &str) -> impl Iterator<Item = &str> {
    block.lines().filter_map(|line| {
        let line = line
            .strip_prefix("    ")
            .filter(|line| !line.starts_with(' '))?;
        let (before, name) = line.split_once("fn ")?;
        (before.is_empty() || before.starts_with("pub")).then(|| identifier(name))
    })
}

/// The names of the methods that a block calls on `self`.
fn calls(block: &str) -> impl Iterator<Item = &str> {
    block.split("self").skip(1).filter_map(|after| {
        let name = after.trim_start().strip_prefix('.')?;
        let name = identifier(name);
        let after = &after[after.find(name)? + name.len()..];
        (after.starts_with('(') || after.starts_with("::<")).then_some(name)
    })
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn files_of_a_connection_call_each_other_in_one_direction() {
    let files: Vec<(String, Blocks)> = files("src/connection", &["rs"])
        .iter()
        .map(|path| (relative(path), blocks(&code(&read(path)))))
        .collect();
    let mut defined = BTreeMap::new();
    for (file, blocks) in &files {
        for name in blocks.inherent.iter().flat_map(|block| methods(block)) {
            defined.insert(name.to_owned(), file.as_str());
        }
    }
    assert!(defined.len() > 100, "the methods of a connection are found");
    let mut called: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, blocks) in &files {
        let blocks = blocks.inherent.iter().chain(&blocks.of_traits);
        let names = blocks.flat_map(|block| calls(block));
        let others = names.filter_map(|name| defined.get(name).copied());
        called.insert(file, others.filter(|other| other != file).collect());
    }
    // Removes files that call no other file, until those that call in a circle are left.
    while let Some(done) = called
        .iter()
        .find(|(_, others)| others.iter().all(|other| !called.contains_key(other)))
        .map(|(file, _)| *file)
    {
        called.remove(done);
    }
    let complaints: Vec<String> = called
        .iter()
        .map(|(file, others)| format!("{file} calls {others:?}, which calls it, directly or not"))
        .collect();
    none(&complaints);
}
