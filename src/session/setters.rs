//! The setters for programs, also for shared sessions. Values are stored as given (S106); only
//! lengths are checked (S64).

use std::sync::atomic::Ordering;

use crate::error::{Error, Reason, Result};
use crate::session::body::PeerChange;
use crate::session::{MAX_ID_CONTEXT_LEN, MAX_ID_LEN, MAX_MASTER_KEY_LEN, Part, Session};

impl Session {
    /// `SSL_SESSION_set1_id(3)`: at most 32 bytes, else `SSL_R_SSL_SESSION_ID_TOO_LONG`.
    pub fn set_id(&self, id: &[u8]) -> Result<()> {
        if id.len() > MAX_ID_LEN {
            return Err(Reason::SSL_SESSION_ID_TOO_LONG.into());
        }
        self.set(Part::Id, Some(id));
        self.note_key_change();
        Ok(())
    }

    /// `SSL_SESSION_set1_id_context(3)`: at most 32 bytes, else
    /// `SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG`.
    pub fn set_id_context(&self, id_context: &[u8]) -> Result<()> {
        if id_context.len() > MAX_ID_CONTEXT_LEN {
            return Err(Reason::SSL_SESSION_ID_CONTEXT_TOO_LONG.into());
        }
        self.set(Part::IdContext, Some(id_context));
        Ok(())
    }

    /// `SSL_SESSION_set1_master_key(3)`: at most 512 bytes, else a failure without an error.
    pub fn set_master_key(&self, master_key: &[u8]) -> Result<()> {
        if master_key.len() > MAX_MASTER_KEY_LEN {
            return Err(Error::Silent);
        }
        self.set(Part::MasterKey, Some(master_key));
        Ok(())
    }

    /// `SSL_SESSION_set1_hostname(3)`; `None` clears.
    pub fn set_server_name(&self, server_name: Option<&[u8]>) -> Result<()> {
        bounded(server_name)?;
        self.set(Part::ServerName, server_name);
        Ok(())
    }

    /// `SSL_SESSION_set1_alpn_selected(3)`; `None` and an empty name clear.
    pub fn set_alpn(&self, alpn: Option<&[u8]>) -> Result<()> {
        bounded(alpn)?;
        self.set(Part::Alpn, alpn.filter(|name| !name.is_empty()));
        Ok(())
    }

    /// `SSL_SESSION_set1_ticket_appdata(3)`; `None` and empty data clear.
    pub fn set_ticket_appdata(&self, data: Option<&[u8]>) -> Result<()> {
        bounded(data)?;
        self.set(Part::TicketAppdata, data.filter(|data| !data.is_empty()));
        Ok(())
    }

    /// See [`Numbers::protocol_version`](crate::session::Numbers::protocol_version).
    pub fn set_protocol_version(&self, version: i32) {
        self.numbers()
            .protocol_version
            .store(version, Ordering::Relaxed);
        self.note_key_change();
    }

    /// See [`Numbers::cipher_id`](crate::session::Numbers::cipher_id).
    pub fn set_cipher_id(&self, id: u32) {
        self.numbers().cipher_id.store(id, Ordering::Relaxed);
    }

    /// When the session was made, in seconds since the epoch. Reorders it in its cache (S54).
    pub fn set_time(&self, time: i64) {
        self.numbers().time.store(time, Ordering::Relaxed);
        self.reorder();
    }

    /// How long the session lasts, in seconds. Reorders it in its cache (S54). A negative
    /// timeout is a failure without an error.
    pub fn set_timeout(&self, timeout: i64) -> Result<()> {
        if timeout < 0 {
            return Err(Error::Silent);
        }
        self.numbers().timeout.store(timeout, Ordering::Relaxed);
        self.reorder();
        Ok(())
    }

    /// See [`Numbers::max_early_data`](crate::session::Numbers::max_early_data).
    pub fn set_max_early_data(&self, bytes: u32) {
        self.numbers()
            .max_early_data
            .store(bytes, Ordering::Relaxed);
    }

    fn set(&self, part: Part, value: Option<&[u8]>) {
        self.bodies.replace(&[(part, value)], PeerChange::Stays);
    }
}

/// The limit of byte fields that have no other: 1 GiB, so that their sum does not overflow.
fn bounded(bytes: Option<&[u8]>) -> Result<()> {
    if bytes.is_some_and(|bytes| bytes.len() >= 1 << 30) {
        return Err(Reason::MALLOC_FAILURE.into());
    }
    Ok(())
}
