//! The BIOs of a connection: one to read records from, one to write them to.
//!
//! What is in the records is not known here. A call that the transport stops is repeated by the
//! program; [`Want`] says what it waits for.

use std::cell::Cell;

use super::{Stop, Want};
use crate::engine::{Engine, ReadAhead, RecordProblem};
use crate::error::Reason;
use crate::libcrypto::bio::{Bio, Io, Retry};
use crate::libcrypto::bio_slot::BioSlot;

/// The transport of one connection.
#[derive(Default)]
pub struct Transport {
    read_bio: BioSlot,
    write_bio: BioSlot,
    want: Cell<Want>,
    pending_write: Cell<PendingWrite>,
    /// Output has been handed to the BIO but not flushed through.
    flight_unfinished: Cell<bool>,
}

/// A write that the transport has not taken completely. The program repeats the call with the same
/// data, some of which has been encrypted already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct PendingWrite {
    /// Bytes of the program's buffer that have been written.
    done: usize,
    /// Bytes after those that are encrypted and wait in the engine's output.
    in_flight: usize,
    /// Where the program's buffer was, to notice another one.
    buffer: usize,
}

/// Which BIOs two others replace (SSL_set_bio(3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// None: they are the same.
    Neither,
    /// The one to read from.
    Read,
    /// The one to write to.
    Write,
    /// Both, also where only one of them is another than before.
    Both,
}

/// Why no record was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReadStop {
    /// There is no read BIO.
    NoBio,
    /// The bytes are not those of a record that can come now.
    Malformed(RecordProblem),
    /// The transport has ended.
    EndOfFile,
    /// The call ends without an answer to the peer.
    Call(Stop),
}

impl Transport {
    /// Back to the state before a handshake; the BIOs stay.
    pub(super) fn reset(&self) {
        let Self {
            read_bio: _,
            write_bio: _,
            want,
            pending_write,
            flight_unfinished,
        } = self;
        want.take();
        pending_write.take();
        flight_unfinished.take();
    }

    /// `SSL_set0_rbio`
    pub fn set_read_bio(&self, bio: Option<Bio>) {
        self.read_bio.set(bio);
    }

    /// `SSL_set0_wbio`
    pub fn set_write_bio(&self, bio: Option<Bio>) {
        self.write_bio.set(bio);
    }

    /// `SSL_get_rbio`: lent.
    pub fn read_bio(&self) -> *mut openssl_sys::BIO {
        self.read_bio.as_ptr()
    }

    /// `SSL_get_wbio`: lent.
    pub fn write_bio(&self) -> *mut openssl_sys::BIO {
        self.write_bio.as_ptr()
    }

    /// Asks the read BIO. `None` when there is none.
    pub(super) fn with_read_bio<R>(&self, work: impl FnOnce(&Bio) -> R) -> Option<R> {
        self.read_bio.with(work)
    }

    /// Asks the write BIO. `None` when there is none.
    pub(super) fn with_write_bio<R>(&self, work: impl FnOnce(&Bio) -> R) -> Option<R> {
        self.write_bio.with(work)
    }

    /// Which BIOs these two replace.
    pub fn replaced_by(
        &self,
        read: *mut openssl_sys::BIO,
        write: *mut openssl_sys::BIO,
    ) -> Replaced {
        let (old_read, old_write) = (self.read_bio(), self.write_bio());
        match (read == old_read, write == old_write) {
            (true, true) => Replaced::Neither,
            (true, false) => Replaced::Write,
            (false, true) if old_read != old_write => Replaced::Read,
            _ => Replaced::Both,
        }
    }

    /// `SSL_want(3)`
    pub fn want(&self) -> Want {
        self.want.get()
    }

    /// What the call that is being stopped waits for.
    pub(super) fn set_want(&self, want: Want) {
        self.want.set(want);
    }
}

// -- Reading -----------------------------------------------------------------------------------

impl Transport {
    /// Has the next record complete in the engine's input. No byte beyond it is read except as
    /// `ahead` says; what was read ahead before comes first.
    pub(super) fn read_record(
        &self,
        engine: &mut Engine,
        ahead: ReadAhead,
    ) -> Result<(), ReadStop> {
        if engine.input.is_ahead() && self.take_received(engine, 0)? {
            return Ok(());
        }
        loop {
            let result = self.read_bio.with(|bio| {
                self.set_want(Want::Read);
                bio.read(engine.input.space(ahead))
            });
            let count = match result.ok_or(ReadStop::NoBio)? {
                Io::Done(count) if count > 0 => count,
                Io::Done(_) => return Err(ReadStop::Call(Stop::Ended)),
                Io::Retry(_) => {
                    engine.release_input();
                    return Err(ReadStop::Call(Stop::Suspended));
                }
                Io::Eof => return Err(ReadStop::EndOfFile),
                Io::Failed => return Err(ReadStop::Call(Stop::Transport)),
            };
            if self.take_received(engine, count)? {
                return Ok(());
            }
        }
    }

