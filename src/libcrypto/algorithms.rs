//! Which algorithms of TLS a library context has for its property query, and which provider has
//! them. OpenSSL determines this when it makes an `SSL_CTX` (`SSL_CTX_new_ex(3)`).
//!
//! The engine's own algorithms replace those of OpenSSL's default provider in the default library
//! context. In any other case ([`Algorithms::source`]) libcrypto does the work, with what the
//! library context provides.

use std::ffi::{CStr, CString, c_int, c_uint, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::{error_queue, ffi, random};

/// The algorithms of a library context.
#[derive(Debug, Default)]
pub struct Algorithms {
    present: u32,
    groups: Vec<ProvidedGroup>,
    source: Option<LibraryContext>,
}

/// An algorithm that a suite or a signature scheme needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Algorithm {
    /// AES-128-GCM
    Aes128Gcm,
    /// AES-256-GCM
    Aes256Gcm,
    /// ChaCha20-Poly1305
    ChaCha20Poly1305,
    /// SHA-1
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// HMAC
    Hmac,
    /// Diffie-Hellman on elliptic curves
    Ecdh,
    /// Signing with ECDSA
    Ecdsa,
    /// Keys: RSA
    Rsa,
    /// Keys: RSASSA-PSS
    RsaPss,
    /// Keys: elliptic curves
    Ec,
    /// Keys: Ed25519
    Ed25519,
    /// Keys: Ed448
    Ed448,
}

/// A group for key exchange that a provider has (`provider-base(7)`, "TLS-GROUP").
#[derive(Debug, Clone)]
pub struct ProvidedGroup {
    /// TLS number.
    pub id: u16,
    /// The name in TLS.
    pub name: CString,
    /// The provider's name for its parameters.
    pub parameters: CString,
    /// The kind of key.
    pub key_type: CString,
    /// Key encapsulation, not key exchange.
    pub encapsulates: bool,
}

impl Algorithms {
    /// The algorithms that `library` has now. Providers that are loaded or unloaded later affect
    /// only contexts that are made after that, as in OpenSSL.
    pub fn of(library: &LibraryContext) -> Arc<Self> {
        static DEFAULT: Mutex<Option<(Fingerprint, Arc<Algorithms>)>> = Mutex::new(None);
        if !library.is_global_default() {
            return Arc::new(Self::find(library));
        }
        let fingerprint = Fingerprint::of(library);
        let mut known = DEFAULT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, algorithms)) = &*known
            && *of == fingerprint
        {
            return algorithms.clone();
        }
        let found = Arc::new(Self::find(library));
        *known = Some((fingerprint, found.clone()));
        found
    }

    /// Whether the library context has `algorithm`.
    pub fn has(&self, algorithm: Algorithm) -> bool {
        self.present & 1 << algorithm as u32 != 0
    }

    /// The group with this TLS number, if a provider has it.
    pub fn group(&self, id: u16) -> Option<&ProvidedGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    #[allow(dead_code)]
    /// The group with this name in TLS, if a provider has it.
    pub fn group_of_name(&self, name: &[u8]) -> Option<&ProvidedGroup> {
        let same = |group: &&ProvidedGroup| {
            let (name_in_tls, other) = (group.name.to_bytes(), group.parameters.to_bytes());
            name_in_tls.eq_ignore_ascii_case(name) || other.eq_ignore_ascii_case(name)
        };
        self.groups.iter().find(same)
    }

    /// The library context whose algorithms are used; `None` if the engine's are used: in the
    /// default library context, with OpenSSL's default provider and its random generator.
    pub fn source(&self) -> Option<&LibraryContext> {
        self.source.as_ref()
    }

    fn find(library: &LibraryContext) -> Self {
        error_queue::quietly(|| {
            let mut finder = Finder {
                library,
                present: 0,
                foreign: false,
            };
            finder.find();
            let groups = finder.groups();
            let own = library.is_global_default() && !finder.foreign && !random::is_replaced();
            Self {
                present: finder.present,
                groups,
                source: (!own).then(|| library.clone()),
            }
        })
    }
}

/// Detects changes of the default library context.
#[derive(PartialEq, Eq)]
struct Fingerprint {
    fips: bool,
    random_is_replaced: bool,
    /// The provider of SHA-256, which default properties may change.
    digest: usize,
    providers: Vec<(usize, CString)>,
}

