//! What `SSL` points to: one connection.
//!
//! A connection is used by one thread at a time, but every callback of the program may call back
//! into the library with the same pointer. So a connection is only ever borrowed shared, what
//! changes is in cells, no cell stays borrowed while the program runs, and the engine is taken out
//! of its cell while it works.
//!
//! | part                | what                                                          |
//! |---------------------|---------------------------------------------------------------|
//! | `handshake`         | a handshake of either role, with all that only it needs       |
//! | `client_hello`      | the ClientHello, read before TLS starts                       |
//! | `client_hello_reader` | reading it from records                                     |
//! | `client_hello_check`  | what is checked of it, and when                             |
//! | `own_settings`      | its settings, which may differ from the context's             |
//! | `hellos`            | what the hellos have said, for later                          |
//! | `session_use`       | `SSL_set_session`, `SSL_clear` and what becomes of a session  |
//! | `session_slot`      | the connection's session, and what a handshake makes of it    |
//! | `peer`              | the peer's certificates, signatures of both sides             |
//! | `policy`            | what the configuration permits, of certificates and else      |
//! | `delegate`          | answering the engine                                          |
//! | `io`, `closing`     | application data, the end of it                               |
//! | `shutdown`          | which directions are closed                                   |
//! | `transport`         | the BIOs                                                      |
//! | `records`           | records between them and the engine                           |
//! | `failing`           | the end of a connection after an error                        |
//! | `observer`          | reports to the info and message callbacks                     |
//! | `observed`          | what it sees of the connection                                |
//! | `plain_messages`    | what is read of messages that go unprotected                  |
//! | `last_call`         | what stopped the last call                                    |
//! | `state`, `stop`     | where a connection is, and why a call stops                   |

mod client_hello;
mod client_hello_check;
mod client_hello_reader;
mod closing;
mod delegate;
mod failing;
mod handshake;
mod hellos;
mod io;
mod last_call;
mod observed;
mod observer;
mod own_settings;
mod peer;
mod plain_messages;
mod policy;
mod records;
mod session_slot;
mod session_use;
mod shutdown;
mod stack;
mod state;
mod stop;
mod transport;

pub use client_hello::ClientHello;
pub use handshake::LONGEST_IDENTITY as LONGEST_PSK_IDENTITY;
pub use last_call::Stopped;
pub use observer::{HandshakeState, InfoKind};
pub use peer::{parsed_chain, parsed_issuers, parsed_leaf};
pub use shutdown::{RECEIVED_SHUTDOWN, SENT_SHUTDOWN};
pub use state::{Stage, Want};
use stop::Refusal;
pub use stop::Stop;

use handshake::{EarlyData, Handshake};
use hellos::Hellos;
use observer::Observer;
use peer::PeerState;
use session_slot::SessionSlot;
use shutdown::Shutdown;
use transport::Transport;

use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::{c_int, c_long};
use std::sync::Arc;

use crate::callback::{InfoCallback, KnownAs, Lent, Ssl};
pub use crate::cipher::Role;
use crate::cipher::{Cipher, Method, SignatureAlgorithm};
use crate::context::{Context, Names, Settings};
use crate::engine::{Engine, Facts};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::ex_data::{Class, ExData};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::memory::Allocated;
use crate::libcrypto::ocsp::OcspRequest;
use crate::libcrypto::verify_param::VerifyParam;
use crate::session::PeerChain;
use crate::tag::{Tag, Tagged, tagged};
use crate::wire::Version;

/// `SSL`.
#[repr(C)]
pub struct Connection {
    tag: Tag<{ Connection::KIND }>,
    /// `SSL_get_SSL_CTX`; changed by `SSL_set_SSL_CTX`.
    context: RefCell<Arc<Context>>,
    /// The context given to `SSL_new`, whose cache and ticket keys are used for good.
    session_context: Arc<Context>,
    settings: RefCell<Arc<Settings>>,
    method: Cell<&'static Method>,
    /// Inherited in `SSL_new(3)`, and this connection's own from then on. Made when first needed if there was nothing
    /// to inherit: most servers never verify anything.
    verify_param: OnceCell<VerifyParam>,
    /// Application data.
    pub ex_data: ExData,
    /// Host name to send (client), from `SSL_set_tlsext_host_name`.
    host_name: RefCell<Option<std::ffi::CString>>,
    /// Overrides the context's `info` callback.
    info_callback: Cell<InfoCallback>,
    /// Overrides of the context's name lists.
    pub names: RefCell<Names>,

