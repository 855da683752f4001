//! What `SSL_CTX_sess_number(3)` counts. Plain atomics: no counter ever takes a lock. A context has
//! some for each stripe of threads, so that threads which count at the same time write different
//! lines.

use std::ffi::c_long;
use std::sync::atomic::{AtomicU64, Ordering};

/// A counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Subtracts one: a handshake has moved to another context. Another thread may have added it, so
    /// only the sum of all threads makes sense.
    pub fn decrement(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// The count of these threads.
    pub fn get(&self) -> c_long {
        self.0.load(Ordering::Relaxed) as c_long
    }
}

/// The statistics of some threads with a context.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Client handshakes started.
    pub connect: Counter,
    /// Client handshakes finished.
    pub connect_good: Counter,
    /// Server handshakes started.
    pub accept: Counter,
    /// Server handshakes finished.
    pub accept_good: Counter,
    /// Sessions resumed.
    pub hits: Counter,
    /// Sessions supplied by the program's callback.
    pub callback_hits: Counter,
    /// Sessions that were not found (server), or offered and not resumed (client).
    pub misses: Counter,
    /// Sessions found but expired.
    pub timeouts: Counter,
    /// Sessions evicted because the cache was full.
    pub cache_full: Counter,
}
