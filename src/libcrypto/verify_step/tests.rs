use super::*;
use crate::libcrypto::error_queue;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::store::Store;
use crate::libcrypto::testing::{self, Identity};
use crate::libcrypto::verify::{Peer, Verification, Verified, VerifyCallbacks};
use crate::libcrypto::verify_param::VerifyParam;

unsafe extern "C" {
    fn EVP_PKEY_get1_encoded_public_key(key: *mut ffi::EVP_PKEY, out: *mut *mut u8) -> usize;
    fn EVP_PKEY_set1_encoded_public_key(
        key: *mut ffi::EVP_PKEY,
        public: *const u8,
        length: usize,
    ) -> c_int;
}

thread_local! {
    /// How many chains this thread has accepted without libcrypto's step.
    pub(super) static ACCEPTED: Cell<usize> = const { Cell::new(0) };
}

const CERT_SIGNATURE_FAILURE: i64 = 7;
const CERT_HAS_EXPIRED: i64 = 10;
const UNABLE_TO_GET_ISSUER_CERT_LOCALLY: i64 = 20;

/// A client that trusts one root.
struct Scene {
    store: Store,
    param: VerifyParam,
    peer: Peer,
    security_level: c_int,
    check: SignatureCheck,
}

impl Scene {
    fn trusting(root: &X509) -> Self {
        let store = Store::new().unwrap();
        store.add_certificate(root).unwrap();
        Self {
            store,
            param: VerifyParam::new().unwrap(),
            peer: Peer::Server,
            security_level: 1,
            check: |_| false,
        }
    }

    /// Verifies the chain, by the memory or without it.
    fn run(&self, chain: &SharedChain, shared: Option<&SharedChain>) -> Verified {
        let verification = Verification {
            library: &LibraryContext::default(),
            store: &self.store,
            leaf: &chain.certificates().get(0).unwrap(),
            untrusted: chain.certificates(),
            shared: shared.map(|chain| SharedVerification {
                chain,
                check: self.check,
            }),
            peer: self.peer,
            param: &self.param,
            security_level: self.security_level,
            flags: 0,
            callbacks: VerifyCallbacks::none(),
        };
        let verified = verification.run();
        error_queue::clear();
        verified
    }

    /// Verifies the chain; whether it is valid, which error there is, and whether its signatures were
    /// known. The result is that of libcrypto.
    fn verify(&self, chain: &SharedChain) -> (bool, i64, bool) {
        let before = ACCEPTED.get();
        let verified = self.run(chain, Some(chain));
        let by_libcrypto = self.run(chain, None);
        assert_eq!(
            (verified.ok, verified.error),
            (by_libcrypto.ok, by_libcrypto.error)
        );
        (verified.ok, verified.error, ACCEPTED.get() != before)
    }

    /// Verifies the chain until its signatures are known.
    fn warm(&self, chain: &SharedChain) {
        assert_eq!(self.verify(chain), (true, 0, false));
        assert_eq!(self.verify(chain), (true, 0, true));
    }
}

fn shared(certificates: &[&X509]) -> SharedChain {
    let ders: Vec<_> = certificates
        .iter()
        .map(|one| one.to_der().unwrap())
        .collect();
    of_ders(&ders).unwrap()
}

fn of_ders(ders: &[Vec<u8>]) -> Option<SharedChain> {
    let library = LibraryContext::default();
    let chain = SharedChain::new(&library, ders.iter().map(Vec::as_slice));
    error_queue::clear();
    chain.ok()?
}

/// A root, a server of it, and a client that has verified the server.
fn warm() -> (Identity, SharedChain, Scene) {
    let root = testing::authority("Root");
    let chain = shared(&[&testing::issued("leaf.test", &root).certificate]);
    let scene = Scene::trusting(&root.certificate);
    scene.warm(&chain);
    (root, chain, scene)
}

#[test]
fn signatures_of_a_valid_chain_are_known_the_next_time() {
    let (root, chain, _) = warm();
    // To another client that trusts a copy of the root, too.
    let copy = X509::from_der(
        &LibraryContext::default(),
        &root.certificate.to_der().unwrap(),
    );
    let other = Scene::trusting(&copy.unwrap());
    assert_eq!(other.verify(&chain), (true, 0, true));
}

#[test]
fn keys_of_each_kind_are_known() {
    for key in [
        testing::rsa_key(),
        testing::ec_key(c"P-384"),
        testing::ec_key(c"P-521"),
        testing::key(c"ED25519"),
        testing::key(c"ED448"),
    ] {
        let root = testing::authority_with("Root", key);
        let chain = shared(&[&testing::issued("leaf.test", &root).certificate]);
        Scene::trusting(&root.certificate).warm(&chain);
    }
}

#[test]
fn other_kinds_of_keys_are_left_to_libcrypto() {
    let root = testing::authority_with("Root", testing::rsa_pss_key());
    let chain = shared(&[&testing::issued("leaf.test", &root).certificate]);
    let scene = Scene::trusting(&root.certificate);
    for _ in 0..2 {
        assert_eq!(scene.verify(&chain), (true, 0, false));
    }
}

