use std::ffi::c_long;
use std::ptr::null_mut;

use super::ends::{End, known_session, talk};

/// What a server reads. See [`Plan`] for what the bytes mean.
pub fn server_records(data: &[u8]) {
    let Some((plan, data)) = Plan::of(data) else {
        return;
    };
    let server = End::server(plan.max_version);
    if plan.raw {
        return feed(&server, &plan, data);
    }
    let client = plan.client();
    talk(&client, &server, changes(data), |_| {});
}

/// What a client reads. See [`Plan`] for what the bytes mean.
pub fn client_records(data: &[u8]) {
    let Some((plan, data)) = Plan::of(data) else {
        return;
    };
    let client = plan.client();
    if plan.raw {
        client.advance();
        return feed(&client, &plan, data);
    }
    let server = End::server(plan.max_version);
    talk(&client, &server, |_| {}, changes(data));
}

/// The first byte says what is done with the others: they are what comes from the peer, or three
/// bytes each change a byte of what a real peer sends, found by its place in the stream (two
/// bytes), by exclusive or (one).
struct Plan {
    /// 1: they come as they are.
    raw: bool,
    /// 2: TLS 1.2.
    max_version: c_long,
    /// 4: the client offers a session that the server knows.
    resumption: bool,
    /// 8: they come in small pieces.
    small_pieces: bool,
}

impl Plan {
    fn of(data: &[u8]) -> Option<(Self, &[u8])> {
        let (&plan, rest) = data.split_first()?;
        let plan = Self {
            raw: plan & 1 != 0,
            max_version: if plan & 2 != 0 { 0x0303 } else { 0x0304 },
            resumption: plan & 4 != 0,
            small_pieces: plan & 8 != 0,
        };
        Some((plan, rest))
    }

    fn client(&self) -> End {
        let session = match self.resumption {
            true => known_session(self.max_version),
            false => null_mut(),
        };
        End::client(self.max_version, session)
    }
}

fn feed(end: &End, plan: &Plan, data: &[u8]) {
    let size = if plan.small_pieces {
        7
    } else {
        data.len().max(1)
    };
    for piece in data.chunks(size) {
        end.receive(piece);
        end.advance();
    }
}

fn changes(data: &[u8]) -> impl FnMut(&mut [u8]) {
    let mut passed = 0;
    move |flight| {
        for change in data.chunks_exact(3) {
            let place = usize::from(u16::from_be_bytes([change[0], change[1]]));
            let byte = place.checked_sub(passed).and_then(|at| flight.get_mut(at));
            if let Some(byte) = byte {
                *byte ^= change[2];
            }
        }
        passed += flight.len();
    }
}
