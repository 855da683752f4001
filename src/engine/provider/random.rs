//! Random bytes for rustls, which are libcrypto's as in OpenSSL, so that a program that replaces its
//! random numbers gets its own. One draw can be planned.
//!
//! rustls draws session ids itself, as 32 random bytes. Where OpenSSL has another rule (a client's
//! id for a TLS 1.2 ticket is the session's, a program may make ids for its server) the draw is
//! answered with the planned bytes. Which draw of 32 bytes that is depends on the pinned version;
//! the engine's tests notice when it changes.

use std::cell::Cell;

use rustls::crypto::{GetRandomFailed, SecureRandom};

use crate::engine::library;
use crate::libcrypto::random;

const ID: usize = 32;
/// A client draws two bytes for the order of its extensions, which all can see. OpenSSL draws none for that, and its draws
/// are dear.
const ORDER_OF_EXTENSIONS: usize = 2;

/// The id in a client's hello is the first draw of 32 bytes when its connection is made.
pub(in crate::engine) const CLIENT_SESSION_ID: usize = 0;
/// A TLS 1.2 server draws its random first, then the id.
pub(in crate::engine) const SERVER_SESSION_ID: usize = 1;

/// The source of random bytes of all connections.
pub(in crate::engine) static SOURCE: &dyn SecureRandom = &Source;

#[derive(Debug)]
struct Source;

/// Runs `work`; draw number `which` of 32 bytes on this thread gives `id`.
pub(in crate::engine) fn with_planned<R>(
    id: Option<[u8; ID]>,
    which: usize,
    work: impl FnOnce() -> R,
) -> R {
    struct Restore(Option<(usize, [u8; ID])>);
    impl Drop for Restore {
        fn drop(&mut self) {
            PLANNED.set(self.0);
        }
    }
    // A callback may have another connection at work amid the work for one.
    let _restore = Restore(PLANNED.replace(id.map(|id| (which, id))));
    work()
}

thread_local! {
    static PLANNED: Cell<Option<(usize, [u8; ID])>> = const { Cell::new(None) };
}

impl SecureRandom for Source {
    fn fill(&self, buf: &mut [u8]) -> Result<(), GetRandomFailed> {
        if buf.len() == ID {
            match PLANNED.take() {
                Some((0, id)) => {
                    buf.copy_from_slice(&id);
                    return Ok(());
                }
                Some((draws, id)) => PLANNED.set(Some((draws - 1, id))),
                None => {}
            }
        }
        if buf.len() == ORDER_OF_EXTENSIONS {
            return rustls_aws_lc_rs::DEFAULT_PROVIDER.secure_random.fill(buf);
        }
        library::with_current(|library| random::fill(library, buf)).map_err(|_| GetRandomFailed)
    }
}
