//! Which slot a certificate or key is stored in, and what it replaces, as observed on libssl 3.0.

use std::sync::Arc;

use super::credentials::{ChainSource, Credentials};
use super::{Context, CredentialHolder, Position};
use crate::cipher::Method;
use crate::error::{Error, Reason};
use crate::libcrypto::error_queue;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::store::Store;
use crate::libcrypto::testing::{self, Identity};
use crate::libcrypto::x509::{X509, X509Chain};
use crate::wire::Version;

const P256: u16 = 0x0403;
const P384: u16 = 0x0503;
const ED25519: u16 = 0x0807;
const RSA_PSS: u16 = 0x0804;

fn put(credentials: &mut Credentials, identity: &Identity) {
    credentials
        .set_certificate(identity.certificate.clone())
        .unwrap();
    credentials.set_key(identity.key.clone()).unwrap();
}

fn chain_of(certificates: &[&X509]) -> Option<Arc<X509Chain>> {
    let certificates = certificates.iter().map(|one| (*one).clone());
    Some(Arc::new(X509Chain::from_items(certificates).unwrap()))
}

fn source(store: Store) -> ChainSource {
    ChainSource {
        objects: store.len(),
        library: LibraryContext::default(),
        engine_signs: true,
        extra: None,
        store,
        automatic: true,
    }
}

fn context() -> Arc<Context> {
    static METHOD: Method = Method::new("TLS", None, None);
    Context::new(Default::default(), &METHOD).unwrap()
}

#[test]
fn each_kind_of_key_has_a_slot_and_the_last_one_set_is_current() {
    let ec = testing::self_signed("ec.test");
    let rsa = testing::self_signed_with("rsa.test", testing::rsa_key());
    let mut credentials = Credentials::default();
    assert!(credentials.current().is_none() && !credentials.any());
    put(&mut credentials, &ec);
    put(&mut credentials, &rsa);
    assert_eq!(credentials.filled().count(), 2);
    let current = credentials.current().unwrap();
    assert_eq!(current.certificate, Some(rsa.certificate.clone()));
    // Only a key: the current slot has no certificate now.
    credentials.set_key(testing::key(c"ED25519")).unwrap();
    let current = credentials.current().unwrap();
    assert!(current.certificate.is_none() && current.key.is_some());
    assert_eq!(
        credentials.check(),
        Err(Error::new(Reason::NO_CERTIFICATE_ASSIGNED))
    );
    assert_eq!(credentials.filled().count(), 2);
    credentials.clear();
    assert!(credentials.current().is_none() && !credentials.any());
}

#[test]
fn a_new_certificate_drops_a_key_of_another_and_keeps_the_chain() {
    let (one, two) = (
        testing::self_signed("1.test"),
        testing::self_signed("2.test"),
    );
    let mut credentials = Credentials::default();
    put(&mut credentials, &one);
    credentials.current_mut().unwrap().chain = chain_of(&[&two.certificate]);
    credentials
        .set_certificate(one.certificate.clone())
        .unwrap();
    assert_eq!(credentials.check(), Ok(()));
    credentials
        .set_certificate(two.certificate.clone())
        .unwrap();
    assert_eq!(
        credentials.check(),
        Err(Error::new(Reason::NO_PRIVATE_KEY_ASSIGNED))
    );
    assert!(credentials.current().unwrap().chain.is_some());
    assert_eq!(error_queue::peek(), 0);
}

#[test]
fn a_key_of_another_certificate_is_refused_and_changes_nothing() {
    let (one, two) = (
        testing::self_signed("1.test"),
        testing::self_signed("2.test"),
    );
    let mut credentials = Credentials::default();
    put(&mut credentials, &one);
    assert_eq!(credentials.set_key(two.key), Err(Error::Queued));
    error_queue::clear();
    assert_eq!(credentials.check(), Ok(()));
    // Before the certificate any key will do.
    let mut credentials = Credentials::default();
    credentials.set_key(one.key).unwrap();
    credentials.set_certificate(two.certificate).unwrap();
    assert!(credentials.current().unwrap().key.is_none());
}

