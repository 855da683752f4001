//! A TLS 1.3 server's NewSessionTicket messages (RFC 8446, section 4.6.1), which are our own.
//!
//! rustls sends tickets at the end of the handshake only, and chooses their nonce and lifetime. A
//! program that was written for OpenSSL may ask for one at any time. So rustls is configured to
//! send none, and two things are taken from it by its public interface:
//!
//! * The resumption master secret (section 7.1). rustls derives it through the suite's HKDF
//!   whenever a handshake ends, with tickets or without: the wrapped HKDF records it while the
//!   client's Finished is processed.
//! * The protection of records. A message is written as if it were application data, under the
//!   keys and the sequence number that are due, and the record's inner type is changed to
//!   `handshake` just before it is encrypted (`provider::records`).
//!
//! From there on a ticket is made as in OpenSSL: the nonce is a counter of 8 bytes, and
//!
//! ```text
//! PSK = HKDF-Expand-Label(resumption_master_secret, "resumption", ticket_nonce, Hash.length)
//!
//! struct {                                   HandshakeType 4, u24 length, then
//!     uint32 ticket_lifetime;                in seconds
//!     uint32 ticket_age_add;
//!     opaque ticket_nonce<0..255>;
//!     opaque ticket<1..2^16-1>;
//!     Extension extensions<0..2^16-2>;       early_data (42): uint32 max_early_data_size
//! } NewSessionTicket;
//! ```

use rustls::crypto::tls13::HkdfExpander;
use zeroize::Zeroizing;

use crate::wire::NewSessionTicket;

/// Bytes of a ticket_nonce, as in OpenSSL.
const NONCE: usize = 8;

/// What makes the tickets of one connection: its resumption master secret, and how many have been
/// made of it. The secret is wiped with it.
pub(super) struct TicketSource {
    secret: Box<dyn HkdfExpander>,
    next_nonce: u64,
}

/// What is new with each ticket.
pub struct TicketSecrets {
    nonce: [u8; NONCE],
    /// As long as the suite's hash. Wiped when dropped.
    pub psk: Zeroizing<Vec<u8>>,
}

impl TicketSource {
    /// Makes tickets of this resumption master secret.
    pub(super) fn new(secret: Box<dyn HkdfExpander>) -> Self {
        let next_nonce = 0;
        Self { secret, next_nonce }
    }

    /// The secrets of the next ticket.
    pub(super) fn next(&mut self) -> Option<TicketSecrets> {
        const LABEL: &[u8] = b"tls13 resumption";
        let nonce = self.next_nonce.to_be_bytes();
        let mut psk = Zeroizing::new(vec![0; self.secret.hash_len()]);
        let info = [
            &(psk.len() as u16).to_be_bytes()[..],
            &[LABEL.len() as u8],
            LABEL,
            &[NONCE as u8],
            &nonce,
        ];
        self.secret.expand_slice(&info, &mut psk).ok()?;
        self.next_nonce += 1;
        Some(TicketSecrets { nonce, psk })
    }
}

/// The message for a ticket of 1 to 65535 bytes. `lifetime` is in seconds; `max_early_data` in
/// bytes, 0 allows none.
pub(super) fn message(
    secrets: &TicketSecrets,
    ticket: &[u8],
    lifetime: u32,
    age_add: u32,
    max_early_data: u32,
) -> Vec<u8> {
    let message = NewSessionTicket {
        lifetime,
        age_add,
        nonce: &secrets.nonce,
        ticket,
        max_early_data,
    };
    message.to_message()
}
