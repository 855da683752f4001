//! Records that the engine has made, on their way to the transport.

use super::{Connection, Role, Stop};
use crate::wire::CHANGE_CIPHER_SPEC_RECORD;

impl Connection {
    /// Hands everything that the engine has to send to the write BIO.
    pub(super) fn flush(&self) -> Result<(), Stop> {
        let mut engine = self.engine.take()?;
        let result = self.transport.flush(&mut engine);
        self.engine.put_back(engine);
        result
    }

    /// Like [`flush`](Self::flush), and has the BIO pass everything on: the end of a flight.
    pub(super) fn flush_flight(&self) -> Result<(), Stop> {
        let has_output = self.engine.with(|engine| !engine.outgoing().is_empty())?;
        if self.waits_for_rest_of_flight() || !self.transport.begin_flight(has_output) {
            return Ok(());
        }
        self.flush()?;
        self.transport.finish_flight()
    }

    /// A TLS 1.3 client's change_cipher_spec, which rustls makes as soon as the server has
    /// answered, goes out with the client's next flight, as in OpenSSL: sending it while the
    /// server is still sending could leave both sides waiting to write.
    fn waits_for_rest_of_flight(&self) -> bool {
        self.role() == Some(Role::Client)
            && self
                .engine
                .with(|engine| {
                    engine.is_handshaking() && engine.outgoing() == CHANGE_CIPHER_SPEC_RECORD
                })
                .unwrap_or(false)
    }
}
