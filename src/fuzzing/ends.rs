//! Clients and servers whose records pass through the caller's hands.

use std::ffi::{c_int, c_long};
use std::ptr::null_mut;

use super::check_no_panic;
use crate::abi::certificate::SSL_CTX_use_certificate_ASN1;
use crate::abi::context::SSL_CTX_new;
use crate::abi::control::{SSL_CTX_ctrl, SSL_ctrl};
use crate::abi::handshake::{SSL_do_handshake, SSL_set_accept_state, SSL_set_connect_state};
use crate::abi::io::{SSL_read, SSL_write};
use crate::abi::method::TLS_method;
use crate::abi::private_key::SSL_CTX_use_PrivateKey_ASN1;
use crate::abi::session::SSL_SESSION_free;
use crate::abi::session_use::{SSL_get1_session, SSL_set_session};
use crate::abi::shutdown::SSL_shutdown;
use crate::abi::ssl::{SSL_free, SSL_new};
use crate::abi::transport::SSL_set_bio;
use crate::connection::Connection;
use crate::context::Context;
use crate::libcrypto::bio::Bio;
use crate::session::Session;

/// `SSL_CTRL_SET_TLSEXT_HOSTNAME`
const SET_HOST_NAME: c_int = 55;
/// `SSL_CTRL_SET_TLSEXT_TICKET_KEYS`
const SET_TICKET_KEYS: c_int = 59;
/// `SSL_CTRL_SET_MAX_PROTO_VERSION`
const SET_MAX_VERSION: c_int = 124;
/// `EVP_PKEY_EC`
const EC_KEY: c_int = 408;

/// What is done with one end of a connection until nothing moves any more.
const MOST_ROUNDS: usize = 6;

/// One end of a connection.
pub struct End {
    ssl: *mut Connection,
    input: Bio,
    output: Bio,
}

impl End {
    /// A client that will call its server fuzzing.test, and offers `session` unless it is NULL.
    pub fn client(max_version: c_long, session: *mut Session) -> Self {
        let end = Self::new(CONTEXTS.with(|contexts| contexts.client), max_version);
        // SAFETY: a live connection, a C string, and NULL or a live session.
        unsafe {
            let name = c"fuzzing.test".as_ptr().cast_mut().cast();
            SSL_ctrl(end.ssl, SET_HOST_NAME, 0, name);
            SSL_set_connect_state(end.ssl);
            SSL_set_session(end.ssl, session);
        }
        end
    }

    /// A server, which is fuzzing.test.
    pub fn server(max_version: c_long) -> Self {
        let end = Self::new(CONTEXTS.with(|contexts| contexts.server), max_version);
        // SAFETY: a live connection.
        unsafe { SSL_set_accept_state(end.ssl) };
        end
    }

    /// A server on a context of the caller's.
    #[cfg(test)]
    pub fn server_on(context: *mut Context, max_version: c_long) -> Self {
        let end = Self::new(context, max_version);
        // SAFETY: a live connection.
        unsafe { SSL_set_accept_state(end.ssl) };
        end
    }

    fn new(context: *mut Context, max_version: c_long) -> Self {
        let (input, output) = (Bio::memory().expect("a BIO"), Bio::memory().expect("a BIO"));
        // SAFETY: a live context; the connection takes a reference of each BIO.
        let ssl = unsafe {
            let ssl = SSL_new(context);
            SSL_ctrl(ssl, SET_MAX_VERSION, max_version, null_mut());
            let (read, write) = (input.clone().into_raw(), output.clone().into_raw());
            SSL_set_bio(ssl, read, write);
            ssl
        };
        Self { ssl, input, output }
    }

    /// Goes on with what has come: handshake, then data.
    pub fn advance(&self) {
        let mut buffer = [0_u8; 4096];
        // SAFETY: a live connection and a buffer of that size.
        unsafe {
            if SSL_do_handshake(self.ssl) == 1 {
                SSL_write(self.ssl, buffer.as_ptr().cast(), 10);
                check_no_panic();
                while SSL_read(self.ssl, buffer.as_mut_ptr().cast(), 4096) > 0 {
                    check_no_panic();
                }
            }
        }
        check_no_panic();
    }

