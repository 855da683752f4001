//! Hashes and signatures of the messages on the wire, where
//! [`hello_change`](crate::engine::hello_change) makes them differ from rustls's.

use std::borrow::Cow;

use rustls::Error;
use rustls::crypto::hash::{Context, Hash, Output};
use rustls::crypto::{HashAlgorithm, SignatureScheme, Signer};

use crate::engine::hello_change::HelloChange;
use crate::engine::thread;

/// The hash of a suite.
pub(in crate::engine) struct TranscriptHash(pub(in crate::engine) &'static dyn Hash);

impl Hash for TranscriptHash {
    fn start(&self) -> Box<dyn Context> {
        let inner = self.0.start();
        match thread::with(|driven| driven.hello_change).flatten() {
            None => inner,
            Some(change) => Box::new(ChangingContext { inner, change }),
        }
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.0.hash(data)
    }

    fn output_len(&self) -> usize {
        self.0.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }
}

/// A hash that is given rustls's messages and sees those on the wire.
struct ChangingContext {
    inner: Box<dyn Context>,
    change: HelloChange,
}

impl Context for ChangingContext {
    fn fork_finish(&self) -> Output {
        self.inner.fork_finish()
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self {
            inner: self.inner.fork(),
            change: self.change,
        })
    }

    fn finish(self: Box<Self>) -> Output {
        self.inner.finish()
    }

    fn update(&mut self, data: &[u8]) {
        let inner = &mut self.inner;
        self.change
            .apply_to_all(data, |message| inner.update(message));
    }
}

/// A client's signature in TLS 1.2 is over the messages on the wire.
#[derive(Debug)]
pub(in crate::engine) struct ChangingSigner {
    pub(in crate::engine) inner: Box<dyn Signer>,
    pub(in crate::engine) change: HelloChange,
}

impl Signer for ChangingSigner {
    fn sign(self: Box<Self>, message: &[u8]) -> Result<Vec<u8>, Error> {
        let message = self.change.signed(message);
        self.inner.sign(&message)
    }

    fn scheme(&self) -> SignatureScheme {
        self.inner.scheme()
    }
}

/// The hash function of a suite, fed as the client feeds it.
pub(in crate::engine) struct AdaptedHash(pub(in crate::engine) &'static dyn Hash);

impl Hash for AdaptedHash {
    fn start(&self) -> Box<dyn Context> {
        let adapted = thread::with(|driven| Some(driven.adapted.as_ref()?.is_active()));
        match adapted.flatten() {
            Some(true) => Box::new(AdaptedContext(self.0.start())),
            _ => self.0.start(),
        }
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.0.hash(&original(data))
    }

    fn output_len(&self) -> usize {
        self.0.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }
}

struct AdaptedContext(Box<dyn Context>);

impl Context for AdaptedContext {
    fn fork_finish(&self) -> Output {
        self.0.fork_finish()
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self(self.0.fork()))
    }

    fn finish(self: Box<Self>) -> Output {
        self.0.finish()
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(&original(data));
    }
}

/// `bytes` of the transcript as the client knows them.
pub(in crate::engine) fn original(bytes: &[u8]) -> Cow<'_, [u8]> {
    thread::with(|driven| driven.adapted.as_ref()?.original(bytes))
        .flatten()
        .map_or(Cow::Borrowed(bytes), Cow::Owned)
}
