//! What `SSL_CTX` points to: configuration that connections share, the session cache, and the
//! callbacks of the program.
//!
//! Two kinds of configuration are kept apart, because OpenSSL treats them differently:
//!
//! - [`Settings`] is what `SSL_new(3)` copies: a connection starts with its context's value and may
//!   then change its own. It is one immutable value behind an `Arc`; starting a connection copies one
//!   pointer, and changing a setting makes a new value.
//! - [`Callbacks`], the certificate store, the verification parameters, the cache and the ticket keys
//!   are read from the context whenever they are needed, so a change reaches connections that exist
//!   already. curl, for one, fills the certificate store during the handshake.
//!
//! A context may be used by any number of threads at once.
//!
//! | part                                      | what                                              |
//! |-------------------------------------------|---------------------------------------------------|
//! | `settings`, `callbacks`                   | the two kinds above                               |
//! | `credentials`, `credential_holder`        | own certificates and keys, and setting them       |
//! | `lent_chains`                             | their chains as they are lent to C                |
//! | `security`                                | what the security level or callback permits       |
//! | `profiles`                                | suites and groups that a side may speak with      |
//! | `schemes`                                 | signature schemes in force                        |
//! | `available`                               | what the library context has algorithms for       |
//! | `certificate_security`                    | whether the security level permits a certificate  |
//! | `names`                                   | authorities that a side names to its peer         |
//! | `sessions`                                | the cache with the program's callbacks around it  |
//! | `session_table`                           | the sessions as the hash table that C reads       |
//! | `share`                                   | what a connection has of its context              |
//! | `statistics`                              | what `SSL_CTX_sess_number(3)` counts              |

mod available;
mod cached_session;
mod callbacks;
mod certificate_security;
mod credential_holder;
mod credentials;
#[cfg(test)]
mod credentials_tests;
mod lent_chains;
mod names;
mod profiles;
mod schemes;
mod security;
mod session_table;
mod sessions;
mod settings;
mod share;
mod statistics;

pub use crate::cipher::Method;
pub use callbacks::Callbacks;
pub use certificate_security::Position;
pub use credential_holder::CredentialHolder;
pub use credentials::{ChainSource, Credentials, Slot};
pub use lent_chains::{EXTRA as EXTRA_CHAIN, Former as FormerChain, LentChains};
pub use names::Names;
pub use profiles::Wishes;
pub(crate) use profiles::no_group;
pub use schemes::Signer;
pub use settings::{CipherStack, NO_VERSION_LEFT, Settings, VersionRange};
pub use share::Share;
pub use statistics::{Counter, Statistics};

use std::ffi::{c_int, c_long};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use arc_swap::ArcSwap;

use self::session_table::SessionTable;
use crate::cache::Cache;
use crate::callback::{Asker, KnownAs, Lent, SslContext};
use crate::cipher::Role;
use crate::error::{Error, Result};
use crate::flags::CacheMode;
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::ex_data::{Class, ExData};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::store::Store;
use crate::libcrypto::verify_param::VerifyParam;
use crate::libcrypto::x509::{X509, X509Chain};
use crate::reference::tag::{Tag, Tagged, tagged};
use crate::reference::{self, Stripes};
use crate::session::Session;
use crate::ticket::TicketKeys;

const DEFAULT_CACHE_MODE: CacheMode = CacheMode::SERVER;
/// `SSL_SESSION_CACHE_MAX_SIZE_DEFAULT` (S49).
const DEFAULT_CACHE_SIZE: usize = 20480;
/// Seconds (S49).
const DEFAULT_SESSION_TIMEOUT: i64 = 7200;

/// `SSL_CTX`.
#[repr(C)]
pub struct Context {
    tag: Tag<{ Context::KIND }>,
    this: Weak<Context>,
    /// Provides the algorithms of all that libcrypto does for this context.
    pub library: LibraryContext,
    method: Mutex<&'static Method>,
    settings: ArcSwap<Settings>,
    /// The program's callbacks as they are now, for connections that exist too.
    pub callbacks: Callbacks,
    certificate_store: Mutex<Store>,
    names: RwLock<Names>,
    /// Whether they may have been changed: by a method, or by C in a list that it was lent.
    has_names: AtomicBool,
    extra_chain: Mutex<Option<Arc<X509Chain>>>,
    lent_chains: Mutex<LentChains>,
    /// `SSL_CTX_get0_param` lends it.
    pub verify_param: VerifyParam,
    /// The internal session cache (SSL_CTX_set_session_cache_mode(3)).
    pub cache: Cache<Session>,
    session_table: OnceLock<Mutex<SessionTable>>,
    cache_mode: AtomicU32,
    session_timeout: AtomicI64,
    /// What each thread counts for SSL_CTX_sess_number(3), and its share for connections.
    stripes: Stripes<Statistics, Share>,
    /// Keys that seal tickets when the program does not.
    pub ticket_keys: TicketKeys,
    /// Application data (SSL_CTX_set_ex_data(3)).
    pub ex_data: ExData,
}

