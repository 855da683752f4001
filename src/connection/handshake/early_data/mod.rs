//! Early data (SSL_read_early_data(3)): sending, receiving and answering it.
//!
//! A client begins with `SSL_write_early_data`: the ClientHello goes out together with the first
//! data, and the handshake pauses in [`Stage::EarlyData`] until the program makes
//! another call. A server begins with `SSL_read_early_data`, which goes as far as the end of the
//! server's own messages; the handshake pauses there likewise.
//!
//! [`EarlyData`] says what may be called when.

mod client;
mod rules;
mod server;
mod state;

use super::io::LONGEST_LABEL;
use super::{Connection, Role, Stage, Stop};
use crate::error::{Error, Reason, Result};

pub(super) use server::is_fresh;
pub(in crate::connection) use state::EarlyData;
pub use state::EarlyDataStatus;
use state::{Answered, ReadCall, WriteCall, misused};

impl Connection {
    /// Whether there are secrets of early data, as in OpenSSL: a client has them as soon as it has
    /// announced early data, a server when it accepts it.
    pub(in crate::connection) fn has_early_secrets(&self) -> bool {
        match (self.role(), self.early.status()) {
            (_, EarlyDataStatus::NotSent) => false,
            (Some(Role::Client), _) => true,
            (_, status) => status == EarlyDataStatus::Accepted,
        }
    }

    /// `SSL_export_keying_material_early(3)`. `out` is not empty.
    pub fn export_early(&self, label: &[u8], context: &[u8], out: &mut [u8]) -> Result<()> {
        if !self.has_early_secrets() {
            return Err(Error::Silent);
        }
        if label.len() > LONGEST_LABEL {
            return Err(Reason::TLS_ILLEGAL_EXPORTER_LABEL.into());
        }
        self.engine
            .with(|engine| engine.export_early(label, context, out))?
            .map_err(|failure| Error::with(failure.reason, failure.detail))
    }
}
