//! TLS as it is on the wire: the numbers of the registries, and what carries them.
//!
//! Nothing here knows what is above it, and nothing copies where a borrow does. A number is a type
//! with a constant for each value that has a name; a peer may send any other value too.
//!
//! | file      | what it holds                     |
//! |-----------|-----------------------------------|
//! | [`alert`] | alerts, their levels and texts    |

pub mod alert;

pub use alert::{Alert, AlertLevel, AlertValue};

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

        impl $name {
            $($(#[$about_one])* pub const $constant: Self = Self($value);)*
        }
    };
}
use number;
