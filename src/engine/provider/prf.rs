//! Key derivation of TLS 1.2.

use rustls::Error;
use rustls::crypto::kx::ActiveKeyExchange;
use rustls::crypto::tls12::{Prf, PrfSecret, PrfUsingHmac};

use super::digests::hmac_of;
use super::library;
use crate::engine::thread;
use crate::libcrypto::digest::HandshakeDigest;

/// A TLS 1.2 suite's key derivation.
pub(in crate::engine) struct ProvidedPrf {
    pub(in crate::engine) own: &'static dyn Prf,
    pub(in crate::engine) digest: HandshakeDigest,
}

impl Prf for ProvidedPrf {
    fn for_key_exchange(
        &self,
        output: &mut [u8; 48],
        kx: Box<dyn ActiveKeyExchange>,
        peer_pub_key: &[u8],
        label: &[u8],
        seed: &[u8],
    ) -> Result<(), Error> {
        self.with(|prf| prf.for_key_exchange(output, kx, peer_pub_key, label, seed))
    }

    fn new_secret(&self, master_secret: &[u8; 48]) -> Box<dyn PrfSecret> {
        self.with(|prf| prf.new_secret(master_secret))
    }
}

impl ProvidedPrf {
    fn with<R>(&self, work: impl FnOnce(&dyn Prf) -> R) -> R {
        match library::is_engine() {
            true => work(self.own),
            false => work(&PrfUsingHmac(hmac_of(self.digest))),
        }
    }
}

/// The PRF of a TLS 1.2 suite, which records verify_data.
pub(in crate::engine) struct RecordingPrf(pub(in crate::engine) &'static dyn Prf);

impl Prf for RecordingPrf {
    fn for_key_exchange(
        &self,
        output: &mut [u8; 48],
        kx: Box<dyn ActiveKeyExchange>,
        peer_pub_key: &[u8],
        label: &[u8],
        seed: &[u8],
    ) -> Result<(), Error> {
        self.0
            .for_key_exchange(output, kx, peer_pub_key, label, seed)
    }

    fn new_secret(&self, master_secret: &[u8; 48]) -> Box<dyn PrfSecret> {
        Box::new(RecordingSecret(self.0.new_secret(master_secret)))
    }
}

struct RecordingSecret(Box<dyn PrfSecret>);

impl PrfSecret for RecordingSecret {
    fn prf(&self, output: &mut [u8], label: &[u8], seed: &[u8]) {
        self.0.prf(output, label, seed);
        thread::with(|driven| driven.finished.record_computed(label, output));
    }
}
