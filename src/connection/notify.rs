//! The program's info callback (SSL_CTX_set_info_callback(3)).

use std::ffi::c_int;

use super::{Connection, Role, Stop};
use crate::callback::InfoCallback;
use crate::wire::{Alert, AlertLevel, AlertValue};

/// What is being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfoKind {
    /// `SSL_CB_HANDSHAKE_START`
    HandshakeStart,
    /// `SSL_CB_HANDSHAKE_DONE`
    HandshakeDone,
    /// `SSL_CB_CONNECT_LOOP` or `SSL_CB_ACCEPT_LOOP`
    Loop,
    /// `SSL_CB_CONNECT_EXIT` or `SSL_CB_ACCEPT_EXIT`
    Exit,
    /// `SSL_CB_READ_ALERT`
    ReadAlert,
    /// `SSL_CB_WRITE_ALERT`
    WriteAlert,
}

impl Connection {
    /// `SSL_set_info_callback`.
    pub fn set_info_callback(&self, callback: InfoCallback) {
        self.info_callback.set(callback);
        self.watch();
    }

    /// `SSL_get_info_callback`.
    pub fn info_callback(&self) -> InfoCallback {
        self.info_callback.get()
    }

    /// The connection's callback, else that of its context as it is now.
    pub(super) fn effective_info_callback(&self) -> InfoCallback {
        self.info_callback
            .get()
            .or_else(|| self.context.borrow().callbacks().info)
    }

    /// Tells the program, if it wants to be told.
    pub(super) fn notify(&self, kind: InfoKind, value: c_int) {
        const SSL_ST_CONNECT: c_int = 0x1000;
        const SSL_ST_ACCEPT: c_int = 0x2000;
        let callback = self.effective_info_callback();
        if !callback.is_set() {
            return;
        }
        let role = match self.role() {
            Some(Role::Client) => SSL_ST_CONNECT,
            Some(Role::Server) => SSL_ST_ACCEPT,
            None => 0,
        };
        let where_ = match kind {
            InfoKind::HandshakeStart => 0x10,
            InfoKind::HandshakeDone => 0x20,
            InfoKind::Loop => role | 0x01,
            InfoKind::Exit => role | 0x02,
            InfoKind::ReadAlert => 0x4004,
            InfoKind::WriteAlert => 0x4008,
        };
        callback.call(self.lent(), where_, value);
    }

    /// Tells of an alert: level and description.
    pub(super) fn notify_alert(&self, kind: InfoKind, level: AlertLevel, alert: Alert) {
        self.notify(kind, AlertValue::new(level, alert).0);
    }

    /// Tells that a handshake call returns.
    pub(super) fn notify_exit(&self, result: &Result<(), Stop>) {
        let value = match result {
            Ok(()) => 1,
            Err(Stop::Closed) => 0,
            Err(_) => -1,
        };
        self.notify(InfoKind::Exit, value);
    }
}
