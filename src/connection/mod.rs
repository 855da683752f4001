//! What `SSL` points to: one connection.
//!
//! A connection is used by one thread at a time, but every callback of the program may call back
//! into the library with the same pointer. So a connection is only ever borrowed shared, what
//! changes is in cells, no cell stays borrowed while the program runs, and the engine is taken out
//! of its cell while it works.
//!
//! # Parts
//!
//! [`Connection`] is made of parts. A part has private cells and does not know the connection: it
//! takes what it needs as arguments, returns what its caller has to do, and is tested alone. Its
//! public methods are those of C functions. `reset` says of each field whether it survives
//! `SSL_clear`.
//!
//! | part             | what it knows                                                         |
//! |------------------|-----------------------------------------------------------------------|
//! | `configuration`  | contexts, settings, method, verification parameters, names            |
//! | `transport`      | the BIOs, what a call waits for, a write that has to be repeated      |
//! | `engine_cell`    | the engine, what it has agreed on with the peer, a KeyUpdate to send  |
//! | `handshake`      | role, stage, and what a client or a server keeps of a handshake       |
//! | `hellos`         | what ClientHello and ServerHello have said                            |
//! | `session_slot`   | the connection's session, and the new one of a handshake              |
//! | `peer`           | the peer's certificates, signatures, OCSP responses                   |
//! | `early_data`     | which calls about early data may come next (`handshake/early_data`)   |
//! | `shutdown`       | which directions are closed                                           |
//! | `observer`       | what has been reported to the info and message callbacks              |
//!
//! # Methods
//!
//! What needs several parts is a method of the connection. Calls go in one direction: no two files
//! call each other, also not by way of others, and most calls go up this list:
//!
//! | file             | what it does                                                          |
//! |------------------|-----------------------------------------------------------------------|
//! | `facade`         | what C functions ask and set                                          |
//! | `session_use`    | `SSL_set_session`, and the loss of a session                          |
//! | `observed`       | what is reported, and what the observer sees                          |
//! | `policy/`        | decides what the configuration permits; a `Refusal` has the alert     |
//! | `output`         | records from the engine to the transport                              |
//! | `failing`        | the end of a connection after an error, with its alert                |
//! | `records`        | records from the transport to the engine                              |
//! | `writing`        | application data to the engine, KeyUpdates                            |
//! | `handshake/`     | drives a handshake of either role                                     |
//! | `delegate`       | answers the engine during a handshake                                 |
//! | `io`, `closing`  | `SSL_read`, `SSL_write`, `SSL_shutdown`                               |
//! | `last_call`      | what stopped the last call (`SSL_get_error`)                          |
//!
//! `client_hello_reader` and `client_hello_check` read messages; `state` and `stop` say where a
//! connection is and why a call stops; `stack` wipes secrets from it.

mod client_hello_check;
mod client_hello_reader;
mod closing;
mod configuration;
mod contexts;
mod delegate;
mod engine_cell;
mod facade;
mod failing;
mod handshake;
mod hellos;
mod io;
mod last_call;
mod observed;
mod observer;
mod output;
mod peer;
mod policy;
mod records;
mod session_slot;
mod session_use;
mod shutdown;
mod stack;
mod state;
mod stop;
mod transport;
mod writing;

pub use handshake::LONGEST_IDENTITY as LONGEST_PSK_IDENTITY;
pub use io::Reading;
pub use last_call::Stopped;
pub use observer::{HandshakeState, InfoKind};
pub use peer::{parsed_chain, parsed_issuers, parsed_leaf};
pub use state::{Stage, Want};
use stop::Refusal;
pub use stop::Stop;
pub use transport::Replaced;

use configuration::Configuration;
use engine_cell::EngineCell;
use handshake::{EarlyData, Handshake};
use hellos::Hellos;
use observer::Observer;
use peer::PeerState;
use session_slot::SessionSlot;
use shutdown::Shutdown;
use transport::Transport;

