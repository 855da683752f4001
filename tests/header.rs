//! The header `reprise/ssl.h` as C and C++ compilers see it. Together with `<openssl/ssl.h>` in one
//! file, every prototype, type and macro is checked against OpenSSL's own.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Uses every kind of thing the header has: types, callbacks, constants, macros, functions.
const USE: &str = r#"
static int keep(SSL *ssl, SSL_SESSION *session)
{
    return SSL_get0_session(ssl) == session && SSL_SESSION_is_resumable(session);
}

long prepare(SSL_CTX *ctx, SSL_SESSION *session);
long prepare(SSL_CTX *ctx, SSL_SESSION *session)
{
    SSL_verify_cb verify = SSL_CTX_get_verify_callback(ctx);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, verify);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_TLSv1_1);
    SSL_CTX_sess_set_new_cb(ctx, keep);
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_add_session(ctx, session);
    return SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_BOTH) + SSL_CTX_sess_hits(ctx);
}
"#;

const OURS: &str = "#include <reprise/ssl.h>\n";
const OPENSSL: &str = "#include <openssl/ssl.h>\n";

#[test]
fn the_header_stands_alone_in_c11() {
    compile(C11, &[OURS, USE]);
}

#[test]
fn the_header_stands_alone_in_cpp17() {
    compile(CPP17, &[OURS, USE]);
}

#[test]
fn the_header_agrees_with_openssl_included_after_it() {
    compile(C11, &[OURS, OPENSSL, USE]);
    compile(CPP17, &[OURS, OPENSSL, USE]);
}

#[test]
fn the_header_agrees_with_openssl_included_before_it() {
    compile(C11, &[OPENSSL, OURS, USE]);
    compile(CPP17, &[OPENSSL, OURS, USE]);
}

#[test]
fn the_header_may_be_included_twice() {
    compile(C11, &[OURS, OURS, USE]);
}

#[test]
fn the_constants_are_openssls_token_for_token() {
    // A compiler is silent about macros that a system's header redefines, unless -Wsystem-headers
    // is given.
    compile_with(C11, &["-Wsystem-headers"], &[OURS, OPENSSL, USE]);
}

#[test]
fn the_header_says_of_each_function_what_it_lacks() {
    let comments = comments();
    let mut limited = 0;
    for (name, status, note) in statuses() {
        let comment = comments
            .get(&name)
            .unwrap_or_else(|| panic!("the header has no comment on {name}"));
        let beginning = match status.as_str() {
            "partial" => "Done in part: ",
            "unsupported" => "Not supported: ",
            _ => {
                assert!(
                    !comment.contains("Done in part:") && !comment.contains("Not supported:"),
                    "{name} is done: {comment}"
                );
                continue;
            }
        };
        let end = format!("{beginning}{note}.");
        assert!(
            comment.ends_with(&end),
            "{name} is {status}, its comment must end with `{end}`: {comment}"
        );
        limited += 1;
    }
    assert!(
        limited > 50,
        "only {limited} functions have limits: has docs/symbols.md another form?"
    );
}

/// Name, status and note of each function, from the rows of docs/symbols.md.
fn statuses() -> Vec<(String, String, String)> {
    let page = fs::read_to_string(root().join("docs/symbols.md")).expect("docs/symbols.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').splitn(4, '|').map(str::trim);
        let mut next = || cells.next().expect("a row has four cells").to_owned();
        let name = next().trim_matches('`').to_owned();
        next();
        (name, next(), next())
    })
    .collect()
}

/// The comment on each function of the header, as one line, by the name of the function.
fn comments() -> HashMap<String, String> {
    let header = fs::read_to_string(root().join("include/reprise/ssl.h")).expect("the header");
    let mut comments = HashMap::new();
    let (mut comment, mut inside) = (String::new(), false);
    for line in header.lines().map(str::trim) {
        if line == "/**" {
            comment.clear();
            inside = true;
        } else if line == "*/" {
            inside = false;
        } else if inside {
            let text = line.trim_start_matches('*').trim();
            if !(comment.is_empty() || text.is_empty()) {
                comment.push(' ');
            }
            comment.push_str(text);
        } else if line.starts_with('*') {
            // The paragraph of a section.
        } else if let Some(name) = declared(line) {
            comments.entry(name).or_insert_with(|| comment.clone());
        }
    }
    comments
}

/// The name of the function that a line begins to declare; the function may give a pointer to
/// another.
fn declared(line: &str) -> Option<String> {
    let is_name = |word: &&str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (before, _) = line.rsplit_once('(')?;
    let mut words = before
        .split('(')
        .filter_map(|part| part.rsplit([' ', '*']).next());
    words.find(is_name).map(str::to_owned)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const C11: &[&str] = &["cc", "-std=c11", "-x", "c"];
const CPP17: &[&str] = &["c++", "-std=c++17", "-x", "c++"];

fn compile(language: &[&str], parts: &[&str]) {
    compile_with(language, &[], parts);
}

/// Compiles the parts as one file; no diagnostic is allowed.
fn compile_with(language: &[&str], options: &[&str], parts: &[&str]) {
    let mut compiler = Command::new(language[0])
        .args(&language[1..])
        .args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .args(options)
        .arg(concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include"))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the compiler runs");
    let source = parts.concat();
    let mut stdin = compiler.stdin.take().expect("it reads from a pipe");
    stdin
        .write_all(source.as_bytes())
        .expect("it reads the source");
    drop(stdin);
    let result = compiler.wait_with_output().expect("the compiler ends");
    assert!(
        result.status.success(),
        "{}\n{source}",
        String::from_utf8_lossy(&result.stderr)
    );
}
