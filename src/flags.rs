//! Bits that a program sets and reads back. Those without a name are kept too: a program may set any.

use std::ffi::{c_int, c_long};

/// Defines a type for bits, with a constant for each one, or each set, that has a name.
macro_rules! flags {
    (
        $(#[$about:meta])*
        $name:ident($integer:ty);
        $($(#[$about_one:meta])* $constant:ident = $value:expr;)*
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[repr(transparent)]
        pub struct $name(pub $integer);

        // Not every type needs all of them.
        #[allow(dead_code)]
        impl $name {
            /// None.
            pub const EMPTY: Self = Self(0);
            $($(#[$about_one])* pub const $constant: Self = Self($value);)*

            /// Whether all of `flags` are set.
            pub const fn contains(self, flags: Self) -> bool {
                self.0 & flags.0 == flags.0
            }

            /// Whether any of `flags` is set.
            pub const fn intersects(self, flags: Self) -> bool {
                self.0 & flags.0 != 0
            }

            /// These and `flags`.
            pub const fn with(self, flags: Self) -> Self {
                Self(self.0 | flags.0)
            }

            /// These without `flags`.
            pub const fn without(self, flags: Self) -> Self {
                Self(self.0 & !flags.0)
            }

            /// Sets or clears `flags`.
            pub const fn set(&mut self, flags: Self, on: bool) {
                *self = if on { self.with(flags) } else { self.without(flags) };
            }
        }
    };
}

pub(crate) use flags;

flags! {
    /// `SSL_OP_…` (SSL_CTX_set_options(3)).
    Options(u64);
    NO_EXTENDED_MASTER_SECRET = 1;
    CLEANSE_PLAINTEXT = 1 << 1;
    LEGACY_SERVER_CONNECT = 1 << 2;
    ENABLE_KTLS = 1 << 3;
    TLSEXT_PADDING = 1 << 4;
    SAFARI_ECDHE_ECDSA_BUG = 1 << 6;
    IGNORE_UNEXPECTED_EOF = 1 << 7;
    ALLOW_CLIENT_RENEGOTIATION = 1 << 8;
    DISABLE_TLSEXT_CA_NAMES = 1 << 9;
    ALLOW_NO_DHE_KEX = 1 << 10;
    DONT_INSERT_EMPTY_FRAGMENTS = 1 << 11;
    NO_TICKET = 1 << 14;
    NO_SESSION_RESUMPTION_ON_RENEGOTIATION = 1 << 16;
    NO_COMPRESSION = 1 << 17;
    ALLOW_UNSAFE_LEGACY_RENEGOTIATION = 1 << 18;
    NO_ENCRYPT_THEN_MAC = 1 << 19;
    ENABLE_MIDDLEBOX_COMPAT = 1 << 20;
    PRIORITIZE_CHACHA = 1 << 21;
    CIPHER_SERVER_PREFERENCE = 1 << 22;
    NO_ANTI_REPLAY = 1 << 24;
    NO_SSL3 = 1 << 25;
    /// Also of DTLS 1.0.
    NO_TLS1 = 1 << 26;
    /// Also of DTLS 1.2.
    NO_TLS1_2 = 1 << 27;
    NO_TLS1_1 = 1 << 28;
    NO_TLS1_3 = 1 << 29;
    NO_RENEGOTIATION = 1 << 30;
    CRYPTOPRO_TLSEXT_BUG = 1 << 31;
    /// `SSL_OP_ALL`
    ALL_BUGS = Self::CRYPTOPRO_TLSEXT_BUG.0
        | Self::SAFARI_ECDHE_ECDSA_BUG.0
        | Self::TLSEXT_PADDING.0
        | Self::DONT_INSERT_EMPTY_FRAGMENTS.0;
    /// `SSL_OP_NO_SSL_MASK`
    NO_PROTOCOL = Self::NO_SSL3.0
        | Self::NO_TLS1.0
        | Self::NO_TLS1_1.0
        | Self::NO_TLS1_2.0
        | Self::NO_TLS1_3.0;
}

flags! {
    /// `SSL_MODE_…` (SSL_CTX_set_mode(3)).
    Mode(u32);
    ENABLE_PARTIAL_WRITE = 1;
    ACCEPT_MOVING_WRITE_BUFFER = 2;
    AUTO_RETRY = 4;
    NO_AUTO_CHAIN = 8;
    SEND_FALLBACK_SCSV = 0x80;
}

flags! {
    /// `SSL_VERIFY_…` (SSL_CTX_set_verify(3)).
    VerifyMode(c_int);
    NONE = 0;
    PEER = 1;
    FAIL_IF_NO_PEER_CERT = 2;
    CLIENT_ONCE = 4;
    POST_HANDSHAKE = 8;
}

flags! {
    /// `SSL_SESS_CACHE_…` (SSL_CTX_set_session_cache_mode(3)).
    CacheMode(u32);
    CLIENT = 1;
    SERVER = 2;
    NO_AUTO_CLEAR = 0x80;
    NO_INTERNAL_LOOKUP = 0x100;
    NO_INTERNAL_STORE = 0x200;
    UPDATE_TIME = 0x400;
}

flags! {
    /// `SSL_CERT_FLAG_…` (SSL_CTX_set_cert_flags(3)).
    CertificateFlags(u32);
    TLS_STRICT = 1;
    SUITE_B_128_ONLY = 0x1_0000;
    SUITE_B_192 = 0x2_0000;
    /// Both are allowed. All bits of Suite B.
    SUITE_B_128 = 0x3_0000;
}

flags! {
    /// `CERT_PKEY_…` (SSL_check_chain(3)).
    ChainFlags(c_int);
    VALID = 0x1;
    SIGN = 0x2;
    EE_SIGNATURE = 0x10;
    CA_SIGNATURE = 0x20;
    EE_PARAM = 0x40;
    CA_PARAM = 0x80;
    EXPLICIT_SIGN = 0x100;
    ISSUER_NAME = 0x200;
    CERT_TYPE = 0x400;
}

flags! {
    /// `SSL_BUILD_CHAIN_FLAG_…` (SSL_CTX_build_cert_chain(3)).
    BuildChainFlags(c_long);
    UNTRUSTED = 0x1;
    NO_ROOT = 0x2;
    CHECK = 0x4;
    IGNORE_ERROR = 0x8;
    CLEAR_ERROR = 0x10;
}

flags! {
    /// `SSL_SENT_SHUTDOWN` and `SSL_RECEIVED_SHUTDOWN` (SSL_set_shutdown(3)).
    ShutdownFlags(c_int);
    SENT = 1;
    RECEIVED = 2;
    BOTH = 3;
}

flags! {
    /// `SSL_CONF_FLAG_…` (SSL_CONF_CTX_set_flags(3)).
    CommandFlags(u32);
    /// Commands have their names on a command line.
    COMMAND_LINE = 0x01;
    /// Commands have their names in a configuration file.
    FILE = 0x02;
    /// Commands for clients are allowed.
    CLIENT = 0x04;
    /// Commands for servers are allowed.
    SERVER = 0x08;
    /// An error names the command that failed.
    SHOW_ERRORS = 0x10;
    /// Commands on certificates and keys are allowed.
    CERTIFICATE = 0x20;
    /// A certificate without a key takes it from its own file.
    REQUIRE_PRIVATE = 0x40;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_set_and_cleared_and_others_stay() {
        const UNNAMED: Options = Options(1 << 63);
        let mut options = UNNAMED.with(Options::NO_TICKET);
        options.set(Options::NO_PROTOCOL, true);
        assert!(options.contains(Options::NO_TLS1_3) && options.contains(Options::NO_PROTOCOL));
        options.set(Options::NO_TLS1_3, false);
        assert!(!options.contains(Options::NO_PROTOCOL));
        assert!(options.intersects(Options::NO_PROTOCOL));
        let rest = options
            .without(Options::NO_PROTOCOL)
            .without(Options::NO_TICKET);
        assert_eq!(rest, UNNAMED);
        assert!(!rest.intersects(Options::EMPTY) && rest.contains(Options::EMPTY));
    }

    #[test]
    fn sets_are_those_of_openssl() {
        assert_eq!(Options::ALL_BUGS.0, 0x8000_0850);
        assert_eq!(Options::NO_PROTOCOL.0, 0x3e00_0000);
    }
}
