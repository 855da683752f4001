//! What is sent on demand: application data, tickets, alerts, new keys.

use rustls::Error;
use rustls::crypto::cipher::OutboundPlain;

use super::failure::{Failure, replace_plain_alert};
use super::new_session_ticket::{self, TicketSecrets};
use super::spare;
use super::thread::RecordChange;
use super::tls::{Engine, Tls};
use crate::wire::{Alert, AlertLevel};

impl Engine {
    /// Encrypts `data` into the output, in as many records as it needs.
    pub fn write(&mut self, data: &[u8]) -> Result<(), Failure> {
        let data = OutboundPlain::from(data);
        if self.output.is_empty() {
            self.output = spare::OUTPUT.take();
        }
        self.drive(None, |Self { tls, output, .. }| match tls {
            Tls::Idle => Err(Error::HandshakeNotComplete),
            Tls::Client(connection, _) => connection.write(data, output),
            Tls::Server(connection) => connection.write(data, output),
        })
        .map_err(|error| self.failure(&error))
    }

    /// Server, TLS 1.3, after the handshake: the secrets of one more ticket. `None` elsewhere.
    pub fn next_ticket(&mut self) -> Option<TicketSecrets> {
        self.derive(|engine| engine.tickets.as_mut()?.next())
    }

    /// Puts a NewSessionTicket into the output, in separate records. `ticket` has 1 to 65535
    /// bytes; `lifetime` is in seconds; `max_early_data` in bytes, 0 allows none.
    pub fn send_ticket(
        &mut self,
        secrets: &TicketSecrets,
        ticket: &[u8],
        lifetime: u32,
        age_add: u32,
        max_early_data: u32,
    ) -> Result<(), Failure> {
        let message =
            new_session_ticket::message(secrets, ticket, lifetime, age_add, max_early_data);
        // rustls sends no other handshake messages than its own.
        self.driven().record_change = Some(RecordChange::Handshake);
        let result = self.write(&message);
        self.driven().record_change = None;
        result
    }

    /// Puts close_notify into the output.
    pub fn send_close_notify(&mut self) {
        self.drive(None, Self::close_notify);
    }

    fn close_notify(&mut self) {
        let output = &mut self.output;
        let _ = match &mut self.tls {
            Tls::Idle => Ok(()),
            Tls::Client(connection, _) => connection.send_close_notify(output),
            Tls::Server(connection) => connection.send_close_notify(output),
        };
    }

    /// Puts a fatal alert into the output, protected if there are keys. Nothing more can be sent
    /// afterwards.
    pub fn send_alert(&mut self, alert: Alert) {
        if !self.is_started() {
            return self.send_plain(alert, AlertLevel::FATAL);
        }
        // rustls sends no other alerts than those of its errors and close_notify.
        self.driven().record_change = Some(RecordChange::Alert(alert));
        self.drive(None, |engine| {
            let start = engine.output.len();
            engine.close_notify();
            replace_plain_alert(&mut engine.output[start..], alert);
        });
        self.driven().record_change = None;
    }

    /// Server, before [`accept`](Self::accept): puts a warning into the output.
    pub fn send_warning(&mut self, alert: Alert) {
        self.send_plain(alert, AlertLevel::WARNING);
    }

    fn send_plain(&mut self, alert: Alert, level: AlertLevel) {
        self.drive(None, |engine| {
            engine.output.extend_from_slice(&alert.plain_record(level));
        });
    }

    /// Puts a KeyUpdate into the output (TLS 1.3).
    pub fn update_keys(&mut self) -> Result<(), Failure> {
        self.drive(None, |Self { tls, output, .. }| match tls {
            Tls::Idle => Err(Error::HandshakeNotComplete),
            Tls::Client(connection, _) => connection.refresh_traffic_keys(output),
            Tls::Server(connection) => connection.refresh_traffic_keys(output),
        })
        .map_err(|error| self.failure(&error))
    }

    /// Client: whether early data can be written: it was asked for, and the server has not answered
    /// yet, or is sending its answer and has not rejected it.
    pub fn can_write_early(&mut self) -> bool {
        match &mut self.tls {
            Tls::Client(connection, _) => connection.early_data().is_some(),
            _ => false,
        }
    }

    /// Client: encrypts early data into the output. The caller has checked that it may be sent.
    pub fn write_early(&mut self, data: &[u8]) -> Result<(), Failure> {
        let written = self.drive(None, |engine| match &mut engine.tls {
            Tls::Client(connection, _) => match connection.early_data() {
                Some(mut early) => early.write(OutboundPlain::from(data), &mut engine.output),
                None => Err(Error::HandshakeNotComplete),
            },
            _ => Err(Error::HandshakeNotComplete),
        });
        match written {
            Ok(count) if count == data.len() => Ok(()),
            Ok(_) => Err(Error::General("early data was cut short".into())),
            Err(error) => Err(error),
        }
        .map_err(|error| self.failure(&error))
    }
}
