//! TLS as it is on the wire: the numbers of the registries, and the parts of messages.
//!
//! Nothing here knows what is above it, and nothing copies where a borrow does. A number is a type
//! with a constant for each value that has a name; a peer may send any other value too.
//!
//! | file                   | what it holds                                           |
//! |------------------------|---------------------------------------------------------|
//! | [`alert`]              | alerts, their levels and texts                          |
//! | [`version`]            | protocol versions                                       |
//! | [`record`]             | content types, headers, splitting bytes into records    |
//! | [`message`]            | handshake types, headers, splitting bytes into messages |
//! | [`extension`]          | extension types, lists of extensions                    |
//! | [`client_hello`]       | the ClientHello                                         |
//! | [`server_hello`]       | the ServerHello                                         |
//! | [`ticket`]             | NewSessionTicket messages                               |
//! | [`alpn`]               | lists of protocol names                                 |
//! | [`reader`], [`writer`] | numbers and vectors, of which all of the above consists |

pub mod alert;
pub mod alpn;
pub mod client_hello;
pub mod extension;
pub mod message;
pub mod reader;
pub mod record;
pub mod server_hello;
pub mod ticket;
pub mod version;
pub mod writer;

pub use alert::{ALERT_LENGTH, Alert, AlertLevel, AlertValue, PLAIN_ALERT, split_plain_alert};
pub use client_hello::{
    ClientHello, EMPTY_RENEGOTIATION_INFO_SCSV, FALLBACK_SCSV, HelloParts, Malformed, RANDOM,
    Random, psk_identities,
};
pub use extension::{EXTENSION_HEADER, Extension, ExtensionType, HOST_NAME, OCSP, extensions};
pub use message::{
    HandshakeType, MESSAGE_HEADER, Message, message_header, message_length, messages,
};
pub use reader::{Numbers, Reader, from_u24, numbers};
pub use record::{
    CHANGE_CIPHER_SPEC_RECORD, ContentType, LONGEST_PLAINTEXT, RECORD_HEADER, Record, RecordHeader,
    handshake_contents, put_records, records,
};
pub use server_hello::{ServerHello, client_random, hello_random, is_of_retry_request};
pub use ticket::{NewSessionTicket, Tls12Ticket};
pub use version::Version;
pub use writer::{put_vector8, put_vector16, put_vector24};

/// Defines a type for a number on the wire, with a constant for each value that has a name.
macro_rules! number {
    (
        $(#[$about:meta])*
        $name:ident($integer:ty);
        $($(#[$about_one:meta])* $constant:ident = $value:expr;)*
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub $integer);

        // The numbers of a registry are all here, used or not.
        #[allow(dead_code)]
        impl $name {
            $($(#[$about_one])* pub const $constant: Self = Self($value);)*
        }
    };
}
use number;
