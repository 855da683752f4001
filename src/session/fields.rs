//! The fields of a session, each in one row of a table.
//!
//! A new field is a row here and, if it is part of the encoding, two lines in [`super::der`] (and perhaps one in
//! [`super::text`]). [`super::field_table`] shows what a row generates. The certificates of the peer are the one field
//! that is neither a number nor bytes; they are part of the macro.

use std::ffi::CStr;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering};

use zeroize::Zeroizing;

use crate::clock;
use crate::reference::Values;
use crate::session::body::Block;
use crate::session::field_table::session_fields;
use crate::session::{Field, PeerChain, Session};

session_fields! {
    numbers {
        /// Protocol version, such as 0x0303; 0 for none yet.
        protocol_version: i32 as AtomicI32 = 0,
        /// OpenSSL's number of the cipher suite, 0x0300 and then the two bytes of TLS; 0 for none.
        cipher_id: u32 as AtomicU32 = 0,
        /// When the session was made, in seconds since the epoch.
        time: i64 as AtomicI64 = 0,
        /// How long it lasts, in seconds.
        timeout: i64 as AtomicI64 = 304,
        /// Result of verifying the peer, an `X509_V_…` code.
        verify_result: i64 as AtomicI64 = 1,
        /// `SSL_SESS_FLAG_…`: [`FLAG_EXTENDED_MASTER_SECRET`].
        flags: u32 as AtomicU32 = 0,
        /// Lifetime that the server sent with the ticket, in seconds; 0 for none.
        lifetime_hint: u64 as AtomicU64 = 0,
        /// Added to the age of a TLS 1.3 ticket (RFC 8446 section 4.6.1).
        age_add: u32 as AtomicU32 = 0,
        /// Early data that may be sent with the session, in bytes.
        max_early_data: u32 as AtomicU32 = 0,
        /// Group of the key exchange (TLS number, or OpenSSL's internal one); 0 for unknown.
        group: u32 as AtomicU32 = 0,
        /// Mode of the max_fragment_length extension, 1 to 4 (RFC 6066 section 4); 0 for none;
        /// [`MAX_FRAGMENT_LENGTH_UNSPECIFIED`](crate::session::MAX_FRAGMENT_LENGTH_UNSPECIFIED).
        max_fragment_length: u8 as AtomicU8 = 0,
        /// Compression method; 0 for none, which is all that TLS still allows.
        compression: u8 as AtomicU8 = 0,
    }
    always {
        /// Session id, up to 32 bytes; empty for none.
        id: Vec<u8> as Id,
        /// Session id context, up to 32 bytes.
        id_context: Vec<u8> as IdContext,
        /// Master secret (TLS 1.2) or PSK (TLS 1.3), up to 512 bytes. Secret.
        master_key: Zeroizing<Vec<u8>> as MasterKey,
    }
    optional {
        /// Ticket from the server.
        ticket: Vec<u8> as Ticket,
        /// Application data in the ticket.
        ticket_appdata: Vec<u8> as TicketAppdata,
        /// Application protocol that was selected.
        alpn: Vec<u8> as Alpn,
    }
    names {
        /// Server name (RFC 6066).
        server_name: Vec<u8> as ServerName,
        /// PSK identity (TLS 1.2).
        psk_identity: Vec<u8> as PskIdentity,
        /// PSK identity hint (TLS 1.2).
        psk_identity_hint: Vec<u8> as PskIdentityHint,
        /// SRP user name.
        srp_user_name: Vec<u8> as SrpUserName,
    }
}

/// All fields of a session, borrowed from a session, from [`Fields`] or from a DER encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View<'a> {
    /// The fields of fixed size.
    pub numbers: Numbers,
    /// The byte fields.
    pub bytes: Bytes<'a>,
}

impl Default for Fields {
    /// As `SSL_SESSION_new(3)` makes them (S62): made now, timeout 304 s, nothing verified. Only
    /// max_fragment_length is decided: none.
    fn default() -> Self {
        let mut view = View {
            numbers: Numbers::default(),
            bytes: Bytes::default(),
        };
        view.numbers.time = clock::now();
        Self::from(view)
    }
}

impl fmt::Debug for Fields {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
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
            .field("server_name", &text(self.server_name))
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
