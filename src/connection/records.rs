//! Records on their way between the transport and the engine.

use super::transport::ReadStop;
use super::{Connection, InfoKind, Stop};
use crate::engine::{Failure, Processed, ReadAhead};
use crate::error::Reason;
use crate::flags::Options;
use crate::wire::{Alert, AlertLevel};

impl Connection {
    /// Reads one record, and what follows it only if the program asks for reading ahead. On return
    /// the record is in the engine's input.
    pub(super) fn read_record(&self) -> Result<(), Stop> {
        // A BIO may be a program's own, whose functions call back into us.
        let mut engine = self.engine.take()?;
        let ahead = self.reading_ahead();
        let result = self.transport.read_record(&mut engine, ahead);
        self.engine.put_back(engine);
        result.map_err(|stop| match stop {
            ReadStop::NoBio => self.refuse(Reason::READ_BIO_NOT_SET, Alert::INTERNAL_ERROR),
            ReadStop::Malformed(problem) => self.fail(problem.into()),
            ReadStop::EndOfFile => self.end_of_file(),
            ReadStop::Call(stop) => stop,
        })
    }

    /// `SSL_CTX_set_read_ahead(3)`, `SSL_CTX_set_default_read_buffer_len(3)`
    fn reading_ahead(&self) -> ReadAhead {
        let settings = self.configuration.settings();
        match settings.read_ahead {
            0 => ReadAhead::NONE,
            _ => ReadAhead::within(settings.read_buffer_len),
        }
    }

    /// The transport has ended. Without close_notify that is an error (S125), unless the program
    /// says that it does not care.
    fn end_of_file(&self) -> Stop {
        if self
            .configuration
            .options()
            .contains(Options::IGNORE_UNEXPECTED_EOF)
        {
            self.shutdown.receive_close_notify();
            return Stop::Closed;
        }
        // The peer may have closed its sending side only, so it can read the alert.
        match self.refuse(Reason::UNEXPECTED_EOF_WHILE_READING, Alert::DECODE_ERROR) {
            Stop::Failed(error) => Stop::Broken(error),
            stop => stop,
        }
    }

    /// Has the engine process the records that have been read. True when the peer has closed its
    /// direction.
    pub(super) fn process(&self) -> Result<bool, Stop> {
        let progress = loop {
            match self.process_in_engine()? {
                Processed::ServerHello(hello) => self.read_server_hello(hello)?,
                Processed::Records(progress) => break progress,
            }
        };
        self.report_records();
        self.record_early_data(progress.early)?;
        if progress.closed {
            self.shutdown.receive_close_notify();
            self.report_alert(
                InfoKind::ReadAlert,
                AlertLevel::WARNING,
                Alert::CLOSE_NOTIFY,
            );
        }
        Ok(progress.closed)
    }

    fn process_in_engine(&self) -> Result<Processed, Stop> {
        let mut engine = self.engine.take()?;
        let result = engine.process(self);
        self.engine.put_back(engine);
        match (result, self.handshake.take_failure()) {
            (Ok(processed), None) => Ok(processed),
            (Ok(_), Some(reason)) => Err(self.refuse(reason, Alert::INTERNAL_ERROR)),
            (Err(failure), None) => Err(self.fail(failure)),
            (Err(failure), Some(reason)) => Err(self.fail(Failure {
                reason,
                detail: String::new(),
                ..failure
            })),
        }
    }
}
