//! SHA-2, HMAC and HKDF in Rust, for processors that have instructions for them.
//!
//! A handshake of TLS 1.3 keys HMAC some 25 times and signs twice as many messages, nearly all of
//! one block. In the engine's library each of them costs more for contexts on the heap, which are
//! made and copied, than for the hash itself. Here a key is two states of the hash, which live in
//! the object that rustls wants, and no memory is allocated to sign with it.

use std::marker::PhantomData;

use ::hmac::Hmac;
use ::sha2::digest::{Digest, KeyInit, Mac};
use ::sha2::{Sha256, Sha384};
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock, OutputLengthError};
use rustls::crypto::{HashAlgorithm, hash, hmac};
use zeroize::Zeroize;

use crate::libcrypto::digest::HandshakeDigest;

/// What is made of one digest.
pub(in crate::engine) trait Sha2: hash::Hash + hmac::Hmac + Hkdf {}

impl<F: Function> Sha2 for Functions<F> {}

/// The functions of `digest`; `None` when the processor has no instructions for it, and the
/// engine's library is the faster one.
pub(in crate::engine) fn functions(digest: HandshakeDigest) -> Option<&'static dyn Sha2> {
    static SHA256: Functions<Sha256> = Functions(PhantomData);
    static SHA384: Functions<Sha384> = Functions(PhantomData);
    match digest {
        HandshakeDigest::Sha256 => has_sha256().then_some(&SHA256),
        HandshakeDigest::Sha384 => has_sha384().then_some(&SHA384),
    }
}

#[cfg(target_arch = "x86_64")]
fn has_sha256() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")
}

#[cfg(target_arch = "x86_64")]
fn has_sha384() -> bool {
    is_x86_feature_detected!("avx2")
}

#[cfg(target_arch = "aarch64")]
fn has_sha256() -> bool {
    std::arch::is_aarch64_feature_detected!("sha2")
}