#[test]
fn kinds_of_keys_without_a_slot_are_refused() {
    let unknown = Err(Error::new(Reason::UNKNOWN_CERTIFICATE_TYPE));
    let mut credentials = Credentials::default();
    assert_eq!(credentials.set_key(testing::key(c"X25519")), unknown);
    assert!(credentials.current().is_none());
}

#[test]
fn a_full_slot_is_replaced_only_on_request() {
    let (one, two) = (
        testing::self_signed("1.test"),
        testing::self_signed("2.test"),
    );
    let mut credentials = Credentials::default();
    let chain = chain_of(&[&two.certificate]);
    credentials
        .set_all(&one.certificate, &one.key, chain, false)
        .unwrap();
    assert_eq!(
        credentials.set_all(&two.certificate, &two.key, None, false),
        Err(Error::new(Reason::NOT_REPLACING_CERTIFICATE))
    );
    assert_eq!(credentials.check(), Ok(()));
    assert!(credentials.current().unwrap().chain.is_some());
    credentials
        .set_all(&two.certificate, &two.key, None, true)
        .unwrap();
    let current = credentials.current().unwrap();
    assert_eq!(current.certificate, Some(two.certificate.clone()));
    assert!(current.chain.is_none());
    // Another kind of key has its own slot.
    let rsa = testing::self_signed_with("rsa.test", testing::rsa_key());
    credentials
        .set_all(&rsa.certificate, &rsa.key, None, false)
        .unwrap();
}

#[test]
fn only_pairs_are_prepared_under_the_number_of_their_slot() {
    let ec = testing::self_signed("ec.test");
    let ed = testing::self_signed_with("ed.test", testing::key(c"ED25519"));
    let rsa = testing::self_signed_with("rsa.test", testing::rsa_key());
    let mut credentials = Credentials::default();
    put(&mut credentials, &rsa);
    put(&mut credentials, &ed);
    credentials.set_certificate(ec.certificate.clone()).unwrap();
    let prepared = credentials
        .certified(&source(Store::new().unwrap()))
        .unwrap();
    assert_eq!(prepared.len(), 2);
    assert!(
        prepared[0].can_sign(Version::TLS1_3, &[ED25519])
            && prepared[1].can_sign(Version::TLS1_3, &[RSA_PSS])
    );
    for key in &prepared {
        let slot = credentials.slot(key.number()).unwrap();
        let is_ed = slot.certificate == Some(ed.certificate.clone());
        assert_eq!(key.can_sign(Version::TLS1_3, &[ED25519]), is_ed);
    }
    credentials.set_key(ec.key).unwrap();
    let prepared = credentials
        .certified(&source(Store::new().unwrap()))
        .unwrap();
    assert_eq!(prepared.len(), 3);
    assert!(
        prepared[0].can_sign(Version::TLS1_3, &[P256])
            && !prepared[0].can_sign(Version::TLS1_3, &[P384])
    );
    // In TLS 1.2 the scheme does not name the curve.
    assert!(prepared[0].can_sign(Version::TLS1_2, &[P384]));
}

#[test]
fn a_public_key_stands_in_for_a_private_one_that_is_elsewhere() {
    let rsa = testing::self_signed_with("rsa.test", testing::rsa_key());
    let context = context();
    context
        .use_all(&rsa.certificate, None, None, false)
        .unwrap();
    assert_eq!(context.settings().credentials.check(), Ok(()));
    let other = testing::ec_key(c"P-256");
    assert_eq!(
        context.use_all(&rsa.certificate, Some(&other), None, true),
        Err(Error::new(Reason::PRIVATE_KEY_MISMATCH))
    );
    error_queue::clear();
    context
        .use_all(&rsa.certificate, Some(&rsa.key), None, true)
        .unwrap();
    let key = context
        .settings()
        .credentials
        .current()
        .unwrap()
        .key
        .clone();
    assert!(key.as_ref().and_then(PrivateKey::to_pkcs8).is_some());
}

