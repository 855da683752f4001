//! What stopped the last call on a connection (SSL_get_error(3)).

use super::{Connection, Want};
use crate::libcrypto::bio::Bio;

/// Why the last call did not succeed, if no error is queued: a number of `SSL_get_error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Stopped {
    /// `SSL_ERROR_WANT_READ`
    WantRead = 2,
    /// `SSL_ERROR_WANT_WRITE`
    WantWrite = 3,
    /// `SSL_ERROR_WANT_X509_LOOKUP`
    WantX509Lookup = 4,
    /// `SSL_ERROR_SYSCALL`
    Syscall = 5,
    /// `SSL_ERROR_ZERO_RETURN`
    ZeroReturn = 6,
    /// `SSL_ERROR_WANT_CONNECT`
    WantConnect = 7,
    /// `SSL_ERROR_WANT_ACCEPT`
    WantAccept = 8,
    /// `SSL_ERROR_WANT_CLIENT_HELLO_CB`
    WantClientHello = 11,
}

impl Connection {
    /// What stopped the last call.
    pub fn stopped(&self) -> Stopped {
        let waiting = match self.transport.want() {
            Want::Read | Want::Write => self.waits_for_transport(),
            Want::X509Lookup => Some(Stopped::WantX509Lookup),
            Want::ClientHelloCallback => Some(Stopped::WantClientHello),
            Want::Nothing => None,
        };
        waiting.unwrap_or(if self.has_been_shut_down() {
            Stopped::ZeroReturn
        } else {
            Stopped::Syscall
        })
    }

    /// What the BIO waits for that the last call used last.
    pub fn waits_for_transport(&self) -> Option<Stopped> {
        match self.transport.want() {
            Want::Read => self.transport.with_read_bio(|bio| blocked(bio, true))?,
            Want::Write => self.transport.with_write_bio(|bio| blocked(bio, false))?,
            _ => None,
        }
    }
}

/// What a BIO waits for. If it waits for both directions, the one in use counts.
fn blocked(bio: &Bio, reading: bool) -> Option<Stopped> {
    const RETRY_CONNECT: i32 = 2;
    const RETRY_ACCEPT: i32 = 3;
    match (bio.should_read(), bio.should_write()) {
        (true, true) if reading => Some(Stopped::WantRead),
        (_, true) => Some(Stopped::WantWrite),
        (true, false) => Some(Stopped::WantRead),
        (false, false) if bio.should_io_special() => match bio.retry_reason() {
            RETRY_CONNECT => Some(Stopped::WantConnect),
            RETRY_ACCEPT => Some(Stopped::WantAccept),
            _ => None,
        },
        (false, false) => None,
    }
}
