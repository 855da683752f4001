//! Expectations were taken from OpenSSL 3.0.

use super::*;

/// What `openssl ciphers -v -ciphersuites '' ALL:COMPLEMENTOFALL` prints, without trailing blanks.
const ALL_CIPHERS: &str = include_str!("../fixtures/openssl-3.0-ciphers.txt");

/// The supported suites below TLS 1.3 that a string selects, abbreviated: E or R for ECDSA or
/// RSA, then 256, 128 or C for the AEAD.
fn short(string: &str) -> String {
    let list = CipherList::parse(string.as_bytes()).unwrap();
    let names: Vec<&str> = list
        .ciphers
        .iter()
        .map(|cipher| abbreviate(cipher))
        .collect();
    names.join(" ")
}

fn abbreviate(cipher: &Cipher) -> &'static str {
    match cipher.wire() {
        0xc02c => "E256",
        0xc030 => "R256",
        0xcca9 => "EC",
        0xcca8 => "RC",
        0xc02b => "E128",
        0xc02f => "R128",
        other => panic!("{other:04x} is not supported"),
    }
}

const USUAL: &str = "E256 R256 EC RC E128 R128";

#[test]
fn the_whole_table_is_in_openssls_order_with_openssls_descriptions() {
    let (all, _) = evaluate(b"ALL:COMPLEMENTOFALL").unwrap();
    let ours: Vec<String> = all
        .iter()
        .map(|cipher| cipher.to_string().trim_end().to_owned())
        .collect();
    assert_eq!(ours, ALL_CIPHERS.lines().collect::<Vec<_>>());
}

#[test]
fn usual_strings_give_the_usual_order() {
    let strings = [
        // OpenSSL itself
        "DEFAULT",
        "ALL:!COMPLEMENTOFDEFAULT:!eNULL",
        "ALL:COMPLEMENTOFALL",
        // nginx, lighttpd, stunnel
        "HIGH:!aNULL:!MD5",
        "HIGH:!aNULL:!MD5:!DSS:!RC4",
        "HIGH:!DSS:!aNULL@STRENGTH",
        // CPython up to 3.9
        "DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:!PSK",
        // PostgreSQL
        "HIGH:MEDIUM:+3DES:!aNULL",
        // Apache
        "HIGH:MEDIUM:!MD5:!RC4:!3DES",
        "HIGH:!SSLv2:!SSLv3:!aNULL:!eNULL:!NULL:!MD5:!EXP:!CAMELLIA",
        // old curl
        "ALL:!EXPORT:!EXPORT40:!EXPORT56:!aNULL:!LOW:!RC4:@STRENGTH",
        // Postfix
        "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH",
        "aNULL:-aNULL:HIGH:@STRENGTH",
        "ALL:+RC4:@STRENGTH",
        // Dovecot
        "ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!MD5:!PSK:!RC4:!ADH:!LOW@STRENGTH",
        "ALL:!DH:!LOW:!SSLv2:!EXP:!MD5:!aNULL",
        // OpenVPN, Mosquitto, others
        "DEFAULT:!EXP:!LOW:!MD5",
        "HIGH:!aNULL:!kRSA:!PSK:!SRP:!MD5:!RC4",
        "TLSv1.2:!aNULL:!eNULL",
        "kECDHE:!aNULL",
        "HIGH !aNULL,!MD5;!RC4",
    ];
    for string in strings {
        assert_eq!(short(string), USUAL, "{string}");
    }
}

#[test]
fn strings_with_an_order_of_their_own_keep_it() {
    // CPython since 3.10
    assert_eq!(
        short(
            "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:\
             !AESCCM"
        ),
        "E256 R256 E128 R128 EC RC"
    );
    // Mozilla, intermediate (haproxy, nginx)
    assert_eq!(
        short(
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
             ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
             ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:\
             DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305"
        ),
        "E128 R128 E256 R256 EC RC"
    );
    // Mozilla, old
    assert_eq!(
        short(
            "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:\
             ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
             ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
             DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA:EDH-RSA-DES-CBC3-SHA:\
             AES128-GCM-SHA256:DES-CBC3-SHA:!DSS"
        ),
        "EC RC E128 R128 E256 R256"
    );
}

#[test]
fn strings_of_classes_have_the_order_of_their_items() {
    assert_eq!(short("EECDH+AESGCM:EDH+AESGCM"), "E256 R256 E128 R128");
    assert_eq!(
        short("EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH"),
        "E256 R256 E128 R128"
    );
    assert_eq!(
        short(
            "EECDH+ECDSA+AESGCM EECDH+aRSA+AESGCM EECDH+ECDSA+SHA384 EECDH+ECDSA+SHA256 \
             EECDH+aRSA+SHA384 EECDH+aRSA+SHA256 EECDH EDH+aRSA !RC4 !aNULL !eNULL !LOW !3DES \
             !MD5 !EXP !PSK !SRP !DSS"
        ),
        "E256 E128 R256 R128 EC RC"
    );
    assert_eq!(
        short(
            "EECDH+CHACHA20:EECDH+AES128:RSA+AES128:EECDH+AES256:RSA+AES256:EECDH+3DES:RSA+3DES:\
             !MD5"
        ),
        "EC RC E128 R128 E256 R256"
    );
    assert_eq!(
        short("ECDHE+CHACHA20:ECDHE+AESGCM"),
        "EC RC E256 R256 E128 R128"
    );
    assert_eq!(
        short("AESGCM+AES128:-ECDSA:AESGCM+AES256:ALL"),
        "R128 E256 R256 E128 EC RC"
    );
    assert_eq!(short("FIPS:!aNULL:!eNULL"), "E256 R256 E128 R128");
    assert_eq!(short("ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA"), "R256");
}

