//! Finds the functions that the library exports, by reading the source of `src/abi`.

use std::fs;
use std::path::Path;

/// One exported function.
pub struct Export {
    /// Its C name.
    pub name: String,
    /// What its `Status:` line says, if it has one.
    pub status: Option<String>,
    /// Whether it stands in `src/abi/unsupported`.
    pub unsupported: bool,
}

/// All functions below `folder` that carry `#[unsafe(no_mangle)]`, by name.
pub fn find(folder: &Path) -> Vec<Export> {
    let mut exports = Vec::new();
    visit(folder, &mut exports);
    exports.sort_by(|a, b| a.name.cmp(&b.name));
    exports
}

fn visit(folder: &Path, exports: &mut Vec<Export>) {
    let entries = fs::read_dir(folder).expect("src/abi can be read");
    for entry in entries {
        let path = entry.expect("src/abi can be read").path();
        if path.is_dir() {
            visit(&path, exports);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file can be read");
            let unsupported = path.components().any(|part| part.as_os_str() == "unsupported");
            read(&text, unsupported, exports);
        }
    }
}

/// Reads one file. Attributes and doc comments stand on lines of their own (rustfmt sees to it).
fn read(text: &str, unsupported: bool, exports: &mut Vec<Export>) {
    let mut status = None;
    let mut exported = false;
    for line in text.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            if let Some(said) = doc.trim().strip_prefix("Status:") {
                status = Some(said.trim().to_owned());
            }
        } else if line == "#[unsafe(no_mangle)]" {
            exported = true;
        } else if !line.starts_with("#[") {
            if let (true, Some(name)) = (exported, function_name(line)) {
                exports.push(Export {
                    name: name.to_owned(),
                    status: status.take(),
                    unsupported,
                });
            }
            status = None;
            exported = false;
        }
    }
}

fn function_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("extern \"C\" fn ")?;
    rest.split(['(', '<']).next()
}
