//! The handshake: how far it has come, and what is kept while it is under way.
//!
//! [`Stage`] says where a connection is:
//!
//! | stage                    | becomes                                                                        |
//! |--------------------------|--------------------------------------------------------------------------------|
//! | [`Before`](Stage::Before)       | `Handshake` with the first call; `Failed` if no version may be spoken     |
//! | [`Handshake`](Stage::Handshake) | `Open` at the end, `Tickets` on a server that owes some, `EarlyData`      |
//! | [`EarlyData`](Stage::EarlyData) | `Handshake` when it goes on                                               |
//! | [`Tickets`](Stage::Tickets)     | `Open` when they are sent                                                 |
//! | [`Open`](Stage::Open)           | `Tickets` when the program asks for some                                  |
//! | [`Failed`](Stage::Failed)       |                                                                           |
//!
//! A fatal error makes any stage `Failed`, and `SSL_clear` makes any `Before`. What only a
//! handshake needs is a [`Client`]'s or a [`Server`]'s, and is freed at its end. A server's
//! decisions have states too, see `server`, and so has early data, see `early_data/state.rs`.
//!
//! Calls go one way: calls for early data, the driver, then `client` or `server` and `events`, then
//! callbacks, resumption and tickets, and below them the parts of the connection.
//!
//! | file               | what                                                           |
//! |--------------------|----------------------------------------------------------------|
//! | `driver`           | drives a handshake of either role to its end                   |
//! | `events`           | what is done about events that the engine reports              |
//! | `client`           | starts a client                                                |
//! | `client_callbacks` | the callbacks of a client about the server's extensions        |
//! | `server`           | a server's decisions on the ClientHello                        |
//! | `choice`           | what a server chooses from, and what it has chosen so far      |
//! | `server_start`     | starts a server's engine with them                             |
//! | `server_callbacks` | the callbacks of a server before its answer                    |
//! | `resumption`       | which session a server may resume                              |
//! | `external_psk`     | pre-shared keys of the program                                 |
//! | `hello_changes`    | changes of the ClientHello before the engine reads it          |
//! | `new_sessions`     | the fields of new sessions, of either role                     |
//! | `finish`           | the end of a handshake: session, cache, callback               |
//! | `session_ids`      | ids of a server's new sessions                                 |
//! | `tickets`          | a server's tickets of TLS 1.3, after the handshake             |
//! | `ticket_making`    | makes tickets of both versions                                 |
//! | `early_data`       | early data of either role                                      |

mod choice;
mod client;
mod client_callbacks;
mod driver;
mod early_data;
mod events;
mod external_psk;
mod finish;
mod hello_changes;
mod new_sessions;
mod resumption;
mod server;
mod server_callbacks;
mod server_start;
mod session_ids;
mod ticket_making;
mod tickets;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::session_slot::{add_secrets, cipher_id, secrets_of};
use super::{Connection, HandshakeState, InfoKind, Role, Stage, Stop, Want, io, stack};
use crate::error::Reason;
use crate::wire::ClientHello;

use client::Client;
pub(super) use client::EarlyVerdict;
pub(super) use early_data::{EarlyData, EarlyDataStatus};
pub use external_psk::LONGEST_IDENTITY;
use server::Server;
pub(super) use server_start::client_authentication;

/// Bytes of a master secret of TLS 1.2.
const MASTER_SECRET: usize = 48;

/// The handshake of a connection.
pub(super) struct Handshake {
    role: Cell<Option<Role>>,
    stage: Cell<Stage>,
    /// The reason of a callback that failed while the engine was working: the call ends with it,
    /// even if the callback has cleared the connection.
    failed: Cell<Option<Reason>>,
    under_way: RefCell<Option<Box<UnderWay>>>,
}

/// What is only needed until a handshake has ended.
struct UnderWay {
    /// The suite in the ServerHello, by TLS number; 0 before.
    suite: u16,
    /// The master secret of TLS 1.2, for a session without ticket and id.
    master_secret: Option<Zeroizing<[u8; MASTER_SECRET]>>,
    side: Side,
}

/// What only one of the roles has.
enum Side {
    Client(Client),
    Server(Server),
}

impl Handshake {
    /// Nothing has begun.
    pub fn new(role: Option<Role>) -> Self {
        Self {
            role: Cell::new(role),
            stage: Cell::new(Stage::Before),
            failed: Cell::new(None),
            under_way: RefCell::default(),
        }
    }

    /// The role, once it is known.
    pub fn role(&self) -> Option<Role> {
        self.role.get()
    }

    /// Fixes the role.
    pub fn set_role(&self, role: Option<Role>) {
        self.role.set(role);
    }

    /// How far the connection has come.
    pub fn stage(&self) -> Stage {
        self.stage.get()
    }

    /// See [`Stage`] for what may follow what.
    pub fn set_stage(&self, stage: Stage) {
        self.stage.set(stage);
    }

    /// Back to the state before a handshake. The role stays.
    pub fn reset(&self) {
        let Self {
            role: _,
            stage,
            failed,
            under_way: _,
        } = self;
        self.forget();
        failed.set(None);
        stage.set(Stage::Before);
    }

    /// Frees what is kept of a handshake under way.
    pub fn forget(&self) {
        // Dropped with nothing borrowed: the last reference to a session runs the program's
        // functions.
        let former = self.under_way.take();
        drop(former);
    }

