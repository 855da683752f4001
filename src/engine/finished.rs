//! The verify_data of both Finished messages (RFC 8446, section 4.4.4; RFC 5246, section 7.4.9),
//! which rustls does not show but computes through its provider's HMAC (TLS 1.3) and PRF (TLS 1.2).
//!
//! While a record is digested, what the provider computes on this thread is noted. In TLS 1.3 the
//! same function also signs PSK binders, but a handshake always ends with the server's and then
//! the client's Finished, on both sides: the last two are kept.

use super::note::{Note, OnThread};

/// verify_data of the two sides; empty while unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// The client's.
    pub client: Vec<u8>,
    /// The server's.
    pub server: Vec<u8>,
}

impl Finished {
    /// Takes over what was noted on this thread since the last time.
    pub(super) fn collect(&mut self) {
        for (side, data) in take_noted() {
            match side {
                Side::Client => self.client = data,
                Side::Server => self.server = data,
                Side::Next => {
                    self.server = std::mem::replace(&mut self.client, data);
                }
            }
        }
    }
}

/// Takes what was noted and not collected.
pub(super) fn take_noted() -> Vec<(Side, Vec<u8>)> {
    NOTED.take().unwrap_or_default()
}

/// Puts back what [`take_noted`] took.
pub(super) fn put_back(noted: Vec<(Side, Vec<u8>)>) {
    NOTED.set(Some(noted));
}

/// Notes what TLS 1.3 signed.
pub(super) fn note_signed(data: &[u8]) {
    note(Side::Next, data);
}

/// Notes verify_data.
pub(super) fn note(side: Side, data: &[u8]) {
    NOTED.with_value(|noted| noted.get_or_insert_default().push((side, data.to_vec())));
}

/// Whose Finished it is.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Client,
    Server,
    /// TLS 1.3: whoever's turn it is.
    Next,
}

thread_local! {
    static NOTED: Note<Vec<(Side, Vec<u8>)>> = const { Note::new() };
}
