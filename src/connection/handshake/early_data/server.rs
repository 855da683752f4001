//! A server's side of early data.

use super::{Answered, Connection, EarlyDataStatus, ReadCall, Role, Stage, Stop, misused};
use crate::context::Settings;
use crate::engine::{EarlyDataEvent, EarlyDataPolicy};
use crate::error::{Error, Reason};
use crate::session::Session;
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

/// What the protection of skipped early data may add, in bytes, as in OpenSSL: tag and content type
/// of six records, and the contents of an alert.
const SKIPPED_OVERHEAD: u64 = 6 * 17 + 2;

impl Connection {
    /// `SSL_read_early_data(3)`: copies early data into `buffer` and gives the number of bytes, which
    /// is 0 for an empty buffer only. `None` when there is no more.
    pub fn read_early_data(&self, buffer: &mut [u8]) -> std::result::Result<Option<usize>, Stop> {
        let early = &self.early;
        if self.role() == Some(Role::Client) {
            return Err(misused().into());
        }
        match early.next_read()? {
            ReadCall::Accept { is_first: true } if self.stage() != Stage::Before => {
                return Err(misused().into());
            }
            ReadCall::Accept { .. } => {
                early.accept();
                if let Err(stop) = self.handshake_as(Role::Server) {
                    early.accept_again();
                    return Err(stop);
                }
            }
            // Early data past the limit is discarded.
            ReadCall::Read if self.stage() == Stage::Failed => return Err(Stop::Transport),
            ReadCall::Read => {}
        }
        if early.status() != EarlyDataStatus::Accepted {
            early.end_reading();
            return Ok(None);
        }
        early.read();
        let result = self.receive_early(buffer);
        early.read_again();
        result
    }

    fn receive_early(&self, buffer: &mut [u8]) -> std::result::Result<Option<usize>, Stop> {
        loop {
            if self.early.has_ended_reading() {
                self.stop_resting()?;
                // The client's Finished usually comes along.
                let result = self.advance();
                self.report_exit(&result);
                return match result {
                    Ok(()) | Err(Stop::Suspended) => Ok(None),
                    Err(stop) => Err(stop),
                };
            }
            let (count, more) = self.with_engine(|engine| {
                let pending = engine.pending();
                let count = pending.len().min(buffer.len());
                buffer[..count].copy_from_slice(&pending[..count]);
                engine.consume(count);
                (count, !engine.pending().is_empty())
            })?;
            if count > 0 || more {
                return Ok(Some(count));
            }
            self.read_record()?;
            if self.process()? {
                return Err(Stop::Closed);
            }
        }
    }

    /// Decides on the early data of this client, once everything else has been decided (S117).
    pub(in crate::connection) fn decide_on_early_data(
        &self,
        hello: &ClientHello,
    ) -> std::result::Result<EarlyDataPolicy, Stop> {
        let version = self.engine.facts().version;
        if version != Version::TLS1_3 || hello.extension(ExtensionType::EARLY_DATA).is_none() {
            return Ok(EarlyDataPolicy::Absent);
        }
        self.early.set_status(EarlyDataStatus::Rejected);
        let settings = self.settings();
        let profile = self.server_profile(hello)?;
        let limit = self.handshake.server(|server| {
            let offer = server.offered.as_ref().filter(|offer| offer.fresh)?;
            let session = offer.session();
            let same = session.alpn().as_deref() == server.alpn.as_deref()
                && session.cipher_id() as u16 == offer.suite;
            same.then(|| session.max_early_data().min(settings.recv_max_early_data))
        });
        let Some(limit) = limit else {
            return Ok(EarlyDataPolicy::Reject);
        };
        let accepted = settings.max_early_data > 0
            && self.early.is_accepting()
            && profile.has_any_group(&hello.key_share_groups())
            && self.allows_early_data(&settings);
        if !accepted {
            return Ok(EarlyDataPolicy::Reject);
        }
        self.early.set_limit(limit);
        self.early.set_status(EarlyDataStatus::Accepted);
        Ok(EarlyDataPolicy::Accept)
    }

    /// `SSL_CTX_set_allow_early_data_cb(3)`
    fn allows_early_data(&self, settings: &Settings) -> bool {
        settings.allow_early_data.call(self.lent()) != Some(0)
    }

    /// Whether a server's handshake rests now: its messages are sent, and early data may come.
    pub(in crate::connection) fn rests_for_early_data(&self) -> std::result::Result<bool, Stop> {
        // The engine is started with the ClientHello and answers it at once.
        let resting = self.early.is_accepting()
            && self.engine.facts().version == Version::TLS1_3
            && self.with_engine(|engine| engine.is_started())?;
        if resting {
            // It may have asked for another ClientHello.
            if self.with_engine(|engine| engine.has_answered())? {
                let facts = self.with_engine(|engine| engine.facts())?;
                self.engine.change_facts(|known| *known = facts);
            }
            let session = self
                .handshake
                .server(|server| server.offered_session().cloned());
            if session.is_some() {
                self.session.set(session);
            }
            self.rest();
        }
        Ok(resting)
    }