#[test]
fn an_intermediate_certificate_is_known_too() {
    let root = testing::authority("Root");
    let middle = testing::issued_authority("Middle", &root);
    let leaf = testing::issued("leaf.test", &middle);
    let scene = Scene::trusting(&root.certificate);
    let chain = shared(&[&leaf.certificate, &middle.certificate]);
    scene.warm(&chain);
    // Another leaf of the same authority: one signature is new.
    let other = testing::issued("other.test", &middle);
    scene.warm(&shared(&[&other.certificate, &middle.certificate]));
    // The leaf alone has no issuer.
    let alone = scene.verify(&shared(&[&leaf.certificate]));
    assert_eq!(alone, (false, UNABLE_TO_GET_ISSUER_CERT_LOCALLY, false));
}

#[test]
fn an_altered_certificate_is_what_libcrypto_says() {
    for (root_key, leaf_key) in [
        (testing::ec_key(c"P-256"), testing::ec_key(c"P-256")),
        (testing::rsa_key(), testing::rsa_key()),
    ] {
        let root = testing::authority_with("Root", root_key);
        let leaf = testing::issued_with("leaf.test", &root, leaf_key);
        let scene = Scene::trusting(&root.certificate);
        scene.warm(&shared(&[&leaf.certificate]));
        let der = leaf.certificate.to_der().unwrap();
        let mut rejected = 0;
        for position in 0..der.len() {
            let mut altered = der.clone();
            altered[position] ^= 1;
            // `verify` compares with libcrypto.
            let Some(chain) = of_ders(&[altered]) else {
                continue;
            };
            let (ok, error, known) = scene.verify(&chain);
            assert!(!ok && !known, "byte {position}: {error}");
            rejected += 1;
        }
        assert!(rejected > der.len() / 3);
    }
}

#[test]
fn a_signature_of_another_certificate_is_not_taken() {
    let root = testing::authority("Root");
    let ders = ["one.test", "two.test"]
        .map(|name| testing::issued(name, &root).certificate.to_der().unwrap());
    let scene = Scene::trusting(&root.certificate);
    let [one, two] = ders.map(|der| of_ders(&[der]).unwrap());
    scene.warm(&one);
    scene.warm(&two);
    // What is signed of one with the signature of the other.
    let (one, two) = (
        one.certificates().get(0).unwrap(),
        two.certificates().get(0).unwrap(),
    );
    let forged = testing::with_signature_of(&one, &two);
    let forged = scene.verify(&of_ders(&[forged]).unwrap());
    assert_eq!(forged, (false, CERT_SIGNATURE_FAILURE, false));
}

#[test]
fn an_issuer_of_the_same_name_with_another_key_is_another() {
    let (_, chain, _) = warm();
    let impostor = testing::authority("Root");
    let scene = Scene::trusting(&impostor.certificate);
    for _ in 0..2 {
        let verified = scene.verify(&chain);
        assert_eq!(verified, (false, CERT_SIGNATURE_FAILURE, false));
    }
}

#[test]
fn a_store_without_the_authority_trusts_nothing_that_is_known() {
    let (_, chain, _) = warm();
    let scene = Scene::trusting(&testing::authority("Other").certificate);
    let verified = scene.verify(&chain);
    assert_eq!(verified, (false, UNABLE_TO_GET_ISSUER_CERT_LOCALLY, false));
}

#[test]
fn a_key_that_the_program_changes_is_another() {
    let (root, chain, scene) = warm();
    let other = testing::ec_key(c"P-256");
    // SAFETY: live objects. The key within the certificate changes, and not the certificate.
    unsafe {
        let mut point = std::ptr::null_mut();
        let length = EVP_PKEY_get1_encoded_public_key(other.as_ptr(), &mut point);
        let key = ffi::X509_get0_pubkey(root.certificate.as_ptr());
        assert_eq!(EVP_PKEY_set1_encoded_public_key(key, point, length), 1);
        ffi::CRYPTO_free(point.cast(), std::ptr::null(), 0);
    }
    let verified = scene.verify(&chain);
    assert_eq!(verified, (false, CERT_SIGNATURE_FAILURE, false));
    // SAFETY: live objects; now the certificate changes.
    unsafe { ffi::X509_set_pubkey(root.certificate.as_ptr(), other.as_ptr()) };
    let verified = scene.verify(&chain);
    assert_eq!(verified, (false, CERT_SIGNATURE_FAILURE, false));
}

#[test]
fn times_are_checked_each_time() {
    let (_, chain, scene) = warm();
    let now = crate::clock::now();
    for (shift, result) in [
        (0, (true, 0, true)),
        (86_400 * 2, (false, CERT_HAS_EXPIRED, false)),
        (-86_400, (false, 9, false)),
        (60, (true, 0, true)),
    ] {
        // SAFETY: live parameters.
        unsafe { ffi::X509_VERIFY_PARAM_set_time(scene.param.lend(), now + shift) };
        assert_eq!(scene.verify(&chain), result);
    }
}

