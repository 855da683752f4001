//! Driving a handshake of either role to its end.

use zeroize::Zeroizing;

use super::{Connection, HandshakeState, InfoKind, Role, Side, Stage, Stop, Want, stack};
use crate::engine::{Failure, Phase};
use crate::error::{Error, Reason};
use crate::flags::ShutdownFlags;
use crate::libcrypto::error_queue;
use crate::reference;
use crate::wire::{Alert, Version};

impl Connection {
    /// `SSL_do_handshake(3)`: goes as far as the transport allows. `Ok` when the handshake has
    /// been completed, now or before.
    ///
    /// Until then each call first empties the thread's error queue, as in OpenSSL: an older error,
    /// for example of another connection, must not look like one of this.
    pub fn handshake(&self) -> Result<(), Stop> {
        self.early.stop_writing();
        self.handshake_for_reading()
    }

    /// The same for a call that reads, which does not end a client's early data.
    pub(in crate::connection) fn handshake_for_reading(&self) -> Result<(), Stop> {
        let result = self.go_on();
        if !matches!(result, Err(Stop::Suspended)) {
            stack::wipe_below::<{ stack::OF_HANDSHAKE }>();
        }
        result
    }

    /// Does what the stage asks for.
    fn go_on(&self) -> Result<(), Stop> {
        match self.stage() {
            Stage::Open => {
                self.update_keys()?;
                self.send_answer()?;
                self.report_records();
                self.end_turn();
                return Ok(());
            }
            Stage::Failed => {
                // A program that finds an older `errno` would try again.
                error_queue::forget_system_error();
                self.transport.set_want(Want::Nothing);
                return Err(Stop::Transport);
            }
            // Errors that are queued afterwards belong to this call (SSL_get_error(3)).
            Stage::Before => {
                error_queue::forget_failures();
                self.begin()?;
            }
            Stage::EarlyData => {
                error_queue::forget_failures();
                self.continue_handshake()?;
            }
            Stage::Handshake | Stage::Tickets => error_queue::forget_failures(),
        }
        if self.early.is_connecting() {
            // The ClientHello goes out with the early data.
            self.pause();
            self.report_exit(&Ok(()));
            return Ok(());
        }
        let result = match self.stage() {
            Stage::Tickets => self.send_tickets(),
            _ => self.advance(),
        }
        .map_err(|stop| match stop {
            // An end in the middle of a handshake is never a proper one.
            Stop::Closed | Stop::Ended => Stop::Transport,
            Stop::Broken(error) => {
                self.transport.set_want(Want::Read);
                Stop::Failed(error)
            }
            stop => stop,
        });
        self.report_exit(&result);
        result
    }

    /// `SSL_connect(3)` and `SSL_accept(3)`.
    pub fn handshake_as(&self, role: Role) -> Result<(), Stop> {
        if self.role().is_none() {
            self.set_role(role);
        }
        self.handshake()
    }

    /// `SSL_set_connect_state` and `SSL_set_accept_state`: forgets a handshake that has begun.
    pub fn set_role(&self, role: Role) {
        self.handshake.set_role(Some(role));
        self.shutdown.set_flags(ShutdownFlags::EMPTY);
        if self.stage() != Stage::Before {
            self.reset();
        }
    }

    fn begin(&self) -> Result<(), Stop> {
        let Some(role) = self.role() else {
            return Err(Reason::CONNECTION_TYPE_NOT_SET.into());
        };
        if role == Role::Client
            && self.transport.read_bio().is_null()
            && self.transport.write_bio().is_null()
        {
            return Err(Reason::BIO_NOT_SET.into());
        }
        let context = self.context();
        match role {
            Role::Client => context.statistics().connect.increment(),
            Role::Server => context.statistics().accept.increment(),
        }
        drop(context);
        reference::prepare();
        self.handshake.begin(role);
        self.session.begin();
        // Whatever was set before (SSL_set_shutdown(3)): OpenSSL clears the connection here.
        self.shutdown.reset();
        self.begin_reports();
        if !self.may_begin() {
            // As in OpenSSL there is no alert.
            self.handshake.set_stage(Stage::Failed);
            let result = Err(Reason::INTERNAL_ERROR.into());
            self.report_exit(&result);
            return result;
        }
        self.handshake.set_stage(Stage::Handshake);
        let result = self.start(role).map_err(|stop| self.not_started(stop));
        if result.is_err() {
            self.report_exit(&result);
        }
        result
    }