tagged!(Context, tag, 0x9e1c_7d52_c0b3_a6f1);

impl KnownAs<SslContext> for Context {}

impl Context {
    /// `SSL_CTX_new_ex(3)`.
    pub fn new(library: LibraryContext, method: &'static Method) -> Result<Arc<Self>> {
        // Must come before any ticket keys exist.
        reference::prepare();
        let settings = Settings::new(Algorithms::of(&library))?;
        let store = Store::new()?;
        let verify_param = VerifyParam::new()?;
        let ticket_keys = TicketKeys::new(&library, &settings.algorithms)?;
        let names = Names::empty()?;
        let context = Arc::new_cyclic(|this| Self {
            tag: Tag::new(),
            this: this.clone(),
            library,
            method: Mutex::new(method),
            settings: ArcSwap::from_pointee(settings),
            callbacks: Callbacks::default(),
            certificate_store: Mutex::new(store),
            names: RwLock::new(names),
            has_names: AtomicBool::new(false),
            extra_chain: Mutex::default(),
            lent_chains: Mutex::default(),
            verify_param,
            cache: Cache::new(DEFAULT_CACHE_SIZE),
            session_table: OnceLock::new(),
            cache_mode: AtomicU32::new(DEFAULT_CACHE_MODE.0),
            session_timeout: AtomicI64::new(DEFAULT_SESSION_TIMEOUT),
            stripes: Stripes::default(),
            ticket_keys,
            ex_data: ExData::new(Class::SslCtx),
        });
        context.ex_data.init_for(&*context)?;
        Ok(context)
    }

    /// Adds a reference.
    pub fn share(&self) -> Arc<Self> {
        // A context is always reached through a reference, so there is one to share.
        self.this.upgrade().unwrap_or_else(|| unreachable!())
    }

    /// The pointer that C knows this context by.
    pub fn as_c(&self) -> *mut Self {
        std::ptr::from_ref(self).cast_mut()
    }