    handshake: Handshake,
    observer: Observer,
    shutdown: Shutdown,
    transport: Transport,
    /// Absent while it is at work.
    engine: RefCell<Option<Box<Engine>>>,
    /// What the handshake agreed on; set as soon as it is known.
    facts: RefCell<Facts>,
    session: SessionSlot,
    peer: PeerState,
    hellos: Hellos,
    /// The kind of a KeyUpdate that waits to be sent.
    key_update: Cell<Option<c_int>>,
    early: EarlyData,
    /// Bits that the `openssl` tool and others set and read back.
    debug: Cell<c_int>,
}

tagged!(Connection, tag, 0xb47a_19e6_d85f_c32d);

impl KnownAs<Ssl> for Connection {}

impl Connection {
    /// `SSL_new(3)`: a connection with the settings of `context`.
    // The count must be atomic, as references may be given back by any thread (SSL_free(3)); what is
    // inside belongs to one thread at a time, as SSL_new(3) asks of its callers.
    #[allow(clippy::arc_with_non_send_sync)]
    pub fn new(context: &Arc<Context>) -> Result<Arc<Self>> {
        let settings = context.settings();
        let verify_param = match context.verify_param.may_have_changed() {
            true => OnceCell::from(VerifyParam::inheriting(&context.verify_param)?),
            false => OnceCell::new(),
        };
        let connection = Arc::new(Self {
            tag: Tag::new(),
            context: RefCell::new(context.clone()),
            session_context: context.clone(),
            settings: RefCell::new(settings),
            method: Cell::new(context.method()),
            verify_param,
            ex_data: ExData::new(Class::Ssl),
            host_name: RefCell::default(),
            info_callback: Cell::new(InfoCallback::NONE),
            names: RefCell::default(),
            handshake: Handshake::new(context.method().role),
            observer: Observer::default(),
            shutdown: Shutdown::default(),
            transport: Transport::default(),
            engine: RefCell::new(Some(Box::default())),
            facts: RefCell::default(),
            session: SessionSlot::default(),
            peer: PeerState::default(),
            hellos: Hellos::default(),
            key_update: Cell::default(),
            early: EarlyData::default(),
            debug: Cell::new(0),
        });
        connection.ex_data.init_for(&*connection)?;
        Ok(connection)
    }

