//! A context's sessions: the cache with the program's callbacks around it.
//!
//! Nothing is locked or borrowed while a callback runs, so it may call any function of the library
//! on the same context (better than S101, where OpenSSL would deadlock).

use super::Context;
use crate::cache::{Due, Inserted, Key, Pace};
use crate::callback::Lent;
use crate::clock;
use crate::flags::CacheMode;
use crate::session::SessionRef;
use crate::wire::Version;

impl Context {
    /// Finds a session in the internal cache; the caller owns a reference. Statistics do not
    /// change.
    pub fn find_session(&self, version: Version, id: &[u8]) -> Option<SessionRef> {
        self.cache.find(&Key::new(version.into(), id)?)
    }

    /// True if the internal cache has such a session.
    pub fn has_session(&self, version: Version, id: &[u8]) -> bool {
        Key::new(version.into(), id).is_some_and(|key| self.cache.contains(&key))
    }

    /// `SSL_CTX_add_session(3)`: false when the same object was there already (S45, S51, S56).
    pub fn add_session(&self, session: &SessionRef) -> bool {
        if self.cache_mode().contains(CacheMode::UPDATE_TIME) {
            session.set_time(clock::now());
        }
        if self.cache.insert_again(session) {
            return false;
        }
        let (replaced, mut evicted) = match self.cache.insert(session.clone()) {
            Inserted::Added { replaced, evicted } => (replaced, evicted),
            Inserted::AlreadyPresent | Inserted::Refused => return false,
        };
        if let Some(replaced) = replaced {
            self.hide_from_table(&replaced);
        }
        self.show_in_table(session);
        while let Some(other) = evicted {
            self.statistics().cache_full.increment();
            self.finish_removal(&other);
            evicted = self.cache.evict(session);
        }
        true
    }

    /// `SSL_CTX_remove_session(3)`: true when it, or another object with its key, was in the cache.
    /// In both cases the session is made not resumable and the callback for removed sessions is
    /// called; for a session without an id nothing happens (S44).
    pub fn remove_session(&self, session: &SessionRef) -> bool {
        if session.id().is_empty() {
            return false;
        }
        let removed = self.cache.remove(session);
        if let Some(removed) = &removed {
            self.hide_from_table(removed);
        }
        self.end_resumption(session);
        removed.is_some()
    }

    /// Removes a session that a lookup found to be expired (S57). A session that has since replaced
    /// it in the cache is kept.
    pub fn expire_session(&self, session: &SessionRef) {
        if let Some(removed) = self.cache.expire(session) {
            self.hide_from_table(&removed);
        }
        self.end_resumption(session);
    }

    /// `SSL_CTX_flush_sessions(3)`: everything that has expired at `time`; all for 0 (S54, S55).
    pub fn flush_sessions(&self, time: i64) {
        let due = match time {
            0 => Due::Always,
            time => Due::At(time),
        };
        // A callback may remove the session that is next to be flushed.
        let pace = if self.callbacks.remove_session.get().is_set() {
            Pace::OneByOne
        } else {
            Pace::SomeAtOnce
        };
        for session in self.cache.flush(due, pace) {
            self.finish_removal(&session);
        }
    }

    /// Completes the removal of a session that has left the cache: removes it from the table for C,
    /// and reports it to the program (S100).
    fn finish_removal(&self, session: &SessionRef) {
        self.hide_from_table(session);
        self.end_resumption(session);
    }

    /// Makes a session not resumable and reports it to the program as removed.
    fn end_resumption(&self, session: &SessionRef) {
        session.set_not_resumable();
        let callback = self.callbacks.remove_session.get();
        callback.call(Lent::new(self), session);
    }
}
