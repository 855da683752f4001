//! The verify_data of both Finished messages (RFC 8446, section 4.4.4; RFC 5246, section 7.4.9),
//! which rustls does not show but computes through its provider's HMAC (TLS 1.3) and PRF (TLS 1.2).

use std::ops::Deref;

/// The longest verify_data: a hash of SHA-384.
const LONGEST: usize = 48;

/// verify_data of the two sides; empty while unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// The client's.
    pub client: VerifyData,
    /// The server's.
    pub server: VerifyData,
}

/// The bytes of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyData {
    bytes: [u8; LONGEST],
    length: u8,
}

impl VerifyData {
    const NONE: Self = Self {
        bytes: [0; LONGEST],
        length: 0,
    };

    fn new(data: &[u8]) -> Self {
        let mut new = Self::NONE;
        let length = data.len().min(LONGEST);
        new.bytes[..length].copy_from_slice(&data[..length]);
        new.length = length as u8;
        new
    }
}

impl Default for VerifyData {
    fn default() -> Self {
        Self::NONE
    }
}

impl Deref for VerifyData {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length.into()]
    }
}

/// Those of a connection that has not been started.
pub(super) static NONE: Finished = Finished {
    client: VerifyData::NONE,
    server: VerifyData::NONE,
};

impl Finished {
    /// Records what TLS 1.3 has signed. The same function signs PSK binders, but every handshake
    /// ends with the server's and then the client's Finished, on both sides: the last two are kept.
    pub(super) fn record_signed(&mut self, data: &[u8]) {
        self.server = std::mem::replace(&mut self.client, VerifyData::new(data));
    }

    /// Records what the PRF of TLS 1.2 has computed under this label.
    pub(super) fn record_computed(&mut self, label: &[u8], data: &[u8]) {
        match label {
            b"client finished" => self.client = VerifyData::new(data),
            b"server finished" => self.server = VerifyData::new(data),
            _ => {}
        }
    }
}