use std::sync::Arc;

use crate::callback::{KnownAs, Ssl};
pub use crate::cipher::Role;
use crate::context::Context;
use crate::error::Result;
use crate::libcrypto::ex_data::{Class, ExData};
use crate::reference::tag::{Tag, Tagged, tagged};

/// `SSL`.
#[repr(C)]
pub struct Connection {
    tag: Tag<{ Connection::KIND }>,
    /// Application data.
    pub ex_data: ExData,
    pub(crate) configuration: Configuration,
    pub(crate) transport: Transport,
    pub(crate) engine: EngineCell,
    handshake: Handshake,
    pub(crate) hellos: Hellos,
    session: SessionSlot,
    pub(crate) peer: PeerState,
    early: EarlyData,
    pub(crate) shutdown: Shutdown,
    pub(crate) observer: Observer,
}

tagged!(Connection, tag, 0xb47a_19e6_d85f_c32d);

impl KnownAs<Ssl> for Connection {}

impl Connection {
    /// `SSL_new(3)`: a connection with the settings of `context`.
    // The count must be atomic, as references may be given back by any thread (SSL_free(3)); what
    // is inside belongs to one thread at a time, as SSL_new(3) asks of its callers.
    #[allow(clippy::arc_with_non_send_sync)]
    pub fn new(context: &Context) -> Result<Arc<Self>> {
        let configuration = Configuration::of(context)?;
        let connection = Arc::new(Self {
            tag: Tag::new(),
            ex_data: ExData::new(Class::Ssl),
            transport: Transport::default(),
            engine: EngineCell::default(),
            handshake: Handshake::new(configuration.method().role),
            configuration,
            hellos: Hellos::default(),
            session: SessionSlot::default(),
            peer: PeerState::default(),
            early: EarlyData::default(),
            shutdown: Shutdown::default(),
            observer: Observer::default(),
        });
        connection.ex_data.init_for(&*connection)?;
        Ok(connection)
    }

    /// `SSL_dup(3)` of a connection that has not begun: what its manual page lists is copied, the
    /// rest comes from the context, as it is now.
    pub fn duplicate(&self) -> Result<Arc<Self>> {
        let copy = Self::new(&self.context())?;
        match self.lend_session() {
            Some(_) => copy.copy_session_of(self),
            None => copy.configuration.take_certificates_of(&self.configuration),
        }
        copy.configuration.duplicate(&self.configuration)?;
        copy.handshake.set_role(self.role());
        copy.shutdown.set_flags(self.shutdown.flags());
        copy.ex_data.copy_from(&self.ex_data)?;
        Ok(copy)
    }

    /// `SSL_clear(3)`: ready for another handshake. A session that was closed properly is kept,
    /// and offered again by a client (S26).
    pub fn clear(&self) {
        if self.is_given_up_unclosed() {
            self.session.lose_and_forget(self.session_context());
        }
        self.reset();
        let method = self.context().method();
        self.configuration.reset(method);
    }

    /// `SSL_set_SSL_CTX(3)`: takes over the other context's certificates; the id context only if
    /// it was the former context's (S69).
    pub fn switch_context(&self, context: &Context) {
        let before = self.context();
        if std::ptr::eq(&*before, context) {
            return;
        }
        let share = context.for_connection();
        let (old, new) = (before.settings(), share.settings());
        self.change_settings(|settings| {
            settings.take_certificates_of(new);
            settings.algorithms = new.algorithms.clone();
            if settings.session_id_context == old.session_id_context {
                settings.session_id_context = new.session_id_context.clone();
            }
        });
        self.configuration.contexts.switch(share);
    }

    /// Back to the state before a handshake. Each part says what of it stays.
    fn reset(&self) {
        self.engine.reset();
        self.peer.reset();
        self.session.reset();
        self.shutdown.reset();
        self.hellos.reset();
        self.early.reset();
        self.transport.reset();
        self.observer.reset();
        self.handshake.reset();
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
