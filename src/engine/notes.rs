//! What the wrappers around rustls's provider note on a thread, kept apart for each connection.
//!
//! The wrappers are shared by all connections, so they note what they see per thread, while the
//! engine is at work for one of them. A callback may have another connection at work meanwhile.

use rustls::crypto::tls13::HkdfExpander;

use super::early_data::Decrypted;
use super::finished::Side;
use super::provider::groups;
use super::{acknowledgement, alerts, early_data, finished, new_session_ticket};

/// The notes of the work that another connection is amid, if any. Put back when dropped.
pub(super) struct OthersNotes {
    acknowledged: bool,
    alerts: alerts::Noted,
    decrypted: Decrypted,
    finished: Vec<(Side, Vec<u8>)>,
    key_share: Option<Vec<u8>>,
    resumption_secret: Option<Box<dyn HkdfExpander>>,
}

impl OthersNotes {
    /// Leaves the thread without notes.
    pub(super) fn set_aside() -> Self {
        Self {
            acknowledged: acknowledgement::take_noted(),
            alerts: alerts::take_noted(),
            decrypted: early_data::take_noted(),
            finished: finished::take_noted(),
            key_share: groups::take_noted(),
            resumption_secret: new_session_ticket::take_noted(),
        }
    }
}

impl Drop for OthersNotes {
    fn drop(&mut self) {
        acknowledgement::put_back(self.acknowledged);
        alerts::put_back(self.alerts);
        early_data::put_back(self.decrypted);
        finished::put_back(std::mem::take(&mut self.finished));
        groups::put_back(self.key_share.take());
        new_session_ticket::put_back(self.resumption_secret.take());
    }
}