#[test]
fn a_plus_moves_to_the_end_and_a_banned_suite_never_returns() {
    assert_eq!(short("ALL:+AESGCM"), "EC RC E256 R256 E128 R128");
    assert_eq!(short("ALL:!CHACHA20:CHACHA20"), "E256 R256 E128 R128");
    assert_eq!(short("ALL:-CHACHA20:CHACHA20"), "E256 R256 E128 R128 EC RC");
}

#[test]
fn default_stands_for_itself_only_at_the_beginning() {
    assert_eq!(short("CHACHA20:DEFAULT"), "EC RC");
    assert_eq!(short("DEFAULT:!CHACHA20"), "E256 R256 E128 R128");
}

#[test]
fn a_string_may_set_the_security_level() {
    let level = |string: &[u8]| CipherList::parse(string).unwrap().security_level;
    assert_eq!(level(b"DEFAULT@SECLEVEL=1"), Some(1));
    assert_eq!(level(b"DEFAULT:@SECLEVEL=0"), Some(0));
    assert_eq!(level(b"@SECLEVEL=2:HIGH:@SECLEVEL=3"), Some(3));
    assert_eq!(level(b"HIGH"), None);
}

#[test]
fn suite_b_is_more_than_suites() {
    let list = CipherList::parse(b"SUITEB128").unwrap();
    assert_eq!(list.suite_b, Some(SuiteB::Bits128));
    assert_eq!(short("SUITEB128"), "E128 E256");
    assert_eq!(short("SUITEB128ONLY"), "E128");
    assert_eq!(short("SUITEB192:ALL"), "E256");
    assert_eq!(short("SUITEB128C2"), "E256");
    assert_eq!(CipherList::parse(b"HIGH:SUITEB128").unwrap().suite_b, None);
}

#[test]
fn malformed_strings_are_errors() {
    for string in [
        "*",
        "HIGH,*",
        "HIGH:@SECLEVEL=6",
        "HIGH:@NOPE",
        "ECDHE+",
        "_",
        "HIGH:!",
    ] {
        let result = CipherList::parse(string.as_bytes());
        let malformed = matches!(result, Err(Error::Ssl(Reason::INVALID_COMMAND, _)));
        assert!(malformed, "{string}: {result:?}");
    }
}

#[test]
fn strings_that_select_nothing_are_errors() {
    for string in [
        "",
        "nope",
        "PROFILE=SYSTEM",
        "@SECLEVEL=1",
        "TLS_AES_128_GCM_SHA256",
        "RC4",
    ] {
        let result = CipherList::parse(string.as_bytes());
        assert_eq!(result, Err(Error::new(Reason::NO_CIPHER_MATCH)), "{string}");
    }
}

#[test]
fn strings_that_select_only_what_is_not_supported_are_errors_that_say_so() {
    for string in [
        "AES128-SHA",
        "DHE-RSA-AES128-GCM-SHA256:kRSA",
        "HIGH:!TLSv1.2:!aNULL:!MD5",
    ] {
        let Err(Error::Ssl(reason, detail)) = CipherList::parse(string.as_bytes()) else {
            panic!("{string} was accepted");
        };
        assert_eq!(reason, Reason::NO_CIPHER_MATCH);
        assert!(detail.contains("Reprise supports none"), "{detail}");
    }
}

fn numbers(string: &[u8]) -> Result<Vec<u16>> {
    let ciphers = parse_ciphersuites(string)?;
    Ok(ciphers.iter().map(|cipher| cipher.wire()).collect())
}

#[test]
fn the_default_suites_of_tls13_are_in_openssls_order() {
    let expected = vec![0x1302, 0x1303, 0x1301];
    assert_eq!(numbers(DEFAULT_CIPHERSUITES.to_bytes()), Ok(expected));
}

#[test]
fn tls13_suites_are_named_exactly_and_unknown_names_ignored() {
    let one = Ok(vec![0x1301]);
    assert_eq!(numbers(b"TLS_AES_128_GCM_SHA256"), one);
    assert_eq!(numbers(b"TLS_AES_128_GCM_SHA256:nope:"), one);
    assert_eq!(
        numbers(b"TLS_AES_128_GCM_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256"),
        one
    );
    assert_eq!(
        numbers(b" TLS_AES_128_GCM_SHA256 : TLS_AES_256_GCM_SHA384 "),
        Ok(vec![0x1301, 0x1302])
    );
    assert_eq!(numbers(b""), Ok(vec![]));
}

#[test]
fn tls13_lists_without_a_usable_suite_are_errors() {
    for string in ["nope", ":", "AES128-SHA", "tls_aes_128_gcm_sha256"] {
        let result = numbers(string.as_bytes());
        assert_eq!(result, Err(Error::new(Reason::NO_CIPHER_MATCH)), "{string}");
    }
    let unsupported = numbers(b"TLS_AES_128_CCM_SHA256");
    assert!(matches!(unsupported, Err(Error::Ssl(_, detail)) if detail.contains("CCM")));
}
