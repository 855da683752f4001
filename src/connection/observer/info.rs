//! What the info callback reports (SSL_CTX_set_info_callback(3)).

use std::ffi::c_int;

use crate::connection::Role;

/// What is reported.
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

impl InfoKind {
    /// The number that C knows it by.
    pub(in crate::connection) fn number(self, role: Option<Role>) -> c_int {
        const SSL_ST_CONNECT: c_int = 0x1000;
        const SSL_ST_ACCEPT: c_int = 0x2000;
        let role = match role {
            Some(Role::Client) => SSL_ST_CONNECT,
            Some(Role::Server) => SSL_ST_ACCEPT,
            None => 0,
        };
        match self {
            Self::HandshakeStart => 0x10,
            Self::HandshakeDone => 0x20,
            Self::Loop => role | 0x01,
            Self::Exit => role | 0x02,
            Self::ReadAlert => 0x4004,
            Self::WriteAlert => 0x4008,
        }
    }
}
