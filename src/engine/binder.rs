//! The proof that a client has the key that it names (RFC 8446, section 4.2.11.2). rustls asks for
//! it when it answers the ClientHello. A server that shows the session to the program before that
//! needs it earlier.

use std::sync::Arc;

use rustls::crypto::tls13::{HkdfExpander, OkmBlock};

use super::provider::suites::tls13_suite;
use super::tls::Engine;
use crate::libcrypto::algorithms::Algorithms;

impl Engine {
    /// Server, before [`accept`](Self::accept): the binder that goes with `key` (a session's, or
    /// one of the program's own, which is `external`) and this ClientHello, from the message's
    /// header to the binders, without them. `None` for an unknown suite.
    pub fn psk_binder(
        &mut self,
        algorithms: Option<&Arc<Algorithms>>,
        cipher_suite: u16,
        key: &[u8],
        external: bool,
        truncated_hello: &[u8],
    ) -> Option<Vec<u8>> {
        self.driven().algorithms = algorithms.cloned();
        let binder = self.derive(|_| binder(cipher_suite, key, external, truncated_hello));
        // What has been signed is no Finished.
        self.driven().forget_observations();
        binder
    }
}

fn binder(
    cipher_suite: u16,
    key: &[u8],
    external: bool,
    truncated_hello: &[u8],
) -> Option<Vec<u8>> {
    let suite = tls13_suite(cipher_suite)?;
    let (hkdf, hash) = (suite.hkdf_provider, suite.common.hash_provider);
    let label: &[u8] = match external {
        true => b"ext binder",
        false => b"res binder",
    };
    let early_secret = hkdf.extract_from_secret(None, key);
    let binder_key = expand_label(&*early_secret, label, hash.hash(&[]).as_ref());
    let finished_key = expand_label(&*hkdf.expander_for_okm(&binder_key), b"finished", &[]);
    let binder = hkdf.hmac_sign(&finished_key, hash.hash(truncated_hello).as_ref());
    Some(binder.as_ref().to_vec())
}

/// HKDF-Expand-Label of RFC 8446, section 7.1, as long as the hash.
fn expand_label(secret: &dyn HkdfExpander, label: &[u8], context: &[u8]) -> OkmBlock {
    const PREFIX: &[u8] = b"tls13 ";
    let length = (secret.hash_len() as u16).to_be_bytes();
    let label_length = [(PREFIX.len() + label.len()) as u8];
    let context_length = [context.len() as u8];
    secret.expand_block(&[
        &length,
        &label_length,
        PREFIX,
        label,
        &context_length,
        context,
    ])
}