    /// `SSL_CTX_get_ssl_method`.
    pub fn method(&self) -> &'static Method {
        *lock(&self.method)
    }

    /// `SSL_CTX_set_ssl_version`.
    pub fn set_method(&self, method: &'static Method) {
        *lock(&self.method) = method;
        self.change_settings(|_| ());
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Changes the settings for connections that are made from now on.
    pub fn change_settings(&self, change: impl Fn(&mut Settings)) {
        let former = self.settings.rcu(|settings| {
            let mut settings = Settings::clone(settings);
            change(settings.changing());
            Arc::new(settings)
        });
        self.stripes.renew();
        drop(former);
    }

    /// Like [`change_settings`](Self::change_settings), for a change that may fail: nothing changes
    /// then. `change` may run more than once, when threads change settings at the same time.
    pub fn try_change_settings<R>(
        &self,
        mut change: impl FnMut(&mut Settings) -> Result<R>,
    ) -> Result<R> {
        let mut outcome = Err(Error::Silent);
        let former = self.settings.rcu(|settings| {
            let mut changed = Settings::clone(settings);
            outcome = change(changed.changing());
            match outcome {
                Ok(_) => Arc::new(changed),
                Err(_) => settings.clone(),
            }
        });
        self.stripes.renew();
        drop(former);
        outcome
    }

    /// Invalidates prepared chains, which are rebuilt when next needed: the extra chain or the
    /// store, from which chains are completed, has changed.
    pub fn forget_prepared_credentials(&self) {
        self.change_settings(|settings| {
            Arc::make_mut(&mut settings.credentials).forget_prepared();
        });
    }

    /// The certificate store as it is now; shared with the program.
    pub fn certificate_store(&self) -> Store {
        lock(&self.certificate_store).clone()
    }

    /// `SSL_CTX_get_cert_store`: lent until it is replaced.
    pub fn certificate_store_pointer(&self) -> *mut openssl_sys::X509_STORE {
        lock(&self.certificate_store).as_ptr().cast()
    }

    /// `SSL_CTX_set_cert_store`.
    pub fn set_certificate_store(&self, store: Store) {
        let old = std::mem::replace(&mut *lock(&self.certificate_store), store);
        drop(old);
        self.forget_prepared_credentials();
    }

    /// The names in DER that `role` sends: those of a connection, or else of this context.
    pub fn names_for_peer(&self, role: Role, own: &Names) -> Vec<Vec<u8>> {
        if !self.has_names.load(Ordering::Acquire) {
            return own.for_peer(role, &Names::default());
        }
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        own.for_peer(role, &names)
    }

    /// Lends names to C, which may add to them. `work` runs no function of the program.
    pub fn with_names<R>(&self, work: impl FnOnce(&Names) -> R) -> R {
        self.has_names.store(true, Ordering::Release);
        work(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the names.
    pub fn change_names(&self, change: impl FnOnce(&mut Names)) {
        self.has_names.store(true, Ordering::Release);
        change(&mut self.names.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// `SSL_CTX_get_extra_chain_certs`.
    pub fn extra_chain(&self) -> Option<Arc<X509Chain>> {
        lock(&self.extra_chain).clone()
    }

    /// Replaces the extra chain. The list that was lent for the former one is updated.
    pub fn set_extra_chain(&self, chain: Option<X509Chain>) -> Result<()> {
        let chain = chain.map(Arc::new);
        let old = std::mem::replace(&mut *lock(&self.extra_chain), chain.clone());
        drop(old);
        self.forget_prepared_credentials();
        self.lent_chain_follows(EXTRA_CHAIN, chain.as_ref())
    }

    /// `SSL_CTX_get_session_cache_mode`.
    pub fn cache_mode(&self) -> CacheMode {
        CacheMode(self.cache_mode.load(Ordering::Relaxed))
    }

    /// `SSL_CTX_set_session_cache_mode`: returns the old mode.
    pub fn set_cache_mode(&self, mode: CacheMode) -> CacheMode {
        CacheMode(self.cache_mode.swap(mode.0, Ordering::Relaxed))
    }

    /// `SSL_CTX_get_timeout`, in seconds.
    pub fn session_timeout(&self) -> i64 {
        self.session_timeout.load(Ordering::Relaxed)
    }

    /// How long a session that is made now may be resumed, in seconds: the timeout, or the default
    /// if that is 0.
    pub fn new_session_timeout(&self) -> i64 {
        match self.session_timeout() {
            0 => DEFAULT_SESSION_TIMEOUT,
            seconds => seconds,
        }
    }

    /// `SSL_CTX_set_timeout`: returns the old timeout.
    pub fn set_session_timeout(&self, seconds: i64) -> i64 {
        self.session_timeout.swap(seconds, Ordering::Relaxed)
    }

    /// What this thread counts for SSL_CTX_sess_number(3).
    pub fn statistics(&self) -> &Statistics {
        self.stripes.part()
    }

    /// The sum of what all threads have counted, as C sees it.
    pub fn total(&self, counter: impl Fn(&Statistics) -> &Counter) -> c_long {
        let parts = self.stripes.parts().map(|part| counter(part).get());
        parts.fold(0, c_long::wrapping_add)
    }

    /// Names this context to the security callback.
    pub fn asker(&self) -> Asker<'_> {
        Asker::Context(Lent::new(self))
    }

    /// `SSL_CTX_set_purpose`, `SSL_CTX_set_trust` and depth go to the parameters.
    pub fn set_verify_depth(&self, depth: c_int) {
        self.verify_param.set_depth(depth);
    }
}

impl CredentialHolder for Context {
    fn library(&self) -> LibraryContext {
        self.library.clone()
    }

    fn current_settings(&self) -> Arc<Settings> {
        self.settings()
    }

    fn change_credentials(&self, change: &dyn Fn(&mut Credentials) -> Result<()>) -> Result<()> {
        self.try_change_settings(|settings| change(Arc::make_mut(&mut settings.credentials)))
    }

    fn with_lent_chains(&self, work: &mut dyn FnMut(&mut LentChains)) {
        work(&mut lock(&self.lent_chains));
    }

    fn check_strength(&self, certificate: &X509, position: Position) -> Result<()> {
        self.settings()
            .check_strength(self.asker(), certificate, position)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // S59: the callback for removed sessions is called while the context's ex_data is still
        // there. The table that C reads holds its own references.
        self.session_table.take();
        self.flush_sessions(0);
        self.ex_data.free_for(self);
        // Retired memory contains session keys, and there may be no other context that reclaims it.
        reference::collect();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
