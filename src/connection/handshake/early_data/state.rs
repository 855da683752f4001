//! Where early data of one connection is, and which calls about it may come next.
//!
//! | client                  | becomes                                                                     |
//! |-------------------------|-----------------------------------------------------------------------------|
//! | `Off`                   | `Connecting` with the first `SSL_write_early_data`                          |
//! | `Connecting`            | `Writing` when the ClientHello is made, else `ConnectAgain`                 |
//! | `ConnectAgain`          | `Connecting` with the next `SSL_write_early_data`                           |
//! | `Writing`               | `Flush` when all is written, else `Write`                                   |
//! | `Flush`                 | `Write` when the transport has taken all                                    |
//! | `Write`                 | `Writing`, or `WriteDone` with a call that is not about early data          |
//!
//! | server                  | becomes                                                                     |
//! |-------------------------|-----------------------------------------------------------------------------|
//! | `Off`                   | `Accepting` with the first `SSL_read_early_data`                            |
//! | `Accepting`             | `Reading` when the server's flight is sent and early data accepted, `ReadDone` when it is not, else `AcceptAgain` |
//! | `AcceptAgain`           | `Accepting` with the next `SSL_read_early_data`                             |
//! | `Reading`               | `Read` when some is read, or none is there; `ReadDone` at the end of early data |
//! | `Read`                  | `Reading`, or `Answering`                                                   |
//! | `ReadDone`              | `Answering`                                                                 |
//! | `Answering`             | what it was before                                                          |
//!
//! As in OpenSSL this is not the same as the stage: a client may go on writing early data while it
//! reads the server's answer.

use std::cell::Cell;

use crate::error::{Error, Reason, Result};

/// The state of early data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// The program has not asked for early data.
    #[default]
    Off,
    Client(ClientPhase),
    Server(ServerPhase),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientPhase {
    /// The ClientHello is being made.
    Connecting,
    /// It could not be made.
    ConnectAgain,
    /// Early data may be written.
    Write,
    /// It is being written.
    Writing {
        /// The ClientHello waits for the first early data, so that both go out together.
        hello_waits: bool,
    },
    /// It has been written, but not flushed.
    Flush,
    /// Other calls have ended the early data.
    WriteDone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ServerPhase {
    /// The server's own messages are being made.
    Accepting,
    /// They could not be made, or not be sent yet.
    AcceptAgain,
    /// Early data may be read.
    Read,
    /// It is being read.
    Reading,
    /// There is no more of it.
    ReadDone,
    /// It is being answered.
    Answering(Answered),
}

/// The state in which a server answers: early data may follow, or has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    Read,
    ReadDone,
}

/// What `SSL_write_early_data` does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteCall {
    /// Client: makes the ClientHello. Only the first call needs a session that allows early data.
    Connect { is_first: bool },
    /// Client: writes.
    Write,
    /// Client: flushes what is written.
    Flush,
    /// Server: answers.
    Answer(Answered),
}

/// What `SSL_read_early_data` does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadCall {
    /// Makes the server's flight.
    Accept { is_first: bool },
    /// Reads.
    Read,
}

/// The status of early data (`SSL_EARLY_DATA_…`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EarlyDataStatus {
    /// The client has not announced any.
    #[default]
    NotSent = 0,
    /// The server ignores it, or has not answered yet.
    Rejected = 1,
    /// The server accepts it.
    Accepted = 2,
}

/// Early data of one connection.
#[derive(Default)]
pub(in crate::connection) struct EarlyData {
    phase: Cell<Phase>,
    status: Cell<EarlyDataStatus>,
    /// Bytes sent, received or skipped so far.
    count: Cell<u64>,
    /// Most bytes to be sent or received.
    limit: Cell<u64>,
}

// -- Either role -------------------------------------------------------------------------------

impl EarlyData {
    /// Back to the state before a handshake.
    pub fn reset(&self) {
        let Self {
            phase,
            status,
            count,
            limit,
        } = self;
        phase.take();
        status.take();
        count.take();
        limit.take();
    }

    /// `SSL_get_early_data_status(3)`
    pub fn status(&self) -> EarlyDataStatus {
        self.status.get()
    }

    /// The ClientHello has announced early data, or has not after all; the server has answered.
    pub(super) fn set_status(&self, status: EarlyDataStatus) {
        self.status.set(status);
    }

    /// Most bytes to be sent or received.
    pub(super) fn set_limit(&self, limit: u32) {
        self.limit.set(limit.into());
    }

    /// Most bytes to be sent or received.
    pub(super) fn limit(&self) -> u64 {
        self.limit.get()
    }

