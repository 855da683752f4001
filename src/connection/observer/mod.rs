//! Reports of records and messages to the program (SSL_CTX_set_msg_callback(3)), and of the states
//! of the handshake that follow from them (SSL_CB_LOOP of SSL_CTX_set_info_callback(3)).
//!
//! The engine keeps the records of a connection that the program observes. They are reported when
//! the engine has done its work, or just before it asks the program something. A state is reported
//! when it is left: when a message of the peer begins, before one of our messages, and at the end of
//! our flight.
//!
//! | module            | what                                     |
//! |-------------------|------------------------------------------|
//! | `events`          | what a record holds that is reported     |
//! | `handshake_state` | the states, with their numbers and names |
//! | `info`            | what the info callback reports           |

mod events;
mod handshake_state;
mod info;

pub use handshake_state::HandshakeState;
pub use info::InfoKind;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_int;

use self::events::{Assembly, Event, What};
use self::handshake_state::Step;
use super::{Role, Stage};
use crate::callback::Direction;
use crate::engine::Record;
use crate::wire::{
    AlertLevel, ContentType, HandshakeType, RecordHeader, Version, hello_random,
    is_of_retry_request,
};

/// `SSL3_RT_HEADER`
const RECORD_HEADER: c_int = 0x100;
/// `SSL3_RT_INNER_CONTENT_TYPE`
const INNER_CONTENT_TYPE: c_int = 0x101;

/// The connection as its observer sees it. Each answer is that of the moment: a callback may have
/// changed it.
pub(super) trait Observed {
    fn role(&self) -> Option<Role>;
    fn stage(&self) -> Stage;
    /// The version that the handshake has agreed on; [`Version::NONE`] before.
    fn agreed_version(&self) -> Version;
    /// The version of messages before that.
    fn provisional_version(&self) -> Version;
    /// Whether a client has offered early data.
    fn has_offered_early_data(&self) -> bool;
    /// Whether `SSL_read_early_data(3)` is doing the handshake.
    fn is_accepting_early_data(&self) -> bool;
    /// One of our fatal alerts is about to be reported.
    fn fail(&self);
    /// A message of the peer begins: a handshake that pauses for early data goes on.
    fn end_pause(&self);
    /// Calls the info callback, if there is one. Nothing is borrowed.
    fn call_info(&self, kind: InfoKind, value: c_int);
    /// Calls the message callback, if there is one. Nothing is borrowed.
    fn call_message(&self, message: &Message<'_>);
}

/// What the message callback gets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub direction: Direction,
    pub version: Version,
    /// `SSL3_RT_…`
    pub content_type: c_int,
    pub bytes: &'a [u8],
}

/// How far the reports have come.
#[derive(Default)]
pub struct Observer {
    state: Cell<HandshakeState>,
    turn: Cell<Turn>,
    /// A message that follows the handshake is being sent or received.
    after_handshake: Cell<bool>,
    /// Client: the version that has been agreed on, as of the last report. Before the ServerHello
    /// is reported it is not known.
    version: Cell<Version>,
    /// Only while the program has set a callback.
    pending: RefCell<Option<Box<Pending>>>,
}

/// Whose turn it is to send handshake messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Turn {
    /// Ours: the current state has not been reported.
    #[default]
    Ours,
    /// Ours, and the current state is that of a message which is still to come.
    Entered,
    /// The peer's.
    Theirs,
}

/// What cannot be reported yet.
#[derive(Default)]
struct Pending {
    assembly: Assembly,
    /// See [`Observer::holds_back`].
    held: Option<Record>,
    /// Client: the server's certificate has been reported, and not been accepted or rejected.
    unverified: bool,
    /// What is reported next, in order; nothing of it while a certificate is `unverified`.
    events: VecDeque<Event>,
}

impl Observer {
    /// Back to the state before a handshake.
    pub(super) fn reset(&self) {
        let Self {
            state,
            turn,
            after_handshake,
            version,
            pending,
        } = self;
        state.take();
        turn.take();
        after_handshake.take();
        version.take();
        pending.take();
    }

    /// Whether the program observes the connection, so that each state is reported.
    pub(super) fn is_active(&self) -> bool {
        self.pending.borrow().is_some()
    }

    /// Begins or ends the reports. True when that is a change.
    pub(super) fn set_active(&self, active: bool) -> bool {
        if active == self.is_active() {
            return false;
        }
        self.pending.replace(active.then(Box::default));
        true
    }

    /// `SSL_get_state`
    pub fn state(&self) -> HandshakeState {
        self.state.get()
    }

    /// Whether a message that follows the handshake is being sent or received.
    pub(super) fn is_after_handshake(&self) -> bool {
        self.after_handshake.get()
    }

