//! Writes `include/reprise/ssl.h`: the prototypes by cbindgen, section by section, with the doc
//! comments of the functions, so that the header is the manual.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::exports::{self, Export};
use crate::function_types::{self, FunctionType};
use crate::sections::{BEYOND, SECTIONS, UNSUPPORTED};

/// The whole header. `out` is a folder for files in between.
pub fn make(exports: &[Export], root: &Path, out: &Path) -> String {
    check_files(exports);
    let preamble = root.join("include/reprise/preamble.h.in");
    let mut header = fs::read_to_string(preamble).expect("preamble.h.in is there");
    let cbindgen = Cbindgen::new(root, out);

    header.push_str(&heading(
        "Callbacks of the program",
        "Types of the functions that a program sets. Each runs on the thread that made the call, with no\n\
         lock held, and may call any function with the same objects. Its arguments are lent until it\n\
         returns. NULL unsets a callback.",
    ));
    header.push_str(&cbindgen.callbacks());

    for section in SECTIONS {
        let functions = section.functions(exports);
        let functions: Vec<&Export> = functions.filter(|it| !it.is_of_missing_feature()).collect();
        header.push_str(&heading(section.title, section.prose));
        header.push_str(&cbindgen.prototypes(&functions));
    }

    header.push_str(&heading(BEYOND.title, BEYOND.prose));
    header.push_str(&cbindgen.types(&root.join("src/abi/reprise_types.rs")));
    header.push('\n');
    header.push_str(&cbindgen.prototypes(&BEYOND.functions(exports).collect::<Vec<_>>()));

    let unsupported = exports.iter().filter(|it| it.is_of_missing_feature());
    header.push_str(&heading(UNSUPPORTED.title, UNSUPPORTED.prose));
    header.push_str(&cbindgen.prototypes(&unsupported.collect::<Vec<_>>()));

    header.push_str("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    assert!(
        !header.contains("Option_"),
        "a callback type in a prototype must include its NULL: see src/callback"
    );
    header
}

/// Panics if a function stands in a file that no section lists.
fn check_files(exports: &[Export]) {
    let listed = |file: &str| {
        SECTIONS
            .iter()
            .chain([&BEYOND])
            .any(|section| section.files.contains(&file))
    };
    for export in exports {
        assert!(
            export.is_of_missing_feature() || listed(&export.file),
            "build/sections.rs lists no file {}, in which {} stands",
            export.file,
            export.name
        );
    }
}

fn heading(title: &str, prose: &str) -> String {
    let mut text = format!("\n/*\n * {title}\n * {}\n", "=".repeat(title.len()));
    if !prose.is_empty() {
        text.push_str(" *\n");
        for line in prose.lines() {
            let line = format!(" * {line}");
            writeln!(text, "{}", line.trim_end()).expect("a String grows");
        }
    }
    text.push_str(" */\n\n");
    text
}

struct Cbindgen<'a> {
    config: cbindgen::Config,
    out: &'a Path,
    functions: Vec<FunctionType>,
}