impl Fingerprint {
    fn of(library: &LibraryContext) -> Self {
        let mut providers: Vec<(usize, CString)> = Vec::with_capacity(4);
        let argument = (&raw mut providers).cast();
        // SAFETY: a live library context; `note` is called now, with the list.
        let fips = unsafe {
            ffi::OSSL_PROVIDER_do_all(library.as_ptr(), record_provider, argument);
            ffi::EVP_default_properties_is_fips_enabled(library.as_ptr()) == 1
        };
        let digest = error_queue::quietly(|| library.fetch_digest(c"SHA256"));
        // SAFETY: NULL, or a new reference, which is freed after its use.
        let provider = unsafe {
            let provider = match digest.is_null() {
                true => std::ptr::null(),
                false => ffi::EVP_MD_get0_provider(digest),
            };
            ffi::EVP_MD_free(digest);
            provider
        };
        Self {
            fips,
            random_is_replaced: random::is_replaced(),
            digest: provider.addr(),
            providers,
        }
    }
}

unsafe extern "C" fn record_provider(
    provider: *mut ffi::OSSL_PROVIDER,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: a live provider, and the list of the caller above.
    unsafe {
        let providers = &mut *argument.cast::<Vec<(usize, CString)>>();
        providers.push((provider.addr(), provider_name(provider).to_owned()));
    }
    1
}

/// # Safety
/// `provider` is live, and stays so while the result is used.
unsafe fn provider_name<'a>(provider: *const ffi::OSSL_PROVIDER) -> &'a CStr {
    // SAFETY: as the caller promises; the name is a C string that belongs to the provider.
    unsafe {
        match ffi::OSSL_PROVIDER_get0_name(provider) {
            name if name.is_null() => c"",
            name => CStr::from_ptr(name),
        }
    }
}

/// A search for algorithms.
struct Finder<'a> {
    library: &'a LibraryContext,
    present: u32,
    /// Whether some algorithm is not from OpenSSL's default provider.
    foreign: bool,
}

impl Finder<'_> {
    fn find(&mut self) {
        self.find_ciphers_and_digests();
        self.find_keys();
        self.find_operations();
    }

    fn find_ciphers_and_digests(&mut self) {
        use Algorithm::*;
        for (algorithm, name) in [
            (Aes128Gcm, c"AES-128-GCM"),
            (Aes256Gcm, c"AES-256-GCM"),
            (ChaCha20Poly1305, c"ChaCha20-Poly1305"),
        ] {
            let fetched = self.library.fetch_cipher(name);
            self.note(
                algorithm,
                fetched,
                ffi::EVP_CIPHER_get0_provider,
                ffi::EVP_CIPHER_free,
            );
        }
        for (algorithm, name) in [
            (Sha1, c"SHA1"),
            (Sha256, c"SHA256"),
            (Sha384, c"SHA384"),
            (Sha512, c"SHA512"),
        ] {
            let fetched = self.library.fetch_digest(name);
            self.note(
                algorithm,
                fetched,
                ffi::EVP_MD_get0_provider,
                ffi::EVP_MD_free,
            );
        }
    }

    fn find_keys(&mut self) {
        use Algorithm::*;
        for (algorithm, name) in [
            (Rsa, c"RSA"),
            (RsaPss, c"RSA-PSS"),
            (Ec, c"EC"),
            (Ed25519, c"ED25519"),
            (Ed448, c"ED448"),
        ] {
            let fetched = self.key_management(name);
            self.note(
                algorithm,
                fetched,
                ffi::EVP_KEYMGMT_get0_provider,
                ffi::EVP_KEYMGMT_free,
            );
        }
    }

    fn find_operations(&mut self) {
        use Algorithm::*;
        let (library, query) = (self.library.as_ptr(), self.library.query());
        // SAFETY: a live library context, and C strings or NULL.
        let (mac, exchange, signature) = unsafe {
            (
                ffi::EVP_MAC_fetch(library, c"HMAC".as_ptr(), query),
                ffi::EVP_KEYEXCH_fetch(library, c"ECDH".as_ptr(), query),
                ffi::EVP_SIGNATURE_fetch(library, c"ECDSA".as_ptr(), query),
            )
        };
        self.note(Hmac, mac, ffi::EVP_MAC_get0_provider, ffi::EVP_MAC_free);
        self.note(
            Ecdh,
            exchange,
            ffi::EVP_KEYEXCH_get0_provider,
            ffi::EVP_KEYEXCH_free,
        );
        self.note(
            Ecdsa,
            signature,
            ffi::EVP_SIGNATURE_get0_provider,
            ffi::EVP_SIGNATURE_free,
        );
    }

    /// Records what was fetched, and frees it.
    fn note<T>(
        &mut self,
        algorithm: Algorithm,
        fetched: *mut T,
        provider: unsafe extern "C" fn(*const T) -> *const ffi::OSSL_PROVIDER,
        free: unsafe extern "C" fn(*mut T),
    ) {
        if fetched.is_null() {
            return;
        }
        self.present |= 1 << algorithm as u32;
        // SAFETY: a new reference, whose provider is alive until it is freed, which is now.
        unsafe {
            self.foreign |= provider_name(provider(fetched)) != c"default";
            free(fetched);
        }
    }

    fn key_management(&self, name: &CStr) -> *mut ffi::KeyManagement {
        // SAFETY: a live library context, and C strings or NULL.
        unsafe {
            ffi::EVP_KEYMGMT_fetch(self.library.as_ptr(), name.as_ptr(), self.library.query())
        }
    }

    fn groups(&mut self) -> Vec<ProvidedGroup> {
        let mut search = GroupSearch {
            finder: self,
            provider: std::ptr::null(),
            groups: Vec::new(),
        };
        let library = search.finder.library.as_ptr();
        // SAFETY: a live library context; the function is called now, with the search.
        unsafe { ffi::OSSL_PROVIDER_do_all(library, search_provider, (&raw mut search).cast()) };
        search.groups
    }
}

