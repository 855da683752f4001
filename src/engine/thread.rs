//! The connection that is driven on a thread.
//!
//! rustls's provider is shared by all connections, and its wrappers are called deep inside rustls.
//! So they find on their thread what they have to know of the connection that rustls works for, and
//! record there what they observe. The hooks, which connections share too, find there their connection
//! and its delegate.
//!
//! A callback of the program may drive another connection, which has the thread until that drive
//! ends. Handlers of `atexit(3)` and destructors of thread-locals may use the library too, so a
//! thread that ends drops nothing here.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use rustls::Error;
use rustls::client::Tls13Session;
use rustls::crypto::tls13::HkdfExpander;
use zeroize::Zeroizing;

use super::adapted_hello::Adapted;
use super::alerts::Alerts;
use super::client::DrivenClient;
use super::delegate::{Delegate, PeerRejected};
use super::early_data::Decrypted;
use super::external_psk::ExternalPsk;
use super::failure::error_with_alert;
use super::finished::Finished;
use super::hello_change::HelloChange;
use super::messages::ObservedRecords;
use super::server_parameters::ServerParameters;
use crate::callback::scoped::Scoped;
use crate::libcrypto::algorithms::Algorithms;
use crate::wire::Alert;

/// What the wrappers of the provider know of a connection, and what they have observed of it. The
/// connection keeps it while it is not driven.
#[derive(Default)]
pub(super) struct Driven {
    /// Where algorithms come from; `None` for the engine's own.
    pub(super) algorithms: Option<Arc<Algorithms>>,
    /// The external PSK of the handshake.
    pub(super) external_psk: Option<Box<ExternalPsk>>,
    /// Server: the ClientHellos that rustls is given in another form; `None` when it gets the real
    /// ones.
    pub(super) adapted: Option<Box<Adapted>>,
    /// How the ClientHello differs from rustls's.
    pub(super) hello_change: Option<HelloChange>,
    /// The id that rustls is to draw.
    pub(super) planned_id: Option<Box<PlannedId>>,
    /// Longest message of certificates or authorities that is taken from the peer, in bytes.
    pub(super) certificate_limit: Option<usize>,
    /// What a record that rustls encrypts becomes.
    pub(super) record_change: Option<RecordChange>,
    /// Client: itself, and its server. Until the end of the handshake; elsewhere while it asks.
    pub(super) client: Option<Box<DrivenClient>>,
    /// Server: what it was made from. As above.
    pub(super) server: Option<Box<ServerParameters>>,
    /// A TLS 1.3 session that is being restored.
    pub(super) restoring: Option<Box<Restoring>>,

    /// verify_data of both sides.
    pub(super) finished: Finished,
    /// The peer's public key of the key exchange; empty when there was none.
    pub(super) peer_key_share: Vec<u8>,
    /// The server has acknowledged the server name.
    pub(super) server_name_acknowledged: bool,
    /// Server: expands the resumption master secret that was derived last.
    pub(super) resumption_secret: Option<Box<dyn HkdfExpander>>,
    /// TLS 1.3: the exporter's secret that was derived last.
    pub(super) exporter_secret: Option<Zeroizing<Vec<u8>>>,
    /// What was decrypted last.
    pub(super) decrypted: Decrypted,
    /// What decides about the alert of an error.
    pub(super) alerts: Alerts,
    /// Why a hook has rejected the peer.
    pub(super) rejected: Option<PeerRejected>,
    /// The records, while the program observes the connection.
    pub(super) observed: Option<Box<ObservedRecords>>,
}

impl Driven {
    /// Before a handshake whose messages have not been exchanged.
    pub(super) fn forget_observations(&mut self) {
        self.finished = Finished::default();
        self.peer_key_share = Vec::new();
        self.resumption_secret = None;
        self.alerts = Alerts::default();
    }

    /// Whether rustls works for a client whose handshake is under way.
    pub(super) fn is_client(&mut self) -> bool {
        self.client.is_some()
    }

    /// The keys of TLS 1.3 are made. True for a client the first time, if it might send a
    /// certificate.
    pub(super) fn meets_tls13(&mut self) -> bool {
        self.client.as_mut().is_some_and(|client| {
            let known = std::mem::replace(&mut client.speaks_tls13, true);
            !known && client.may_authenticate
        })
    }

    /// The server's EncryptedExtensions come. True for a client the first time.
    pub(super) fn meets_extensions(&mut self) -> bool {
        self.client
            .as_mut()
            .is_some_and(|client| !std::mem::replace(&mut client.has_extensions, true))
    }
}

/// A draw of 32 random bytes that is answered with an id.
#[derive(Clone, Copy)]
pub(super) struct PlannedId {
    /// How many draws come before it.
    pub(super) draws: usize,
    /// The answer.
    pub(super) id: [u8; 32],
}

/// What a record that rustls encrypts becomes.
#[derive(Clone, Copy)]
pub(super) enum RecordChange {
    /// An alert: this fatal one.
    Alert(Alert),
    /// Application data: a handshake message.
    Handshake,
}

