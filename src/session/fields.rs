//! All fields of a session as plain owned data.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::clock;
use crate::session::{Bytes, FLAG_EXTENDED_MASTER_SECRET, Numbers, PeerChain, View};

/// What a session is built from, and what it looks like copied out. Owns its secret and wipes it.
/// The fields are those of [`Numbers`] and [`Bytes`]; the mark "not resumable" is not among them,
/// since it belongs to one object.
///
/// ```ignore
/// let session = Session::new(Fields {
///     protocol_version: 0x0304,
///     cipher_id: 0x0300_1301,
///     ..Fields::default()
/// });
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Fields {
    /// See [`Numbers::protocol_version`].
    pub protocol_version: i32,
    /// See [`Numbers::cipher_id`].
    pub cipher_id: u32,
    /// See [`Numbers::time`].
    pub time: i64,
    /// See [`Numbers::timeout`].
    pub timeout: i64,
    /// See [`Numbers::verify_result`].
    pub verify_result: i64,
    /// See [`Numbers::flags`].
    pub flags: u32,
    /// See [`Numbers::lifetime_hint`].
    pub lifetime_hint: u64,
    /// See [`Numbers::age_add`].
    pub age_add: u32,
    /// See [`Numbers::max_early_data`].
    pub max_early_data: u32,
    /// See [`Numbers::group`].
    pub group: u32,
    /// See [`Numbers::max_fragment_length`].
    pub max_fragment_length: u8,
    /// See [`Numbers::compression`].
    pub compression: u8,
    /// See [`Bytes::id`].
    pub id: Vec<u8>,
    /// See [`Bytes::id_context`].
    pub id_context: Vec<u8>,
    /// See [`Bytes::master_key`].
    pub master_key: Zeroizing<Vec<u8>>,
    /// See [`Bytes::ticket`].
    pub ticket: Option<Vec<u8>>,
    /// See [`Bytes::ticket_appdata`].
    pub ticket_appdata: Option<Vec<u8>>,
    /// See [`Bytes::alpn`].
    pub alpn: Option<Vec<u8>>,
    /// See [`Bytes::host_name`]. What follows a NUL is not kept.
    pub host_name: Option<Vec<u8>>,
    /// See [`Bytes::psk_identity`]. What follows a NUL is not kept.
    pub psk_identity: Option<Vec<u8>>,
    /// See [`Bytes::psk_identity_hint`]. What follows a NUL is not kept.
    pub psk_identity_hint: Option<Vec<u8>>,
    /// See [`Bytes::srp_user_name`]. What follows a NUL is not kept.
    pub srp_user_name: Option<Vec<u8>>,
    /// See [`Bytes::peer`].
    pub peer: Option<Arc<PeerChain>>,
}

impl Default for Fields {
    /// As `SSL_SESSION_new(3)` makes them (S62): made now, timeout 304 s, nothing verified. Only
    /// max_fragment_length is settled: none.
    fn default() -> Self {
        let mut view = View {
            numbers: Numbers::default(),
            bytes: Bytes::default(),
        };
        view.numbers.time = clock::now();
        Self::from(view)
    }
}

impl Fields {
    /// True when the session uses the extended master secret (RFC 7627).
    pub fn extended_master_secret(&self) -> bool {
        self.flags & FLAG_EXTENDED_MASTER_SECRET != 0
    }

    /// The same fields, borrowed.
    pub fn view(&self) -> View<'_> {
        View {
            numbers: Numbers {
                protocol_version: self.protocol_version,
                cipher_id: self.cipher_id,
                time: self.time,
                timeout: self.timeout,
                verify_result: self.verify_result,
                flags: self.flags,
                lifetime_hint: self.lifetime_hint,
                age_add: self.age_add,
                max_early_data: self.max_early_data,
                group: self.group,
                max_fragment_length: self.max_fragment_length,
                compression: self.compression,
            },
            bytes: Bytes {
                id: &self.id,
                id_context: &self.id_context,
                master_key: &self.master_key,
                ticket: self.ticket.as_deref(),
                ticket_appdata: self.ticket_appdata.as_deref(),
                alpn: self.alpn.as_deref(),
                host_name: self.host_name.as_deref(),
                psk_identity: self.psk_identity.as_deref(),
                psk_identity_hint: self.psk_identity_hint.as_deref(),
                srp_user_name: self.srp_user_name.as_deref(),
                peer: self.peer.as_ref(),
            },
        }
    }
}

impl From<View<'_>> for Fields {
    fn from(View { numbers, bytes }: View<'_>) -> Self {
        Self {
            protocol_version: numbers.protocol_version,
            cipher_id: numbers.cipher_id,
            time: numbers.time,
            timeout: numbers.timeout,
            verify_result: numbers.verify_result,
            flags: numbers.flags,
            lifetime_hint: numbers.lifetime_hint,
            age_add: numbers.age_add,
            max_early_data: numbers.max_early_data,
            group: numbers.group,
            max_fragment_length: numbers.max_fragment_length,
            compression: numbers.compression,
            id: bytes.id.to_vec(),
            id_context: bytes.id_context.to_vec(),
            master_key: Zeroizing::new(bytes.master_key.to_vec()),
            ticket: bytes.ticket.map(<[u8]>::to_vec),
            ticket_appdata: bytes.ticket_appdata.map(<[u8]>::to_vec),
            alpn: bytes.alpn.map(<[u8]>::to_vec),
            host_name: bytes.host_name.map(<[u8]>::to_vec),
            psk_identity: bytes.psk_identity.map(<[u8]>::to_vec),
            psk_identity_hint: bytes.psk_identity_hint.map(<[u8]>::to_vec),
            srp_user_name: bytes.srp_user_name.map(<[u8]>::to_vec),
            peer: bytes.peer.cloned(),
        }
    }
}

impl fmt::Debug for Fields {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
