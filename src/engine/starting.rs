//! Starting a connection of either role.

use rustls::Error;
use rustls::crypto::GetRandomFailed;
use zeroize::Zeroizing;

use super::adapted_hello::Adapted;
use super::client::{self, ClientParameters};
use super::delegate::Delegate;
use super::events::Events;
use super::external_psk::ExternalPsk;
use super::failure::{Failure, Side};
use super::hello_change::disguise;
use super::provider::random;
use super::provider::suites::tls13_hash_len;
use super::server;
use super::server_parameters::ServerParameters;
use super::session_value::SessionSecrets;
use super::thread;
use super::tls::{Engine, Tls};
use crate::wire;

impl Engine {
    /// Starts a client: its ClientHello is in the output afterwards.
    pub fn connect(
        &mut self,
        mut parameters: ClientParameters,
        delegate: &(dyn Delegate + 'static),
    ) -> Result<(), Failure> {
        let driven = self.driven();
        driven.algorithms = parameters.profile.algorithms.clone();
        driven.hello_change = parameters.hello_change.any();
        let started = self.drive(Some(delegate), |engine| {
            take_external_psk(parameters.session.as_mut())?;
            client::connect(parameters, &mut engine.output)
        });
        // What has been signed is a binder.
        self.driven().forget_observations();
        let (connection, hello) = started.map_err(|error| failed(&error, Side::Client))?;
        self.tls = Tls::Client(connection, hello);
        self.events = Events::default();
        self.keep_early_exporter();
        Ok(())
    }

    /// Client: the random of the ClientHello that is in the output.
    pub fn client_random(&self) -> Option<[u8; 32]> {
        wire::client_random(self.output()).copied()
    }

    /// Starts a server, once its ClientHello is in the input and has been examined.
    pub fn accept(&mut self, mut parameters: Box<ServerParameters>) -> Result<(), Failure> {
        let driven = self.driven();
        driven.algorithms = parameters.profile.algorithms.clone();
        driven.adapted = Adapted::new(&parameters.hello_changes).map(Box::new);
        if let Some(offset) = parameters.hidden_master_secret {
            self.input
                .change_unprocessed(|records| disguise(records, offset));
        }
        let hello_change = parameters.hello_change();
        let accepted = self.drive(None, |_| {
            let session = parameters.resume.as_mut().map(|offer| &mut offer.session);
            take_external_psk(session)?;
            thread::with(|driven| driven.server = Some(parameters));
            server::accept()
        });
        let connection = accepted.map_err(|error| failed(&error, Side::Server))?;
        self.driven().hello_change = hello_change;
        self.tls = Tls::Server(connection);
        // A program that goes on with the handshake in a callback starts it twice.
        self.events = Events::default();
        Ok(())
    }
}

fn failed(error: &Error, side: Side) -> Failure {
    Failure::from_rustls(error, side, Default::default())
}

/// Takes an external PSK out of the session of the connection that is driven, if it is one.
fn take_external_psk(session: Option<&mut SessionSecrets>) -> Result<(), GetRandomFailed> {
    let Some(session) = session.filter(|session| session.external) else {
        return Ok(());
    };
    let length = tls13_hash_len(session.cipher_suite).ok_or(GetRandomFailed)?;
    let mut stand_in = Zeroizing::new(vec![0; length]);
    random::SOURCE.fill(&mut stand_in)?;
    let psk = ExternalPsk::take_from(session, stand_in);
    thread::with(|driven| driven.external_psk = Some(Box::new(psk)));
    Ok(())
}