    /// Bytes from the peer.
    pub fn receive(&self, bytes: &[u8]) {
        self.input.write(bytes);
    }

    /// Bytes for the peer.
    pub fn sent(&self) -> Vec<u8> {
        self.output.read_available(usize::MAX)
    }

    /// The connection itself, lent.
    #[cfg(test)]
    pub fn ssl(&self) -> *mut Connection {
        self.ssl
    }

    /// The session of the connection, with a reference for the caller; NULL if there is none.
    pub fn session(&self) -> *mut Session {
        // SAFETY: a live connection.
        unsafe { SSL_get1_session(self.ssl) }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // SAFETY: a live connection, last use.
        unsafe {
            SSL_shutdown(self.ssl);
            SSL_free(self.ssl);
        }
    }
}

/// Lets both ends talk; `to_server` and `to_client` may change what is on its way.
pub fn talk(
    client: &End,
    server: &End,
    mut to_server: impl FnMut(&mut [u8]),
    mut to_client: impl FnMut(&mut [u8]),
) {
    for _ in 0..MOST_ROUNDS {
        client.advance();
        let mut flight = client.sent();
        to_server(&mut flight);
        server.receive(&flight);
        server.advance();
        let mut answer = server.sent();
        to_client(&mut answer);
        client.receive(&answer);
        if flight.is_empty() && answer.is_empty() {
            break;
        }
    }
}

/// A client offers `session` to a server.
pub fn offer(session: *mut Session) {
    let (client, server) = (End::client(0, session), End::server(0));
    talk(&client, &server, |_| {}, |_| {});
}

/// A session that the server will resume. It belongs to this thread.
pub fn known_session(max_version: c_long) -> *mut Session {
    KNOWN.with(|known| match max_version {
        0x0303 => known.tls12,
        _ => known.tls13,
    })
}

thread_local! {
    static CONTEXTS: Contexts = Contexts::new();
    static KNOWN: Known = Known {
        tls12: new_session(0x0303),
        tls13: new_session(0x0304),
    };
}

struct Contexts {
    client: *mut Context,
    server: *mut Context,
}

impl Contexts {
    /// They live as long as the process: the program is a test.
    fn new() -> Self {
        let server = new_server_context();
        let mut ticket_keys: [u8; 80] = std::array::from_fn(|index| index as u8);
        let keys = ticket_keys.as_mut_ptr().cast();
        // SAFETY: a live context, and as many readable bytes as said.
        unsafe {
            assert_eq!(SSL_CTX_ctrl(server, SET_TICKET_KEYS, 80, keys), 1);
            let client = SSL_CTX_new(TLS_method());
            Self { client, server }
        }
    }
}

/// A context with the certificate of fuzzing.test; the caller's to free.
pub fn new_server_context() -> *mut Context {
    const CERTIFICATE: &[u8] = include_bytes!("certificate.der");
    const KEY: &[u8] = include_bytes!("key.der");
    // SAFETY: a live context, and as many readable bytes as said.
    unsafe {
        let context = SSL_CTX_new(TLS_method());
        let (certificate, key) = (CERTIFICATE.as_ptr(), KEY.as_ptr());
        let length = CERTIFICATE.len() as c_int;
        assert_eq!(
            SSL_CTX_use_certificate_ASN1(context, length, certificate),
            1
        );
        let length = KEY.len() as c_long;
        assert_eq!(SSL_CTX_use_PrivateKey_ASN1(EC_KEY, context, key, length), 1);
        context
    }
}

struct Known {
    tls12: *mut Session,
    tls13: *mut Session,
}

impl Drop for Known {
    fn drop(&mut self) {
        for session in [self.tls12, self.tls13] {
            // SAFETY: a reference that is the test's, last use.
            unsafe { SSL_SESSION_free(session) };
        }
    }
}

fn new_session(max_version: c_long) -> *mut Session {
    let (client, server) = (
        End::client(max_version, null_mut()),
        End::server(max_version),
    );
    talk(&client, &server, |_| {}, |_| {});
    client.session()
}
