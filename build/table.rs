//! Writes `docs/symbols.md`: how far each function has come, as the code says it.

use std::collections::HashMap;
use std::fmt::Write;

use crate::exports::Export;
use crate::sections::{self, Entry};

const CLASSES: &[(&str, &str)] = &[
    ("A", "sessions"),
    ("B", "what most programs call"),
    ("C", "what some programs call"),
    ("D", "what the engine cannot do"),
    ("R", "beyond OpenSSL"),
];
const STATUSES: [&str; 3] = ["done", "partial", "unsupported"];

/// The whole page.
pub fn make(exports: &[Export], table: &HashMap<String, Entry>) -> String {
    let mut page = String::from(
        "# Functions of libssl\n\n\
         Made by `build.rs` from the source: do not edit. \"partial\" and \"unsupported\" come from the\n\
         `Status:` line in a function's documentation; without one it is done. Files are those of\n\
         `src/abi`, and stand in the order of their names.\n\n\
         | class | done | partial | unsupported | all |\n|---|---:|---:|---:|---:|\n",
    );
    let class_of = |export: &Export| {
        sections::of(table, &export.name).map_or("R", |entry| entry.class.as_str())
    };
    let mut row = |name: &str, chosen: &[&Export]| {
        let count = |status: &str| chosen.iter().filter(|e| e.status.word == status).count();
        let [done, partial, unsupported] = STATUSES.map(count);
        let all = chosen.len();
        writeln!(
            page,
            "| {name} | {done} | {partial} | {unsupported} | {all} |"
        )
        .expect("a String grows");
    };
    for (class, meaning) in CLASSES {
        let chosen: Vec<&Export> = exports.iter().filter(|e| class_of(e) == *class).collect();
        if !chosen.is_empty() {
            row(&format!("{class}: {meaning}"), &chosen);
        }
    }
    row("all", &exports.iter().collect::<Vec<_>>());

    for (class, meaning) in CLASSES {
        let chosen: Vec<&Export> = exports.iter().filter(|e| class_of(e) == *class).collect();
        if chosen.is_empty() {
            continue;
        }
        write!(
            page,
            "\n## {class}: {meaning}\n\n| function | file | status | note |\n|---|---|---|---|\n"
        )
        .expect("a String grows");
        for Export {
            name, file, status, ..
        } in chosen
        {
            let note = match (status.note.as_str(), sections::of(table, name)) {
                ("", Some(entry)) => format!("{}(3)", entry.page),
                (note, _) => note.to_owned(),
            };
            writeln!(page, "| `{name}` | {file} | {} | {note} |", status.word)
                .expect("a String grows");
        }
    }
    page
}
