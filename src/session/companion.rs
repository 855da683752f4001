//! What the C side attaches to a session without this room knowing what it is.

use std::any::Any;
use std::sync::OnceLock;

use crate::error::Result;
use crate::session::Session;

/// Travels with one session from its making to its end. `abi` keeps the session's ex_data in it.
///
/// The methods run program code, so nothing is locked or pinned while they run.
pub trait Companion: Send + Sync {
    /// The session was just made (also as a copy, before [`duplicated`](Self::duplicated)).
    /// Nobody else has it yet.
    fn created(&self, session: &Session);

    /// The session was just made as a copy of `original`. An error abandons the copy.
    fn duplicated(&self, session: &Session, original: &Session) -> Result<()>;

    /// The last reference is gone. The session is still whole, and must not be referenced again.
    fn freed(&self, session: &Session);

    /// For the side that made it, to find its own type again.
    fn as_any(&self) -> &dyn Any;
}

/// Says what each new session gets as its companion, from now on. The first call counts.
pub fn set_companion_factory(factory: fn() -> Box<dyn Companion>) {
    // A second call is the same caller starting up on another thread.
    let _ = FACTORY.set(factory);
}

/// A companion for a new session, or none when no factory was set.
pub(super) fn make() -> Option<Box<dyn Companion>> {
    FACTORY.get().map(|factory| factory())
}

static FACTORY: OnceLock<fn() -> Box<dyn Companion>> = OnceLock::new();
