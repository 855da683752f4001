//! A random source whose n-th draw of 32 bytes can be fixed. Its bytes are libcrypto's as in
//! OpenSSL, so a program that replaces libcrypto's random numbers gets its own.
//!
//! rustls draws session ids itself, as 32 random bytes. Where OpenSSL has another rule (a client's
//! id for a TLS 1.2 ticket is the session's, a program may make ids for its server) the draw is
//! answered with the planned bytes. Which draw of 32 bytes that is depends on the pinned version;
//! the engine's tests notice when it changes.

use rustls::crypto::{GetRandomFailed, SecureRandom};

use super::library;
use crate::engine::thread;
use crate::libcrypto::random;
use crate::reference::Batch;

const ID: usize = 32;
/// A client draws two bytes for the order of its extensions, which is public. OpenSSL draws none
/// for that, so they are the engine's.
const ORDER_OF_EXTENSIONS: usize = 2;

/// The id in a client's hello is the first draw of 32 bytes when its connection is made.
pub(in crate::engine) const CLIENT_SESSION_ID: usize = 0;
/// A TLS 1.2 server draws its random first, then the id.
pub(in crate::engine) const SERVER_SESSION_ID: usize = 1;

thread_local! {
    static ORDERS: Batch = const { Batch::new() };
}

/// The source of random bytes of all connections.
pub(in crate::engine) static SOURCE: &dyn SecureRandom = &Source;

#[derive(Debug)]
struct Source;

impl SecureRandom for Source {
    fn fill(&self, buf: &mut [u8]) -> Result<(), GetRandomFailed> {
        if buf.len() == ID {
            let planned = thread::with(|driven| {
                let planned = driven.planned_id.as_mut()?;
                if planned.draws == 0 {
                    return driven.planned_id.take().map(|planned| planned.id);
                }
                planned.draws -= 1;
                None
            });
            if let Some(id) = planned.flatten() {
                buf.copy_from_slice(&id);
                return Ok(());
            }
        }
        if buf.len() == ORDER_OF_EXTENSIONS {
            let engine = rustls_aws_lc_rs::DEFAULT_PROVIDER.secure_random;
            return Batch::fill(&ORDERS, buf, |bytes| engine.fill(bytes));
        }
        library::with_current(|library| random::fill(library, buf)).map_err(|_| GetRandomFailed)
    }
}