#[cfg(target_arch = "aarch64")]
fn has_sha384() -> bool {
    std::arch::is_aarch64_feature_detected!("sha3")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn has_sha256() -> bool {
    false
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn has_sha384() -> bool {
    false
}

/// A digest of the crate `sha2`.
trait Function: Digest + Clone + Send + Sync + 'static {
    type Mac: Mac + KeyInit + Clone + Send + Sync + 'static;
    const ALGORITHM: HashAlgorithm;
}

impl Function for Sha256 {
    type Mac = Hmac<Self>;
    const ALGORITHM: HashAlgorithm = HashAlgorithm::SHA256;
}

impl Function for Sha384 {
    type Mac = Hmac<Self>;
    const ALGORITHM: HashAlgorithm = HashAlgorithm::SHA384;
}

struct Functions<F>(PhantomData<fn() -> F>);

impl<F: Function> hash::Hash for Functions<F> {
    fn start(&self) -> Box<dyn hash::Context> {
        Box::new(Context(F::new()))
    }

    fn hash(&self, data: &[u8]) -> hash::Output {
        hash::Output::new(&F::digest(data))
    }

    fn output_len(&self) -> usize {
        <F as Digest>::output_size()
    }

    fn algorithm(&self) -> HashAlgorithm {
        F::ALGORITHM
    }
}

struct Context<F>(F);

impl<F: Function> hash::Context for Context<F> {
    fn fork_finish(&self) -> hash::Output {
        hash::Output::new(&self.0.clone().finalize())
    }

    fn fork(&self) -> Box<dyn hash::Context> {
        Box::new(Self(self.0.clone()))
    }

    fn finish(self: Box<Self>) -> hash::Output {
        hash::Output::new(&self.0.finalize())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
}

/// A key of HMAC: the states of the hash after its two blocks. Wiped when dropped.
struct Key<F: Function>(F::Mac);

impl<F: Function> Key<F> {
    #[inline(never)]
    fn new(key: &[u8]) -> Self {
        Self(<F::Mac as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// Gives `use_tag` what signs all the parts, and wipes it.
    fn sign<'a, R>(
        &self,
        parts: impl Iterator<Item = &'a [u8]>,
        use_tag: impl FnOnce(&[u8]) -> R,
    ) -> R {
        let mut mac = self.0.clone();
        parts.for_each(|part| Mac::update(&mut mac, part));
        let mut tag = mac.finalize().into_bytes();
        let result = use_tag(&tag);
        tag.as_mut_slice().zeroize();
        result
    }
}

impl<F: Function> hmac::Hmac for Functions<F> {
    fn with_key(&self, key: &[u8]) -> Box<dyn hmac::Key> {
        Box::new(Key::<F>::new(key))
    }

    fn hash_output_len(&self) -> usize {
        <F as Digest>::output_size()
    }
}

impl<F: Function> hmac::Key for Key<F> {
    fn sign_concat(&self, first: &[u8], middle: &[&[u8]], last: &[u8]) -> hmac::Tag {
        let middle = middle.iter().copied();
        let parts = std::iter::once(first).chain(middle).chain([last]);
        self.sign(parts, hmac::Tag::new)
    }

    fn tag_len(&self) -> usize {
        <F as Digest>::output_size()
    }
}

/// RFC 5869. A salt that is absent is as many zeros as the hash is long, and HMAC adds zeros to any
/// key that is shorter than a block.
impl<F: Function> Hkdf for Functions<F> {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        let zeros = [0; OkmBlock::MAX_LEN];
        self.extract_from_secret(salt, &zeros[..<F as Digest>::output_size()])
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        let salt = Key::<F>::new(salt.unwrap_or(&[]));
        Box::new(salt.sign([secret].into_iter(), Key::<F>::new))
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        Box::new(Key::<F>::new(okm.as_ref()))
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> hmac::Tag {
        Key::<F>::new(key.as_ref()).sign([message].into_iter(), hmac::Tag::new)
    }
}

impl<F: Function> HkdfExpander for Key<F> {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        let length = self.hash_len();
        if output.len() > usize::from(u8::MAX) * length {
            return Err(OutputLengthError);
        }
        let mut last = OkmBlock::new(&[]);
        for (number, chunk) in (1..=u8::MAX).zip(output.chunks_mut(length)) {
            let block = self.block(last.as_ref(), info, number);
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
            last = block;
        }
        Ok(())
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        self.block(&[], info, 1)
    }

    fn hash_len(&self) -> usize {
        <F as Digest>::output_size()
    }
}

impl<F: Function> Key<F> {
    /// The block T(number) of HKDF-Expand, given the one before.
    fn block(&self, last: &[u8], info: &[&[u8]], number: u8) -> OkmBlock {
        let (info, number) = (info.iter().copied(), [number]);
        let parts = std::iter::once(last).chain(info).chain([&number[..]]);
        self.sign(parts, OkmBlock::new)
    }
}

#[cfg(test)]
mod tests {
    use rustls::CipherSuiteCommon;
    use rustls::crypto::tls12::{Prf, PrfUsingHmac};
    use rustls_aws_lc_rs::{ALL_TLS12_CIPHER_SUITES, ALL_TLS13_CIPHER_SUITES};

    use super::*;

    const LABEL: &[u8] = b"a label";

    fn same_digest(suite: &CipherSuiteCommon) -> &'static dyn Sha2 {
        match suite.hash_provider.output_len() {
            48 => &Functions::<Sha384>(PhantomData),
            _ => &Functions::<Sha256>(PhantomData),
        }
    }

    /// Of all lengths around one and two blocks of both functions.
    fn messages() -> impl Iterator<Item = Vec<u8>> {
        (0..260).map(|length| (0..length).map(|n| (n * 7 + length) as u8).collect())
    }

    #[test]
    fn digests_are_those_of_the_engine() {
        for suite in ALL_TLS13_CIPHER_SUITES {
            let (theirs, ours) = (suite.common.hash_provider, same_digest(&suite.common));
            assert_eq!(ours.output_len(), theirs.output_len());
            assert_eq!(ours.algorithm(), theirs.algorithm());
            for message in messages() {
                let want = theirs.hash(&message);
                assert_eq!(ours.hash(&message).as_ref(), want.as_ref());
                let mut context = ours.start();
                let (first, second) = message.split_at(message.len() / 3);
                context.update(first);
                let mut fork = context.fork();
                fork.update(second);
                context.update(second);
                assert_eq!(context.fork_finish().as_ref(), want.as_ref());
                assert_eq!(context.finish().as_ref(), want.as_ref());
                assert_eq!(fork.finish().as_ref(), want.as_ref());
            }
        }
    }

    fn same_expansions(ours: &dyn HkdfExpander, theirs: &dyn HkdfExpander, info: &[&[u8]]) {
        let length = theirs.hash_len();
        assert_eq!(ours.hash_len(), length);
        let (our, their) = (ours.expand_block(info), theirs.expand_block(info));
        assert_eq!(our.as_ref(), their.as_ref());
        for length in [0, 1, 12, length, length + 1, 3 * length, 255 * length] {
            let (mut our, mut their) = (vec![0; length], vec![0; length]);
            assert!(ours.expand_slice(info, &mut our).is_ok());
            assert!(theirs.expand_slice(info, &mut their).is_ok());
            assert_eq!(our, their);
        }
        assert!(
            ours.expand_slice(info, &mut vec![0; 255 * length + 1])
                .is_err()
        );
    }

    #[test]
    fn keys_of_tls13_are_those_of_the_engine() {
        for suite in ALL_TLS13_CIPHER_SUITES {
            let (theirs, ours) = (suite.hkdf_provider, same_digest(&suite.common));
            let length = suite.common.hash_provider.output_len();
            for message in messages().filter(|message| !message.is_empty()) {
                let info = [
                    &message[..message.len() / 2],
                    LABEL,
                    &message[message.len() / 2..],
                ];
                let key = OkmBlock::new(&message[..message.len().min(length)]);
                let (our, their) = (
                    ours.hmac_sign(&key, &message),
                    theirs.hmac_sign(&key, &message),
                );
                assert_eq!(our.as_ref(), their.as_ref());
                let (our, their) = (ours.expander_for_okm(&key), theirs.expander_for_okm(&key));
                assert_eq!(
                    our.expand_block(&info).as_ref(),
                    their.expand_block(&info).as_ref()
                );
                for salt in [None, Some(key.as_ref())] {
                    let our = ours.extract_from_secret(salt, &message);
                    let their = theirs.extract_from_secret(salt, &message);
                    assert_eq!(
                        our.expand_block(&info).as_ref(),
                        their.expand_block(&info).as_ref()
                    );
                }
            }
            for salt in [None, Some(LABEL)] {
                let (our, their) = (
                    ours.extract_from_zero_ikm(salt),
                    theirs.extract_from_zero_ikm(salt),
                );
                same_expansions(&*our, &*their, &[LABEL, b"", &[7; 100]]);
            }
        }
    }

    #[test]
    fn keys_of_tls12_are_those_of_the_engine() {
        for suite in ALL_TLS12_CIPHER_SUITES {
            let ours = PrfUsingHmac(same_digest(&suite.common)).new_secret(&[5; 48]);
            let theirs = suite.prf_provider.new_secret(&[5; 48]);
            for length in [12, 32, 48, 104, 200] {
                let (mut our, mut their) = (vec![0; length], vec![0; length]);
                ours.prf(&mut our, LABEL, &[9; 64]);
                theirs.prf(&mut their, LABEL, &[9; 64]);
                assert_eq!(our, their);
            }
        }
    }
}
