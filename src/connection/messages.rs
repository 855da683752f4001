//! Telling the program of records and messages (SSL_CTX_set_msg_callback(3)), and of the states of
//! the handshake that follow from them (SSL_CB_LOOP of SSL_CTX_set_info_callback(3)).
//!
//! The engine keeps the records of a connection that is watched; they are told when it has come to
//! rest, or just before it asks the program something. A state is told when it is left: when a
//! message of the peer begins, before a message of ours, and when there is nothing more to be said
//! before the peer's answer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_int;

use super::handshake::EarlyDataStatus;
use super::handshake_state::{HandshakeState, Step};
use super::message_events::{Assembly, Event, What};
use super::{Connection, InfoKind, Role, Stage};
use crate::callback::{Direction, MessageCallback};
use crate::engine::{Record, received_so_far};
use crate::wire::{AlertLevel, ContentType, HandshakeType};

/// `SSL3_RT_HEADER`
const RECORD_HEADER: c_int = 0x100;
/// `SSL3_RT_INNER_CONTENT_TYPE`
const INNER_CONTENT_TYPE: c_int = 0x101;

/// How far telling has come.
#[derive(Default)]
pub(super) struct Telling {
    state: Cell<HandshakeState>,
    turn: Cell<Turn>,
    /// After the handshake: a message of the handshake protocol is being sent or received.
    interlude: Cell<bool>,
    /// The version before the ServerHello is that of the ClientHello.
    version: Cell<u16>,
    /// Only while the program watches.
    parts: RefCell<Option<Box<Parts>>>,
}

/// Whose turn it is to send handshake messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Turn {
    /// Ours: the current state has not been told.
    #[default]
    Ours,
    /// Ours, and the current state is that of a message which is still to come.
    Entered,
    /// The peer's.
    Theirs,
}

/// Records that cannot be told yet.
#[derive(Default)]
struct Parts {
    assembly: Assembly,
    /// See [`Connection::holds_back`].
    held: Option<Record>,
    /// Client: the server's certificate has been told, and the program has not judged it.
    unverified: bool,
    /// What is to be told next; nothing of it while a certificate is not judged.
    waiting: VecDeque<Event>,
}

impl Telling {
    /// Back to the state before a handshake.
    pub(super) fn forget(&self) {
        self.state.set(HandshakeState::BEFORE);
        self.turn.set(Turn::Ours);
        self.interlude.set(false);
        self.version.set(0);
        self.parts.take();
    }

    fn is_on(&self) -> bool {
        self.parts.borrow().is_some()
    }
}

impl Connection {
    /// `SSL_set_msg_callback`
    pub fn change_message_callback(&self, change: impl FnOnce(&mut MessageCallback)) {
        self.change_settings(|settings| change(&mut settings.message_callback));
        self.watch();
    }

    /// `SSL_get_state`
    pub fn handshake_state(&self) -> HandshakeState {
        self.telling.state.get()
    }

    /// `SSL_in_init`
    pub fn is_in_init(&self) -> bool {
        let rests = matches!(self.stage(), Stage::Open | Stage::EarlyData);
        !rests || self.telling.interlude.get() || self.key_update_type().is_some()
    }

    /// `SSL_is_init_finished`
    pub fn is_init_finished(&self) -> bool {
        !self.is_in_init() && self.handshake_state() == HandshakeState::OK
    }

    /// Whether states are told apart: while the program watches.
    pub(super) fn is_telling(&self) -> bool {
        self.telling.is_on()
    }

    /// Begins or ends watching, as the program has set its callbacks.
    pub(super) fn watch(&self) {
        let watched = self.settings.borrow().message_callback.is_set()
            || self.effective_info_callback().is_set();
        if watched == self.telling.is_on() {
            return;
        }
        let _ = self.with_engine(|engine| engine.set_watched(watched));
        self.telling.parts.replace(watched.then(Box::default));
    }

    /// Begins the handshake.
    pub(super) fn begin_telling(&self) {
        self.telling.forget();
        self.watch();
    }

    /// The handshake begins or ends with this state.
    pub(super) fn enter_state(&self, state: HandshakeState) {
        self.telling.state.set(state);
        self.telling.turn.set(match state {
            HandshakeState::SERVER_WRITES_TICKET => Turn::Entered,
            HandshakeState::BEFORE => Turn::Ours,
            _ => Turn::Theirs,
        });
    }

    /// A ticket of TLS 1.3 is about to be made.
    pub(super) fn begin_ticket(&self) {
        if self.telling.turn.get() != Turn::Entered {
            self.notify_state();
            self.enter_state(HandshakeState::SERVER_WRITES_TICKET);
        }
    }

