//! Files and functions that a reader can take in.

use std::collections::BTreeMap;

use crate::{files, none, read, relative};

/// The most lines that a file has.
const LONGEST_FILE: usize = 500;
/// The most lines that a function has, with its signature and its last brace.
const LONGEST_FUNCTION: usize = 50;

/// What is longer today, with its lines and the reason. The list only becomes shorter: what is short
/// enough must leave it.
const LONG: &str = include_str!("long.tsv");

/// How many lines the list allows.
fn listed(name: &str) -> Option<usize> {
    rows()
        .find(|(listed, _)| *listed == name)
        .map(|(_, lines)| lines)
}

fn rows() -> impl Iterator<Item = (&'static str, usize)> {
    LONG.lines().skip(1).map(|row| {
        let mut cells = row.split('\t');
        let mut next = || cells.next().expect("three cells in each row of long.tsv");
        let row = (next(), next().parse().expect("a number of lines"));
        assert!(!next().is_empty(), "a reason");
        row
    })
}

#[test]
fn files_are_short() {
    let mut complaints = Vec::new();
    for path in files("src", &["rs"])
        .iter()
        .chain(&files("tests-c", &["c", "h", "cpp"]))
    {
        let (file, lines) = (relative(path), read(path).lines().count());
        complaints.extend(complaint(&file, lines, LONGEST_FILE));
    }
    none(&complaints);
}

#[test]
fn functions_are_short() {
    let mut complaints = Vec::new();
    for path in files("src", &["rs"]) {
        check(
            &relative(&path),
            rust_functions(&read(&path)),
            &mut complaints,
        );
    }
    for path in files("tests-c", &["c", "cpp"]) {
        check(&relative(&path), c_functions(&read(&path)), &mut complaints);
    }
    none(&complaints);
}

#[test]
fn what_is_listed_as_long_exists() {
    let mut complaints = Vec::new();
    for (name, _) in rows() {
        let (file, function) = name.split_once(": ").unwrap_or((name, ""));
        let path = crate::root().join(file);
        if !path.is_file() || !read(&path).contains(function) {
            complaints.push(format!("long.tsv: there is no {name}"));
        }
    }
    none(&complaints);
}

fn check(file: &str, functions: Vec<(String, usize)>, complaints: &mut Vec<String>) {
    // Of several with one name the longest counts.
    let mut longest = BTreeMap::new();
    for (function, lines) in functions {
        let known = longest.entry(function).or_insert(lines);
        *known = lines.max(*known);
    }
    for (function, lines) in longest {
        let name = format!("{file}: {function}");
        complaints.extend(complaint(&name, lines, LONGEST_FUNCTION));
    }
}

/// What is wrong with a length.
fn complaint(name: &str, lines: usize, most: usize) -> Option<String> {
    match listed(name) {
        None if lines > most => Some(format!("{name} has {lines} lines, more than {most}")),
        Some(_) if lines <= most => Some(format!("{name} is short enough: take it off long.tsv")),
        Some(listed) if lines > listed => {
            Some(format!("{name} has grown from {listed} to {lines} lines"))
        }
        _ => None,
    }
}

/// The functions of a Rust file that have a body, and their lines. rustfmt puts the last brace
/// under the first word.
fn rust_functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let end = format!("{indent}}}");
        let without_body = format!("{indent})");
        for (at, line) in lines.iter().enumerate().skip(start) {
            let ends_here = line.ends_with(';') && (at == start || line.starts_with(&without_body));
            if ends_here || (at == start && line.ends_with('}')) {
                break;
            }
            if *line == end {
                found.push((name.to_owned(), at - start + 1));
                break;
            }
        }
    }
    found
}

/// The name of the function whose signature begins in a line.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let words = [
        "pub",
        "pub(super)",
        "pub(crate)",
        "const",
        "unsafe",
        "extern",
        "\"C\"",
    ];
    before
        .split_whitespace()
        .all(|word| words.contains(&word))
        .then(|| after.split(['(', '<']).next().unwrap_or(""))
}

/// The functions of a C file and their lines, from the brace that stands alone on its line.
fn c_functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, _) in lines
        .iter()
        .enumerate()
        .filter(|(at, line)| *at > 0 && **line == "{")
    {
        let signature = lines[..start]
            .iter()
            .rev()
            .find(|line| !line.starts_with(' '));
        let name = signature.and_then(|line| line.split('(').next()?.rsplit([' ', '*']).next());
        if let (Some(name), Some(length)) =
            (name, lines[start..].iter().position(|line| *line == "}"))
        {
            found.push((name.to_owned(), length + 1));
        }
    }
    found
}