struct GroupSearch<'a, 'b> {
    finder: &'a mut Finder<'b>,
    provider: *const ffi::OSSL_PROVIDER,
    groups: Vec<ProvidedGroup>,
}

unsafe extern "C" fn search_provider(
    provider: *mut ffi::OSSL_PROVIDER,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: a live provider, and the search of the caller above, which nothing else borrows now.
    unsafe {
        (*argument.cast::<GroupSearch>()).provider = provider;
        let capability = c"TLS-GROUP".as_ptr();
        ffi::OSSL_PROVIDER_get_capabilities(provider, capability, search_group, argument);
    }
    1
}

unsafe extern "C" fn search_group(params: *const ffi::OSSL_PARAM, argument: *mut c_void) -> c_int {
    // SAFETY: parameters of the provider, which end with an empty one, and the search of the caller
    // above, which nothing else borrows now.
    unsafe {
        let search = &mut *argument.cast::<GroupSearch>();
        let text = |key: &CStr| {
            const UTF8_STRING: c_uint = 4;
            let param = ffi::OSSL_PARAM_locate_const(params, key.as_ptr()).as_ref()?;
            (param.data_type == UTF8_STRING && !param.data.is_null())
                .then(|| CStr::from_ptr(param.data.cast()).to_owned())
        };
        let number = |key: &CStr| {
            let param = ffi::OSSL_PARAM_locate_const(params, key.as_ptr());
            let mut number: c_uint = 0;
            let found = !param.is_null() && ffi::OSSL_PARAM_get_uint(param, &mut number) == 1;
            found.then_some(number)
        };
        let (Some(id), Some(name), Some(parameters), Some(key_type)) = (
            number(c"tls-group-id").and_then(|id| u16::try_from(id).ok()),
            text(c"tls-group-name"),
            text(c"tls-group-name-internal"),
            text(c"tls-group-alg"),
        ) else {
            return 1;
        };
        let management = search.finder.key_management(&key_type);
        if !management.is_null() {
            // A group counts if the query selects the provider that has it.
            if ffi::EVP_KEYMGMT_get0_provider(management) == search.provider {
                search.groups.push(ProvidedGroup {
                    id,
                    name,
                    parameters,
                    key_type,
                    encapsulates: number(c"tls-group-is-kem") == Some(1),
                });
            }
            ffi::EVP_KEYMGMT_free(management);
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_context_has_what_the_engine_has() {
        let algorithms = Algorithms::of(&LibraryContext::default());
        assert!(algorithms.has(Algorithm::Aes128Gcm) && algorithms.has(Algorithm::Ed448));
        for id in [0x001d, 0x0017, 0x0018, 0x001e, 0x0100] {
            assert_eq!(algorithms.group(id).unwrap().id, id);
        }
        assert_eq!(algorithms.group_of_name(b"secp256r1").unwrap().id, 0x0017);
        assert!(algorithms.source().is_none());
        assert!(Arc::ptr_eq(
            &algorithms,
            &Algorithms::of(&LibraryContext::default())
        ));
    }

    #[test]
    fn a_query_that_nothing_fulfils_leaves_nothing() {
        // SAFETY: the default library context.
        let nothing = unsafe { LibraryContext::new(std::ptr::null_mut(), Some(c"provider=none")) };
        let algorithms = Algorithms::of(&nothing);
        assert_eq!((algorithms.present, algorithms.groups.len()), (0, 0));
        assert!(algorithms.source().is_some());
        assert_eq!(error_queue::peek(), 0);
    }
}