    /// It is our turn, without a message of the peer.
    pub(super) fn take_turn(&self) {
        self.telling.turn.set(Turn::Ours);
        self.end_turn();
    }

    /// Tells what has happened. Nothing is borrowed, and the engine is at rest.
    pub(super) fn tell(&self) {
        if !self.telling.is_on() {
            return;
        }
        let records = self.with_engine(|engine| engine.take_records());
        self.tell_waiting();
        for record in records.unwrap_or_default() {
            self.tell_in_order(record);
        }
        if self.role() == Some(Role::Client) {
            let version = self.with_engine(|engine| engine.facts().version);
            self.telling.version.set(version.unwrap_or(0));
        }
    }

    /// Tells what the engine, which is at work, has received: it is about to ask the program.
    pub(super) fn tell_received(&self) {
        if self.telling.is_on()
            && let Some(record) = received_so_far()
        {
            self.tell_in_order(record);
        }
    }

    /// Goes on once the program has judged the peer's certificate. OpenSSL asks it before it reads
    /// on, the engine only when it has the proof that the peer has the key, or all of the flight.
    pub(super) fn tell_after_certificate(&self, accepted: bool) {
        if let Some(parts) = self.telling.parts.borrow_mut().as_mut() {
            parts.unverified = false;
            if !accepted {
                parts.waiting.clear();
            }
        }
    }

    /// Tells that nothing more is said before the peer's answer, if we had the word.
    pub(super) fn end_turn(&self) {
        let telling = &self.telling;
        if !telling.is_on() || telling.turn.get() == Turn::Theirs {
            return;
        }
        if telling.turn.replace(Turn::Theirs) == Turn::Ours {
            self.notify_state();
        }
        if telling.interlude.get() {
            telling.state.set(HandshakeState::OK);
            telling.interlude.set(false);
            self.notify(InfoKind::Exit, 1);
        } else if self.awaits_early_data() {
            telling.state.set(HandshakeState::EARLY_DATA);
            // Otherwise the handshake rests there.
            if !self.early.is_accepting() {
                self.notify_state();
            }
        }
    }

    /// A server of TLS 1.3 is ready for early data after its flight.
    fn awaits_early_data(&self) -> bool {
        self.role() == Some(Role::Server)
            && self.facts.borrow().version == 0x0304
            && self.stage() == Stage::Handshake
            && matches!(
                self.telling.state.get(),
                HandshakeState::SERVER_WRITES_HELLO
                    | HandshakeState::SERVER_WRITES_CHANGE
                    | HandshakeState::SERVER_WRITES_FINISHED
            )
    }

    fn tell_in_order(&self, record: Record) {
        let mut held = None;
        if let Some(parts) = self.telling.parts.borrow_mut().as_mut() {
            if self.holds_back(&record) {
                parts.held = Some(record);
                return;
            }
            if record.sent {
                held = parts.held.take();
            }
        }
        for record in held.into_iter().chain([record]) {
            self.tell_record(&record);
        }
    }

    /// A TLS 1.3 client's change_cipher_spec, which rustls makes as soon as the server has
    /// answered, goes out with the client's next flight.
    fn holds_back(&self, record: &Record) -> bool {
        record.sent
            && record.content_type == Some(ContentType::CHANGE_CIPHER_SPEC)
            && self.role() == Some(Role::Client)
            && self.telling.turn.get() == Turn::Theirs
    }

    fn tell_record(&self, record: &Record) {
        if record.content_type != Some(ContentType::HANDSHAKE) && self.telling.interlude.get() {
            self.end_turn();
        }
        if record.sent {
            // There is an answer to all that has come.
            self.tell_after_certificate(true);
            self.tell_waiting();
            if record.content_type == Some(ContentType::ALERT)
                && record.contents.first() == Some(&AlertLevel::FATAL.0)
            {
                self.handshake.set_stage(Stage::Failed);
            }
        }
        let tls13 = self.version_in_use() == 0x0304;
        let sent = record.sent;
        if let Some(parts) = self.telling.parts.borrow_mut().as_mut() {
            let events = parts.assembly.events(record, tls13);
            let events = events.into_iter().map(|what| Event { sent, what });
            parts.waiting.extend(events);
        }
        self.tell_waiting();
    }