    /// Notes that `count` bytes have come. True when the record is complete.
    fn take_received(&self, engine: &mut Engine, count: usize) -> Result<bool, ReadStop> {
        let outcome = engine.received(count);
        if outcome != Ok(false) {
            engine.record_received();
        }
        self.set_want(Want::Nothing);
        outcome.map_err(ReadStop::Malformed)
    }

    /// Stops a call as if the read BIO had nothing to give.
    pub(super) fn yield_to_program(&self) -> Stop {
        self.set_want(Want::Read);
        self.read_bio.with(|bio| {
            bio.set_retry(Retry {
                read: true,
                write: false,
                special: None,
            });
        });
        Stop::Suspended
    }
}

// -- Writing -----------------------------------------------------------------------------------

impl Transport {
    /// Hands everything that the engine has to send to the write BIO.
    pub(super) fn flush(&self, engine: &mut Engine) -> Result<(), Stop> {
        while !engine.outgoing().is_empty() {
            let result = self.write_bio.with(|bio| {
                self.set_want(Want::Write);
                bio.write(engine.outgoing())
            });
            match result.ok_or(Reason::BIO_NOT_SET)? {
                Io::Done(count) if count > 0 => {
                    engine.wrote(count);
                    self.set_want(Want::Nothing);
                }
                Io::Retry(_) => return Err(Stop::Suspended),
                Io::Done(_) | Io::Eof | Io::Failed => return Err(Stop::Transport),
            }
        }
        Ok(())
    }

    /// A flight that has output has to be flushed through, if necessary by later calls. False when
    /// there is nothing to flush.
    pub(super) fn begin_flight(&self, has_output: bool) -> bool {
        if has_output {
            self.flight_unfinished.set(true);
        }
        self.flight_unfinished.get()
    }

    /// Has the write BIO, which has got all of a flight, pass everything on.
    pub(super) fn finish_flight(&self) -> Result<(), Stop> {
        let flushed = self.write_bio.with(|bio| {
            self.set_want(Want::Write);
            bio.flush()
        });
        match flushed {
            Some(Io::Retry(_)) => return Err(Stop::Suspended),
            // Filters that cannot flush say that it failed; nothing was lost.
            Some(Io::Done(_) | Io::Eof | Io::Failed) => self.set_want(Want::Nothing),
            None => {}
        }
        self.flight_unfinished.set(false);
        Ok(())
    }

    /// Gives up a flight that the peer will not receive.
    pub(super) fn abandon_flight(&self) {
        self.flight_unfinished.set(false);
        self.set_want(Want::Nothing);
    }
}

// -- Application data that is being written ------------------------------------------------------

impl Transport {
    /// Whether a write was begun that the transport has not taken completely.
    pub(super) fn is_write_pending(&self) -> bool {
        self.written_of_pending() > 0
    }

    /// How much of a write that has to be repeated is encrypted.
    pub(super) fn written_of_pending(&self) -> usize {
        let pending = self.pending_write.get();
        pending.done + pending.in_flight
    }

    /// Begins to write `data`, or goes on with it: then it must be the same as before, and at the
    /// same place unless it `may_move`.
    pub(super) fn begin_write(&self, data: &[u8], may_move: bool) -> Result<(), Reason> {
        let address = data.as_ptr().addr();
        let repeated = self.is_write_pending();
        let moved = self.pending_write.get().buffer != address && !may_move;
        if repeated && data.len() < self.written_of_pending() {
            self.set_want(Want::Nothing);
            return Err(Reason::BAD_LENGTH);
        }
        if repeated && moved {
            self.set_want(Want::Nothing);
            return Err(Reason::BAD_WRITE_RETRY);
        }
        self.change_pending(|pending| pending.buffer = address);
        Ok(())
    }

    /// The transport has taken all that was encrypted: returns how much of the data that is.
    pub(super) fn written(&self) -> usize {
        self.change_pending(|pending| pending.done += std::mem::take(&mut pending.in_flight));
        self.pending_write.get().done
    }

    /// `count` more bytes of the data are encrypted.
    pub(super) fn encrypted(&self, count: usize) {
        self.change_pending(|pending| pending.in_flight = count);
    }

    /// The write ends: the next one is another one.
    pub(super) fn end_write(&self) {
        self.change_pending(|pending| pending.done = 0);
    }

