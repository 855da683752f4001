//! All fields of a session, borrowed.

use std::fmt;
use std::sync::Arc;

use crate::session::PeerChain;

/// The fields of a session, borrowed from a session, from [`Fields`](crate::session::Fields) or
/// from a DER encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View<'a> {
    /// The fields of fixed size.
    pub numbers: Numbers,
    /// The byte fields.
    pub bytes: Bytes<'a>,
}

/// The fields of fixed size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// Protocol version, such as 0x0303; 0 for none yet.
    pub protocol_version: i32,
    /// OpenSSL's number of the cipher suite, 0x0300 and then the two bytes of TLS; 0 for none.
    pub cipher_id: u32,
    /// When the session was made, in seconds since the epoch.
    pub time: i64,
    /// How long it lasts, in seconds.
    pub timeout: i64,
    /// Result of verifying the peer, an `X509_V_…` code.
    pub verify_result: i64,
    /// `SSL_SESS_FLAG_…`: [`FLAG_EXTENDED_MASTER_SECRET`](crate::session::FLAG_EXTENDED_MASTER_SECRET).
    pub flags: u32,
    /// Lifetime that the server gave with the ticket, in seconds; 0 for none.
    pub lifetime_hint: u64,
    /// Added to the age of a TLS 1.3 ticket (RFC 8446 section 4.6.1).
    pub age_add: u32,
    /// Early data that may be sent with the session, in bytes.
    pub max_early_data: u32,
    /// Group of the key exchange (TLS number, or OpenSSL's internal one); 0 for unknown.
    pub group: u32,
    /// Mode of the max_fragment_length extension, 1 to 4 (RFC 6066 section 4); 0 for none;
    /// [`MAX_FRAGMENT_LENGTH_UNSPECIFIED`](crate::session::MAX_FRAGMENT_LENGTH_UNSPECIFIED).
    pub max_fragment_length: u8,
    /// Compression method; 0 for none, which is all that TLS still allows.
    pub compression: u8,
}

impl Default for Numbers {
    /// As in a new session (S62), at the time 0, and without max_fragment_length.
    fn default() -> Self {
        Self {
            protocol_version: 0,
            cipher_id: 0,
            time: 0,
            timeout: 304,
            verify_result: 1,
            flags: 0,
            lifetime_hint: 0,
            age_add: 0,
            max_early_data: 0,
            group: 0,
            max_fragment_length: 0,
            compression: 0,
        }
    }
}

/// The byte fields. Names hold no NUL.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes<'a> {
    /// Session id, up to 32 bytes; empty for none.
    pub id: &'a [u8],
    /// Session id context, up to 32 bytes.
    pub id_context: &'a [u8],
    /// Master secret (TLS 1.2) or PSK (TLS 1.3), up to 512 bytes. Secret.
    pub master_key: &'a [u8],
    /// Ticket from the server.
    pub ticket: Option<&'a [u8]>,
    /// Application data that travels in the ticket.
    pub ticket_appdata: Option<&'a [u8]>,
    /// Application protocol that was selected.
    pub alpn: Option<&'a [u8]>,
    /// Host name of the server name indication.
    pub host_name: Option<&'a [u8]>,
    /// PSK identity (TLS 1.2).
    pub psk_identity: Option<&'a [u8]>,
    /// PSK identity hint (TLS 1.2).
    pub psk_identity_hint: Option<&'a [u8]>,
    /// SRP user name.
    pub srp_user_name: Option<&'a [u8]>,
    /// Certificates of the peer.
    pub peer: Option<&'a Arc<PeerChain>>,
}

impl fmt::Debug for Bytes<'_> {
    /// Without secrets: the master key and the application's data show by length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes: Option<&[u8]>| bytes.map(|b| String::from_utf8_lossy(b).into_owned());
        f.debug_struct("Bytes")
            .field("id", &hex(self.id))
            .field("id_context", &hex(self.id_context))
            .field("master_key_len", &self.master_key.len())
            .field("ticket_len", &self.ticket.map(<[u8]>::len))
            .field("ticket_appdata_len", &self.ticket_appdata.map(<[u8]>::len))
            .field("alpn", &text(self.alpn))
            .field("host_name", &text(self.host_name))
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
