//! The programs in examples/, on the system's libssl and on Reprise, against each other.

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use support::{library, output, output_with, path};

/// Which libssl a program runs on.
#[derive(Clone, Copy)]
enum Libssl {
    System,
    Reprise,
}
use Libssl::{Reprise, System};

const FULL: &str = "TLSv1.3: full handshake\nserver: full handshake\n";
const RESUMED: &str = "TLSv1.3: resumed\nserver: resumed\n";

#[test]
fn a_client_resumes_its_session_in_the_next_run() {
    for (server, client) in [
        (System, System),
        (System, Reprise),
        (Reprise, System),
        (Reprise, Reprise),
    ] {
        let server = rotating_keys_server(server, 3600);
        let session = session_file("next-run");
        assert_eq!(run_client(client, &server, &session), FULL);
        assert_eq!(run_client(client, &server, &session), RESUMED);
        assert_eq!(run_client(client, &server, &session), RESUMED);
    }
}

#[test]
fn a_session_whose_ticket_key_is_gone_is_not_resumed() {
    for libssl in [System, Reprise] {
        let server = rotating_keys_server(libssl, 1);
        let session = session_file("rotation");
        assert_eq!(run_client(libssl, &server, &session), FULL);
        thread::sleep(Duration::from_secs(3));
        assert_eq!(run_client(libssl, &server, &session), FULL);
    }
}

#[test]
fn a_proxy_resumes_with_its_clients_and_with_its_server() {
    for libssl in [System, Reprise] {
        let server = rotating_keys_server(Reprise, 3600);
        let credentials = credentials();
        let proxy = Server::start(
            libssl,
            "proxy",
            &[&credentials.certificate, &credentials.key],
            &["localhost", &server.port, path(&credentials.certificate)],
        );
        let session = session_file("proxy");
        assert_eq!(run_client(System, &proxy, &session), FULL);
        assert_eq!(run_client(System, &proxy, &session), RESUMED);
        // Another client shares the proxy's session with the server.
        let other = session_file("proxy-other");
        let said = run_client(System, &proxy, &other);
        assert_eq!(said, "TLSv1.3: full handshake\nserver: resumed\n");
    }
}

/// A server that runs until it is dropped.
struct Server {
    process: Child,
    port: String,
}

impl Server {
    /// Starts a program with port 0, some files and some words, and reads which port it has.
    fn start(libssl: Libssl, program: &str, files: &[&Path], words: &[&str]) -> Self {
        let mut process = Command::new(compiled(program))
            .arg("0")
            .args(files)
            .args(words)
            .envs(preload(libssl))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = process.stdout.take().expect("its output is a pipe");
        let mut port = String::new();
        BufReader::new(output)
            .read_line(&mut port)
            .expect("it says its port");
        Self {
            process,
            port: port.trim().to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("the server can be ended");
        self.process.wait().expect("the server ends");
    }
}

fn rotating_keys_server(libssl: Libssl, seconds: u32) -> Server {
    let credentials = credentials();
    Server::start(
        libssl,
        "rotating_keys_server",
        &[&credentials.certificate, &credentials.key],
        &[&seconds.to_string()],
    )
}

/// What a client prints that connects to a server.
fn run_client(libssl: Libssl, server: &Server, session: &Path) -> String {
    let preload = preload(libssl);
    let environment: Vec<(&str, &str)> = preload
        .iter()
        .map(|(name, file)| (*name, path(file)))
        .collect();
    let ca = credentials().certificate;
    output_with(
        path(&compiled("resuming_client")),
        &["localhost", &server.port, path(&ca), path(session)],
        &environment,
    )
}

fn preload(libssl: Libssl) -> Option<(&'static str, PathBuf)> {
    match libssl {
        System => None,
        Reprise => Some(("LD_PRELOAD", library())),
    }
}

/// A file for a session, which is not there yet.
fn session_file(test: &str) -> PathBuf {
    support::folder(&format!("examples-{test}")).join("session.pem")
}

/// A program of examples/. No warning is allowed.
fn compiled(program: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = support::folder("examples");
        for program in ["resuming_client", "rotating_keys_server", "proxy"] {
            let source = format!("{}/examples/{program}.c", env!("CARGO_MANIFEST_DIR"));
            let result = folder.join(program);
            let options = [
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                path(&result),
                &source,
            ];
            output(
                "cc",
                &[&options[..], &["-lssl", "-lcrypto", "-pthread"]].concat(),
            );
        }
        folder
    });
    folder.join(program)
}

/// A certificate for localhost that is its own authority, and its key.
struct Credentials {
    certificate: PathBuf,
    key: PathBuf,
}

fn credentials() -> Credentials {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = support::folder("examples-credentials");
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        let kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -batch -days 30 \
                    -subj /CN=localhost -addext subjectAltName=DNS:localhost";
        let mut arguments: Vec<&str> = kind.split_whitespace().collect();
        arguments.extend(["-out", path(&certificate), "-keyout", path(&key)]);
        output("openssl", &arguments);
        folder
    });
    Credentials {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    }
}
