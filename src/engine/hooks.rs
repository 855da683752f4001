//! What the hooks of both roles have in common.

use rustls::DistinguishedName;
use rustls::crypto::SelectedCredential;

use super::credentials::CertifiedKey;
use super::delegate::PeerRejected;
use super::thread;

/// Passes a secret on: the master secret of TLS 1.2 always, since sessions hold it; every secret if
/// there is a key log.
pub(super) fn log_secret(label: &str, client_random: &[u8], secret: &[u8]) {
    thread::ask(|delegate| {
        if label == "CLIENT_RANDOM" {
            delegate.master_secret(secret);
        }
        if delegate.wants_key_log() {
            delegate.key_log(label, client_random, secret);
        }
    });
}

/// Whether there is a key log.
pub(super) fn wants_key_log() -> bool {
    thread::ask(|delegate| delegate.wants_key_log()).unwrap_or(false)
}

/// Reports the key and the scheme that this side signs with.
pub(super) fn report_selection(
    key: &CertifiedKey,
    selected: &SelectedCredential,
) -> Result<(), PeerRejected> {
    let scheme = selected.signer.scheme().0;
    thread::ask(|delegate| delegate.will_sign(key.number(), scheme)).unwrap_or(Ok(()))
}

/// From the DER of a name; rustls wants the inside of its SEQUENCE.
pub(super) fn distinguished_name(der: &[u8]) -> DistinguishedName {
    let inside = match der.get(1) {
        Some(length) if *length < 0x80 => der.get(2..),
        Some(length) => der.get(2 + usize::from(length & 0x7f)..),
        None => None,
    };
    DistinguishedName::in_sequence(inside.unwrap_or_default())
}

/// rustls counts the header among a fragment's bytes.
pub(super) fn fragment_size(plaintext: usize) -> Option<usize> {
    const HEADER: usize = 5;
    (plaintext < 16384).then_some(plaintext + HEADER)
}
