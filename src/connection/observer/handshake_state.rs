//! The states of a handshake, as OpenSSL counts and calls them (SSL_get_state(3),
//! SSL_state_string(3)): which message was sent or received last.

use std::ffi::CStr;

use crate::callback::Direction;
use crate::connection::Role;
use crate::wire::HandshakeType;

/// `OSSL_HANDSHAKE_STATE`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandshakeState(pub u8);

/// What moves a connection to another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A handshake message of this type.
    Message(HandshakeType),
    /// change_cipher_spec, where it counts as a message: not when TLS 1.3 receives it.
    ChangeCipherSpec,
}

impl HandshakeState {
    /// `TLS_ST_BEFORE`
    pub const BEFORE: Self = Self(0);
    /// `TLS_ST_OK`
    pub const OK: Self = Self(1);
    /// `TLS_ST_CW_CLNT_HELLO`
    pub const CLIENT_WRITES_HELLO: Self = Self(12);
    /// `TLS_ST_SW_SRVR_HELLO`
    pub const SERVER_WRITES_HELLO: Self = Self(22);
    /// `TLS_ST_CR_FINISHED`
    pub const CLIENT_READS_FINISHED: Self = Self(11);
    /// `TLS_ST_SW_SESSION_TICKET`
    pub const SERVER_WRITES_TICKET: Self = Self(33);
    /// `TLS_ST_SW_CHANGE`
    pub const SERVER_WRITES_CHANGE: Self = Self(35);
    /// `TLS_ST_SW_FINISHED`
    pub const SERVER_WRITES_FINISHED: Self = Self(36);
    /// `TLS_ST_EARLY_DATA`: where early data would come.
    pub const EARLY_DATA: Self = Self(46);
    /// `TLS_ST_PENDING_EARLY_DATA_END`
    pub const EARLY_DATA_ENDS: Self = Self(47);

    /// The state that a message leads to; `None` for one that this role neither sends nor receives.
    /// The client's CertificateVerify, and tickets, look the same in both versions.
    pub(super) fn after(role: Role, direction: Direction, step: Step) -> Option<Self> {
        use HandshakeType as Kind;
        let Step::Message(kind) = step else {
            return Some(Self::after_change_cipher_spec(role, direction));
        };
        let sent = direction == Direction::Sent;
        let by_client = (role == Role::Client) == sent;
        let number = match (kind, by_client, sent) {
            (Kind::HELLO_REQUEST, false, false) => 41,
            (Kind::HELLO_REQUEST, false, true) => 19,
            (Kind::CLIENT_HELLO, true, true) => 12,
            (Kind::CLIENT_HELLO, true, false) => 20,
            (Kind::SERVER_HELLO, false, true) => 22,
            (Kind::SERVER_HELLO, false, false) => 3,
            (Kind::NEW_SESSION_TICKET, false, true) => 33,
            (Kind::NEW_SESSION_TICKET, false, false) => 9,
            (Kind::END_OF_EARLY_DATA, true, true) => 48,
            (Kind::END_OF_EARLY_DATA, true, false) => 49,
            (Kind::ENCRYPTED_EXTENSIONS, false, true) => 37,
            (Kind::ENCRYPTED_EXTENSIONS, false, false) => 38,
            (Kind::CERTIFICATE, true, true) => 13,
            (Kind::CERTIFICATE, true, false) => 27,
            (Kind::CERTIFICATE, false, true) => 23,
            (Kind::CERTIFICATE, false, false) => 4,
            (Kind::SERVER_KEY_EXCHANGE, false, true) => 24,
            (Kind::SERVER_KEY_EXCHANGE, false, false) => 6,
            (Kind::CERTIFICATE_REQUEST, false, true) => 25,
            (Kind::CERTIFICATE_REQUEST, false, false) => 7,
            (Kind::SERVER_HELLO_DONE, false, true) => 26,
            (Kind::SERVER_HELLO_DONE, false, false) => 8,
            (Kind::CERTIFICATE_VERIFY, true, true) => 15,
            (Kind::CERTIFICATE_VERIFY, true, false) => 29,
            (Kind::CERTIFICATE_VERIFY, false, true) => 40,
            (Kind::CERTIFICATE_VERIFY, false, false) => 39,
            (Kind::CLIENT_KEY_EXCHANGE, true, true) => 14,
            (Kind::CLIENT_KEY_EXCHANGE, true, false) => 28,
            (Kind::FINISHED, true, true) => 18,
            (Kind::FINISHED, true, false) => 32,
            (Kind::FINISHED, false, true) => 36,
            (Kind::FINISHED, false, false) => 11,
            (Kind::CERTIFICATE_STATUS, false, true) => 34,
            (Kind::CERTIFICATE_STATUS, false, false) => 5,
            (Kind::KEY_UPDATE, true, true) => 43,
            (Kind::KEY_UPDATE, true, false) => 44,
            (Kind::KEY_UPDATE, false, true) => 42,
            (Kind::KEY_UPDATE, false, false) => 45,
            _ => return None,
        };
        Some(Self(number))
    }

