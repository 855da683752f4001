//! Finds the C types of the program's functions, in `src/callback`.

use std::fs;
use std::path::Path;

/// One type: `pub type NameFunction = Option<…>;`.
pub struct FunctionType {
    /// Its name in Rust.
    pub name: String,
    /// What stands behind the name.
    pub definition: String,
    /// All of it, with its doc comment.
    pub item: String,
}

/// The types in the files of `folder`, by name.
pub fn find(folder: &Path) -> Vec<FunctionType> {
    let mut types = Vec::new();
    for entry in fs::read_dir(folder).expect("src/callback can be read") {
        let path = entry.expect("src/callback can be read").path();
        let text = fs::read_to_string(&path).expect("a source file can be read");
        // rustfmt puts a blank line between items.
        types.extend(text.split("\n\n").filter_map(parse));
    }
    types.sort_by(|a: &FunctionType, b| a.name.cmp(&b.name));
    types
}

fn parse(item: &str) -> Option<FunctionType> {
    let (_, declaration) = item.split_once("pub type ")?;
    let (name, definition) = declaration.split_once(" =")?;
    if !name.ends_with("Function") {
        return None;
    }
    let definition = definition.trim().trim_end_matches(';');
    Some(FunctionType {
        name: name.to_owned(),
        definition: definition.to_owned(),
        item: item.to_owned(),
    })
}
