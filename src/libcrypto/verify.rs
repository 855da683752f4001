//! Verifying a peer's certificate chain with libcrypto, as libssl does.

use std::ffi::{CStr, c_int, c_long, c_ulong, c_void};
use std::marker::PhantomData;
use std::sync::OnceLock;

use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::stack::Stack;
use crate::libcrypto::store::Store;
use crate::libcrypto::verify_error::X509_V_ERR_OUT_OF_MEM;
use crate::libcrypto::verify_param::VerifyParam;
use crate::libcrypto::verify_step;
use crate::libcrypto::x509::{X509, X509Chain};

pub use crate::libcrypto::verify_step::SharedVerification;

pub use crate::libcrypto::ffi::{ApplicationVerifyCallback, VerifyCallback};

/// One chain to verify, with all that the verification depends on.
pub struct Verification<'a> {
    /// Provides digests and signatures.
    pub library: &'a LibraryContext,
    /// The trusted certificates, read now.
    pub store: &'a Store,
    /// The peer's certificate.
    pub leaf: &'a X509,
    /// The certificates that the peer sent, the leaf included. Callbacks see them as
    /// `X509_STORE_CTX_get0_untrusted(3)`.
    pub untrusted: &'a X509Chain,
    /// The same certificates, if connections share them: no function of the program sees them, and
    /// the algorithms are those of OpenSSL's default provider. Then signatures that were valid
    /// before are not verified again.
    pub shared: Option<SharedVerification<'a>>,
    /// The role that the leaf must be valid for.
    pub peer: Peer,
    /// The connection's parameters. The name that matched is moved there.
    pub param: &'a VerifyParam,
    /// The connection's security level (`SSL_get_security_level(3)`).
    pub security_level: c_int,
    /// Further `X509_V_FLAG_…` bits.
    pub flags: c_ulong,
    /// The program's functions.
    pub callbacks: VerifyCallbacks<'a>,
}

/// The program's callbacks for a chain.
pub struct VerifyCallbacks<'a> {
    each: Option<VerifyCallback>,
    instead: Option<(ApplicationVerifyCallback, *mut c_void)>,
    ssl: *mut c_void,
    connection: PhantomData<&'a ()>,
}

impl VerifyCallbacks<'_> {
    /// No functions.
    pub fn none() -> Self {
        Self {
            each: None,
            instead: None,
            ssl: std::ptr::null_mut(),
            connection: PhantomData,
        }
    }

    /// The callback of `SSL_set_verify(3)`, about each certificate; the one of
    /// `SSL_CTX_set_cert_verify_callback(3)`, which verifies instead of libcrypto, with its
    /// argument; and the `SSL *` that both find under [`x509_store_ctx_ssl_index`].
    ///
    /// # Safety
    /// The functions may be called while the result lives; `ssl` is what they expect.
    pub unsafe fn new(
        each: Option<VerifyCallback>,
        instead: Option<(ApplicationVerifyCallback, *mut c_void)>,
        ssl: *mut c_void,
    ) -> Self {
        Self {
            each,
            instead,
            ssl,
            connection: PhantomData,
        }
    }
}

/// The role of the certificate's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A server's: purpose and trust `ssl_server`.
    Server,
    /// A client's: purpose and trust `ssl_client`.
    Client,
}

/// The result of a verification.
#[derive(Debug)]
pub struct Verified {
    /// Whether the chain was accepted (by libcrypto, or by the application's callback).
    pub ok: bool,
    /// `X509_V_OK` or `X509_V_ERR_…`: what `SSL_get_verify_result(3)` gives. Not tied to `ok`: a
    /// callback may accept a chain with an error, or refuse one without.
    pub error: c_long,
    /// The chain that was built, leaf first; incomplete if building it failed.
    pub chain: Option<X509Chain>,
}

