//! Each body over its seeds and over variations of them that are the same every time.

use std::fs;
use std::path::PathBuf;
use std::ptr::null_mut;

use super::ends::{End, known_session, talk};
use super::*;
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::bio::Bio;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::pem;
use crate::session::samples::SAMPLES;
use crate::ticket::TicketKeys;

#[test]
fn session_der_takes_any_bytes() {
    try_variations("session_der", 4000, session_der);
}

#[test]
fn session_pem_takes_any_bytes() {
    try_variations("session_pem", 2000, session_pem);
}

#[test]
fn ticket_sealed_takes_any_bytes() {
    try_variations("ticket_sealed", 200, ticket_sealed);
}

#[test]
fn ticket_content_takes_any_bytes() {
    try_variations("ticket_content", 200, ticket_content);
}

#[test]
fn client_hello_takes_any_bytes() {
    try_variations("client_hello", 20_000, client_hello);
}

#[test]
fn hello_change_takes_any_bytes() {
    try_variations("hello_change", 10_000, hello_change);
}

#[test]
fn server_flight_takes_any_bytes() {
    try_variations("server_flight", 10_000, server_flight);
}

#[test]
fn server_records_take_any_bytes() {
    try_variations("server_records", 300, server_records);
}

#[test]
fn client_records_take_any_bytes() {
    try_variations("client_records", 300, client_records);
}

/// A seed that is refused would test little.
#[test]
fn seeds_are_what_they_should_be() {
    for (name, seed) in seeds("client_hello") {
        let hello = crate::wire::ClientHello::parse(seed);
        assert!(hello.is_ok(), "{name}");
    }
    let found = seeds("server_flight")
        .into_iter()
        .filter(|(_, seed)| super::server_flight::finds_certificate(seed));
    assert_eq!(found.count(), 1);
    for (name, seed) in seeds("session_der") {
        let decoded = crate::session::der::decode(&seed, |_| true);
        assert!(decoded.is_ok(), "{name}");
    }
    for target in ["session_pem", "ticket_sealed", "ticket_content"] {
        assert!(seeds(target).len() >= SAMPLES.len(), "{target}");
    }
    assert!(!known_session(0x0303).is_null() && !known_session(0x0304).is_null());
}

fn try_variations(target: &str, count: usize, body: impl Fn(&[u8])) {
    let seeds = seeds(target);
    assert!(!seeds.is_empty());
    for (_, seed) in &seeds {
        body(seed);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count {
        let (_, seed) = &seeds[random.below(seeds.len())];
        let mut data = seed.clone();
        for _ in 0..=random.below(4) {
            vary(&mut data, &mut random);
        }
        body(&data);
    }
}

fn vary(data: &mut Vec<u8>, random: &mut Random) {
    const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff];
    let place = random.below(data.len() + 1);
    match (random.below(6), data.get_mut(place)) {
        (0, Some(byte)) => *byte ^= 1 << random.below(8),
        (1, Some(byte)) => *byte = TELLING[random.below(TELLING.len())],
        (2, Some(byte)) => *byte = byte.wrapping_add(1),
        (3, Some(_)) => drop(data.remove(place)),
        (4, _) => data.insert(place, TELLING[random.below(TELLING.len())]),
        _ => data.truncate(place),
    }
}

/// Xorshift: the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target)
}

/// The seeds by name, in an order that is the same every time.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder(target)).expect("there are seeds");
    let mut seeds: Vec<_> = files
        .map(|file| {
            let path = file.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), fs::read(&path).expect("a readable file"))
        })
        .collect();
    seeds.sort();
    seeds
}

/// Makes `fuzz/seeds`, for when the bodies have changed.
#[test]
#[ignore = "writes fuzz/seeds"]
fn write_seeds() {
    let library = LibraryContext::default();
    let keys = TicketKeys::new(&library, &Algorithms::of(&library)).expect("random numbers");
    let bytes: Vec<u8> = (0..80).collect();
    keys.set(&bytes).expect("the right length");
    for sample in &SAMPLES {
        let bio = Bio::memory().expect("a BIO");
        pem::write(&bio, c"SSL SESSION PARAMETERS", sample.der).expect("memory");
        write("session_der", sample.name, sample.der);
        write("session_pem", sample.name, &bio.read_available(usize::MAX));
        write("ticket_content", sample.name, sample.der);
        let ticket = keys.seal(sample.der).expect("short enough");
        write("ticket_sealed", sample.name, &ticket);
    }
    for (version, max_version, flag) in [("tls12", 0x0303, 2), ("tls13", 0x0304, 0)] {
        for resumption in [false, true] {
            let kind = if resumption { "resumed" } else { "full" };
            let name = format!("{version}-{kind}");
            let session = match resumption {
                true => known_session(max_version),
                false => null_mut(),
            };
            let (client, server) = (End::client(max_version, session), End::server(max_version));
            let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
            talk(
                &client,
                &server,
                |flight| to_server.extend_from_slice(flight),
                |flight| to_client.extend_from_slice(flight),
            );
            // Behind the headers of record and message.
            let length = usize::from(u16::from_be_bytes([to_server[3], to_server[4]]));
            for target in ["client_hello", "hello_change"] {
                write(target, &name, &to_server[9..5 + length]);
            }
            write("server_flight", &name, &to_client);
            let flags = flag | if resumption { 4 } else { 0 };
            for (target, stream) in [("server_records", to_server), ("client_records", to_client)] {
                write(target, &name, &[&[flags | 1], &stream[..]].concat());
                write(target, &format!("{name}-changed"), &[flags, 0, 40, 1]);
            }
        }
    }
}

fn write(target: &str, name: &str, data: &[u8]) {
    fs::create_dir_all(folder(target)).expect("a writable tree");
    fs::write(folder(target).join(name), data).expect("a writable tree");
}
