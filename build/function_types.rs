//! Finds the C types of the program's functions, in `src/callback`.

use std::path::Path;

use quote::ToTokens;

use crate::exports::{parse, sources};

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
    let files = sources(folder);
    let items = files.iter().flat_map(|path| parse(path).items);
    let mut types: Vec<FunctionType> = items.filter_map(function_type).collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    types
}

fn function_type(item: syn::Item) -> Option<FunctionType> {
    let syn::Item::Type(item) = item else {
        return None;
    };
    let name = item.ident.to_string();
    name.ends_with("Function").then(|| FunctionType {
        name,
        definition: item.ty.to_token_stream().to_string(),
        item: item.to_token_stream().to_string(),
    })
}