    /// The handshake begins or ends with this state.
    pub(super) fn enter_state(&self, state: HandshakeState) {
        self.state.set(state);
        self.turn.set(match state {
            HandshakeState::SERVER_WRITES_TICKET => Turn::Entered,
            HandshakeState::BEFORE => Turn::Ours,
            _ => Turn::Theirs,
        });
    }

    /// A ticket of TLS 1.3 is about to be made.
    pub(super) fn begin_ticket(&self, observed: &impl Observed) {
        if self.turn.get() != Turn::Entered {
            self.leave_state(observed);
            self.enter_state(HandshakeState::SERVER_WRITES_TICKET);
        }
    }

    /// It is our turn, without a message of the peer.
    pub(super) fn take_turn(&self, observed: &impl Observed) {
        self.turn.set(Turn::Ours);
        self.end_turn(observed);
    }

    /// Reports the end of our flight if it was our turn.
    pub(super) fn end_turn(&self, observed: &impl Observed) {
        if !self.is_active() || self.turn.get() == Turn::Theirs {
            return;
        }
        if self.turn.replace(Turn::Theirs) == Turn::Ours {
            self.leave_state(observed);
        }
        if self.after_handshake.get() {
            self.state.set(HandshakeState::OK);
            self.after_handshake.set(false);
            observed.call_info(InfoKind::Exit, 1);
        } else if self.awaits_early_data(observed) {
            self.state.set(HandshakeState::EARLY_DATA);
            // Otherwise the handshake pauses there.
            if !observed.is_accepting_early_data() {
                self.leave_state(observed);
            }
        }
    }

    /// A server of TLS 1.3 is ready for early data after its flight.
    fn awaits_early_data(&self, observed: &impl Observed) -> bool {
        observed.role() == Some(Role::Server)
            && observed.agreed_version() == Version::TLS1_3
            && observed.stage() == Stage::Handshake
            && matches!(
                self.state.get(),
                HandshakeState::SERVER_WRITES_HELLO
                    | HandshakeState::SERVER_WRITES_CHANGE
                    | HandshakeState::SERVER_WRITES_FINISHED
            )
    }

    /// Reports that the current state is left.
    fn leave_state(&self, observed: &impl Observed) {
        if self.is_active() {
            observed.call_info(InfoKind::Loop, 1);
        }
    }
}

// -- Records -----------------------------------------------------------------------------------

impl Observer {
    /// Reports these records. The engine is not running.
    pub(super) fn report(&self, observed: &impl Observed, records: Vec<Record>) {
        self.report_events(observed);
        for record in records {
            self.report_in_order(observed, record);
        }
        if observed.role() == Some(Role::Client) {
            self.version.set(observed.agreed_version());
        }
    }

    /// The peer's certificate is accepted or rejected, so the reports go on. OpenSSL asks it before
    /// it reads on, the engine only when it has the proof that the peer has the key, or all of the
    /// flight.
    pub(super) fn certificate_checked(&self, accepted: bool) {
        if let Some(pending) = self.pending.borrow_mut().as_mut() {
            pending.unverified = false;
            if !accepted {
                pending.events.clear();
            }
        }
    }

    /// Reports a record, and before it one that was held back.
    pub(super) fn report_in_order(&self, observed: &impl Observed, record: Record) {
        let mut held = None;
        if let Some(pending) = self.pending.borrow_mut().as_mut() {
            if self.holds_back(observed, &record) {
                pending.held = Some(record);
                return;
            }
            if record.sent {
                held = pending.held.take();
            }
        }
        for record in held.into_iter().chain([record]) {
            self.report_record(observed, &record);
        }
    }

    /// A TLS 1.3 client's change_cipher_spec, which rustls makes as soon as the server has
    /// answered, goes out with the client's next flight.
    fn holds_back(&self, observed: &impl Observed, record: &Record) -> bool {
        record.sent
            && record.content_type == Some(ContentType::CHANGE_CIPHER_SPEC)
            && observed.role() == Some(Role::Client)
            && self.turn.get() == Turn::Theirs
    }

    fn report_record(&self, observed: &impl Observed, record: &Record) {
        if record.content_type != Some(ContentType::HANDSHAKE) && self.after_handshake.get() {
            self.end_turn(observed);
        }
        if record.sent {
            // What is sent answers all that has been received.
            self.certificate_checked(true);
            self.report_events(observed);
            if record.content_type == Some(ContentType::ALERT)
                && record.contents.first() == Some(&AlertLevel::FATAL.0)
            {
                observed.fail();
            }
        }
        let tls13 = self.version_in_use(observed) == Version::TLS1_3;
        let direction = if record.sent {
            Direction::Sent
        } else {
            Direction::Received
        };
        if let Some(pending) = self.pending.borrow_mut().as_mut() {
            let events = pending.assembly.events(record, tls13);
            let events = events.into_iter().map(|what| Event { direction, what });
            pending.events.extend(events);
        }
        self.report_events(observed);
    }