    /// A handshake begins.
    fn begin(&self, role: Role) {
        let former = self.under_way.replace(Some(UnderWay::new(role)));
        drop(former);
    }

    /// What was kept of the handshake, which ends.
    fn take(&self) -> Box<UnderWay> {
        let role = self.role().unwrap_or(Role::Client);
        self.under_way.take().unwrap_or_else(|| UnderWay::new(role))
    }

    /// Runs `work` on what is kept of a handshake under way. Gives the default value when there is
    /// none.
    fn under_way<R: Default>(&self, work: impl FnOnce(&mut UnderWay) -> R) -> R {
        match self.under_way.borrow_mut().as_deref_mut() {
            Some(under_way) => work(under_way),
            None => R::default(),
        }
    }

    /// Runs `work` on what a client keeps. Gives the default value when no client's handshake is
    /// under way.
    pub fn client<R: Default>(&self, work: impl FnOnce(&mut Client) -> R) -> R {
        self.under_way(|under_way| match &mut under_way.side {
            Side::Client(client) => work(client),
            Side::Server(_) => R::default(),
        })
    }

    /// Runs `work` on what a server keeps. Gives the default value when no server's handshake is
    /// under way.
    pub fn server<R: Default>(&self, work: impl FnOnce(&mut Server) -> R) -> R {
        self.under_way(|under_way| match &mut under_way.side {
            Side::Server(server) => work(server),
            Side::Client(_) => R::default(),
        })
    }

    /// The suite in the ServerHello, by TLS number; 0 before.
    pub fn suite(&self) -> u16 {
        self.under_way(|under_way| under_way.suite)
    }

    /// The ServerHello has this suite.
    fn set_suite(&self, suite: u16) {
        self.under_way(|under_way| under_way.suite = suite);
    }

    /// The engine has derived the master secret of TLS 1.2.
    pub fn set_master_secret(&self, secret: &[u8]) {
        let secret = secret.try_into().map(Zeroizing::new);
        self.under_way(|under_way| under_way.master_secret = secret.ok());
    }

    /// A callback fails while the engine is working. The call fails with this reason when the
    /// engine returns.
    pub fn end_with(&self, reason: Reason) {
        self.failed.set(Some(reason));
    }

    /// Whether a callback has failed since the engine was called.
    pub fn has_failed(&self) -> bool {
        self.failed.get().is_some()
    }

    /// The reason of a callback that has failed since the engine was called.
    pub fn take_failure(&self) -> Option<Reason> {
        self.failed.take()
    }

    /// Server: the ClientHello of the handshake under way, once it has come.
    pub fn client_hello(&self) -> Option<Arc<ClientHello>> {
        self.server(|server| server.hello().cloned())
    }
}

impl UnderWay {
    /// The master secret of TLS 1.2, or nothing.
    fn master_secret(&self) -> Zeroizing<Vec<u8>> {
        let secret = self.master_secret.as_ref();
        Zeroizing::new(secret.map_or_else(Vec::new, |secret| secret.to_vec()))
    }

    fn new(role: Role) -> Box<Self> {
        Box::new(Self {
            suite: 0,
            master_secret: None,
            side: match role {
                Role::Client => Side::Client(Client::default()),
                Role::Server => Side::Server(Server::default()),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_belongs_to_one_role_and_ends_with_the_handshake() {
        let handshake = Handshake::new(Some(Role::Server));
        assert!(
            !handshake.server(|server| server.is_reading()),
            "none is under way"
        );
        handshake.begin(Role::Server);
        assert!(handshake.server(|server| server.is_reading()));
        assert!(
            handshake
                .client(|client| client.offered.any().cloned())
                .is_none()
        );
        handshake.set_suite(0x1301);
        assert_eq!(handshake.suite(), 0x1301);
        assert!(matches!(handshake.take().side, Side::Server(_)));
        assert_eq!(handshake.suite(), 0);
    }

    #[test]
    fn a_failure_of_a_callback_is_taken_once() {
        let handshake = Handshake::new(Some(Role::Client));
        handshake.begin(Role::Client);
        assert!(!handshake.has_failed());
        handshake.end_with(Reason::CALLBACK_FAILED);
        assert!(handshake.has_failed());
        assert_eq!(handshake.take_failure(), Some(Reason::CALLBACK_FAILED));
        assert_eq!(handshake.take_failure(), None);
    }

    #[test]
    fn a_callback_that_clears_the_connection_and_fails_has_failed() {
        let handshake = Handshake::new(Some(Role::Client));
        handshake.begin(Role::Client);
        handshake.reset();
        handshake.end_with(Reason::CALLBACK_FAILED);
        assert_eq!(handshake.take_failure(), Some(Reason::CALLBACK_FAILED));
    }

    #[test]
    fn reset_keeps_the_role_only() {
        let handshake = Handshake::new(Some(Role::Client));
        handshake.begin(Role::Client);
        handshake.set_stage(Stage::Failed);
        handshake.end_with(Reason::CALLBACK_FAILED);
        handshake.reset();
        assert_eq!(handshake.role(), Some(Role::Client));
        assert_eq!(handshake.stage(), Stage::Before);
        assert!(!handshake.has_failed() && handshake.client_hello().is_none());
    }
}
