//! The engine of a connection, what it has agreed on with the peer, and a KeyUpdate that waits for
//! it.

use std::cell::{Cell, Ref, RefCell};
use std::ffi::c_int;

use crate::engine::{Engine, Facts};
use crate::error::{Error, Reason, Result};

/// The engine, which is taken out while it runs, so that calls from within callbacks cannot
/// disturb it.
pub struct EngineCell {
    engine: RefCell<Option<Box<Engine>>>,
    /// What the handshake has agreed on, each fact from when it is known.
    facts: RefCell<Facts>,
    /// The kind of a KeyUpdate that waits to be sent.
    key_update: Cell<Option<c_int>>,
}

impl Default for EngineCell {
    fn default() -> Self {
        Self {
            engine: RefCell::new(Some(Box::default())),
            facts: RefCell::default(),
            key_update: Cell::default(),
        }
    }
}

impl EngineCell {
    /// Back to the state before a handshake, with a new engine.
    pub(super) fn reset(&self) {
        let Self {
            engine,
            facts,
            key_update,
        } = self;
        engine.replace(Some(Box::default()));
        facts.take();
        key_update.take();
    }

    /// Runs `work` on the engine; fails when the connection died or calls itself from a callback.
    pub fn with<R>(&self, work: impl FnOnce(&mut Engine) -> R) -> Result<R> {
        match self.engine.borrow_mut().as_mut() {
            Some(engine) => Ok(work(engine)),
            None => Err(absent()),
        }
    }

    /// Takes the engine out for work in which functions of the program may be called.
    pub(super) fn take(&self) -> Result<Box<Engine>> {
        self.engine.take().ok_or_else(absent)
    }

    /// Puts it back.
    pub(super) fn put_back(&self, engine: Box<Engine>) {
        self.engine.replace(Some(engine));
    }

    /// Frees the engine: nothing works on this connection until it is reset.
    pub(super) fn end(&self) {
        self.engine.take();
    }

    /// What has been agreed on. Not to be held while the program runs.
    pub fn facts(&self) -> Ref<'_, Facts> {
        self.facts.borrow()
    }

    /// Changes what is known of it.
    pub(super) fn change_facts(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.borrow_mut());
    }

    /// Takes over what the engine knows. A protocol that a callback has been lent during the
    /// handshake stays where it is (SSL_get0_alpn_selected(3)).
    pub(super) fn record_facts(&self, mut facts: Facts) {
        let mut recorded = self.facts.borrow_mut();
        if recorded.alpn == facts.alpn {
            facts.alpn = recorded.alpn.take();
        }
        *recorded = facts;
    }

    /// `SSL_get_key_update_type(3)`: of the KeyUpdate that waits to be sent.
    pub fn key_update(&self) -> Option<c_int> {
        self.key_update.get()
    }

    /// A KeyUpdate of this kind is to be sent.
    pub(super) fn set_key_update(&self, kind: c_int) {
        self.key_update.set(Some(kind));
    }

    /// The kind of the KeyUpdate that is sent now, if one waits.
    pub(super) fn take_key_update(&self) -> Option<c_int> {
        self.key_update.take()
    }
}

fn absent() -> Error {
    Error::with(Reason::INTERNAL_ERROR, "the connection is busy or has died")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Version;

    #[test]
    fn an_engine_at_work_is_absent() {
        let cell = EngineCell::default();
        let engine = cell.take().unwrap();
        assert!(cell.with(|_| ()).is_err() && cell.take().is_err());
        cell.put_back(engine);
        assert!(cell.with(|_| ()).is_ok());
        cell.end();
        assert!(cell.with(|_| ()).is_err());
    }

    #[test]
    fn reset_brings_a_new_engine_and_forgets_what_was_agreed_on() {
        let cell = EngineCell::default();
        cell.end();
        cell.set_key_update(1);
        cell.change_facts(|facts| facts.version = Version::TLS1_3);
        cell.reset();
        assert!(cell.with(|_| ()).is_ok());
        assert_eq!(cell.key_update(), None);
        assert_eq!(cell.facts().version, Version::default());
    }

    #[test]
    fn a_protocol_that_was_lent_stays_where_it_is() {
        let cell = EngineCell::default();
        cell.change_facts(|facts| facts.alpn = Some(b"h2".to_vec()));
        let lent = cell.facts().alpn.as_deref().map(<[u8]>::as_ptr);
        cell.record_facts(Facts {
            alpn: Some(b"h2".to_vec()),
            ..Facts::default()
        });
        assert_eq!(cell.facts().alpn.as_deref().map(<[u8]>::as_ptr), lent);
    }
}