    /// Reports events in their order, but none after a certificate that is `unverified`.
    fn report_events(&self, observed: &impl Observed) {
        loop {
            let next = match self.pending.borrow_mut().as_mut() {
                Some(pending) if !pending.unverified => pending.events.pop_front(),
                _ => None,
            };
            match next {
                Some(event) => self.report_event(observed, event),
                None => return,
            }
        }
    }

    fn report_event(&self, observed: &impl Observed, Event { direction, what }: Event) {
        let call = |version, content_type, bytes| {
            observed.call_message(&Message {
                direction,
                version,
                content_type,
                bytes,
            });
        };
        match what {
            What::Header(header) => {
                let version = RecordHeader::parse(&header).version;
                call(version, RECORD_HEADER, &header);
            }
            What::InnerType(kind) => {
                let version = match direction {
                    Direction::Sent => Version::TLS1_2,
                    Direction::Received => self.version_in_use(observed),
                };
                call(version, INNER_CONTENT_TYPE, &[kind.0]);
            }
            What::Begins(step) => self.begin_message(observed, direction, step),
            What::Whole(kind, bytes) => {
                call(self.version_in_use(observed), kind.0.into(), &bytes);
                if kind == ContentType::HANDSHAKE && direction == Direction::Received {
                    self.message_received(observed, &bytes);
                }
            }
        }
    }

    fn message_received(&self, observed: &impl Observed, message: &[u8]) {
        if self.ends_peer_flight(message) {
            self.turn.set(Turn::Ours);
        }
        if HandshakeType::of(message) == Some(HandshakeType::CERTIFICATE)
            && observed.role() == Some(Role::Client)
            && let Some(pending) = self.pending.borrow_mut().as_mut()
        {
            pending.unverified = true;
        }
    }

    /// Whether it is our turn after this message of the peer.
    fn ends_peer_flight(&self, message: &[u8]) -> bool {
        match HandshakeType::of(message) {
            Some(
                HandshakeType::CLIENT_HELLO
                | HandshakeType::SERVER_HELLO_DONE
                | HandshakeType::FINISHED
                | HandshakeType::KEY_UPDATE,
            ) => true,
            Some(HandshakeType::SERVER_HELLO) => {
                hello_random(message).is_some_and(is_of_retry_request)
            }
            _ => self.after_handshake.get(),
        }
    }

    /// Leaves the current state for that of a message.
    fn begin_message(&self, observed: &impl Observed, direction: Direction, step: Step) {
        let Some(role) = observed.role() else { return };
        let Some(next) = HandshakeState::after(role, direction, step) else {
            return;
        };
        if direction == Direction::Received {
            if self.turn.get() == Turn::Ours {
                self.end_turn(observed);
            }
            observed.end_pause();
        }
        if observed.stage() == Stage::Open && !self.after_handshake.get() {
            if !is_sent_after_handshake(step) {
                return;
            }
            self.after_handshake.set(true);
            if direction == Direction::Received {
                self.leave_state(observed);
            }
        }
        if self.turn.get() != Turn::Entered {
            self.leave_state(observed);
        }
        if direction == Direction::Sent && self.has_ended_early_data(observed) {
            self.state.set(HandshakeState::EARLY_DATA_ENDS);
            self.leave_state(observed);
        }
        self.state.set(next);
        self.turn.set(match direction {
            Direction::Sent => Turn::Ours,
            Direction::Received => Turn::Theirs,
        });
    }

    /// Whether a client now leaves the state in which it could send early data.
    fn has_ended_early_data(&self, observed: &impl Observed) -> bool {
        self.state.get() == HandshakeState::CLIENT_READS_FINISHED
            && observed.has_offered_early_data()
    }

    /// The version that messages are reported with.
    fn version_in_use(&self, observed: &impl Observed) -> Version {
        let agreed = match observed.role() {
            Some(Role::Client) => self.version.get(),
            _ => observed.agreed_version(),
        };
        match agreed {
            Version::NONE => observed.provisional_version(),
            version => version,
        }
    }
}

/// Messages that belong to no handshake (RFC 8446, section 4.6).
fn is_sent_after_handshake(step: Step) -> bool {
    matches!(
        step,
        Step::Message(HandshakeType::NEW_SESSION_TICKET | HandshakeType::KEY_UPDATE)
    )
}

#[cfg(test)]
mod tests;