    /// A handshake that cannot begin, for example because no version is left, ends with an alert
    /// like any other.
    fn not_started(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Failed(Error::Ssl(reason, detail)) if self.stage() != Stage::Failed => {
                let alert = match reason {
                    Reason::NO_CIPHERS_AVAILABLE | Reason::NO_SUITABLE_GROUPS => {
                        Alert::INTERNAL_ERROR
                    }
                    _ => Alert::PROTOCOL_VERSION,
                };
                let mut failure = Failure::with_alert(reason, alert);
                failure.detail = detail.into_owned();
                self.fail(failure)
            }
            stop => stop,
        }
    }

    fn start(&self, role: Role) -> Result<(), Stop> {
        self.configuration.method().versions()?;
        match role {
            Role::Client => self.start_client()?,
            // A server gets its session when it has seen the ClientHello (S3).
            Role::Server => {}
        }
        self.report_records();
        // A server has nothing to send yet, and a ClientHello before early data waits for that.
        if role == Role::Server || self.early.is_connecting() {
            self.end_turn();
        }
        Ok(())
    }

    /// Goes on until the handshake ends, pauses for early data, fails, or waits for the transport or
    /// the program.
    pub(in crate::connection) fn advance(&self) -> Result<(), Stop> {
        let is_client = self.role() == Some(Role::Client);
        loop {
            self.flush_flight()?;
            if is_client {
                // Our turn ends when the transport has taken the whole flight.
                self.end_turn();
            }
            if self.pauses_for_early_data()? {
                return Ok(());
            }
            match self.engine.with(|engine| engine.phase())? {
                Phase::Done => {
                    self.ask_about_missing_staple()?;
                    return self.finish();
                }
                Phase::Handshaking => self.read_for_handshake()?,
                // A server whose ClientHello is not complete, or whose program is still deciding.
                Phase::Idle if !self.start_engine()? => {
                    self.read_for_handshake()?;
                    self.report_records();
                    continue;
                }
                Phase::Idle => {}
            }
            let closed = match self.process() {
                Err(stop)
                    if !self
                        .engine
                        .with(|engine| engine.input.last_is_handshake())? =>
                {
                    self.transport.set_want(Want::Read);
                    return Err(stop);
                }
                result => result?,
            };
            if !is_client {
                self.end_turn();
            }
            if closed {
                // close_notify in the middle of a handshake.
                self.transport.set_want(Want::Read);
                self.handshake.set_stage(Stage::Failed);
                return Err(Stop::Closed);
            }
            while let Some(event) = self.engine.with(|engine| engine.next_event())? {
                self.follow(event)?;
            }
        }
    }

    /// Client: in TLS 1.3 OpenSSL asks the program after a resumption too, which brings no OCSP
    /// response.
    fn ask_about_missing_staple(&self) -> Result<(), Stop> {
        let facts = self.engine.with(|engine| engine.facts())?;
        if !facts.resumed || facts.version != Version::TLS1_3 {
            return Ok(());
        }
        self.enforce(self.check_staple(&[]))
    }

    /// Server: starts the engine once everything is decided. As in OpenSSL a failure by anything
    /// but a message waits to read (SSL_want(3)).
    fn start_engine(&self) -> Result<bool, Stop> {
        let started = self.answer_client_hello();
        if let Err(Stop::Failed(_)) = started
            && !self
                .engine
                .with(|engine| engine.input.last_is_handshake())?
        {
            self.transport.set_want(Want::Read);
        }
        started
    }

    /// Reads a record. As in OpenSSL a handshake that fails there, or by anything but a message,
    /// still waits to read (SSL_want(3)).
    fn read_for_handshake(&self) -> Result<(), Stop> {
        let result = self.read_record();
        if let Err(Stop::Failed(_)) = result {
            self.transport.set_want(Want::Read);
        }
        result
    }

    /// The handshake ends: the engine has finished, and everything is written.
    fn finish(&self) -> Result<(), Stop> {
        let facts = self.engine.with(|engine| engine.facts())?;
        let resumed = facts.resumed;
        self.session.set_resumed(resumed);
        if facts.resumed {
            self.peer.signatures.reset();
        }
        self.engine.record_facts(facts);
        self.handshake.set_stage(Stage::Open);
        let owes_tickets = self.owes_tickets();
        let mut under_way = self.handshake.take();
        // That of a resumed session is known.
        let master_secret = match resumed {
            true => Zeroizing::default(),
            false => under_way.master_secret(),
        };
        match &mut under_way.side {
            Side::Server(server) => self.finish_server(server, master_secret),
            Side::Client(client) => self.finish_client(client, master_secret),
        }
        drop(under_way);
        self.session.forget_provisional();
        self.engine.with(|engine| engine.release_input())?;
        self.observer
            .enter_state(match owes_tickets && self.is_ticket_due() {
                true => HandshakeState::SERVER_WRITES_TICKET,
                false => HandshakeState::OK,
            });
        self.report(InfoKind::HandshakeDone, 1);
        if owes_tickets {
            self.handshake.set_stage(Stage::Tickets);
            self.send_tickets()?;
        }
        Ok(())
    }
}
