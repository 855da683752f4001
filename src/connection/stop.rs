//! Why a call stops.

use crate::engine::{Failure, PeerRejected};
use crate::error::{Error, Reason};
use crate::wire::Alert;

/// Why a call on a connection did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It can be repeated later: `SSL_get_error(3)` says when.
    Suspended,
    /// The transport failed; `errno` or the error queue says how.
    Transport,
    /// The transport returned nothing, without a reason.
    Ended,
    /// The peer has closed the connection properly.
    Closed,
    /// The peer has ended the connection, by a fatal alert or without close_notify. This error goes
    /// on the queue; functions that read return 0.
    Broken(Error),
    /// This error goes on the queue.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Failed(Error::new(reason))
    }
}

/// Why a decision ends a handshake.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The peer gets an alert.
    Alert(Failure),
    /// It gets none.
    Silent(Error),
}

impl Refusal {
    /// The peer gets this alert, the program this reason.
    pub fn new(reason: Reason, alert: Alert) -> Self {
        Self::Alert(Failure::with_alert(reason, alert))
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Alert(failure)
    }
}

impl From<PeerRejected> for Refusal {
    fn from(rejected: PeerRejected) -> Self {
        Self::new(rejected.reason, rejected.alert)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Silent(error)
    }
}
