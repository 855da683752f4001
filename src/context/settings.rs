//! Settings that a connection copies from its context and may then change.

use std::ffi::c_int;
use std::sync::{Arc, OnceLock};

use once_cell::sync::OnceCell;

use super::credentials::Credentials;
use super::profiles::Profiles;
use super::schemes::Schemes;
use crate::callback::{
    AllowEarlyDataCallback, CertificateCallback, GenerateSessionIdCallback, MessageCallback,
    NotResumableCallback, PasswordCallback, PskCallbacks, SecurityCallback, VerifyCallback,
};
use crate::cipher::group::DEFAULT_GROUPS;
use crate::cipher::list::{DEFAULT_CIPHER_LIST, DEFAULT_CIPHERSUITES, parse_ciphersuites};
use crate::cipher::security::DEFAULT_LEVEL;
use crate::cipher::{Cipher, CipherList, Method, SuiteB};
use crate::error::{Error, Reason, Result};
use crate::flags::{CertificateFlags, Mode, Options, VerifyMode};
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::password::Password;
use crate::libcrypto::stack::Stack;
use crate::libcrypto::store::Store;
use crate::wire::Version;

/// `STACK_OF(SSL_CIPHER)`; the suites themselves are static.
pub type CipherStack = Stack<&'static Cipher>;

/// The settings of a new context.
const DEFAULT_OPTIONS: Options = Options::NO_COMPRESSION.with(Options::ENABLE_MIDDLEBOX_COMPAT);
const DEFAULT_MODE: Mode = Mode::AUTO_RETRY;

/// The text of the error when the settings of a side allow no version that the engine has.
pub const NO_VERSION_LEFT: &str =
    "the settings allow no version that Reprise speaks: TLS 1.2 and TLS 1.3";

/// Protocol versions that a side allows, as `SSL_CTX_set_min_proto_version(3)` takes them:
/// [`Version::NONE`] for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VersionRange {
    /// Lowest version as set.
    pub min: Version,
    /// Highest version as set.
    pub max: Version,
}