impl Verification<'_> {
    /// Verifies. Callbacks run now, on this thread, with nothing locked. libcrypto may leave
    /// errors on the queue, also when the chain is accepted.
    pub fn run(&self) -> Verified {
        let Some(context) = Context::new(self.library) else {
            return Verified::failed();
        };
        // SAFETY: live objects; the context keeps pointers to store, leaf and stack, which outlive
        // it. Its parameters belong to it and are used by this thread only. The functions may be called, as
        // `VerifyCallbacks::new` demands.
        unsafe {
            let Some(param) = self.prepare(&context) else {
                return Verified::failed();
            };
            // As in libssl, a positive return value of the program's callback accepts the chain.
            let answer = match (self.callbacks.instead, self.shared) {
                (Some((verify, argument)), _) => verify(context.0, argument),
                (None, Some(shared)) => verify_step::verify(context.0, shared),
                (None, None) => ffi::X509_verify_cert(context.0),
            };
            let error = c_long::from(ffi::X509_STORE_CTX_get_error(context.0));
            let chain = if ffi::X509_STORE_CTX_get0_chain(context.0).is_null() {
                None
            } else {
                match Stack::from_raw_owned(ffi::X509_STORE_CTX_get1_chain(context.0)) {
                    Some(chain) => Some(chain),
                    None => return Verified::failed(),
                }
            };
            self.param.move_peername_from(param);
            Verified {
                ok: answer > 0,
                error,
                chain,
            }
        }
    }

    /// Sets up the context and returns its parameters; `None` if libcrypto fails.
    ///
    /// # Safety
    /// As for [`run`](Self::run): what the context points to outlives it.
    unsafe fn prepare(&self, context: &Context) -> Option<*mut ffi::X509_VERIFY_PARAM> {
        // SAFETY: live objects, which outlive the context as the caller promises; its parameters
        // belong to it.
        unsafe {
            let initialised = ffi::X509_STORE_CTX_init(
                context.0,
                self.store.as_ptr(),
                self.leaf.as_ptr(),
                self.untrusted.as_ptr(),
            );
            if initialised != 1 {
                return None;
            }
            let param = ffi::X509_STORE_CTX_get0_param(context.0);
            ffi::X509_VERIFY_PARAM_set_auth_level(param, self.security_level);
            ffi::X509_STORE_CTX_set_flags(context.0, self.flags);
            let index = x509_store_ctx_ssl_index();
            if ffi::X509_STORE_CTX_set_ex_data(context.0, index, self.callbacks.ssl) != 1
                || ffi::X509_STORE_CTX_set_default(context.0, self.peer.purpose().as_ptr()) != 1
                || self.param.copy_to(param).is_err()
            {
                return None;
            }
            if let Some(callback) = self.callbacks.each {
                ffi::X509_STORE_CTX_set_verify_cb(context.0, callback);
            }
            Some(param)
        }
    }
}

impl Verified {
    /// The result when libcrypto could not begin.
    fn failed() -> Self {
        Self {
            ok: false,
            error: c_long::from(X509_V_ERR_OUT_OF_MEM),
            chain: None,
        }
    }

    /// True when the chain was accepted without an error that a callback overruled.
    #[cfg(test)]
    pub fn is_clean(&self) -> bool {
        self.ok && self.error == c_long::from(crate::libcrypto::verify_error::X509_V_OK)
    }
}

impl Peer {
    fn purpose(self) -> &'static CStr {
        match self {
            Self::Server => c"ssl_server",
            Self::Client => c"ssl_client",
        }
    }
}

/// The index under which an `X509_STORE_CTX` holds its `SSL *`
/// (`SSL_get_ex_data_X509_STORE_CTX_idx(3)`); the same for the life of the process.
pub fn x509_store_ctx_ssl_index() -> c_int {
    const CLASS_X509_STORE_CTX: c_int = 5;
    static INDEX: OnceLock<c_int> = OnceLock::new();
    *INDEX.get_or_init(|| {
        // SAFETY: no callbacks; the argument is a constant text, as OpenSSL's is.
        unsafe {
            ffi::CRYPTO_get_ex_new_index(
                CLASS_X509_STORE_CTX,
                0,
                c"SSL for verify callback".as_ptr().cast_mut().cast(),
                None,
                None,
                None,
            )
        }
    })
}

struct Context(*mut ffi::X509_STORE_CTX);

