//! Digests and what is made of them: the engine's own in the default library context, libcrypto's
//! for connections that take their algorithms from elsewhere.
//!
//! rustls knows of no failure here. libcrypto fails when there is no memory, or when the program
//! has unloaded a provider that is in use; then the call into this library fails, and the
//! connection is dead.

use rustls::crypto::{hash, hmac};

use super::library;
use crate::libcrypto::cipher_context::MacKey;
use crate::libcrypto::digest::{Digesting, HandshakeDigest};

const FAILED: &str = "libcrypto computes no digest";

/// A suite's digest.
pub(in crate::engine) struct ProvidedHash {
    pub(in crate::engine) own: &'static dyn hash::Hash,
    pub(in crate::engine) digest: HandshakeDigest,
}

impl hash::Hash for ProvidedHash {
    fn start(&self) -> Box<dyn hash::Context> {
        match library::is_engine() {
            true => self.own.start(),
            false => Box::new(Context(self.digesting())),
        }
    }

    fn hash(&self, data: &[u8]) -> hash::Output {
        if library::is_engine() {
            return self.own.hash(data);
        }
        let mut digesting = self.digesting();
        digesting.update(data).expect(FAILED);
        output(digesting)
    }

    fn output_len(&self) -> usize {
        self.digest.len()
    }

    fn algorithm(&self) -> rustls::crypto::HashAlgorithm {
        self.own.algorithm()
    }
}

impl ProvidedHash {
    fn digesting(&self) -> Digesting {
        library::with_current(|library| Digesting::new(library, self.digest)).expect(FAILED)
    }
}

struct Context(Digesting);

impl hash::Context for Context {
    fn fork_finish(&self) -> hash::Output {
        output(self.0.duplicate().expect(FAILED))
    }

    fn fork(&self) -> Box<dyn hash::Context> {
        Box::new(Self(self.0.duplicate().expect(FAILED)))
    }

    fn finish(self: Box<Self>) -> hash::Output {
        output(self.0)
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data).expect(FAILED);
    }
}

fn output(digesting: Digesting) -> hash::Output {
    hash::Output::new(&digesting.finish().expect(FAILED))
}

/// libcrypto's HMAC with a suite's digest.
struct ProvidedHmac(HandshakeDigest);

static SHA256: ProvidedHmac = ProvidedHmac(HandshakeDigest::Sha256);
static SHA384: ProvidedHmac = ProvidedHmac(HandshakeDigest::Sha384);

pub(in crate::engine) fn hmac_of(digest: HandshakeDigest) -> &'static dyn hmac::Hmac {
    match digest {
        HandshakeDigest::Sha256 => &SHA256,
        HandshakeDigest::Sha384 => &SHA384,
    }
}

impl hmac::Hmac for ProvidedHmac {
    fn with_key(&self, key: &[u8]) -> Box<dyn hmac::Key> {
        let key = library::with_current(|library| MacKey::new(library, self.0, key));
        Box::new(Key(key.expect(FAILED)))
    }

    fn hash_output_len(&self) -> usize {
        self.0.len()
    }
}

struct Key(MacKey);

impl hmac::Key for Key {
    fn sign_concat(&self, first: &[u8], middle: &[&[u8]], last: &[u8]) -> hmac::Tag {
        let parts = std::iter::once(first)
            .chain(middle.iter().copied())
            .chain(std::iter::once(last));
        hmac::Tag::new(&self.0.sign(parts).expect(FAILED))
    }

    fn tag_len(&self) -> usize {
        self.0.len()
    }
}
