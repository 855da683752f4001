//! What becomes known of a handshake while its records are processed.

use std::mem::{replace, take};

use rustls::{ConnectionOutputs, HandshakeKind};

use super::server_hello::{ServerHello, ServerHelloReader, first_server_hello};
use crate::wire::{ContentType, HandshakeType, RECORD_HEADER, Tls12Ticket, Version, messages};

/// Something that has become known of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Client, TLS 1.2: the server sends a ticket.
    NewSessionTicket(Tls12Ticket),
    /// The session that was offered is resumed.
    Resumed,
    /// No session is resumed.
    Full,
    /// rustls goes on with this version.
    Version(Version),
    /// TLS number of the group in which keys are exchanged.
    Group(u16),
    /// Server: its ServerHello is in the output.
    Answered {
        /// The server random.
        random: [u8; 32],
        /// TLS number of the cipher suite.
        suite: u16,
    },
}

/// The events of one handshake: what is known, and what of it is to be reported.
///
/// Nothing here is a union of a hello's size, which would carry what happens to be on the stack to
/// the heap.
#[derive(Default)]
pub(super) struct Events {
    /// Client: the server's first message, as it comes in.
    reader: ServerHelloReader,
    has_server_hello: bool,
    /// Server: the random and the cipher suite of its ServerHello.
    answer: ([u8; 32], u16),
    /// Client, TLS 1.2: what the server sends from now on is protected.
    server_keys: bool,
    ticket: Option<Tls12Ticket>,
    /// Client, TLS 1.2: the server has sent a ticket that is not empty.
    has_ticket: bool,
    is_resumed: Option<bool>,
    version: Version,
    group: u16,
    has_early_data_answer: bool,
    unreported: Unreported,
}

/// What has changed since it was reported.
#[derive(Default)]
struct Unreported {
    kind: bool,
    answer: bool,
    version: bool,
    group: bool,
}

impl Events {
    /// Client: the ServerHello in a record that has been read, the first time.
    pub(super) fn server_hello(&mut self, record: &[u8]) -> Option<ServerHello> {
        if self.has_server_hello {
            return None;
        }
        let hello = self.reader.read(record)?;
        self.has_server_hello = !hello.is_retry_request;
        Some(hello).filter(|_| self.has_server_hello)
    }

    /// Client, TLS 1.2: rustls limits the lifetime hint of a ticket to a week, and does not
    /// distinguish a renewed ticket from the old one. The message goes unprotected, before the
    /// server's change_cipher_spec.
    pub(super) fn find_ticket(&mut self, records: &[u8]) {
        match ContentType::of(records) {
            Some(ContentType::CHANGE_CIPHER_SPEC) => self.server_keys = true,
            Some(ContentType::HANDSHAKE) if !self.server_keys => {
                if let Some(ticket) = new_session_ticket(records) {
                    self.has_ticket |= !ticket.is_empty;
                    self.ticket = Some(ticket);
                }
            }
            _ => {}
        }
    }

    /// Client, TLS 1.2: a session is resumed, and has no new ticket.
    pub(super) fn resumes_unchanged(&self) -> bool {
        self.is_resumed == Some(true) && self.version == Version::TLS1_2 && !self.has_ticket
    }

    /// What rustls knows by now.
    pub(super) fn compare(&mut self, outputs: &ConnectionOutputs) {
        let is_resumed = outputs.handshake_kind().map(|kind| {
            matches!(
                kind,
                HandshakeKind::Resumed | HandshakeKind::ResumedWithHelloRetryRequest
            )
        });
        let version = outputs.protocol_version();
        let version = version.map_or(self.version, |version| Version(version.0));
        let group = outputs.negotiated_key_exchange_group();
        let group = group.map_or(self.group, |group| group.name().0);
        self.unreported.kind |= self.is_resumed != is_resumed;
        self.unreported.version |= self.version != version;
        self.unreported.group |= self.group != group;
        (self.is_resumed, self.version, self.group) = (is_resumed, version, group);
    }

    /// Server: looks for its ServerHello in the output.
    pub(super) fn find_answer(&mut self, output: &[u8]) {
        if !self.has_server_hello
            && let Some(hello) = first_server_hello(output)
            && !hello.is_retry_request()
        {
            self.has_server_hello = true;
            self.answer = (*hello.random, hello.cipher_suite);
            self.unreported.answer = true;
        }
    }

    /// Whether this is the first answer to early data.
    pub(super) fn is_first_early_data_answer(&mut self) -> bool {
        !replace(&mut self.has_early_data_answer, true)
    }

    /// What is to be reported next.
    pub(super) fn next(&mut self) -> Option<Event> {
        let unreported = &mut self.unreported;
        if let Some(ticket) = self.ticket.take() {
            Some(Event::NewSessionTicket(ticket))
        } else if take(&mut unreported.kind) {
            Some(match self.is_resumed {
                Some(true) => Event::Resumed,
                _ => Event::Full,
            })
        } else if take(&mut unreported.answer) {
            let (random, suite) = self.answer;
            Some(Event::Answered { random, suite })
        } else if take(&mut unreported.version) {
            Some(Event::Version(self.version))
        } else if take(&mut unreported.group) {
            Some(Event::Group(self.group))
        } else {
            None
        }
    }
}

/// The NewSessionTicket of TLS 1.2 among the messages of a record.
fn new_session_ticket(record: &[u8]) -> Option<Tls12Ticket> {
    let mut messages = messages(record.get(RECORD_HEADER..)?);
    let ticket = messages.find(|message| message.kind == HandshakeType::NEW_SESSION_TICKET)?;
    Tls12Ticket::parse(ticket.body)
}
