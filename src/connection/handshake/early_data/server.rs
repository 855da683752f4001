//! A server's side of early data.

use super::{Answered, Connection, EarlyDataStatus, ReadCall, Role, Stage, Stop, misused};
use crate::error::{Error, Reason};
use crate::session::Session;

impl Connection {
    /// `SSL_read_early_data(3)`: copies early data into `buffer` and gives the number of bytes,
    /// which is 0 for an empty buffer only. `None` when there is no more.
    pub fn read_early_data(&self, buffer: &mut [u8]) -> Result<Option<usize>, Stop> {
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

    fn receive_early(&self, buffer: &mut [u8]) -> Result<Option<usize>, Stop> {
        loop {
            if self.early.has_ended_reading() {
                self.continue_handshake()?;
                // The client's Finished usually comes along.
                let result = self.advance();
                self.report_exit(&result);
                return match result {
                    Ok(()) | Err(Stop::Suspended) => Ok(None),
                    Err(stop) => Err(stop),
                };
            }
            let (count, more) = self.engine.with(|engine| {
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

    /// A server's data for a client that has not finished its part of the handshake.
    pub(super) fn answer_early(&self, answered: Answered, data: &[u8]) -> Result<usize, Stop> {
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
        if !possible || !self.engine.with(|engine| engine.has_answered())? {
            return Err(Error::with(
                Reason::UNSUPPORTED,
                "no early answer to a client that is asked for a certificate or a second hello",
            )
            .into());
        }
        self.early.answer(answered);
        let mode = self.configuration.mode();
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
pub(in crate::connection::handshake) fn is_fresh(session: &Session, stated: u32, now: i64) -> bool {
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
