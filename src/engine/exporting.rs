//! Keying material for the program (RFC 5705; RFC 8446, section 7.5).

use rustls::{Error, KeyingMaterialExporter};

use super::failure::Failure;
use super::thread;
use super::tls::{Engine, Tls};
use super::unfinished_exporter::UnfinishedExporter;

impl Engine {
    /// Derives keying material (RFC 5705; RFC 8446, section 7.5) into `out`, which is not empty.
    pub fn export(
        &mut self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Failure> {
        self.derive(|engine| {
            if let Some(exporter) = &engine.unfinished_exporter {
                return exporter.derive(label, context, out);
            }
            if engine.exporter.is_none() {
                // rustls hands its exporter out once; it is kept for the next time.
                engine.exporter = Some(match &mut engine.tls {
                    Tls::Idle => Err(Error::HandshakeNotComplete),
                    Tls::Client(connection, _) => connection.exporter(),
                    Tls::Server(connection) => connection.exporter(),
                }?);
            }
            derive(engine.exporter.as_ref(), label, context, out)
        })
        .map_err(|error| self.failure(&error))
    }

    /// Derives keying material from the early exporter secret (RFC 8446, section 7.5) into `out`,
    /// which is not empty.
    pub fn export_early(
        &mut self,
        label: &[u8],
        context: &[u8],
        out: &mut [u8],
    ) -> Result<(), Failure> {
        self.derive(|engine| derive(engine.early_exporter.as_ref(), label, Some(context), out))
            .map_err(|error| self.failure(&error))
    }

    /// rustls hands its early exporter out once; it is kept.
    pub(super) fn keep_early_exporter(&mut self) {
        if self.early_exporter.is_none() {
            self.early_exporter = match &mut self.tls {
                Tls::Idle => None,
                Tls::Client(connection, _) => connection.early_exporter().ok(),
                Tls::Server(connection) => connection.early_exporter().ok(),
            };
        }
    }

    /// Whether a TLS 1.3 server whose client has not finished can [`export`](Self::export): it has
    /// sent its own Finished.
    pub fn exports_unfinished(&self) -> bool {
        self.unfinished_exporter.is_some() && self.outgoing().is_empty()
    }

    /// Keeps the exporter of a flight that has just been written, and drops it with the end of the
    /// handshake.
    pub(super) fn keep_unfinished_exporter(&mut self, going_on: bool) {
        if let Tls::Server(connection) = &self.tls
            && let Some(secret) = thread::with(|driven| driven.exporter_secret.take()).flatten()
        {
            self.unfinished_exporter = UnfinishedExporter::new(connection, secret);
        }
        if !going_on || !self.is_handshaking() {
            self.unfinished_exporter = None;
        }
    }
}

fn derive(
    exporter: Option<&KeyingMaterialExporter>,
    label: &[u8],
    context: Option<&[u8]>,
    out: &mut [u8],
) -> Result<(), Error> {
    let exporter = exporter.ok_or(Error::HandshakeNotComplete)?;
    exporter.derive(label, context, out)?;
    Ok(())
}