    /// Counts bytes that are sent, received or skipped. Gives their number so far.
    pub(super) fn count(&self, bytes: usize) -> u64 {
        let count = self.count.get().saturating_add(bytes as u64);
        self.count.set(count);
        count
    }

    /// Whether so many more bytes may be sent.
    pub(super) fn has_room_for(&self, bytes: usize) -> bool {
        self.count.get().saturating_add(bytes as u64) <= self.limit.get()
    }

    /// Whether application data may be read or written now. Until a
    /// server's program has read all early data, it could take that for data of a finished handshake.
    pub fn check_application_data(&self) -> Result<()> {
        match self.phase.get() {
            Phase::Client(ClientPhase::ConnectAgain)
            | Phase::Server(ServerPhase::AcceptAgain | ServerPhase::Read) => Err(misused()),
            _ => Ok(()),
        }
    }

    /// What `SSL_write_early_data` does.
    pub(super) fn next_write(&self) -> Result<WriteCall> {
        match self.phase.get() {
            Phase::Off => Ok(WriteCall::Connect { is_first: true }),
            Phase::Client(ClientPhase::ConnectAgain) => Ok(WriteCall::Connect { is_first: false }),
            Phase::Client(ClientPhase::Write) => Ok(WriteCall::Write),
            Phase::Client(ClientPhase::Flush) => Ok(WriteCall::Flush),
            Phase::Server(ServerPhase::Read) => Ok(WriteCall::Answer(Answered::Read)),
            Phase::Server(ServerPhase::ReadDone) => Ok(WriteCall::Answer(Answered::ReadDone)),
            _ => Err(misused()),
        }
    }

    /// What `SSL_read_early_data` does.
    pub(super) fn next_read(&self) -> Result<ReadCall> {
        match self.phase.get() {
            Phase::Off => Ok(ReadCall::Accept { is_first: true }),
            Phase::Server(ServerPhase::AcceptAgain) => Ok(ReadCall::Accept { is_first: false }),
            Phase::Server(ServerPhase::Read) => Ok(ReadCall::Read),
            _ => Err(misused()),
        }
    }
}

// -- A client ----------------------------------------------------------------------------------

impl EarlyData {
    /// `SSL_write_early_data` makes the ClientHello.
    pub(super) fn connect(&self) {
        self.phase.set(Phase::Client(ClientPhase::Connecting));
    }

    /// `SSL_write_early_data` is making the ClientHello.
    pub fn is_connecting(&self) -> bool {
        self.phase.get() == Phase::Client(ClientPhase::Connecting)
    }

    /// The ClientHello could not be made.
    pub(super) fn connect_again(&self) {
        self.phase.set(Phase::Client(ClientPhase::ConnectAgain));
    }

    /// Early data is being written, with the ClientHello if that has just been made.
    pub(super) fn write(&self) {
        let hello_waits = self.is_connecting();
        self.phase
            .set(Phase::Client(ClientPhase::Writing { hello_waits }));
    }

    /// The ClientHello need not be sent before the first data; asked once.
    pub fn hello_may_wait(&self) -> bool {
        let waits = Phase::Client(ClientPhase::Writing { hello_waits: true });
        if self.phase.get() != waits {
            return false;
        }
        let hello_waits = false;
        self.phase
            .set(Phase::Client(ClientPhase::Writing { hello_waits }));
        true
    }

    /// All early data of a call is written, and is flushed.
    pub(super) fn flush(&self) {
        self.phase.set(Phase::Client(ClientPhase::Flush));
    }

    /// More may be written.
    pub(super) fn write_again(&self) {
        self.phase.set(Phase::Client(ClientPhase::Write));
    }

    /// A call that is not about early data ends a client's early data.
    pub fn stop_writing(&self) {
        if self.phase.get() == Phase::Client(ClientPhase::Write) {
            self.phase.set(Phase::Client(ClientPhase::WriteDone));
        }
    }
}

// -- A server ----------------------------------------------------------------------------------

impl EarlyData {
    /// `SSL_read_early_data` makes the server's flight.
    pub(super) fn accept(&self) {
        self.phase.set(Phase::Server(ServerPhase::Accepting));
    }

    /// `SSL_read_early_data` is accepting the connection.
    pub fn is_accepting(&self) -> bool {
        self.phase.get() == Phase::Server(ServerPhase::Accepting)
    }

    /// The server's flight could not be made, or not be sent yet.
    pub(super) fn accept_again(&self) {
        self.phase.set(Phase::Server(ServerPhase::AcceptAgain));
    }

    /// Early data is being read.
    pub(super) fn read(&self) {
        self.phase.set(Phase::Server(ServerPhase::Reading));
    }

    /// Whether early data is being read.
    pub(super) fn is_reading(&self) -> bool {
        self.phase.get() == Phase::Server(ServerPhase::Reading)
    }