    /// Tells events in their order, but none after a certificate that is not judged.
    fn tell_waiting(&self) {
        loop {
            let next = match self.telling.parts.borrow_mut().as_mut() {
                Some(parts) if !parts.unverified => parts.waiting.pop_front(),
                _ => None,
            };
            match next {
                Some(event) => self.tell_event(event),
                None => return,
            }
        }
    }

    fn tell_event(&self, Event { sent, what }: Event) {
        match what {
            What::Header(header) => {
                let version = c_int::from(u16::from_be_bytes([header[1], header[2]]));
                self.call_back(sent, version, RECORD_HEADER, &header);
            }
            What::InnerType(kind) => {
                let version = match sent {
                    true => 0x0303,
                    false => self.version_in_use(),
                };
                self.call_back(sent, version, INNER_CONTENT_TYPE, &[kind.0]);
            }
            What::Begins(step) => self.move_on(sent, step),
            What::Whole(kind, bytes) => {
                self.call_back(sent, self.version_in_use(), kind.0.into(), &bytes);
                if kind == ContentType::HANDSHAKE && !sent {
                    self.message_received(&bytes);
                }
            }
        }
    }

    fn message_received(&self, message: &[u8]) {
        if self.gives_us_the_word(message) {
            self.telling.turn.set(Turn::Ours);
        }
        if HandshakeType::of(message) == Some(HandshakeType::CERTIFICATE)
            && self.role() == Some(Role::Client)
            && let Some(parts) = self.telling.parts.borrow_mut().as_mut()
        {
            parts.unverified = true;
        }
    }

    /// Leaves the current state for that of a message.
    fn move_on(&self, sent: bool, step: Step) {
        let telling = &self.telling;
        let Some(role) = self.role() else { return };
        let Some(next) = HandshakeState::after(role, sent, step) else {
            return;
        };
        if !sent && telling.turn.get() == Turn::Ours {
            self.end_turn();
        }
        if !sent {
            self.end_rest();
        }
        if self.stage() == Stage::Open && !telling.interlude.get() {
            if !is_sent_after_handshake(step) {
                return;
            }
            telling.interlude.set(true);
            if !sent {
                self.notify_state();
            }
        }
        if telling.turn.get() != Turn::Entered {
            self.notify_state();
        }
        if sent && self.has_ended_early_data() {
            telling.state.set(HandshakeState::EARLY_DATA_ENDS);
            self.notify_state();
        }
        telling.state.set(next);
        telling.turn.set(match sent {
            true => Turn::Ours,
            false => Turn::Theirs,
        });
    }

    /// Whether a client that has sent early data now says so, if the server takes it.
    fn has_ended_early_data(&self) -> bool {
        self.telling.state.get() == HandshakeState::CLIENT_READS_FINISHED
            && self.early_data_status() != EarlyDataStatus::NotSent
    }

    /// Tells that the current state is left.
    fn notify_state(&self) {
        if self.telling.is_on() {
            self.notify(InfoKind::Loop, 1);
        }
    }

    /// Whether it is our turn after this message of the peer.
    fn gives_us_the_word(&self, message: &[u8]) -> bool {
        match HandshakeType::of(message) {
            Some(
                HandshakeType::CLIENT_HELLO
                | HandshakeType::SERVER_HELLO_DONE
                | HandshakeType::FINISHED
                | HandshakeType::KEY_UPDATE,
            ) => true,
            Some(HandshakeType::SERVER_HELLO) => super::plain_messages::is_retry_request(message),
            _ => self.telling.interlude.get(),
        }
    }

    /// As messages tell it.
    fn version_in_use(&self) -> c_int {
        const HIGHEST: u16 = 0x0304;
        let agreed = match self.role() {
            Some(Role::Client) => self.telling.version.get(),
            _ => self.facts.borrow().version,
        };
        let version = match (agreed, self.role()) {
            // A server that has not chosen yet could take any.
            (0, Some(Role::Server)) if self.method.get().is_flexible() => HIGHEST,
            (0, _) => self.highest_version(),
            (version, _) => version,
        };
        version.into()
    }

    fn call_back(&self, sent: bool, version: c_int, content_type: c_int, bytes: &[u8]) {
        let callback = self.settings.borrow().message_callback;
        let direction = match sent {
            true => Direction::Sent,
            false => Direction::Received,
        };
        callback.call(self.lent(), direction, version, content_type, bytes);
    }
}

/// Messages that belong to no handshake (RFC 8446, section 4.6).
fn is_sent_after_handshake(step: Step) -> bool {
    matches!(
        step,
        Step::Message(HandshakeType::NEW_SESSION_TICKET | HandshakeType::KEY_UPDATE)
    )
}
