//! The tables of `tests-c/tables` are complete: each has a row for all that it is about.
//!
//! A table is a file of tab-separated columns; the first line names them, and lines that begin with
//! `#` are comments. Three columns are in every table:
//!
//! * `item`, the first: a function, constant or control of the library by its C name. It may have several rows. An
//!   item that has no such name (an argument of a callback) begins with a small letter.
//! * `test`: the C tests that exercise the row on both libraries, as `program: test`, with `; ` between several.
//!   `-` when there is none; `note` then says why none is needed.
//! * `note`: what else a reader should know.
//!
//! The items come from the header, which is made from the exported functions, and from the
//! constants beside it: a new function or constant without a row fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn what_is_copied_from_a_context_is_in_its_table() {
    covers("copied", &the_header().setters_of_contexts());
}

#[test]
fn what_can_be_set_is_in_its_table() {
    covers("settings", &the_header().settings());
}

#[test]
fn what_is_lent_is_in_its_table() {
    covers("lent", &the_header().what_lends());
}

#[test]
fn every_function_that_lends_says_for_how_long() {
    let table = Table::read("lent");
    let lifetime = table.column("lifetime");
    let (header, comments) = (the_header(), comments());
    let functions = table.rows.iter();
    let silent: Vec<_> = functions
        .filter(|row| header.functions.contains_key(&row[0]))
        .filter_map(|row| {
            let comment = comments[&row[0]].replace('`', "");
            let line = format!("Lifetime: {}.", row[lifetime]);
            (!comment.contains(&line)).then(|| format!("{}: {line}", row[0]))
        })
        .collect();
    assert!(silent.is_empty(), "comments lack\n{}", silent.join("\n"));
}

#[test]
fn every_control_that_lends_says_for_how_long() {
    let table = Table::read("lent");
    let lifetime = table.column("lifetime");
    let (numbers, comments) = controls();
    let silent: Vec<_> = table
        .rows
        .iter()
        .filter(|row| row[lifetime] != "a number")
        .filter_map(|row| {
            let name = row[0].trim_start_matches("control ");
            let control = name.strip_prefix("SSL_CTRL_")?;
            let line = format!("Lifetime of {name}: {}.", row[lifetime]);
            (numbers.contains(control) && !comments.contains(&line)).then_some(line)
        })
        .collect();
    assert!(silent.is_empty(), "comments lack\n{}", silent.join("\n"));
}

/// The names of the controls that the library has, and the words of all comments on controls.
fn controls() -> (BTreeSet<String>, String) {
    let folder = root().join("src/abi/control");
    let mut words = Vec::new();
    for entry in fs::read_dir(&folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let text = fs::read_to_string(path).expect("a source file can be read");
        let comments = text.lines().filter_map(|line| line.strip_prefix("///"));
        words.extend(comments.flat_map(|line| {
            let words = line.split_whitespace();
            words.map(|word| word.replace('`', "")).collect::<Vec<_>>()
        }));
    }
    let numbers = fs::read_to_string(folder.join("number.rs")).expect("a file can be read");
    let numbers = numbers
        .lines()
        .filter_map(|line| Some(line.split_once(" = ")?.0.trim().to_owned()))
        .collect();
    (numbers, words.join(" "))
}

#[test]
fn what_shows_the_peer_is_in_its_table() {
    covers("shown", &the_header().functions_that_show_the_peer());
}

fn covers(name: &'static str, items: &BTreeSet<String>) {
    Table::read(name).covers(items);
}

/// Parts of names by which functions that change a setting are known.
const SETS: &[&str] = &[
    "set", "set0", "set1", "use", "add", "add0", "add1", "add2", "enable", "load", "clear", "ctrl",
    "build",
];

/// Prefixes of constants that are settings, or name a control.
const SETTING_CONSTANTS: &[&str] = &[
    "SSL_OP_",
    "SSL_MODE_",
    "SSL_VERIFY_",
    "SSL_SESS_CACHE_",
    "SSL_CERT_FLAG_",
    "SSL_BUILD_CHAIN_FLAG_",
    "SSL_CTRL_",
    "SSL_CONF_FLAG_",
];

/// What the header declares.
struct Header {
    /// Functions by name, each with its declaration.
    functions: BTreeMap<String, String>,
    /// Names of constants and of macros that stand for functions.
    macros: BTreeSet<String>,
}

fn the_header() -> Header {
    let folder = root().join("include/reprise");
    let text = |name: &str| fs::read_to_string(folder.join(name)).expect("a header can be read");
    let functions: BTreeMap<_, _> = without_comments(&text("ssl.h"))
        .split(';')
        .filter_map(function)
        .collect();
    assert!(functions.len() > 500, "the header is not understood");
    let macros = [text("constants.h"), text("controls.h")]
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim().strip_prefix("#define "))
        .map(|rest| identifier_at_start(rest).to_owned())
        .collect();
    Header { functions, macros }
}

impl Header {
    /// Functions and controls by which a context is changed.
    fn setters_of_contexts(&self) -> BTreeSet<String> {
        let mut setters = self.named(|name| name.starts_with("SSL_CTX_") && sets(name));
        setters.extend(
            self.macros
                .iter()
                .filter(|name| name.starts_with("SSL_CTRL_SET_"))
                .cloned(),
        );
        setters
    }

    /// All that changes what the library does: functions, controls, options, modes and flags.
    fn settings(&self) -> BTreeSet<String> {
        let mut settings = self.named(sets);
        settings.extend(
            self.macros
                .iter()
                .filter(|name| {
                    SETTING_CONSTANTS
                        .iter()
                        .any(|prefix| name.starts_with(prefix))
                })
                .cloned(),
        );
        settings
    }

