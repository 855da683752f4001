//! C types of the functions that only Reprise has.

/// The statistics of a session cache: REPRISE_CTX_session_stats. Counts are of the whole life of
/// the context.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionStats {
    /// To be set to sizeof(REPRISE_SESSION_STATS) by the caller: later versions have more fields,
    /// at the end, and no function writes beyond the size that it is given.
    pub size: usize,
    /// Sessions in the cache now.
    pub entries: u64,
    /// Sessions resumed, with ids and with tickets (SSL_CTX_sess_hits).
    pub hits: u64,
    /// Sessions asked for and not found by a server, or offered and refused by a client
    /// (SSL_CTX_sess_misses).
    pub misses: u64,
    /// Sessions that had to leave because the cache was full.
    pub evictions: u64,
    /// Sessions that left the cache because they had expired: when they were found, or flushed with
    /// a time.
    pub expiries: u64,
    /// Bytes that the cache occupies, beside the sessions in it.
    pub bytes: u64,
    /// Bytes that caches have given up and not freed yet, sessions included, because a thread may
    /// be in the middle of a lookup. Of all contexts in the process. No call of SSL_CTX_add_session
    /// lets it grow far beyond 32 MiB.
    pub deferred_bytes: u64,
}
