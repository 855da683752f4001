//! The library uses the library context that an `SSL_CTX` was made with (`SSL_CTX_new_ex(3)`):
//! wherever libcrypto has a function that takes one, that function is used.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use support::{library, output, path};

/// Functions whose namesakes with `_ex` take no library context, and those that are used although
/// there is one that does.
const WITHOUT: &[(&str, &str)] = &[
    ("BIO_new", "streams without algorithms"),
    ("BIO_read", "the other takes a length"),
    ("BIO_write", "the other takes a length"),
    ("EVP_CipherFinal", "the cipher was fetched"),
    (
        "EVP_PKEY_derive_init",
        "the context was made with the library context",
    ),
    ("EVP_PKEY_derive_set_peer", "as above"),
    (
        "OSSL_STORE_open",
        "SSL_add_store_cert_subjects_to_stack takes none, and reads names only",
    ),
];

/// Functions that take algorithms from the default library context, and have no namesake.
const FROM_THE_DEFAULT: &[(&str, &str)] = &[
    (
        "EVP_get_digestbyname",
        "SSL_CIPHER_get_handshake_digest has no context; it gives a name, whose algorithm is fetched when it is used",
    ),
    (
        "HMAC_CTX_new",
        "SSL_CTX_set_tlsext_ticket_key_cb, as in OpenSSL",
    ),
    (
        "PEM_read_bio_RSAPrivateKey",
        "SSL_CTX_use_RSAPrivateKey_file, as in OpenSSL",
    ),
    (
        "d2i_RSAPrivateKey",
        "SSL_CTX_use_RSAPrivateKey_ASN1, as in OpenSSL",
    ),
    (
        "d2i_RSAPrivateKey_bio",
        "SSL_CTX_use_RSAPrivateKey_file, as in OpenSSL",
    ),
];

/// How such functions are called.
const SUSPECT: &[&str] = &[
    "EVP_sha",
    "EVP_md5",
    "EVP_aes_",
    "EVP_chacha",
    "EVP_get_digestby",
    "EVP_get_cipherby",
    "HMAC_CTX_new",
    "RSAPrivateKey",
    "EVP_PKEY_CTX_new_id",
];

#[test]
fn a_function_with_a_library_context_is_used_where_there_is_one() {
    let provided = symbols(&["--defined-only"], &libcrypto());
    let without: Vec<_> = asked_for()
        .into_iter()
        .filter(|name| twins(name).iter().any(|twin| provided.contains(twin)))
        .filter(|name| !listed(WITHOUT, name))
        .collect();
    assert!(
        without.is_empty(),
        "used without library context: {without:?}"
    );
}

#[test]
fn algorithms_of_the_default_context_are_used_for_a_reason_only() {
    let unexplained: Vec<_> = asked_for()
        .into_iter()
        .filter(|name| SUSPECT.iter().any(|part| name.contains(part)))
        .filter(|name| !listed(FROM_THE_DEFAULT, name))
        .collect();
    assert!(
        unexplained.is_empty(),
        "from the default context: {unexplained:?}"
    );
}

#[test]
fn what_is_listed_is_used() {
    let asked_for = asked_for();
    let unused: Vec<_> = WITHOUT
        .iter()
        .chain(FROM_THE_DEFAULT)
        .filter(|(name, _)| !asked_for.contains(*name))
        .collect();
    assert!(unused.is_empty(), "listed, and not used: {unused:?}");
}

/// Names that the same function with a library context could have.
fn twins(name: &str) -> Vec<String> {
    let mut twins = vec![format!("{name}_ex")];
    twins.extend(
        name.strip_suffix("_bio")
            .map(|stem| format!("{stem}_ex_bio")),
    );
    twins
}

fn listed(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == name)
}

/// What the built library takes from others.
fn asked_for() -> BTreeSet<String> {
    symbols(&["--undefined-only"], &library())
}

fn symbols(options: &[&str], file: &std::path::Path) -> BTreeSet<String> {
    let arguments: Vec<_> = ["-D"]
        .iter()
        .chain(options)
        .copied()
        .chain([path(file)])
        .collect();
    output("nm", &arguments)
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(|name| name.split('@').next().unwrap_or(name).to_owned())
        .collect()
}

fn libcrypto() -> PathBuf {
    output("ldd", &[path(&library())])
        .lines()
        .find(|line| line.contains("libcrypto.so"))
        .and_then(|line| line.split_whitespace().nth(2))
        .map(PathBuf::from)
        .expect("the library needs libcrypto")
}