    /// This connection, for a function of the program.
    pub(crate) fn lent(&self) -> Lent<'_, Ssl> {
        Lent::new(self)
    }

    /// `SSL_get_SSL_CTX`.
    pub fn context(&self) -> Arc<Context> {
        self.context.borrow().clone()
    }

    /// Where what is done for this connection takes its algorithms from: the library context of its
    /// context.
    pub fn library(&self) -> LibraryContext {
        self.context.borrow().library.clone()
    }

    /// The context whose cache, ticket keys and session callbacks are used.
    pub fn session_context(&self) -> &Arc<Context> {
        &self.session_context
    }

    /// `SSL_get_ssl_method`.
    pub fn method(&self) -> &'static Method {
        self.method.get()
    }

    /// `SSL_set_ssl_method`: before the handshake.
    pub fn set_method(&self, method: &'static Method) {
        self.method.set(method);
        if let Some(role) = method.role {
            self.handshake.set_role(Some(role));
        }
    }

    /// `SSL_get0_param`.
    pub fn verify_param(&self) -> Result<&VerifyParam> {
        if let Some(param) = self.verify_param.get() {
            return Ok(param);
        }
        let param = VerifyParam::new()?;
        Ok(self.verify_param.get_or_init(|| param))
    }

    /// The same without a copy. Not to be held while the program runs.
    pub fn facts_in_place(&self) -> std::cell::Ref<'_, Facts> {
        self.facts.borrow()
    }

    /// `SSL_version` for TLS: what was agreed, or the highest version that may be.
    pub fn version(&self) -> Version {
        match (self.facts.borrow().version, self.method.get().version) {
            (Version::NONE, Some(version)) => version,
            // Until a handshake begins OpenSSL does not look at the limits.
            (Version::NONE, None) if self.stage() == Stage::Before => Version::TLS1_3,
            (Version::NONE, None) => self.highest_version(),
            (version, _) => version,
        }
    }

    /// The suite in use, once it is agreed on.
    pub fn current_cipher(&self) -> Option<&'static Cipher> {
        match self.facts.borrow().cipher_suite {
            0 => None,
            number => Cipher::from_wire(number),
        }
    }

    /// `SSL_dup(3)` of a connection that has not begun: what its manual page lists is copied, the rest comes from the
    /// context, as it is now.
    pub fn duplicate(&self) -> Result<Arc<Self>> {
        let copy = Self::new(&self.context())?;
        let settings = self.settings();
        match self.lend_session() {
            Some(_) => copy.copy_session_of(self)?,
            None => {
                copy.method.set(self.method.get());
                copy.change_settings(|own| own.take_certificates_of(&settings));
            }
        }
        copy.change_settings(|own| own.take_for_duplicate(&settings));
        copy.handshake.set_role(self.role());
        copy.shutdown.set_flags(self.shutdown.flags());
        copy.info_callback.set(self.info_callback.get());
        copy.names.replace(self.names.borrow().duplicate()?);
        if let Some(param) = self.verify_param.get() {
            // The depth is this connection's, anything else only where the context says nothing.
            copy.verify_param()?.set_depth(param.depth());
            copy.verify_param()?.inherit(param)?;
        }
        copy.ex_data.copy_from(&self.ex_data)?;
        Ok(copy)
    }

    /// `SSL_set0_rbio`.
    pub fn set_read_bio(&self, bio: Option<Bio>) {
        self.transport.set_read_bio(bio);
    }

    /// `SSL_set0_wbio`.
    pub fn set_write_bio(&self, bio: Option<Bio>) {
        self.transport.set_write_bio(bio);
    }

    /// `SSL_get_rbio`: lent.
    pub fn read_bio(&self) -> *mut openssl_sys::BIO {
        self.transport.read_bio()
    }

    /// `SSL_get_wbio`: lent.
    pub fn write_bio(&self) -> *mut openssl_sys::BIO {
        self.transport.write_bio()
    }

    /// `SSL_want(3)`.
    pub fn want(&self) -> Want {
        self.transport.want()
    }

    /// `SSL_get_shutdown(3)`.
    pub fn shutdown_flags(&self) -> c_int {
        self.shutdown.flags()
    }

    /// `SSL_set_shutdown(3)`.
    pub fn set_shutdown_flags(&self, flags: c_int) {
        self.shutdown.set_flags(flags);
    }

    /// `SSL_get_verify_result`.
    pub fn verify_result(&self) -> c_long {
        self.peer.verify_result()
    }

    /// `SSL_set_verify_result`.
    pub fn set_verify_result(&self, result: c_long) {
        self.peer.set_verify_result(result);
    }

    /// Client: the name for server_name, or server: the one received.
    pub fn host_name(&self) -> std::cell::Ref<'_, Option<std::ffi::CString>> {
        self.host_name.borrow()
    }

    /// `SSL_set_tlsext_host_name`; `None` clears.
    pub fn set_host_name(&self, name: Option<std::ffi::CString>) {
        self.host_name.replace(name);
    }

    /// Whether the peer has said that it knows secure renegotiation (RFC 5746).
    pub fn peer_renegotiates_securely(&self) -> bool {
        self.hellos.secure_renegotiation()
    }

    /// Server: the client's host name.
    pub fn received_host_name(&self) -> std::cell::Ref<'_, Option<std::ffi::CString>> {
        self.hellos.server_name()
    }

    /// Server: the cipher suites that the client has offered and that are known, in its order.
    pub fn offered_ciphers(&self) -> Vec<&'static Cipher> {
        self.hellos.ciphers()
    }

    /// Server: the cipher suites that the client has offered, two bytes each; empty on clients. Not
    /// to be held while the program runs.
    pub fn offered_cipher_bytes(&self) -> std::cell::Ref<'_, [u8]> {
        self.hellos.cipher_suites()
    }

    /// Server: the groups that the client has offered, by number; empty on clients.
    pub fn offered_groups(&self) -> Vec<u16> {
        self.hellos.groups()
    }

    /// [`offered_ciphers`](Self::offered_ciphers) as C reads them; lent until the next handshake.
    pub fn client_ciphers(&self) -> Result<*mut openssl_sys::stack_st_SSL_CIPHER> {
        self.hellos.lend_ciphers()
    }

    /// Randoms of both sides, zero before they are known.
    pub fn randoms(&self) -> ([u8; 32], [u8; 32]) {
        self.hellos.randoms()
    }

    /// The peer's certificates, if it sent any: in this handshake, or in the one that made the
    /// session.
    pub fn peer(&self) -> Option<Arc<PeerChain>> {
        let peer = self.peer.chain();
        peer.or_else(|| self.session.get()?.peer())
    }

    /// `SSL_get0_verified_chain`: lent until the next handshake.
    pub fn verified_chain(&self) -> *mut openssl_sys::stack_st_X509 {
        self.peer.lend_verified_chain()
    }

    /// `SSL_set_retry_verify`, from within verification. It cannot be suspended here, so the peer
    /// is rejected, whatever the callback answers.
    pub fn reject_peer(&self) {
        self.peer.reject();
    }

    /// OCSP response: received (client) or to be sent (server).
    pub fn ocsp_response(&self) -> &RefCell<Option<Allocated>> {
        &self.peer.ocsp_response
    }

    /// What a client wants to say in its request for an OCSP response.
    pub fn ocsp_request(&self) -> &RefCell<OcspRequest> {
        &self.peer.ocsp_request
    }

    /// The slot of the certificate that was selected in the handshake.
    pub fn slot_of_handshake(&self) -> Option<usize> {
        self.peer.signatures.slot()
    }

    /// The algorithm of our signature, once one has been made.
    pub fn own_signature(&self) -> Option<&'static SignatureAlgorithm> {
        self.peer.signatures.own()
    }

    /// The algorithm of the peer's signature, once one has been verified.
    pub fn peer_signature(&self) -> Option<&'static SignatureAlgorithm> {
        self.peer.signatures.peer()
    }

    /// Signature schemes that the peer accepts, by TLS number, in its order; empty before it has
    /// said so and after a resumption.
    pub fn accepted_signatures(&self) -> Vec<u16> {
        self.peer.signatures.accepted()
    }

    /// `SSL_set_debug` and its like: remembered, no more.
    pub fn set_debug(&self, debug: c_int) {
        self.debug.set(debug);
    }

    /// The handshake data, if a handshake is under way.
    pub fn client_hello(&self) -> Option<Arc<ClientHello>> {
        self.handshake.client_hello()
    }

    /// Runs `work` on the engine; fails when the connection died or calls itself from a callback.
    pub fn with_engine<R>(&self, work: impl FnOnce(&mut Engine) -> R) -> Result<R> {
        match self.engine.borrow_mut().as_mut() {
            Some(engine) => Ok(work(engine)),
            None => Err(Error::with(
                Reason::INTERNAL_ERROR,
                "the connection is busy or has died",
            )),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // S19: a connection that was not closed properly takes its session with it.
        if self.is_given_up_unclosed() {
            self.lose_session();
        }
        self.ex_data.free_for(self);
    }
}