#[test]
fn the_security_level_bounds_keys_and_signatures() {
    let root = testing::authority("Root");
    let leaf = testing::issued_with("leaf.test", &root, testing::rsa_key());
    let context = context();
    let check = |position| context.check_strength(&leaf.certificate, position);
    assert_eq!(check(Position::Leaf), Ok(()));
    // RSA with 2048 bits has 112 bits of security; SHA-256 has 128.
    context.change_settings(|settings| settings.security_level = 3);
    assert_eq!(
        check(Position::Leaf),
        Err(Error::new(Reason::EE_KEY_TOO_SMALL))
    );
    assert_eq!(
        check(Position::Issuer),
        Err(Error::new(Reason::CA_KEY_TOO_SMALL))
    );
    assert_eq!(
        context.use_certificate(&leaf.certificate),
        Err(Error::new(Reason::EE_KEY_TOO_SMALL))
    );
    assert!(context.settings().credentials.current().is_none());
    context.change_settings(|settings| settings.security_level = 0);
    context.use_certificate(&leaf.certificate).unwrap();
    // An EC key of 384 bits is strong enough at level 4, its issuer's signature is not.
    let strong = testing::issued_with("leaf.test", &root, testing::ec_key(c"P-384"));
    context.change_settings(|settings| settings.security_level = 4);
    assert_eq!(
        context.use_certificate(&strong.certificate),
        Err(Error::new(Reason::CA_MD_TOO_WEAK))
    );
    // The signature of a self-signed certificate proves nothing.
    let own = testing::self_signed_with("own.test", testing::ec_key(c"P-384"));
    context.use_certificate(&own.certificate).unwrap();
}

#[test]
fn a_chain_belongs_to_the_current_slot() {
    let root = testing::authority("Root");
    let leaf = testing::issued("leaf.test", &root);
    let context = context();
    assert_eq!(
        context.use_chain(vec![root.certificate.clone()]),
        Err(Error::new(Reason::NO_CERTIFICATE_ASSIGNED))
    );
    context.use_certificate(&leaf.certificate).unwrap();
    context.use_chain(vec![root.certificate.clone()]).unwrap();
    let chain = |context: &Context| {
        let settings = context.settings();
        settings.credentials.current().unwrap().chain.clone()
    };
    assert_eq!(chain(&context).unwrap().len(), 1);
    context.use_chain(Vec::new()).unwrap();
    assert!(chain(&context).is_none());
}

#[test]
fn the_kind_of_a_slot_s_key_is_that_of_its_key_now() {
    let [small, large] = [c"P-256", c"P-384"]
        .map(|curve| testing::self_signed_with("ec.test", testing::ec_key(curve)));
    let mut credentials = Credentials::default();
    for identity in [&small, &large, &small] {
        credentials
            .set_all(&identity.certificate, &identity.key, None, true)
            .unwrap();
        for _ in 0..2 {
            let kind = credentials.current().unwrap().key_kind();
            assert_eq!(kind, Some(identity.key.kind()));
            let copy = credentials.clone();
            assert_eq!(copy.current().unwrap().key_kind(), kind);
            assert_eq!(copy.current().unwrap().certified_kind(), kind);
            assert_eq!(credentials.current().unwrap().certified_kind(), kind);
        }
    }
    // A certificate that does not match takes the key out, and another one comes in.
    credentials.set_certificate(large.certificate).unwrap();
    let current = credentials.current().unwrap();
    assert_eq!(current.key_kind(), None);
    assert_eq!(current.certified_kind(), Some(large.key.kind()));
    credentials.set_key(large.key.clone()).unwrap();
    assert_eq!(
        credentials.current().unwrap().key_kind(),
        Some(large.key.kind())
    );
}