    /// Ends the rest. Early data that the program has not read would be lost.
    pub(in crate::connection) fn stop_resting(&self) -> std::result::Result<(), Stop> {
        if self.role() == Some(Role::Server) && self.pending() > 0 {
            return Err(self.refuse(Reason::UNEXPECTED_RECORD, Alert::UNEXPECTED_MESSAGE));
        }
        self.end_rest();
        Ok(())
    }

    /// After the engine has processed a record: what that says about early data (S119).
    pub(in crate::connection) fn note_early_data(
        &self,
        event: EarlyDataEvent,
    ) -> std::result::Result<(), Stop> {
        let early = &self.early;
        match event {
            EarlyDataEvent::None if self.role() == Some(Role::Client) => {
                self.note_early_data_answer()
            }
            EarlyDataEvent::None => self.note_engines_decision(),
            EarlyDataEvent::End => {
                early.end_reading();
                Ok(())
            }
            EarlyDataEvent::Data(bytes) if early.is_reading() => {
                self.count_early_data(bytes, early.limit(), 0)
            }
            EarlyDataEvent::Data(_) => {
                Err(self.refuse(Reason::UNEXPECTED_RECORD, Alert::UNEXPECTED_MESSAGE))
            }
            EarlyDataEvent::Skipped(bytes) => {
                let limit = self.configuration.settings().recv_max_early_data;
                self.count_early_data(bytes, limit.into(), SKIPPED_OVERHEAD)
            }
        }
    }

    /// rustls has the last word on whether early data is accepted.
    fn note_engines_decision(&self) -> std::result::Result<(), Stop> {
        if self.early.status() == EarlyDataStatus::Accepted
            && self.with_engine(|engine| engine.has_answered() && !engine.early_data_accepted())?
        {
            self.early.set_status(EarlyDataStatus::Rejected);
        }
        Ok(())
    }

    fn count_early_data(
        &self,
        bytes: usize,
        limit: u64,
        overhead: u64,
    ) -> std::result::Result<(), Stop> {
        match limit > 0 && self.early.count(bytes) <= limit + overhead {
            true => Ok(()),
            false => Err(self.refuse(Reason::TOO_MUCH_EARLY_DATA, Alert::UNEXPECTED_MESSAGE)),
        }
    }

    /// A server's data for a client that has not finished its part of the handshake.
    pub(super) fn answer_early(
        &self,
        answered: Answered,
        data: &[u8],
    ) -> std::result::Result<usize, Stop> {
        if matches!(self.stage(), Stage::Open | Stage::Tickets) {
            return self.write(data);
        }
        if self.stage() == Stage::Failed {
            return Err(Stop::Transport);
        }
        if self.shutdown.is_sent() {
            return Err(Reason::PROTOCOL_IS_SHUTDOWN.into());
        }
        let possible = self.handshake.server(|server| server.early_answer);
        if !possible || !self.with_engine(|engine| engine.has_answered())? {
            return Err(Error::with(
                Reason::UNSUPPORTED,
                "no early answer to a client that is asked for a certificate or a second hello",
            )
            .into());
        }
        self.early.answer(answered);
        let mode = self.configuration.settings().mode;
        let result = self.write_records(data, mode, |engine, chunk| engine.write(chunk));
        if result.is_ok() {
            let _ = self.flush_flight();
        }
        self.early.end_answer(answered);
        result
    }
}

/// S85: whether a ticket is as old as the client says, within OpenSSL's tolerance, and has not
/// expired. `stated` is in milliseconds, obfuscated (RFC 8446, section 4.2.11.1); `now` is in
/// seconds.
pub(in crate::connection) fn is_fresh(session: &Session, stated: u32, now: i64) -> bool {
    const YOUNGER: u64 = 9000;
    const OLDER: u64 = 1000;
    let stated = u64::from(stated.wrapping_sub(session.age_add()));
    let Ok(seconds) = u32::try_from(now - session.time()) else {
        return false;
    };
    let age = u64::from(seconds) * 1000;
    i64::from(seconds) <= session.timeout()
        && age <= u64::from(u32::MAX)
        && stated <= age + OLDER
        && stated + YOUNGER >= age
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Fields;

    #[test]
    fn a_ticket_is_fresh_within_a_second_above_and_nine_below() {
        const NOW: i64 = 1_800_000_000;
        let age_add = 0xffff_0000;
        let session = Session::new(Fields {
            time: NOW - 100,
            timeout: 200,
            age_add,
            ..Fields::default()
        });
        let fresh = |stated: u32, now| is_fresh(&session, stated.wrapping_add(age_add), now);
        assert!(fresh(100_000, NOW));
        assert!(fresh(101_000, NOW) && !fresh(101_001, NOW));
        assert!(fresh(91_000, NOW) && !fresh(90_999, NOW));
        assert!(
            fresh(200_000, NOW + 100) && !fresh(201_000, NOW + 101),
            "expired"
        );
        assert!(!fresh(0, NOW - 101), "from the future");
    }
}