    fn after_change_cipher_spec(role: Role, direction: Direction) -> Self {
        Self(match (role, direction) {
            (Role::Client, Direction::Received) => 10,
            (Role::Client, Direction::Sent) => 16,
            (Role::Server, Direction::Received) => 31,
            (Role::Server, Direction::Sent) => 35,
        })
    }

    /// `SSL_state_string_long`
    pub fn long_text(self) -> &'static CStr {
        self.texts().1
    }

    /// `SSL_state_string`
    pub fn short_text(self) -> &'static CStr {
        self.texts().0
    }

    fn texts(self) -> (&'static CStr, &'static CStr) {
        match self.0 {
            0 => (c"PINIT", c"before SSL initialization"),
            1 => (c"SSLOK", c"SSL negotiation finished successfully"),
            3 => (c"TRSH", c"SSLv3/TLS read server hello"),
            4 => (c"TRSC", c"SSLv3/TLS read server certificate"),
            5 => (c"TRCS", c"SSLv3/TLS read certificate status"),
            6 => (c"TRSKE", c"SSLv3/TLS read server key exchange"),
            7 => (c"TRCR", c"SSLv3/TLS read server certificate request"),
            8 => (c"TRSD", c"SSLv3/TLS read server done"),
            9 => (c"TRST", c"SSLv3/TLS read server session ticket"),
            10 | 31 => (c"TRCCS", c"SSLv3/TLS read change cipher spec"),
            11 | 32 => (c"TRFIN", c"SSLv3/TLS read finished"),
            12 => (c"TWCH", c"SSLv3/TLS write client hello"),
            13 => (c"TWCC", c"SSLv3/TLS write client certificate"),
            14 => (c"TWCKE", c"SSLv3/TLS write client key exchange"),
            15 => (c"TWCV", c"SSLv3/TLS write certificate verify"),
            16 | 35 => (c"TWCCS", c"SSLv3/TLS write change cipher spec"),
            18 | 36 => (c"TWFIN", c"SSLv3/TLS write finished"),
            19 => (c"TWHR", c"SSLv3/TLS write hello request"),
            20 => (c"TRCH", c"SSLv3/TLS read client hello"),
            22 => (c"TWSH", c"SSLv3/TLS write server hello"),
            23 => (c"TWSC", c"SSLv3/TLS write certificate"),
            24 => (c"TWSKE", c"SSLv3/TLS write key exchange"),
            25 => (c"TWCR", c"SSLv3/TLS write certificate request"),
            26 => (c"TWSD", c"SSLv3/TLS write server done"),
            27 => (c"TRCC", c"SSLv3/TLS read client certificate"),
            28 => (c"TRCKE", c"SSLv3/TLS read client key exchange"),
            29 => (c"TRCV", c"SSLv3/TLS read certificate verify"),
            33 => (c"TWST", c"SSLv3/TLS write session ticket"),
            34 => (c"TWCS", c"SSLv3/TLS write certificate status"),
            37 => (c"TWEE", c"TLSv1.3 write encrypted extensions"),
            38 => (c"TREE", c"TLSv1.3 read encrypted extensions"),
            39 => (c"TRSCV", c"TLSv1.3 read server certificate verify"),
            40 => (c"TWSCV", c"TLSv1.3 write server certificate verify"),
            41 => (c"TRHR", c"SSLv3/TLS read hello request"),
            42 => (c"TWSKU", c"TLSv1.3 write server key update"),
            43 => (c"TWCKU", c"TLSv1.3 write client key update"),
            44 => (c"TRCKU", c"TLSv1.3 read client key update"),
            45 => (c"TRSKU", c"TLSv1.3 read server key update"),
            46 => (c"TED", c"TLSv1.3 early data"),
            47 => (c"TPEDE", c"TLSv1.3 pending early data end"),
            48 => (c"TWEOED", c"TLSv1.3 write end of early data"),
            49 => (c"TWEOED", c"TLSv1.3 read end of early data"),
            _ => (c"UNKWN", c"unknown state"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_that_a_message_leads_to_has_a_text() {
        for role in [Role::Client, Role::Server] {
            for direction in [Direction::Received, Direction::Sent] {
                let messages = (0..=u8::MAX).map(|kind| Step::Message(HandshakeType(kind)));
                for step in messages.chain([Step::ChangeCipherSpec]) {
                    if let Some(state) = HandshakeState::after(role, direction, step) {
                        assert_ne!(state.short_text(), c"UNKWN", "{state:?}");
                    }
                }
            }
        }
    }
}
