//! The verify_data of both Finished messages (RFC 8446, section 4.4.4; RFC 5246, section 7.4.9),
//! which rustls does not show but computes through its provider's HMAC (TLS 1.3) and PRF (TLS 1.2).

/// verify_data of the two sides; empty while unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// The client's.
    pub client: Vec<u8>,
    /// The server's.
    pub server: Vec<u8>,
}

/// Those of a connection that has not been started.
pub(super) static NONE: Finished = Finished {
    client: Vec::new(),
    server: Vec::new(),
};

impl Finished {
    /// Records what TLS 1.3 has signed. The same function signs PSK binders, but every handshake
    /// ends with the server's and then the client's Finished, on both sides: the last two are kept.
    pub(super) fn record_signed(&mut self, data: &[u8]) {
        self.server = std::mem::replace(&mut self.client, data.to_vec());
    }

    /// Records what the PRF of TLS 1.2 has computed under this label.
    pub(super) fn record_computed(&mut self, label: &[u8], data: &[u8]) {
        match label {
            b"client finished" => self.client = data.to_vec(),
            b"server finished" => self.server = data.to_vec(),
            _ => {}
        }
    }
}
