//! `SSL_CTX_set_msg_callback(3)`: the program sees what goes over the wire.
//!
//! The engine does not show its messages, so records are looked at on their way. That shows the header
//! of each record, and the handshake messages that go unprotected: all of TLS 1.2 but the Finished, the
//! hellos of TLS 1.3. Alerts are told by those who send and receive them.

use std::ffi::c_int;

use super::Connection;

/// `SSL3_RT_CHANGE_CIPHER_SPEC`
const CHANGE_CIPHER_SPEC: c_int = 20;
/// `SSL3_RT_ALERT`
const ALERT: c_int = 21;
/// `SSL3_RT_HANDSHAKE`
const HANDSHAKE: c_int = 22;
/// `SSL3_RT_HEADER`
const HEADER: c_int = 256;

const HEADER_LEN: usize = 5;

/// Both directions of a connection.
#[derive(Default)]
pub(super) struct Wire {
    read: Direction,
    written: Direction,
    /// How much of the engine's output has been told.
    told: usize,
}

#[derive(Default)]
struct Direction {
    /// Handshake records are protected (TLS 1.2, after change_cipher_spec).
    protected: bool,
    /// A handshake message whose rest is in the next record.
    message: Vec<u8>,
}

/// Content type, as the callback gets it, and contents.
type Event = (c_int, Vec<u8>);

impl Connection {
    /// Tells of the record that has just been read.
    pub(super) fn tell_read(&self) {
        if !self.wants_messages() {
            return;
        }
        let tls12 = self.told_version() == 0x0303;
        let record = self.with_engine(|engine| engine.input.newest().to_vec());
        let mut events = Vec::new();
        if let Ok(record) = record {
            let mut wire = self.wire.borrow_mut();
            let read = &mut wire.get_or_insert_default().read;
            read.look_at(&record, tls12, &mut events);
        }
        // OpenSSL tells of a change_cipher_spec that it writes, not of one that it reads.
        events.retain(|(kind, _)| *kind != CHANGE_CIPHER_SPEC);
        self.tell(false, &events);
    }

    /// Tells of the records that are about to be written.
    pub(super) fn tell_written(&self) {
        if !self.wants_messages() {
            return;
        }
        let tls12 = self.told_version() == 0x0303;
        let mut events = Vec::new();
        let output = self.with_engine(|engine| engine.outgoing().to_vec());
        if let Ok(output) = output {
            let mut wire = self.wire.borrow_mut();
            let wire = wire.get_or_insert_default();
            while let Some(record) = first_record(output.get(wire.told..).unwrap_or_default()) {
                wire.written.look_at(record, tls12, &mut events);
                wire.told += record.len();
            }
        }
        self.tell(true, &events);
    }

    /// Notes that the transport has taken bytes of the engine's output.
    pub(super) fn note_taken(&self, count: usize) {
        if let Some(wire) = self.wire.borrow_mut().as_mut() {
            wire.told = wire.told.saturating_sub(count);
        }
    }

    /// Tells of an alert.
    pub(super) fn tell_alert(&self, write: bool, level: u8, alert: u8) {
        if self.wants_messages() {
            self.tell(write, &[(ALERT, vec![level, alert])]);
        }
    }

    fn wants_messages(&self) -> bool {
        self.settings.borrow().message_callback.function.is_some()
    }

    /// The version that was agreed on, or the highest that may be.
    fn told_version(&self) -> u16 {
        let engine = self.with_engine(|engine| engine.facts().version);
        let settings = self.settings.borrow();
        match (engine.unwrap_or(0), self.facts.borrow().version) {
            (0, 0) if settings.allows_version(self.method.get(), 0x0304) => 0x0304,
            (0, 0) => 0x0303,
            (0, version) | (version, _) => version,
        }
    }

    fn tell(&self, write: bool, events: &[Event]) {
        for (kind, contents) in events {
            let callback = self.settings.borrow().message_callback;
            let Some(function) = callback.function else {
                return;
            };
            let version = match *kind {
                HEADER => u16::from_be_bytes([contents[1], contents[2]]),
                _ => self.told_version(),
            };
            // SAFETY: the program's function, called as its manual page says, with nothing borrowed;
            // the contents live until it returns.
            unsafe {
                function(
                    write.into(),
                    version.into(),
                    *kind,
                    contents.as_ptr().cast(),
                    contents.len(),
                    self.as_c(),
                    callback.argument,
                );
            }
        }
    }
}

impl Direction {
    fn look_at(&mut self, record: &[u8], tls12: bool, events: &mut Vec<Event>) {
        let Some((header, body)) = record.split_at_checked(HEADER_LEN) else {
            return;
        };
        events.push((HEADER, header.to_vec()));
        match c_int::from(header[0]) {
            CHANGE_CIPHER_SPEC => {
                // In TLS 1.3 it has no meaning.
                self.protected |= tls12;
                events.push((CHANGE_CIPHER_SPEC, body.to_vec()));
            }
            HANDSHAKE if !self.protected => {
                self.message.extend_from_slice(body);
                while let Some(message) = first_message(&self.message) {
                    let rest = self.message.split_off(message);
                    events.push((HANDSHAKE, std::mem::replace(&mut self.message, rest)));
                }
            }
            _ => {}
        }
    }
}

/// The record at the beginning of `bytes`, if it is complete.
fn first_record(bytes: &[u8]) -> Option<&[u8]> {
    let header = bytes.first_chunk::<HEADER_LEN>()?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    bytes.get(..HEADER_LEN + length)
}

/// The length of the handshake message at the beginning of `bytes`, if it is complete.
fn first_message(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<4>()?;
    let length = 4 + u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
    (bytes.len() >= length).then_some(length)
}