/// Settings that `SSL_new(3)` copies. All fields are plain values; see the module `context`.
#[derive(Clone)]
pub struct Settings {
    /// As set by the program.
    pub options: Options,
    /// As set by the program.
    pub mode: Mode,
    /// Limits set by the program.
    pub versions: VersionRange,
    /// The algorithms of the context's library context.
    pub algorithms: Arc<Algorithms>,
    /// TLS 1.2 suites, in order of preference.
    pub(super) tls12_ciphers: Arc<[&'static Cipher]>,
    /// TLS 1.3 suites, in order of preference.
    pub(super) tls13_ciphers: Arc<[&'static Cipher]>,
    /// The TLS 1.3 suites as set, which the next cipher string brings into force. Those of a
    /// connection may differ from `tls13_ciphers`, which can be its context's.
    tls13_setting: Arc<[&'static Cipher]>,
    /// Whether a connection has its own suites, not those of its context.
    own_ciphers: bool,
    /// All suites in the form that C reads; made when first asked for. Copies of the settings share
    /// it, so that the list lent to C lives until the suites are changed, not until any setting is.
    cipher_stack: Arc<OnceCell<CipherStack>>,
    /// Groups by TLS number, in order of preference; `None` for the default.
    pub groups: Option<Arc<[u16]>>,
    /// Signature schemes by TLS number, in order of preference; `None` for the default.
    pub signature_schemes: Option<Arc<[u16]>>,
    /// Signature schemes asked of clients; `None` for the same as above.
    pub client_signature_schemes: Option<Arc<[u16]>>,
    /// Certificates and keys.
    pub credentials: Arc<Credentials>,
    /// As set by the program.
    pub verify_mode: VerifyMode,
    /// Called for every certificate of a chain; decides whether it is accepted.
    pub verify_callback: VerifyCallback,
    /// Verifies peers instead of the context's store (SSL_CTX_set0_verify_cert_store).
    pub verify_store: Option<Store>,
    /// Completes own chains instead of the context's store (SSL_CTX_set0_chain_cert_store).
    pub chain_store: Option<Store>,
    /// Session id context, at most 32 bytes.
    pub session_id_context: Arc<[u8]>,
    /// ALPN protocols a client offers, in wire form (length-prefixed names).
    pub alpn_protocols: Arc<[u8]>,
    /// Whether close_notify is neither sent nor waited for.
    pub quiet_shutdown: bool,
    /// TLS 1.3 tickets after a full handshake.
    pub num_tickets: usize,
    /// Early data a server allows in its tickets, in bytes.
    pub max_early_data: u32,
    /// Early data a server reads or skips, in bytes.
    pub recv_max_early_data: u32,
    /// Largest plaintext of a record, in bytes; 16384 by default.
    pub max_send_fragment: usize,
    /// `SSL_CTX_set_split_send_fragment`, at most the former, in bytes: limits records too.
    pub split_send_fragment: usize,
    /// `SSL_CTX_set_max_pipelines`: kept for the program's queries, without effect.
    pub max_pipelines: usize,
    /// Largest certificate chain a peer may send, in bytes.
    pub max_cert_list: usize,
    /// `SSL_CTX_set_read_ahead`: what follows a record is read with it, unless it is 0.
    pub read_ahead: c_int,
    /// `SSL_CTX_set_default_read_buffer_len`: how much is read ahead at most, in bytes. A smaller
    /// number than OpenSSL's buffer stands for that.
    pub read_buffer_len: usize,
    /// 0 to 5 (SSL_CTX_set_security_level(3)).
    pub security_level: c_int,
    /// Replaces the security policy.
    pub security_callback: SecurityCallback,
    /// Generates session ids.
    pub generate_session_id: GenerateSessionIdCallback,
    /// Asked whether a new session is to be made not resumable.
    pub not_resumable: NotResumableCallback,
    /// Called when a certificate is about to be used.
    pub certificate_callback: CertificateCallback,
    /// Sees protocol messages.
    pub message_callback: MessageCallback,
    /// Supplies the passwords of key files.
    pub password: PasswordCallback,
    /// Server's veto on early data.
    pub allow_early_data: AllowEarlyDataCallback,
    /// OCSP stapling: -1 not asked for, 1 asked for (`TLSEXT_STATUSTYPE_ocsp`).
    pub status_type: c_int,
    /// `SSL_CTX_set_cert_flags`.
    pub certificate_flags: CertificateFlags,
    /// Callbacks that supply external pre-shared keys.
    pub psk: PskCallbacks,
    /// Post-handshake authentication, which is not supported: the setting is only kept.
    pub post_handshake_auth: c_int,
    /// Suites and groups of a client and a server, derived from the other fields when first needed.
    pub(super) profiles: Profiles,
    /// The signature schemes in force, derived likewise.
    pub(super) schemes: Schemes,
}

#[cfg(test)]
impl Default for Settings {
    fn default() -> Self {
        let library = crate::libcrypto::library::LibraryContext::default();
        Self::new(Algorithms::of(&library)).unwrap()
    }
}

impl Settings {
    /// The settings of a new context. When there are no algorithms for any suite, the error is
    /// `LIBRARY_HAS_NO_CIPHERS`.
    pub fn new(algorithms: Arc<Algorithms>) -> Result<Self> {
        let (tls13, tls12) = default_ciphers();
        Self {
            algorithms,
            options: DEFAULT_OPTIONS,
            mode: DEFAULT_MODE,
            versions: VersionRange::default(),
            tls12_ciphers: tls12,
            tls13_ciphers: tls13.clone(),
            tls13_setting: tls13,
            own_ciphers: false,
            cipher_stack: Arc::default(),
            groups: None,
            signature_schemes: None,
            client_signature_schemes: None,
            credentials: Arc::default(),
            verify_mode: VerifyMode::NONE,
            verify_callback: VerifyCallback::NONE,
            verify_store: None,
            chain_store: None,
            session_id_context: Arc::default(),
            alpn_protocols: Arc::default(),
            quiet_shutdown: false,
            num_tickets: 2,
            max_early_data: 0,
            recv_max_early_data: 16384,
            max_send_fragment: 16384,
            split_send_fragment: 16384,
            max_pipelines: 0,
            max_cert_list: 102_400,
            read_ahead: 0,
            read_buffer_len: 0,
            security_level: DEFAULT_LEVEL,
            security_callback: SecurityCallback::default(),
            generate_session_id: GenerateSessionIdCallback::NONE,
            not_resumable: NotResumableCallback::NONE,
            certificate_callback: CertificateCallback::default(),
            message_callback: MessageCallback::default(),
            password: PasswordCallback::default(),
            allow_early_data: AllowEarlyDataCallback::default(),
            status_type: -1,
            certificate_flags: CertificateFlags::EMPTY,
            psk: PskCallbacks::default(),
            post_handshake_auth: 0,
            profiles: Profiles::default(),
            schemes: Schemes::default(),
        }
        .with_available_ciphers()
    }

    fn with_available_ciphers(mut self) -> Result<Self> {
        self.leave_out_unavailable();
        if self.ciphers().next().is_none() {
            return Err(Error::new(Reason::LIBRARY_HAS_NO_CIPHERS));
        }
        Ok(self)
    }

    fn leave_out_unavailable(&mut self) {
        let available = |ciphers: &Arc<[&'static Cipher]>| {
            let all = ciphers.iter().all(|cipher| self.has_algorithms_of(cipher));
            if all {
                ciphers.clone()
            } else {
                ciphers
                    .iter()
                    .copied()
                    .filter(|cipher| self.has_algorithms_of(cipher))
                    .collect()
            }
        };
        (self.tls13_ciphers, self.tls12_ciphers) = (
            available(&self.tls13_ciphers),
            available(&self.tls12_ciphers),
        );
        self.cipher_stack = Arc::default();
    }

    /// Called on a value that is about to be changed: drops what was derived from it.
    pub fn changing(&mut self) -> &mut Self {
        self.profiles = Profiles::default();
        self.schemes = Schemes::default();
        self
    }

    /// The same settings for other threads: nothing that handshakes count is shared with these.
    pub fn replica(&self) -> Self {
        let mut replica = self.clone();
        replica.changing().session_id_context = self.session_id_context[..].into();
        replica
    }

    /// Suites in order of preference, TLS 1.3 first.
    pub fn ciphers(&self) -> impl Iterator<Item = &'static Cipher> {
        self.tls13_ciphers
            .iter()
            .chain(self.tls12_ciphers.iter())
            .copied()
    }

    /// Changes the suites for TLS 1.2.
    pub fn set_tls12_ciphers(&mut self, ciphers: &[&'static Cipher]) {
        self.tls12_ciphers = ciphers.into();
        self.leave_out_unavailable();
    }

    /// Applies a cipher string: suites for TLS 1.2, and its other commands. A Suite B profile stays
    /// in force, whatever a later string says.
    pub fn set_cipher_list(&mut self, list: &CipherList) {
        let before = self.suite_b();
        match (list.suite_b, before) {
            (None, Some(profile)) => self.set_tls12_ciphers(&profile.ciphers()),
            _ => self.set_tls12_ciphers(&list.ciphers),
        }
        if let (Some(level), None) = (list.security_level, before) {
            self.security_level = level;
        }
        if let Some(profile) = list.suite_b {
            let others = self
                .certificate_flags
                .without(CertificateFlags::SUITE_B_128);
            self.certificate_flags = others.with(profile.certificate_flags());
        }
        self.tls13_ciphers = self.tls13_setting.clone();
        self.leave_out_unavailable();
    }

    /// Largest plaintext of a record that is sent, in bytes.
    pub fn longest_fragment(&self) -> usize {
        self.max_send_fragment.min(self.split_send_fragment)
    }

    /// The Suite B profile in force.
    pub fn suite_b(&self) -> Option<SuiteB> {
        SuiteB::from_certificate_flags(self.certificate_flags)
    }

    /// Changes the suites for TLS 1.3.
    pub fn set_tls13_ciphers(&mut self, ciphers: &[&'static Cipher]) {
        self.tls13_setting = ciphers.into();
        self.tls13_ciphers = self.tls13_setting.clone();
        self.leave_out_unavailable();
    }

    /// Restores the suites of a new context.
    pub fn set_default_ciphers(&mut self) {
        (self.tls13_setting, self.tls12_ciphers) = default_ciphers();
        self.tls13_ciphers = self.tls13_setting.clone();
        self.leave_out_unavailable();
    }

    /// Whether this side's order of preference counts, not the peer's.
    pub fn prefers_own_order(&self) -> bool {
        self.options.contains(Options::CIPHER_SERVER_PREFERENCE) || self.suite_b().is_some()
    }

    /// Groups in force, by TLS number, best first; the engine may lack some.
    pub fn groups(&self) -> &[u16] {
        match (self.suite_b(), &self.groups) {
            (Some(profile), _) => profile.groups(),
            (None, Some(groups)) => groups,
            (None, None) => DEFAULT_GROUPS,
        }
    }

    /// [`ciphers`](Self::ciphers) as C reads them: the same list until the suites are changed.
    pub fn cipher_stack(&self) -> Result<&CipherStack> {
        self.cipher_stack
            .get_or_try_init(|| CipherStack::from_items(self.ciphers()))
    }

    /// Whether the settings allow this version. The security policy is not considered.
    pub fn allows_version(&self, method: &Method, version: Version) -> bool {
        let forbidden = match version {
            Version::TLS1_3 => {
                self.options.contains(Options::NO_TLS1_3) || self.tls13_ciphers.is_empty()
            }
            Version::TLS1_2 => {
                self.options.contains(Options::NO_TLS1_2) || self.tls12_ciphers.is_empty()
            }
            _ => true,
        };
        let VersionRange { min, max } = self.versions;
        method.version.is_none_or(|only| only == version)
            && !forbidden
            && (min == Version::NONE || version >= min)
            && (max == Version::NONE || version <= max)
    }

    /// The callback for passwords of key files.
    pub fn key_password(&self) -> Password {
        self.password.password()
    }

    /// Copies what belongs to the certificates, in `SSL_set_SSL_CTX(3)`, `SSL_copy_session_id(3)`
    /// and `SSL_dup(3)`.
    pub fn take_certificates_of(&mut self, other: &Self) {
        self.credentials = other.credentials.clone();
        self.certificate_callback = other.certificate_callback;
        self.signature_schemes = other.signature_schemes.clone();
        self.client_signature_schemes = other.client_signature_schemes.clone();
        self.verify_store = other.verify_store.clone();
        self.chain_store = other.chain_store.clone();
        self.security_level = other.security_level;
        self.security_callback = other.security_callback;
        self.certificate_flags = other.certificate_flags;
    }

    /// Copies what `SSL_dup(3)` copies of a connection, except its certificates.
    pub fn take_for_duplicate(&mut self, other: &Self) {
        self.session_id_context = other.session_id_context.clone();
        self.options = other.options;
        self.versions = other.versions;
        self.mode = other.mode;
        self.max_cert_list = other.max_cert_list;
        self.read_ahead = other.read_ahead;
        self.message_callback = other.message_callback;
        self.verify_mode = other.verify_mode;
        self.verify_callback = other.verify_callback.or_else(|| self.verify_callback);
        self.generate_session_id = other.generate_session_id;
        self.password = other.password;
        if other.own_ciphers {
            self.take_ciphers_of(other);
            self.keep_ciphers();
        }
    }

    /// Gives this connection its own suites, which no longer follow the context's.
    pub fn keep_ciphers(&mut self) {
        self.own_ciphers = true;
    }

    /// Whether a connection with these settings uses its own suites, or those of this context.
    pub fn has_ciphers_of(&self, context: &Self) -> bool {
        self.own_ciphers
            || (Arc::ptr_eq(&self.tls12_ciphers, &context.tls12_ciphers)
                && Arc::ptr_eq(&self.tls13_ciphers, &context.tls13_ciphers))
    }

    /// Copies the suites of `other`.
    pub fn take_ciphers_of(&mut self, other: &Self) {
        self.tls12_ciphers = other.tls12_ciphers.clone();
        self.tls13_ciphers = other.tls13_ciphers.clone();
        self.cipher_stack = other.cipher_stack.clone();
    }
}

/// Suites of a new context: TLS 1.3, TLS 1.2. Computed once.
fn default_ciphers() -> (Arc<[&'static Cipher]>, Arc<[&'static Cipher]>) {
    type Lists = (Arc<[&'static Cipher]>, Arc<[&'static Cipher]>);
    static DEFAULT: OnceLock<Lists> = OnceLock::new();
    DEFAULT
        .get_or_init(|| {
            let tls13 = parse_ciphersuites(DEFAULT_CIPHERSUITES.to_bytes()).unwrap_or_default();
            let tls12 = CipherList::parse(DEFAULT_CIPHER_LIST.to_bytes())
                .map(|list| list.ciphers)
                .unwrap_or_default();
            (tls13.into(), tls12.into())
        })
        .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_was_lent_of_older_settings_is_that_of_the_newer() {
        let older = Settings::default();
        let mut newer = older.clone();
        newer.changing().options = Options::EMPTY;
        // Another thread still has the older settings, and is the first to ask.
        let lent = older.cipher_stack().unwrap().as_ptr::<std::ffi::c_void>();
        drop(older);
        assert_eq!(
            newer.cipher_stack().unwrap().as_ptr::<std::ffi::c_void>(),
            lent
        );
        let others = Settings::default();
        assert_ne!(
            others.cipher_stack().unwrap().as_ptr::<std::ffi::c_void>(),
            lent
        );
        let mut fewer = newer.clone();
        fewer.set_tls13_ciphers(&[]);
        assert_ne!(
            fewer.cipher_stack().unwrap().as_ptr::<std::ffi::c_void>(),
            lent
        );
    }
}
