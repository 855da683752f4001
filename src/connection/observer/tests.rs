//! The sequence of states for a client and a server.

use super::*;
use crate::wire::Version;

/// A connection whose callbacks write down what they get.
struct Witness {
    observer: Observer,
    role: Role,
    stage: Cell<Stage>,
    version: Cell<Version>,
    /// The state at each report to the info callback.
    states: RefCell<Vec<(InfoKind, HandshakeState)>>,
    /// Direction and first byte of each whole message.
    messages: RefCell<Vec<(Direction, u8)>>,
}

impl Witness {
    fn new(role: Role) -> Self {
        let witness = Self {
            observer: Observer::default(),
            role,
            stage: Cell::new(Stage::Handshake),
            version: Cell::new(Version::NONE),
            states: RefCell::default(),
            messages: RefCell::default(),
        };
        assert!(witness.observer.set_active(true));
        witness
    }

    /// A handshake message of this type goes its way in a record.
    fn message(&self, sent: bool, kind: HandshakeType) {
        let record = Record {
            sent,
            header: [22, 3, 3, 0, 4],
            protected: false,
            content_type: Some(ContentType::HANDSHAKE),
            contents: vec![kind.0, 0, 0, 0],
        };
        self.observer.report(self, vec![record]);
    }

    fn take_states(&self) -> Vec<(InfoKind, HandshakeState)> {
        self.states.take()
    }
}

impl Observed for Witness {
    fn role(&self) -> Option<Role> {
        Some(self.role)
    }

    fn stage(&self) -> Stage {
        self.stage.get()
    }

    fn agreed_version(&self) -> Version {
        self.version.get()
    }

    fn provisional_version(&self) -> Version {
        Version::TLS1_3
    }

    fn has_offered_early_data(&self) -> bool {
        false
    }

    fn is_accepting_early_data(&self) -> bool {
        false
    }

    fn fail(&self) {
        self.stage.set(Stage::Failed);
    }

    fn end_pause(&self) {}

    fn call_info(&self, kind: InfoKind, _value: c_int) {
        let state = self.observer.state();
        self.states.borrow_mut().push((kind, state));
    }

    fn call_message(&self, message: &Message<'_>) {
        if message.content_type == c_int::from(ContentType::HANDSHAKE.0) {
            let message = (message.direction, message.bytes[0]);
            self.messages.borrow_mut().push(message);
        }
    }
}

fn left(states: &[u8]) -> Vec<(InfoKind, HandshakeState)> {
    let left = |state: &u8| (InfoKind::Loop, HandshakeState(*state));
    states.iter().map(left).collect()
}

#[test]
fn a_client_leaves_each_state_for_the_next_message() {
    let client = Witness::new(Role::Client);
    client.message(true, HandshakeType::CLIENT_HELLO);
    client.observer.end_turn(&client);
    assert_eq!(client.take_states(), left(&[0, 12]));
    client.message(false, HandshakeType::SERVER_HELLO);
    client.version.set(Version::TLS1_3);
    client.message(false, HandshakeType::ENCRYPTED_EXTENSIONS);
    client.message(false, HandshakeType::FINISHED);
    assert_eq!(client.take_states(), left(&[12, 3, 38]));
    client.message(true, HandshakeType::FINISHED);
    client.observer.end_turn(&client);
    assert_eq!(client.take_states(), left(&[11, 18]));
    let kinds: Vec<u8> = client.messages.take().iter().map(|it| it.1).collect();
    assert_eq!(kinds, [1, 2, 8, 20, 20]);
}

#[test]
fn a_server_of_tls13_is_ready_for_early_data_after_its_flight() {
    let server = Witness::new(Role::Server);
    server.observer.end_turn(&server);
    server.message(false, HandshakeType::CLIENT_HELLO);
    server.version.set(Version::TLS1_3);
    server.message(true, HandshakeType::SERVER_HELLO);
    server.message(true, HandshakeType::FINISHED);
    server.observer.end_turn(&server);
    assert_eq!(server.take_states(), left(&[0, 0, 20, 22, 36, 46]));
    assert_eq!(server.observer.state(), HandshakeState::EARLY_DATA);
}

#[test]
fn nothing_is_reported_after_a_certificate_before_the_program_has_checked_it() {
    let client = Witness::new(Role::Client);
    client.message(false, HandshakeType::CERTIFICATE);
    client.message(false, HandshakeType::CERTIFICATE_VERIFY);
    let certificate = (Direction::Received, HandshakeType::CERTIFICATE.0);
    assert_eq!(client.messages.take(), [certificate]);
    client.observer.certificate_checked(true);
    client.observer.report(&client, Vec::new());
    let verify = (Direction::Received, HandshakeType::CERTIFICATE_VERIFY.0);
    assert_eq!(client.messages.take(), [verify]);
}

#[test]
fn a_message_after_the_handshake_ends_in_the_same_state() {
    let client = Witness::new(Role::Client);
    client.stage.set(Stage::Open);
    client.observer.enter_state(HandshakeState::OK);
    client.message(false, HandshakeType::NEW_SESSION_TICKET);
    assert!(client.observer.is_after_handshake());
    client.observer.end_turn(&client);
    assert!(!client.observer.is_after_handshake());
    let mut expected = left(&[1, 1, 9]);
    expected.push((InfoKind::Exit, HandshakeState::OK));
    assert_eq!(client.take_states(), expected);
}

#[test]
fn reset_forgets_states_and_ends_the_reports() {
    let client = Witness::new(Role::Client);
    client.message(true, HandshakeType::CLIENT_HELLO);
    client.message(false, HandshakeType::CERTIFICATE);
    client.observer.reset();
    assert!(!client.observer.is_active() && !client.observer.is_after_handshake());
    assert_eq!(client.observer.state(), HandshakeState::BEFORE);
    assert_eq!(client.observer.turn.get(), Turn::Ours);
}