impl Context {
    fn new(library: &LibraryContext) -> Option<Self> {
        // SAFETY: a live library context, and a C string or NULL.
        let raw = unsafe { ffi::X509_STORE_CTX_new_ex(library.as_ptr(), library.query()) };
        (!raw.is_null()).then_some(Self(raw))
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: owned, last use.
        unsafe { ffi::X509_STORE_CTX_free(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::error_queue;
    use crate::libcrypto::testing::{self, Identity};

    /// A store with one root, the peer's chain, and parameters.
    struct Scene {
        store: Store,
        chain: X509Chain,
        param: VerifyParam,
    }

    impl Scene {
        fn new(root: &Identity, leaf: &Identity) -> Self {
            let store = Store::new().unwrap();
            store.add_certificate(&root.certificate).unwrap();
            Self {
                store,
                chain: Stack::from_items([leaf.certificate.clone()]).unwrap(),
                param: VerifyParam::new().unwrap(),
            }
        }

        fn run(
            &self,
            callback: Option<VerifyCallback>,
            application: Option<(ApplicationVerifyCallback, *mut c_void)>,
        ) -> Verified {
            let verification = Verification {
                library: &LibraryContext::default(),
                store: &self.store,
                leaf: &self.chain.get(0).unwrap(),
                untrusted: &self.chain,
                shared: None,
                peer: Peer::Server,
                param: &self.param,
                security_level: 1,
                flags: 0,
                // SAFETY: the callbacks of these tests take anything.
                callbacks: unsafe {
                    VerifyCallbacks::new(
                        callback,
                        application,
                        std::ptr::from_ref(self).cast_mut().cast(),
                    )
                },
            };
            let verified = verification.run();
            error_queue::clear();
            verified
        }
    }

    #[test]
    fn a_trusted_chain_with_the_right_name_is_accepted() {
        let root = testing::authority("Root");
        let scene = Scene::new(&root, &testing::issued("leaf.test", &root));
        scene.param.set1_host(Some(c"leaf.test")).unwrap();
        let verified = scene.run(None, None);
        assert!(verified.is_clean());
        let chain = verified.chain.unwrap();
        assert_eq!(chain.len(), 2);
        assert_eq!(*chain.get(1).unwrap(), root.certificate);
        // SAFETY: the name is set, and lives until the next verification.
        let name = unsafe { CStr::from_ptr(scene.param.peername()) };
        assert_eq!(name, c"leaf.test");
    }

    #[test]
    fn wrong_name_unknown_root_and_expiry_have_their_codes() {
        let root = testing::authority("Root");
        let leaf = testing::issued("leaf.test", &root);
        let scene = Scene::new(&root, &leaf);
        scene.param.set1_host(Some(c"other.test")).unwrap();
        let verified = scene.run(None, None);
        assert!(!verified.ok);
        assert_eq!(verified.error, 62);
        assert!(scene.param.peername().is_null());

        let stranger = testing::authority("Stranger");
        assert_eq!(Scene::new(&stranger, &leaf).run(None, None).error, 20);
        let alone = testing::self_signed("alone.test");
        assert_eq!(Scene::new(&stranger, &alone).run(None, None).error, 18);
        let expired = testing::expired("old.test", &root);
        assert_eq!(Scene::new(&root, &expired).run(None, None).error, 10);
    }

    #[test]
    fn the_security_level_counts_unless_the_program_set_one() {
        let root = testing::authority("Root");
        let leaf = testing::issued_with("leaf.test", &root, testing::rsa_key());
        let scene = Scene::new(&root, &leaf);
        let verification = Verification {
            library: &LibraryContext::default(),
            store: &scene.store,
            leaf: &leaf.certificate,
            untrusted: &scene.chain,
            shared: None,
            peer: Peer::Server,
            param: &scene.param,
            security_level: 5,
            flags: 0,
            callbacks: VerifyCallbacks::none(),
        };
        let verified = verification.run();
        assert_eq!((verified.ok, verified.error), (false, 66));
        scene.param.set_auth_level(1);
        assert!(verification.run().ok);
        error_queue::clear();
    }

    unsafe extern "C" fn accept(ok: c_int, context: *mut ffi::X509_STORE_CTX) -> c_int {
        // SAFETY: the context of the running verification, whose ex_data is a Scene.
        unsafe {
            let ssl = ffi::X509_STORE_CTX_get_ex_data(context, x509_store_ctx_ssl_index());
            let scene = &*ssl.cast::<Scene>();
            // Calling back into the parameters must not block.
            scene.param.set_depth(scene.param.depth() + 1);
        }
        let _ = ok;
        1
    }

    unsafe extern "C" fn refuse(context: *mut ffi::X509_STORE_CTX, argument: *mut c_void) -> c_int {
        if !argument.is_null() {
            // SAFETY: the context of the running verification.
            unsafe { ffi::X509_STORE_CTX_set_error(context, 50) };
        }
        0
    }

    #[test]
    fn a_verify_callback_finds_its_connection_and_may_overrule() {
        let leaf = testing::self_signed("leaf.test");
        let scene = Scene::new(&testing::authority("Root"), &leaf);
        scene.param.set_depth(5);
        let verified = scene.run(Some(accept), None);
        assert!(verified.ok && !verified.is_clean());
        assert_eq!(verified.error, 18);
        assert!(scene.param.depth() > 5);
    }

    #[test]
    fn the_application_can_verify_instead() {
        let root = testing::authority("Root");
        let scene = Scene::new(&root, &testing::issued("leaf.test", &root));
        let argument = std::ptr::from_ref(&scene).cast_mut().cast();
        let verified = scene.run(None, Some((refuse, argument)));
        assert_eq!((verified.ok, verified.error), (false, 50));
        assert!(verified.chain.is_none());
        let verified = scene.run(None, Some((refuse, std::ptr::null_mut())));
        assert_eq!((verified.ok, verified.error), (false, 0));
    }

    #[test]
    fn a_client_certificate_must_be_for_clients() {
        let root = testing::authority("Root");
        let leaf = testing::issued("leaf.test", &root);
        let scene = Scene::new(&root, &leaf);
        let verification = Verification {
            library: &LibraryContext::default(),
            store: &scene.store,
            leaf: &leaf.certificate,
            untrusted: &scene.chain,
            shared: None,
            peer: Peer::Client,
            param: &scene.param,
            security_level: 1,
            flags: 0,
            callbacks: VerifyCallbacks::none(),
        };
        let verified = verification.run();
        assert_eq!((verified.ok, verified.error), (false, 26));
        error_queue::clear();
    }
}