    /// More may be read, unless the end has come.
    pub(super) fn read_again(&self) {
        if self.is_reading() {
            self.phase.set(Phase::Server(ServerPhase::Read));
        }
    }

    /// There is no more early data.
    pub(super) fn end_reading(&self) {
        self.phase.set(Phase::Server(ServerPhase::ReadDone));
    }

    /// Whether all early data is read.
    pub(super) fn has_ended_reading(&self) -> bool {
        self.phase.get() == Phase::Server(ServerPhase::ReadDone)
    }

    /// Early data is being answered.
    pub(super) fn answer(&self, answered: Answered) {
        self.phase
            .set(Phase::Server(ServerPhase::Answering(answered)));
    }

    /// The answer is written, or could not be written yet.
    pub(super) fn end_answer(&self, answered: Answered) {
        self.phase.set(Phase::Server(match answered {
            Answered::Read => ServerPhase::Read,
            Answered::ReadDone => ServerPhase::ReadDone,
        }));
    }
}

pub(super) fn misused() -> Error {
    Error::new(Reason::SHOULD_NOT_HAVE_BEEN_CALLED)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that may write.
    fn writing() -> EarlyData {
        let early = EarlyData::default();
        early.connect();
        early.write();
        early
    }

    /// A server that may read.
    fn reading() -> EarlyData {
        let early = EarlyData::default();
        early.accept();
        early.read();
        early.read_again();
        early
    }

    #[test]
    fn a_client_hello_waits_for_the_first_data_once() {
        let early = writing();
        assert!(early.hello_may_wait() && !early.hello_may_wait());
        early.write_again();
        early.write();
        assert!(!early.hello_may_wait());
    }

    #[test]
    fn a_client_hello_that_could_not_be_made_is_made_by_the_next_call() {
        let early = EarlyData::default();
        assert_eq!(
            early.next_write(),
            Ok(WriteCall::Connect { is_first: true })
        );
        early.connect();
        assert!(early.is_connecting() && early.next_write().is_err());
        early.connect_again();
        assert!(early.check_application_data().is_err());
        assert_eq!(
            early.next_write(),
            Ok(WriteCall::Connect { is_first: false })
        );
    }

    #[test]
    fn a_client_flushes_before_it_writes_more() {
        let early = writing();
        assert!(early.next_write().is_err(), "from within a callback");
        early.flush();
        assert_eq!(early.next_write(), Ok(WriteCall::Flush));
        early.write_again();
        assert_eq!(early.next_write(), Ok(WriteCall::Write));
    }

    #[test]
    fn another_call_ends_what_a_client_writes_early() {
        let early = writing();
        early.stop_writing();
        early.write_again();
        early.stop_writing();
        assert!(early.next_write().is_err() && early.next_read().is_err());
        assert_eq!(early.check_application_data(), Ok(()));
    }

    #[test]
    fn a_server_reads_until_the_end_and_may_answer_meanwhile() {
        let early = reading();
        assert_eq!(early.next_read(), Ok(ReadCall::Read));
        assert!(early.check_application_data().is_err());
        let answered = Answered::Read;
        assert_eq!(early.next_write(), Ok(WriteCall::Answer(answered)));
        early.answer(answered);
        assert!(early.next_read().is_err() && early.next_write().is_err());
        early.end_answer(answered);
        early.read();
        early.end_reading();
        early.read_again();
        assert!(early.has_ended_reading() && early.next_read().is_err());
        let answered = Answered::ReadDone;
        assert_eq!(early.next_write(), Ok(WriteCall::Answer(answered)));
        assert_eq!(early.check_application_data(), Ok(()));
    }

    #[test]
    fn a_flight_that_could_not_be_sent_is_sent_by_the_next_call() {
        let early = EarlyData::default();
        assert_eq!(early.next_read(), Ok(ReadCall::Accept { is_first: true }));
        early.accept();
        assert!(early.is_accepting() && early.next_read().is_err());
        early.accept_again();
        assert_eq!(early.next_read(), Ok(ReadCall::Accept { is_first: false }));
    }

    /// S119
    #[test]
    fn no_more_is_sent_than_the_limit() {
        let early = writing();
        early.set_limit(10);
        assert!(early.has_room_for(10) && !early.has_room_for(11));
        assert_eq!(early.count(7), 7);
        assert!(early.has_room_for(3) && !early.has_room_for(4));
        early.reset();
        assert_eq!(
            (early.limit(), early.status()),
            (0, EarlyDataStatus::NotSent)
        );
        assert_eq!(early.next_read(), Ok(ReadCall::Accept { is_first: true }));
    }
}