impl<'a> Cbindgen<'a> {
    fn new(root: &Path, out: &'a Path) -> Self {
        let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))
            .unwrap_or_else(|error| panic!("cbindgen.toml: {error}"));
        let functions = function_types::find(&root.join("src/callback"));
        Self {
            config,
            out,
            functions,
        }
    }

    /// Whether C has a name for a type.
    fn is_named(&self, function: &FunctionType) -> bool {
        self.config.export.rename.contains_key(&function.name)
    }

    /// The types of the program's functions that have a name in C.
    fn callbacks(&self) -> String {
        let named = self.functions.iter().filter(|of| self.is_named(of));
        let source: String = named.map(|of| format!("{}\n", of.item)).collect();
        let path = self.out.join("callbacks.rs");
        fs::write(&path, source).expect("OUT_DIR can be written");
        self.types(&path)
    }

    /// A signature in which types without a name in C are written out.
    fn written_out(&self, signature: &str) -> String {
        let is_part_of_name = |c: char| c.is_alphanumeric() || c == '_';
        signature
            .split_inclusive(|c| !is_part_of_name(c))
            .map(|piece| {
                let name = piece.trim_end_matches(|c| !is_part_of_name(c));
                let function = self.functions.iter().find(|of| of.name == name);
                match function.filter(|of| !self.is_named(of)) {
                    Some(of) => piece.replace(name, &of.definition),
                    None => piece.to_owned(),
                }
            })
            .collect()
    }

    /// The type aliases and structures of a source file.
    fn types(&self, source: &Path) -> String {
        let mut config = self.config.clone();
        // cbindgen leaves out what no function mentions, and the functions come later.
        config.export.include = exports::parse(source)
            .items
            .iter()
            .filter_map(|item| match item {
                syn::Item::Type(item) => Some(item.ident.to_string()),
                syn::Item::Struct(item) => Some(item.ident.to_string()),
                _ => None,
            })
            .collect();
        // Structures that C fills in are named without their tag, like all other types.
        config.style = cbindgen::Style::Type;
        run(config, source)
    }

    /// The prototypes of these functions, in this order, as a manual for C.
    fn prototypes(&self, functions: &[&Export]) -> String {
        let mut source = String::new();
        for function in functions {
            let mut docs = docs_for_c(&function.docs);
            if let Some(limits) = function.status.in_words() {
                docs.push(String::new());
                docs.extend(wrapped(&limits));
            }
            for line in docs {
                writeln!(source, "/// {line}").expect("a String grows");
            }
            if function.signature.contains("HandshakeState") {
                // An enum of <openssl/ssl.h>, which must not be declared twice.
                source.push_str("#[cfg(openssl_ssl_h)]\n");
            }
            writeln!(
                source,
                "#[unsafe(no_mangle)]\n{} {{}}\n",
                self.written_out(&function.signature)
            )
            .expect("a String grows");
        }
        let path = self.out.join("prototypes.rs");
        fs::write(&path, source).expect("OUT_DIR can be written");
        run(self.config.clone(), &path)
    }
}

/// What cbindgen makes of a source file, without blanks at the ends of lines.
fn run(config: cbindgen::Config, source: &Path) -> String {
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(source)
        .generate()
        .unwrap_or_else(|error| panic!("cbindgen: {error}"));
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).expect("source is UTF-8");
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// A paragraph as lines that fit between the edges of a comment.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 96;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.len() + 1 + word.len() <= WIDTH {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Turns a Rust doc comment into one for C: no link brackets, C's names of the types, and what a
/// caller has to keep as a plain paragraph.
fn docs_for_c(docs: &[String]) -> Vec<String> {
    const NAMES: &[(&str, &str)] = &[
        ("[`Connection`]", "`SSL`"),
        ("[`Context`]", "`SSL_CTX`"),
        ("[`Session`]", "`SSL_SESSION`"),
        ("[`Cipher`]", "`SSL_CIPHER`"),
        ("[`Method`]", "`SSL_METHOD`"),
        ("[`", "`"),
        ("`]", "`"),
    ];
    let mut lines: Vec<String> = Vec::new();
    let (text, needs) = docs
        .iter()
        .position(|line| line == "# Safety")
        .map_or((docs, None), |at| {
            (&docs[..at], Some(docs[at + 1..].join(" ")))
        });
    let needs = needs.map_or_else(Vec::new, |needs| wrapped(&format!("Requires: {needs}")));
    for line in text.iter().chain(&needs) {
        let mut line = line.clone();
        for (rust, c) in NAMES {
            line = line.replace(rust, c);
        }
        // Parts that were left out leave no gaps.
        let after_blank = lines.last().is_none_or(|last| last.is_empty());
        if !(line.is_empty() && after_blank) {
            lines.push(line);
        }
    }
    while lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}
