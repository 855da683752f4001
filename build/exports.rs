//! Finds the functions that the library exports, by reading the source of `src/abi`.

use std::fs;
use std::path::Path;

/// One exported function.
pub struct Export {
    /// Its C name.
    pub name: String,
    /// Its doc comment, a line each, without `///` and without the `Status:` line.
    pub docs: Vec<String>,
    /// From `pub` to the end of the return type.
    pub signature: String,
    /// What its `Status:` line says; `done` without one. In `src/abi/unsupported` each function must
    /// have one.
    pub status: Status,
}

/// How far a function has come.
pub struct Status {
    /// `done`, `partial` or `unsupported`.
    pub word: String,
    /// What the status line says in parentheses, or nothing.
    pub note: String,
}

impl Status {
    /// Reads what follows `Status:`, as in `partial (accepted, without effect)`.
    fn parse(text: &str) -> Self {
        let (word, note) = match text.split_once('(') {
            Some((word, note)) => (word.trim(), note.trim_end_matches(')')),
            None => (text.trim(), ""),
        };
        assert!(
            ["done", "partial", "unsupported"].contains(&word),
            "`Status: {text}`: the first word is done, partial or unsupported"
        );
        assert!(
            word == "done" || !note.is_empty(),
            "`Status: {text}`: what is missing stands in parentheses"
        );
        Self {
            word: word.to_owned(),
            note: note.to_owned(),
        }
    }

    /// What the header says about a function that is not done: what it lacks, as the note says it.
    pub fn in_words(&self) -> Option<String> {
        let beginning = match self.word.as_str() {
            "done" => return None,
            "partial" => "Done in part",
            _ => "Not supported",
        };
        Some(format!("{beginning}: {}.", self.note))
    }

    /// Whether nothing of the function works.
    pub fn is_unsupported(&self) -> bool {
        self.word == "unsupported"
    }
}

/// All functions below `folder` that carry `#[unsafe(no_mangle)]`, by name.
pub fn find(folder: &Path) -> Vec<Export> {
    let mut exports = Vec::new();
    visit(folder, &mut exports);
    exports.sort_by(|a, b| a.name.cmp(&b.name));
    exports
}

fn visit(folder: &Path, exports: &mut Vec<Export>) {
    for entry in fs::read_dir(folder).expect("src/abi can be read") {
        let path = entry.expect("src/abi can be read").path();
        if path.is_dir() {
            visit(&path, exports);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file can be read");
            let unsupported = path
                .components()
                .any(|part| part.as_os_str() == "unsupported");
            read(
                &text,
                if unsupported { "unsupported" } else { "done" },
                exports,
            );
        }
    }
}

/// Reads one file. rustfmt sees to it that doc comments and attributes stand on lines of their own,
/// and that a signature ends with a line that ends in `{`.
fn read(text: &str, default_status: &str, exports: &mut Vec<Export>) {
    let mut docs = Vec::new();
    let mut exported = false;
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim_start().to_owned());
        } else if line == "#[unsafe(no_mangle)]" {
            exported = true;
        } else if !line.starts_with("#[") {
            if exported {
                let mut signature = line.to_owned();
                while !signature.contains('{') {
                    signature.push(' ');
                    signature.push_str(lines.next().expect("a function has a body"));
                }
                exports.push(export(&signature, &docs, default_status));
            }
            docs.clear();
            exported = false;
        }
    }
}

fn export(signature: &str, docs: &[String], default_status: &str) -> Export {
    let (signature, _) = signature.split_once('{').expect("a function has a body");
    let name = signature
        .split_once("extern \"C\" fn ")
        .and_then(|(_, rest)| rest.split('(').next())
        .unwrap_or_else(|| panic!("`{signature}` is exported and not an extern \"C\" fn"));
    let status = docs
        .iter()
        .find_map(|line| line.strip_prefix("Status:"))
        .unwrap_or(default_status);
    Export {
        name: name.to_owned(),
        docs: docs
            .iter()
            .filter(|line| !line.starts_with("Status:"))
            .cloned()
            .collect(),
        signature: signature.trim().to_owned(),
        status: Status::parse(status),
    }
}
