//! The sessions of a context as the hash table that C reads (`SSL_CTX_sessions(3)`, S60).
//!
//! The cache itself is not a table of libcrypto's. So the first call makes one beside it; from then
//! on sessions that enter and leave the cache enter and leave the table. A context without a table
//! pays one load per change. The table has its own references: the sessions that a program finds in
//! it stay alive until the next change.

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use super::Context;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::lhash::{Item, Lhash};
use crate::session::{Session, SessionRef};

/// The table. The program reads it without a lock, as in OpenSSL; the library changes it under one.
pub(super) type SessionTable = Lhash<Session>;

impl Context {
    /// The table as a `LHASH_OF(SSL_SESSION) *`, brought up to date. It belongs to the context,
    /// and is at the same address every time.
    pub fn session_table(&self) -> Result<*mut c_void> {
        if self.session_table.get().is_none() {
            let table = Mutex::new(SessionTable::new()?);
            // If another thread has made one first, that table is used.
            let _ = self.session_table.set(table);
        }
        let sessions = self
            .cache
            .snapshot()
            .ok_or_else(|| Error::new(Reason::MALLOC_FAILURE))?;
        let mut before = Vec::new();
        self.with_table(|table| {
            before = table.take_all();
            for session in sessions {
                table.insert(session)?;
            }
            Ok(table.as_ptr())
        })
        .unwrap_or(Err(Error::Silent))
    }

    /// Adds a session that has entered the cache.
    pub(super) fn show_in_table(&self, session: &SessionRef) {
        // If memory is exhausted, the table lacks the session until C asks for the table again.
        let replaced = self.with_table(|table| table.insert(session.clone()));
        // Dropped with nothing locked, as in `hide_from_table`.
        drop(replaced);
    }

    /// Removes a session that has left the cache.
    pub(super) fn hide_from_table(&self, session: &SessionRef) {
        let hidden = self.with_table(|table| table.remove(session));
        // Dropped with nothing locked: the last reference runs the program's ex_data callbacks.
        drop(hidden);
    }

    fn with_table<R>(&self, work: impl FnOnce(&mut SessionTable) -> R) -> Option<R> {
        let table = self.session_table.get()?;
        Some(work(
            &mut table.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

impl Item for Session {
    /// The start of the id, as in OpenSSL. Ids are random, so their start serves as a hash.
    fn hash(&self) -> u32 {
        let id = self.id();
        let mut start = [0; 4];
        let len = id.len().min(start.len());
        start[..len].copy_from_slice(&id[..len]);
        u32::from_le_bytes(start)
    }

    /// Sessions with the same version and id (S50).
    fn is_like(&self, other: &Self) -> bool {
        self.protocol_version() == other.protocol_version() && self.id() == *other.id()
    }
}