    fn change_pending(&self, change: impl FnOnce(&mut PendingWrite)) {
        let mut pending = self.pending_write.get();
        change(&mut pending);
        self.pending_write.set(pending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Alert;

    /// A transport whose peer is the other BIO, with a buffer of `size` bytes each way.
    fn transport(size: usize) -> (Transport, Bio) {
        let (ours, theirs) = Bio::pair(size).unwrap();
        let transport = Transport::default();
        transport.set_read_bio(Some(ours.clone()));
        transport.set_write_bio(Some(ours));
        (transport, theirs)
    }

    fn engine_with_output() -> Engine {
        let mut engine = Engine::default();
        engine.send_warning(Alert::CLOSE_NOTIFY);
        engine
    }

    #[test]
    fn two_bios_replace_those_that_they_are_not() {
        let (transport, peer) = transport(100);
        let (one, other) = (transport.read_bio(), peer.as_ptr());
        assert_eq!(transport.replaced_by(one, one), Replaced::Neither);
        assert_eq!(transport.replaced_by(one, other), Replaced::Write);
        // As in OpenSSL, where both were one BIO.
        assert_eq!(transport.replaced_by(other, one), Replaced::Both);
        assert_eq!(transport.replaced_by(other, other), Replaced::Both);
        transport.set_write_bio(Some(peer));
        assert_eq!(transport.replaced_by(other, other), Replaced::Read);
        assert_eq!(transport.replaced_by(other, one), Replaced::Both);
    }

    #[test]
    fn a_record_is_read_to_its_end_and_not_beyond() {
        let (transport, peer) = transport(100);
        let mut engine = Engine::default();
        peer.write(&[22, 3, 1, 0, 4, 1, 0]);
        let suspended = Err(ReadStop::Call(Stop::Suspended));
        assert_eq!(
            transport.read_record(&mut engine, ReadAhead::NONE),
            suspended
        );
        assert_eq!(transport.want(), Want::Read);
        peer.write(&[0, 9, 99]);
        assert_eq!(transport.read_record(&mut engine, ReadAhead::NONE), Ok(()));
        assert_eq!(transport.want(), Want::Nothing);
        assert_eq!(engine.input.unprocessed(), [22, 3, 1, 0, 4, 1, 0, 0, 9]);
    }

    #[test]
    fn what_is_no_record_is_malformed() {
        let (transport, peer) = transport(100);
        peer.write(b"GET / HTTP/1.0");
        let result = transport.read_record(&mut Engine::default(), ReadAhead::NONE);
        let problem = ReadStop::Malformed(RecordProblem::HttpRequest);
        assert_eq!(result, Err(problem));
    }

    #[test]
    fn without_bios_nothing_is_read_or_written() {
        let transport = Transport::default();
        let mut engine = engine_with_output();
        assert_eq!(
            transport.read_record(&mut engine, ReadAhead::NONE),
            Err(ReadStop::NoBio)
        );
        let no_bio = Err(Reason::BIO_NOT_SET.into());
        assert_eq!(transport.flush(&mut engine), no_bio);
    }

    #[test]
    fn a_flight_that_does_not_fit_waits_for_its_rest() {
        let (transport, peer) = transport(4);
        let mut engine = engine_with_output();
        assert!(transport.begin_flight(true));
        assert_eq!(transport.flush(&mut engine), Err(Stop::Suspended));
        assert_eq!(transport.want(), Want::Write);
        let mut received = [0; 4];
        peer.read(&mut received);
        assert_eq!(transport.flush(&mut engine), Ok(()));
        assert!(transport.begin_flight(false), "it is not flushed through");
        assert_eq!(transport.finish_flight(), Ok(()));
        assert_eq!(transport.want(), Want::Nothing);
        assert!(!transport.begin_flight(false));
    }

    #[test]
    fn a_write_is_repeated_with_the_same_data() {
        let transport = Transport::default();
        let data = [7; 10];
        assert_eq!(transport.begin_write(&data, false), Ok(()));
        assert!(!transport.is_write_pending());
        transport.encrypted(6);
        assert_eq!(transport.written_of_pending(), 6);
        let shorter = transport.begin_write(&data[..5], false);
        assert_eq!(shorter, Err(Reason::BAD_LENGTH));
        let moved = data;
        let result = transport.begin_write(&moved, false);
        assert_eq!(result, Err(Reason::BAD_WRITE_RETRY));
        assert_eq!(transport.begin_write(&moved, true), Ok(()));
        assert_eq!(transport.written(), 6);
        transport.encrypted(4);
        assert_eq!(transport.written(), 10);
        transport.end_write();
        assert!(!transport.is_write_pending());
    }

    #[test]
    fn reset_forgets_everything_but_the_bios() {
        let (transport, _peer) = transport(1);
        transport.set_want(Want::X509Lookup);
        transport.begin_flight(true);
        transport.encrypted(1);
        transport.reset();
        assert_eq!(transport.want(), Want::Nothing);
        assert!(!transport.begin_flight(false) && !transport.is_write_pending());
        assert!(!transport.read_bio().is_null() && !transport.write_bio().is_null());
    }
}
