//! The sessions of a context as the hash table that C reads (`SSL_CTX_sessions(3)`, S60).
//!
//! The cache itself is not a table of libcrypto's. So the first call makes one beside it, and from
//! then on what enters and leaves the cache enters and leaves the table. A context whose table
//! nobody has asked for pays one load per change. The table holds references of its own: what a
//! program finds in it stays alive until the next change, even when sessions change under it.

use std::ffi::{c_int, c_ulong, c_void};
use std::sync::{Mutex, PoisonError};

use super::Context;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::lhash::Lhash;
use crate::session::{Session, SessionRef};

/// The table. The program reads it without a lock, as with OpenSSL; here changes are made under
/// one.
pub(super) struct SessionTable(Lhash);

impl Context {
    /// The table as a `LHASH_OF(SSL_SESSION) *`, brought up to date. It belongs to the context,
    /// and is at the same address every time.
    pub fn session_table(&self) -> Result<*mut c_void> {
        if self.session_table.get().is_none() {
            let table = Mutex::new(SessionTable::new()?);
            // Another thread may have been faster; its table is as good.
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
            Ok(table.0.as_ptr())
        })
        .unwrap_or(Err(Error::Silent))
    }

    /// A session is in the cache.
    pub(super) fn show_in_table(&self, session: &SessionRef) {
        // Without memory the table lacks a session until it is asked for again.
        let replaced = self.with_table(|table| table.insert(session.clone()));
        // As below.
        drop(replaced);
    }

    /// A session is no longer in the cache.
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

impl SessionTable {
    fn new() -> Result<Self> {
        // SAFETY: all that is ever put in is sessions that the table holds references to, and
        // programs look up by sessions.
        Ok(Self(unsafe { Lhash::new(hash, compare) }?))
    }

    /// Puts a session in; gives the one with its key that was there.
    fn insert(&mut self, session: SessionRef) -> Result<Option<SessionRef>> {
        let item = session.into_raw();
        // SAFETY: a live session, whose reference the table now owns.
        match unsafe { self.0.insert(item.cast()) } {
            // SAFETY: NULL, or a session whose reference the table owned.
            Ok(replaced) => Ok(unsafe { take(replaced) }),
            Err(error) => {
                // SAFETY: it was not put in.
                drop(unsafe { take(item.cast()) });
                Err(error)
            }
        }
    }

    /// Takes this session out, but not another one with its id.
    fn remove(&mut self, session: &SessionRef) -> Option<SessionRef> {
        let item: *const c_void = session.as_ptr().cast();
        // SAFETY: a live session; what comes out was put in with a reference.
        unsafe {
            if self.0.retrieve(item).cast_const() != item {
                return None;
            }
            take(self.0.delete(item))
        }
    }

    /// Takes all out. Keys may have changed meanwhile, so none is looked up.
    fn take_all(&mut self) -> Vec<SessionRef> {
        let mut items = Vec::new();
        self.0.for_each(|item| items.push(item));
        self.0.clear();
        // SAFETY: the table owned a reference to each, and has none of them any more.
        let taken = items.into_iter().filter_map(|item| unsafe { take(item) });
        taken.collect()
    }
}

impl Drop for SessionTable {
    fn drop(&mut self) {
        drop(self.take_all());
    }
}

/// # Safety
/// `item` is NULL or a session of which the table owned a reference.
unsafe fn take(item: *mut c_void) -> Option<SessionRef> {
    // SAFETY: as the caller promises.
    (!item.is_null()).then(|| unsafe { SessionRef::from_raw(item.cast()) })
}

/// Hashes by the start of the id, as OpenSSL does: ids are random.
unsafe extern "C" fn hash(item: *const c_void) -> c_ulong {
    // SAFETY: the table's items, and what programs look up, are live sessions.
    let id = unsafe { &*item.cast::<Session>() }.id();
    let mut start = [0; 4];
    let len = id.len().min(start.len());
    start[..len].copy_from_slice(&id[..len]);
    u32::from_le_bytes(start).into()
}

/// 0 for sessions with the same version and id (S50).
unsafe extern "C" fn compare(one: *const c_void, two: *const c_void) -> c_int {
    // SAFETY: as in `hash`.
    let (one, two) = unsafe { (&*one.cast::<Session>(), &*two.cast::<Session>()) };
    let same = one.protocol_version() == two.protocol_version() && one.id() == *two.id();
    (!same).into()
}