#[test]
fn an_expired_certificate_has_its_error_although_its_signature_is_known() {
    let root = testing::authority("Root");
    let chain = shared(&[&testing::expired("old.test", &root).certificate]);
    let scene = Scene::trusting(&root.certificate);
    // SAFETY: live parameters.
    unsafe {
        ffi::X509_VERIFY_PARAM_set_time(scene.param.lend(), crate::clock::now() - 30 * 86_400)
    };
    // The root is not valid at that time, but a certificate of a partial chain need not be the root.
    assert_eq!(scene.verify(&chain).1, 9);
    let scene = Scene::trusting(&root.certificate);
    for _ in 0..2 {
        assert_eq!(scene.verify(&chain), (false, CERT_HAS_EXPIRED, false));
    }
}

#[test]
fn names_purposes_and_the_security_level_are_checked_each_time() {
    let (_, chain, mut scene) = warm();
    scene.security_level = 5;
    assert_eq!(scene.verify(&chain), (false, 66, false));
    scene.security_level = 1;
    scene.peer = Peer::Client;
    assert_eq!(scene.verify(&chain), (false, 26, false));
    scene.peer = Peer::Server;
    scene.param.set1_host(Some(c"other.test")).unwrap();
    assert_eq!(scene.verify(&chain), (false, 62, false));
    scene.param.set1_host(Some(c"leaf.test")).unwrap();
    assert_eq!(scene.verify(&chain), (true, 0, true));
}

#[test]
fn a_revocation_list_that_arrives_counts() {
    let (_, chain, scene) = warm();
    scene.store.set_flags(0x4).unwrap();
    // There is none yet.
    assert_eq!(scene.verify(&chain), (false, 3, false));
}

#[test]
fn a_root_whose_signature_is_to_be_checked_is_left_to_libcrypto() {
    let (_, chain, scene) = warm();
    scene.store.set_flags(0x4000).unwrap();
    assert_eq!(scene.verify(&chain), (true, 0, false));
}

unsafe extern "C" fn accept(_: c_int, _: *mut ffi::X509_STORE_CTX) -> c_int {
    1
}

#[test]
fn a_chain_that_a_callback_accepts_is_not_kept() {
    let (_, chain, _) = warm();
    let impostor = Scene::trusting(&testing::authority("Root").certificate);
    // SAFETY: a live store, and a callback that takes anything.
    unsafe { ffi::X509_STORE_set_verify_cb(impostor.store.as_ptr(), Some(accept)) };
    assert!(impostor.run(&chain, Some(&chain)).ok);
    let honest = Scene::trusting(&impostor_root(&impostor));
    assert_eq!(honest.verify(&chain).1, CERT_SIGNATURE_FAILURE);
}

/// The only certificate of the store.
fn impostor_root(scene: &Scene) -> X509 {
    // SAFETY: a live store with one certificate, which gets another reference.
    unsafe {
        let objects = ffi::X509_STORE_get0_objects(scene.store.as_ptr());
        let object = ffi::OPENSSL_sk_value(objects.cast(), 0);
        X509::from_raw_shared(ffi::X509_OBJECT_get0_X509(object.cast())).unwrap()
    }
}

#[test]
fn threads_verify_at_once() {
    let (root, chain, _) = warm();
    let other = testing::authority("Root");
    let (root, other) = (&root.certificate, &other.certificate);
    let ders = [chain.certificates().get(0).unwrap().to_der().unwrap()];
    std::thread::scope(|scope| {
        for honest in [true, false, true, false] {
            let ders = &ders;
            scope.spawn(move || {
                let scene = Scene::trusting(if honest { root } else { other });
                for _ in 0..20 {
                    assert_eq!(scene.verify(&of_ders(ders).unwrap()).0, honest);
                }
            });
        }
    });
}

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn only_known_keys_are_asked_about() {
    let root = testing::authority("Root");
    let [one, two, three] = ["one.test", "two.test", "three.test"]
        .map(|name| shared(&[&testing::issued(name, &root).certificate]));
    let mut scene = Scene::trusting(&root.certificate);
    scene.check = |signed| {
        ASKED.set(ASKED.get() + 1);
        signed.message.windows(9).any(|text| text == b"three.tes")
    };
    // The key has signed nothing yet; then one and two, and the answers are false.
    assert_eq!(scene.verify(&one), (true, 0, false));
    assert_eq!(ASKED.get(), 0);
    assert_eq!(scene.verify(&two), (true, 0, false));
    assert_eq!(ASKED.get(), 1);
    // The answer is true, and counts; after that the signature is known.
    assert_eq!(scene.verify(&three), (true, 0, true));
    assert_eq!(scene.verify(&three), (true, 0, true));
    assert_eq!(ASKED.get(), 2);
}
