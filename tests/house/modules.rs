//! Which module may use which.

use std::collections::BTreeSet;

use crate::{files, none, read, relative, root};

/// What every module may use. These use each other from left to right only.
const GROUND: &[&str] = &[
    "reference",
    "error",
    "reason",
    "wire",
    "flags",
    "clock",
    "fallible",
];

/// The other modules of src/lib.rs, and which of them each may use. These have their rows below it.
const MODULES: &[(&str, &str)] = &[
    (
        "fuzzing",
        "abi connection context engine ticket session libcrypto",
    ),
    (
        "abi",
        "configuration connection context ticket callback session cipher libcrypto",
    ),
    ("configuration", "connection context cipher libcrypto"),
    (
        "connection",
        "context engine ticket callback session cipher libcrypto",
    ),
    (
        "context",
        "engine ticket callback session cipher libcrypto cache",
    ),
    ("ticket", "engine libcrypto"),
    ("engine", "callback cipher libcrypto"),
    ("callback", "session cipher libcrypto"),
    ("session", "libcrypto"),
    ("cipher", ""),
    ("libcrypto", ""),
    ("cache", ""),
];

/// The modules, and the folders of modules, that may have unsafe code. The clock's is the one call of time(3).
const UNSAFE: &[&str] = &[
    "clock",
    "abi",
    "cache/index",
    "callback",
    "libcrypto",
    "reference",
    "fuzzing",
];

/// Files of other modules that have unsafe code today. The list only becomes shorter.
const UNSAFE_FILES: &[&str] = &["src/session/reference.rs"];

/// All modules, from the top to the ground.
fn all() -> Vec<&'static str> {
    let rows = MODULES.iter().map(|(module, _)| *module);
    rows.chain(GROUND.iter().copied()).collect()
}

#[test]
fn each_module_has_a_place() {
    let lib = read(&root().join("src/lib.rs"));
    let declared: BTreeSet<&str> = lib
        .lines()
        .filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'))
        .collect();
    assert_eq!(declared, all().into_iter().collect());
}

#[test]
fn rows_name_what_is_below_them() {
    let place = |name: &str| MODULES.iter().position(|(module, _)| *module == name);
    for (module, row) in MODULES {
        for name in row.split_whitespace() {
            assert!(place(name) > place(module), "{module} is not above {name}");
        }
    }
}

#[test]
fn a_module_uses_only_what_its_row_names() {
    let mut complaints = Vec::new();
    for (module, row) in MODULES {
        let allowed: Vec<&str> = row.split_whitespace().collect();
        let mut used = BTreeSet::new();
        for path in sources(module) {
            for name in names_of_modules(&code(&read(&path))) {
                let may = allowed.contains(&name.as_str()) || GROUND.contains(&name.as_str());
                if name != *module && !may {
                    complaints.push(format!("{}: {module} uses {name}", relative(&path)));
                }
                used.insert(name);
            }
        }
        let unused = allowed.iter().filter(|name| !used.contains(**name));
        complaints
            .extend(unused.map(|name| format!("{module} does not use {name}: shorten its row")));
    }
    none(&complaints);
}

#[test]
fn the_ground_uses_nothing_above_it() {
    let mut complaints = Vec::new();
    for (place, module) in GROUND.iter().enumerate() {
        for path in sources(module) {
            for name in names_of_modules(&code(&read(&path))) {
                if !GROUND[place..].contains(&name.as_str()) {
                    complaints.push(format!("{}: {module} uses {name}", relative(&path)));
                }
            }
        }
    }
    none(&complaints);
}

#[test]
fn unsafe_code_stands_where_it_may() {
    let mut complaints = Vec::new();
    let mut listed: BTreeSet<&str> = UNSAFE_FILES.iter().copied().collect();
    for module in all() {
        for path in sources(module) {
            let file = relative(&path);
            let code = code(&read(&path));
            let has_unsafe = ["unsafe {", "unsafe fn", "unsafe impl"]
                .iter()
                .any(|word| code.contains(word));
            let may = may_have_unsafe(&file) || listed.remove(file.as_str());
            if has_unsafe && !may {
                complaints.push(format!("{file} has unsafe code"));
            }
            if !has_unsafe && UNSAFE_FILES.contains(&file.as_str()) {
                complaints.push(format!("{file} has no unsafe code: take it off the list"));
            }
        }
    }
    complaints.extend(
        listed
            .iter()
            .map(|file| format!("{file} is listed, and there is no such file")),
    );
    none(&complaints);
}

/// True if the file is one of [`UNSAFE`], or in such a folder.
fn may_have_unsafe(file: &str) -> bool {
    UNSAFE.iter().any(|place| {
        let rest = file
            .strip_prefix("src/")
            .and_then(|file| file.strip_prefix(place));
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

#[test]
fn rustls_is_used_in_the_engine_only() {
    let mut complaints = Vec::new();
    for path in files("src", &["rs"]) {
        let file = relative(&path);
        if !file.starts_with("src/engine/") && code(&read(&path)).contains("rustls::") {
            complaints.push(format!("{file} names rustls"));
        }
    }
    none(&complaints);
}

#[test]
fn functions_of_c_are_declared_in_libcrypto_only() {
    let mut complaints = Vec::new();
    for (module, _) in MODULES.iter().filter(|(module, _)| *module != "libcrypto") {
        for path in sources(module) {
            if code(&read(&path)).contains("extern \"C\" {") {
                complaints.push(format!("{} declares functions of C", relative(&path)));
            }
        }
    }
    none(&complaints);
}

/// The files of a module without those that have tests only.
fn sources(module: &str) -> Vec<std::path::PathBuf> {
    let single = root().join(format!("src/{module}.rs"));
    if single.is_file() {
        return vec![single];
    }
    let mut files = files(&format!("src/{module}"), &["rs"]);
    files.retain(|path| {
        !["tests", "/test_"]
            .iter()
            .any(|part| relative(path).contains(part))
    });
    files
}

/// A source file without comments and without the tests at its end.
pub fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines();
    let lines: Vec<&str> = lines
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect();
    lines.join("\n")
}

/// The names that follow `crate::`, as far as they are modules.
fn names_of_modules(code: &str) -> BTreeSet<String> {
    code.split("crate::")
        .skip(1)
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
        .filter(|name| all().contains(name))
        .map(str::to_owned)
        .collect()
}
