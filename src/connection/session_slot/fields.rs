//! The fields of a session, from and for the engine.

use crate::engine::{self, SessionSecrets};
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::digest::sha256;
use crate::libcrypto::error_queue;
use crate::session::{Bytes, FLAG_EXTENDED_MASTER_SECRET, Fields, Numbers, SessionRef, View};
use crate::wire::Version;

/// Suites are known to C by their TLS number with 0x0300 in front.
pub(in crate::connection) fn cipher_id(cipher_suite: u16) -> u32 {
    0x0300_0000 | u32::from(cipher_suite)
}

/// What the engine needs of a session.
pub(in crate::connection) fn secrets_of(session: &SessionRef) -> SessionSecrets {
    let reading = session.read();
    let View { numbers, bytes } = reading.view();
    SessionSecrets {
        version: Version(numbers.protocol_version as u16),
        cipher_suite: numbers.cipher_id as u16,
        secret: bytes.master_key.to_vec().into(),
        extended_master_secret: numbers.flags & FLAG_EXTENDED_MASTER_SECRET != 0,
        session_id: bytes.id.to_vec(),
        ticket: bytes.ticket.unwrap_or_default().to_vec(),
        lifetime: u32::try_from(numbers.lifetime_hint).unwrap_or(u32::MAX),
        age_add: numbers.age_add,
        max_early_data: numbers.max_early_data,
        time: numbers.time.max(0) as u64,
        external: false,
    }
}

/// A provisional session that the program has seen, with what the handshake decides.
pub(super) fn completed<'a>(provisional: View<'a>, fields: View<'a>) -> View<'a> {
    let (numbers, bytes) = (fields.numbers, fields.bytes);
    // The id is the one that it has, unless a ticket gives it another one, or it has none.
    let id = match bytes.ticket.is_some() || bytes.id.is_empty() || provisional.bytes.id.is_empty()
    {
        true => bytes.id,
        false => provisional.bytes.id,
    };
    View {
        numbers: Numbers {
            time: provisional.numbers.time,
            timeout: provisional.numbers.timeout,
            max_early_data: match numbers.max_early_data {
                0 => provisional.numbers.max_early_data,
                limit => limit,
            },
            ..numbers
        },
        bytes: Bytes {
            id,
            id_context: provisional.bytes.id_context,
            ticket_appdata: provisional.bytes.ticket_appdata,
            // A server's have been there since they were chosen.
            alpn: provisional.bytes.alpn.or(bytes.alpn),
            server_name: provisional.bytes.server_name.or(bytes.server_name),
            ..bytes
        },
    }
}

/// Adds what the server has sent to the fields of a client's session (S4, S5, S7).
pub(in crate::connection) fn add_secrets(
    algorithms: &Algorithms,
    fields: &mut Fields,
    secrets: SessionSecrets,
) {
    fields.protocol_version = secrets.version.into();
    fields.cipher_id = cipher_id(secrets.cipher_suite);
    fields.master_key = secrets.secret;
    if secrets.version == Version::TLS1_2 {
        fields.flags = match secrets.extended_master_secret {
            true => FLAG_EXTENDED_MASTER_SECRET,
            false => 0,
        };
    }
    fields.age_add = secrets.age_add;
    fields.max_early_data = secrets.max_early_data;
    if secrets.ticket.is_empty() {
        fields.id = secrets.session_id;
    } else {
        fields.id = id_of_ticket(algorithms, &secrets.ticket);
        fields.ticket = Some(secrets.ticket);
        fields.lifetime_hint = secrets.lifetime.into();
    }
}

/// The id of a client's session that has this ticket.
fn id_of_ticket(algorithms: &Algorithms, ticket: &[u8]) -> Vec<u8> {
    match algorithms.source() {
        None => engine::sha256(ticket).to_vec(),
        // Without the digest there is no id, and no cache takes the session.
        Some(library) => {
            error_queue::quietly(|| sha256(library, ticket)).map_or_else(|_| Vec::new(), Vec::from)
        }
    }
}