    /// Functions that give pointers, controls that give something, and functions that install a
    /// callback, which is given something.
    fn what_lends(&self) -> BTreeSet<String> {
        let mut lends = self.functions_that_give_pointers();
        lends.extend(self.named(installs_callback));
        let controls = self.macros.iter();
        lends.extend(
            controls
                .filter(|name| name.starts_with("SSL_CTRL_GET_"))
                .cloned(),
        );
        lends
    }

    /// Functions that return a pointer, or write one to where the caller says.
    fn functions_that_give_pointers(&self) -> BTreeSet<String> {
        self.functions
            .iter()
            .filter(|(name, declaration)| {
                let (result, parameters) = declaration
                    .split_once(name.as_str())
                    .expect("a declaration has the name");
                result.contains('*') || parameters.contains("**")
            })
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Functions that install a callback, and those that show the peer during or after a
    /// handshake.
    fn functions_that_show_the_peer(&self) -> BTreeSet<String> {
        self.named(|name| {
            let callback = installs_callback(name);
            let getter = name.starts_with("SSL_get") || name.starts_with("SSL_client_hello_");
            callback || getter
        })
    }

    fn named(&self, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
        self.functions
            .keys()
            .filter(|name| wanted(name))
            .cloned()
            .collect()
    }

    fn has(&self, item: &str) -> bool {
        self.functions.contains_key(item) || self.macros.contains(item)
    }
}

fn sets(name: &str) -> bool {
    name.split('_').any(|part| SETS.contains(&part))
}

fn installs_callback(name: &str) -> bool {
    sets(name) && (name.contains("_cb") || name.contains("callback") || name.contains("_func"))
}

struct Table {
    name: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(name: &'static str) -> Self {
        let path = root().join(format!("tests-c/tables/{name}.tsv"));
        let text = fs::read_to_string(&path).expect("the table can be read");
        let mut lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let columns = lines.next().expect("a line that names the columns");
        Self {
            name,
            columns,
            rows: lines.collect(),
        }
    }

    /// Every item has a row, every row is about something that there is, and every test that is
    /// named exists.
    fn covers(&self, items: &BTreeSet<String>) {
        assert_eq!(self.columns[0], "item", "{}: the first column", self.name);
        let (test, note) = (self.column("test"), self.column("note"));
        let (header, tests) = (the_header(), c_tests());
        let mut complaints = Vec::new();
        let mut covered = BTreeSet::new();
        for row in &self.rows {
            let item = row[0].as_str();
            if row.len() != self.columns.len() {
                complaints.push(format!("{item}: {} columns", row.len()));
                continue;
            }
            if item.starts_with(|first: char| first.is_uppercase()) && !header.has(item) {
                complaints.push(format!("{item}: the library has no such thing"));
            }
            covered.insert(item.to_owned());
            match row[test].as_str() {
                "-" if row[note].is_empty() => {
                    complaints.push(format!("{item}: neither a test nor a reason for none"));
                }
                "-" => {}
                named => complaints.extend(
                    named
                        .split("; ")
                        .filter(|name| !tests.contains(*name))
                        .map(|name| format!("{item}: there is no test {name:?}")),
                ),
            }
        }
        complaints.extend(
            items
                .difference(&covered)
                .map(|item| format!("{item}: no row")),
        );
        assert!(
            complaints.is_empty(),
            "tests-c/tables/{}.tsv:\n{}",
            self.name,
            complaints.join("\n")
        );
    }

    fn column(&self, name: &str) -> usize {
        self.columns
            .iter()
            .position(|column| column == name)
            .unwrap_or_else(|| panic!("{}: no column {name}", self.name))
    }
}

/// The tests of the C programs, as `program: test`.
fn c_tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for path in c_sources() {
        let program = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy();
        let source = fs::read_to_string(&path).expect("a source can be read");
        for registered in ["TEST(", "TEST_EACH("] {
            for rest in source.split(registered).skip(1) {
                tests.insert(format!("{program}: {}", identifier_at_start(rest)));
            }
        }
    }
    tests
}

/// The C files in the folders of `tests-c`.
fn c_sources() -> impl Iterator<Item = PathBuf> {
    files(&root().join("tests-c"))
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| files(&folder))
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path())
}

/// The name and the declaration of a function, if this is one.
fn function(declaration: &str) -> Option<(String, String)> {
    let declaration: Vec<&str> = declaration
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let declaration = declaration.join(" ");
    let declaration = declaration.trim();
    if declaration.contains("typedef") || declaration.contains('{') {
        return None;
    }
    let (before, _) = declaration.split_once('(')?;
    let name = before.rsplit(|c: char| !is_identifier(c)).next()?;
    name.starts_with(|first: char| first.is_uppercase() || first.is_lowercase())
        .then(|| (name.to_owned(), declaration.to_owned()))
}

/// The comment before each function of the header, in one line.
fn comments() -> BTreeMap<String, String> {
    let path = root().join("include/reprise/ssl.h");
    let text = fs::read_to_string(path).expect("the header can be read");
    text.split("/**")
        .skip(1)
        .filter_map(|part| part.split_once("*/"))
        .filter_map(|(comment, after)| {
            let (name, _) = function(after.split_once(';')?.0)?;
            let words = comment.split_whitespace().filter(|word| *word != "*");
            Some((name, words.collect::<Vec<_>>().join(" ")))
        })
        .collect()
}

fn without_comments(text: &str) -> String {
    text.split("/*")
        .enumerate()
        .map(|(index, part)| match index {
            0 => part,
            _ => part.split_once("*/").map_or("", |(_, after)| after),
        })
        .collect()
}

fn identifier_at_start(text: &str) -> &str {
    text.split(|c: char| !is_identifier(c)).next().unwrap_or("")
}

fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
