//! Numbers of TLS stand in `wire` only, and bits of settings in `flags`.

use std::collections::BTreeMap;

use crate::modules::code;
use crate::{files, none, read, relative, root};

/// Where a number may look like one of TLS without being one: signature schemes.
const OTHER_NUMBERS: &[&str] = &["src/cipher/signature.rs"];

/// Words before a name that the C headers have, and `flags` has not.
const PREFIXES: &[&str] = &["", "OP_", "MODE_", "CACHE_", "SSL_VERIFY_", "VERIFY_"];

/// The code of all files but those of the two modules and of tests.
fn others() -> Vec<(String, String)> {
    files("src", &["rs"])
        .iter()
        .map(|path| (relative(path), code(&read(path))))
        .filter(|(file, _)| {
            let own = ["src/wire/", "src/fuzzing/", "src/flags.rs"];
            !own.iter().any(|own| file.starts_with(own)) && !file.contains("tests")
        })
        .collect()
}

/// The constants of the two modules, `NAME = value;` each, by name.
fn constants() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut paths = files("src/wire", &["rs"]);
    paths.push(root().join("src/flags.rs"));
    for path in paths {
        for line in code(&read(&path)).lines() {
            let Some((name, value)) = line.trim().trim_end_matches(';').split_once(" = ") else {
                continue;
            };
            let is_name =
                |letter: char| letter.is_ascii_uppercase() || "_0123456789".contains(letter);
            if name != "NONE" && name.chars().all(is_name) {
                let value = value.split(' ').next().unwrap_or_default();
                let values = found.entry(name.to_owned()).or_default();
                values.push(value.trim_end_matches([',', ';']).to_owned());
            }
        }
    }
    found
}

#[test]
fn constants_of_wire_and_flags_are_defined_there_only() {
    let known = constants();
    assert!(known["INTERNAL_ERROR"].contains(&"80".to_owned()));
    assert!(known.contains_key("NO_TICKET") && known.contains_key("TLS1_3"));
    let mut complaints = Vec::new();
    for (file, code) in others() {
        for definition in code.split("const ").skip(1) {
            let Some((name, rest)) = definition.split_once(": ") else {
                continue;
            };
            let value = rest.split(['=', ';']).nth(1).unwrap_or_default().trim();
            let first = value.split(' ').next().unwrap_or_default();
            let again = PREFIXES.iter().any(|prefix| {
                let known = name.strip_prefix(prefix).and_then(|name| known.get(name));
                known.is_some_and(|values| values.iter().any(|known| known == first))
            });
            if again {
                complaints.push(format!("{file} defines {name} again"));
            }
        }
    }
    none(&complaints);
}

#[test]
fn versions_have_names() {
    let mut complaints = Vec::new();
    for (file, code) in others() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        for word in code.split(|letter| !is_word(letter)) {
            let is_version = matches!(word, "0x0300" | "0x0301" | "0x0302" | "0x0303" | "0x0304");
            if is_version && !OTHER_NUMBERS.contains(&file.as_str()) {
                complaints.push(format!("{file} has a bare {word}"));
            }
        }
    }
    none(&complaints);
}

#[test]
fn records_are_written_and_read_in_wire_only() {
    let mut complaints = Vec::new();
    for (file, code) in others() {
        for kind in 20..=23 {
            if code.contains(&format!("[{kind}, 3,")) {
                complaints.push(format!("{file} has a record of type {kind}"));
            }
        }
    }
    none(&complaints);
}
