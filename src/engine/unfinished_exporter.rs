//! Keying material of a TLS 1.3 server whose client has not finished yet (RFC 8446, section 7.5).
//!
//! What is exported depends on nothing that comes after the server's Finished, but rustls hands its
//! exporter out only when the client's Finished has come. It shows the exporter's secret to the key
//! log as soon as it has derived it, when it writes the server's flight. The secret is kept from
//! then on until rustls's exporter can be had.

use rustls::crypto::tls13::OkmBlock;
use rustls::{Connection, Error, ServerSide, SupportedCipherSuite, Tcp, Tls13CipherSuite};
use zeroize::Zeroizing;

/// How the key log calls the secret.
pub(super) const EXPORTER_SECRET: &str = "EXPORTER_SECRET";

/// The exporter of a handshake that is under way. Its secret is wiped with it.
pub(super) struct UnfinishedExporter {
    secret: Zeroizing<Vec<u8>>,
    suite: &'static Tls13CipherSuite,
}

impl UnfinishedExporter {
    /// Of the server that has derived `secret`. `None` in TLS 1.2.
    pub(super) fn new(
        connection: &Connection<ServerSide, Tcp>,
        secret: Zeroizing<Vec<u8>>,
    ) -> Option<Self> {
        let SupportedCipherSuite::Tls13(suite) = connection.negotiated_cipher_suite()? else {
            return None;
        };
        Some(Self { secret, suite })
    }

    /// TLS-Exporter(label, context, length of `out`).
    pub(super) fn derive(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let (hash, hkdf) = (self.suite.common.hash_provider, self.suite.hkdf_provider);
        let secret = hkdf.expander_for_okm(&OkmBlock::new(&self.secret));
        let nothing = hash.hash(&[]);
        let mut derived = OkmBlock::new(&[]);
        with_label(hash.output_len(), label, nothing.as_ref(), |info| {
            derived = secret.expand_block(info);
        })?;
        let context = hash.hash(context.unwrap_or_default());
        let expander = hkdf.expander_for_okm(&derived);
        with_label(out.len(), b"exporter", context.as_ref(), |info| {
            expander.expand_slice(info, out)
        })?
        .map_err(|_| too_long())
    }
}

/// Runs `expand` with the parts of an HkdfLabel (RFC 8446, section 7.1).
fn with_label<R>(
    length: usize,
    label: &[u8],
    context: &[u8],
    expand: impl FnOnce(&[&[u8]]) -> R,
) -> Result<R, Error> {
    const PREFIX: &[u8] = b"tls13 ";
    let length = u16::try_from(length).map_err(|_| too_long())?;
    let label_length = u8::try_from(PREFIX.len() + label.len()).map_err(|_| too_long())?;
    let context_length = u8::try_from(context.len()).map_err(|_| too_long())?;
    Ok(expand(&[
        &length.to_be_bytes(),
        &[label_length],
        PREFIX,
        label,
        &[context_length],
        context,
    ]))
}

fn too_long() -> Error {
    Error::General("what is exported, or its label, is too long".into())
}
