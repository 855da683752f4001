//! Finds the functions that the library exports, by reading the source of `src/abi`.

use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens;

/// One exported function.
pub struct Export {
    /// Its C name.
    pub name: String,
    /// Its file, as a path of modules below `abi`: `session_use`, `unsupported/srp`.
    pub file: String,
    /// Its doc comment, line by line, without the `Status:` line.
    pub docs: Vec<String>,
    /// From `pub` to the return type.
    pub signature: String,
    /// How much of it is done.
    pub status: Status,
}

/// How much of a function is done: what its `Status:` line says; without such a line, all of it.
/// Each function in `src/abi/unsupported` must have one.
pub struct Status {
    /// `done`, `partial` or `unsupported`.
    pub word: String,
    /// What is missing: the text in parentheses; empty when nothing is.
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

    /// The sentence of the header on a function that is not done.
    pub fn in_words(&self) -> Option<String> {
        let beginning = match self.word.as_str() {
            "done" => return None,
            "partial" => "Done in part",
            _ => "Not supported",
        };
        Some(format!("{beginning}: {}.", self.note))
    }
}

impl Export {
    /// Whether the function belongs to a feature that Reprise does not have. A few of these are
    /// accepted without effect.
    pub fn is_of_missing_feature(&self) -> bool {
        self.file.starts_with("unsupported/") || self.status.word == "unsupported"
    }
}

/// All functions below `folder` that carry `#[unsafe(no_mangle)]`: files by name, and in a file as
/// they stand in it.
pub fn find(folder: &Path) -> Vec<Export> {
    let mut exports = Vec::new();
    for path in sources(folder) {
        let file = path.strip_prefix(folder).expect("a file of the folder");
        let file = file.with_extension("").display().to_string();
        read(&file, &parse(&path).items, &mut exports);
    }
    exports
}

/// Reads a source file.
pub fn parse(path: &Path) -> syn::File {
    let text = fs::read_to_string(path).expect("a source file can be read");
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The source files below a folder, by name.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(file: &str, items: &[syn::Item], exports: &mut Vec<Export>) {
    for item in items {
        match item {
            syn::Item::Fn(function) if is_exported(function) => {
                exports.push(export(file, function));
            }
            syn::Item::Mod(module) => {
                let items = module.content.as_ref().map(|(_, items)| items.as_slice());
                read(file, items.unwrap_or_default(), exports);
            }
            _ => {}
        }
    }
}

/// Whether a function carries `#[unsafe(no_mangle)]`.
fn is_exported(function: &syn::ItemFn) -> bool {
    function.attrs.iter().any(|attribute| {
        attribute.path().is_ident("unsafe")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("no_mangle"))
    })
}

fn export(file: &str, function: &syn::ItemFn) -> Export {
    let name = function.sig.ident.to_string();
    assert!(
        function.sig.abi.is_some(),
        "{name} is exported and not an extern \"C\" fn"
    );
    let mut docs: Vec<String> = function.attrs.iter().filter_map(doc_line).collect();
    let at = docs.iter().position(|line| line.starts_with("Status:"));
    let status = at.map(|at| docs.remove(at));
    let status = status.as_deref().map_or_else(
        || {
            if file.starts_with("unsupported/") {
                "unsupported"
            } else {
                "done"
            }
        },
        |line| line.trim_start_matches("Status:"),
    );
    Export {
        file: file.trim_end_matches("/mod").to_owned(),
        docs,
        signature: format!("pub {}", function.sig.to_token_stream()),
        status: Status::parse(status),
        name,
    }
}

/// A line of a doc comment, if that is what an attribute is.
fn doc_line(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    let syn::Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(text),
        ..
    }) = &meta.value
    else {
        return None;
    };
    meta.path
        .is_ident("doc")
        .then(|| text.value().trim().to_owned())
}