/// A TLS 1.3 session on its way into rustls.
#[derive(Default)]
pub(super) struct Restoring {
    /// The PSK that the next derivation answers with.
    pub(super) psk: Option<Zeroizing<Vec<u8>>>,
    /// When the session was made, in seconds since the epoch.
    pub(super) time: u64,
    /// The session, once rustls has it.
    pub(super) restored: Option<Tls13Session>,
}

struct Thread {
    delegate: Scoped<dyn Delegate>,
    driven: RefCell<ManuallyDrop<Option<Box<Driven>>>>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            delegate: Scoped::new(),
            driven: RefCell::new(ManuallyDrop::new(None)),
        }
    };
}

impl Thread {
    fn exchange(&self, driven: Option<Box<Driven>>) -> Option<Box<Driven>> {
        ManuallyDrop::into_inner(self.driven.replace(ManuallyDrop::new(driven)))
    }
}

/// Runs `work`, in which rustls works for a connection and asks `delegate`. Gives `driven` back.
pub(super) fn drive<R>(
    driven: Box<Driven>,
    delegate: Option<&(dyn Delegate + 'static)>,
    work: impl FnOnce() -> R,
) -> (R, Box<Driven>) {
    struct Restore<'a>(&'a Thread, Option<Box<Driven>>);
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            drop(self.0.exchange(self.1.take()));
        }
    }
    THREAD.with(|thread| {
        let _outer = Restore(thread, thread.exchange(Some(driven)));
        let result = thread.delegate.lend(delegate, work);
        (result, thread.exchange(None).unwrap_or_default())
    })
}

/// Runs `work` with the connection that is driven on this thread, if one is. `work` neither drives
/// nor asks.
pub(super) fn with<R>(work: impl FnOnce(&mut Driven) -> R) -> Option<R> {
    THREAD.with(|thread| {
        let mut driven = thread.driven.borrow_mut();
        driven.as_deref_mut().map(work)
    })
}

/// Runs `work`, which may ask, with the client that is driven on this thread.
pub(super) fn with_client<R>(work: impl FnOnce(&mut DrivenClient) -> R) -> Option<R> {
    let mut client = with(|driven| driven.client.take())??;
    let result = work(&mut client);
    with(|driven| driven.client = Some(client));
    Some(result)
}

/// Runs `work`, which may ask, with the parameters of the server that is driven on this thread.
pub(super) fn with_server<R>(work: impl FnOnce(&ServerParameters) -> R) -> Option<R> {
    let server = with(|driven| driven.server.take())??;
    let result = work(&server);
    with(|driven| driven.server = Some(server));
    Some(result)
}

/// Asks the delegate of the connection that is driven on this thread. `None` when there is none.
pub(super) fn ask<R>(question: impl FnOnce(&dyn Delegate) -> R) -> Option<R> {
    THREAD.with(|thread| thread.delegate.with(|delegate| delegate.map(question)))
}

/// The error with which a hook makes rustls reject the peer.
pub(super) fn reject(rejected: PeerRejected) -> Error {
    with(|driven| {
        driven.rejected = Some(rejected);
        driven.alerts.want(rejected.alert);
    });
    error_with_alert(rejected.alert)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &[u8]) -> Box<Driven> {
        Box::new(Driven {
            peer_key_share: name.to_vec(),
            ..Driven::default()
        })
    }

    fn current() -> Option<Vec<u8>> {
        with(|driven| driven.peer_key_share.clone())
    }

    struct Outlived;

    impl Drop for Outlived {
        fn drop(&mut self) {
            let (seen, _) = drive(named(b"last"), None, current);
            assert_eq!(seen.as_deref(), Some(&b"last"[..]));
        }
    }

    thread_local! {
        static OUTLIVED: Outlived = const { Outlived };
    }

    #[test]
    fn a_connection_within_another_has_the_thread_until_it_is_done() {
        let (inner, outer) = drive(named(b"outer"), None, || {
            let (seen, mut inner) = drive(named(b"inner"), None, current);
            assert_eq!(seen.as_deref(), Some(&b"inner"[..]));
            inner.peer_key_share.push(b'!');
            assert_eq!(current().as_deref(), Some(&b"outer"[..]));
            inner
        });
        assert_eq!(inner.peer_key_share, b"inner!");
        assert_eq!(outer.peer_key_share, b"outer");
        assert_eq!(current(), None);
    }

    #[test]
    fn a_panic_leaves_the_outer_connection() {
        drive(named(b"outer"), None, || {
            let unwound = std::panic::catch_unwind(|| {
                drive(named(b"inner"), None, || panic!("unwinds"));
            });
            assert!(unwound.is_err());
            assert_eq!(current().as_deref(), Some(&b"outer"[..]));
        });
        assert_eq!(current(), None);
    }

    #[test]
    fn a_thread_that_ends_drives_connections() {
        std::thread::spawn(|| {
            OUTLIVED.with(|_| ());
            drive(named(b"first"), None, || ());
        })
        .join()
        .unwrap();
    }
}
