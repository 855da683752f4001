//! C types of the functions that only Reprise has.

/// The statistics of a session cache: REPRISE_CTX_session_stats. Counts start when the context is
/// made.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionStats {
    /// The caller sets it to sizeof(REPRISE_SESSION_STATS): later versions may add fields at the
    /// end, and no function writes beyond this size.
    pub size: usize,
    /// Sessions in the cache now.
    pub entries: u64,
    /// Sessions resumed, by id and by ticket (SSL_CTX_sess_hits).
    pub hits: u64,
    /// Sessions that a server did not find, or that a client offered and the server rejected
    /// (SSL_CTX_sess_misses).
    pub misses: u64,
    /// Sessions that were evicted because the cache was full.
    pub evictions: u64,
    /// Sessions that left the cache because they had expired: when they were found, or flushed with
    /// a time.
    pub expiries: u64,
    /// Bytes that the cache occupies, not counting its sessions.
    pub bytes: u64,
    /// Bytes, sessions included, that caches have retired and not freed yet because another thread
    /// may still be reading them. This counts all contexts of the process. No call of
    /// SSL_CTX_add_session lets it grow far beyond 32 MiB.
    pub deferred_bytes: u64,
}
