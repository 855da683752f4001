//! The macro behind the table of a session's fields ([`super::fields`]).
//!
//! From the table
//!
//! ```ignore
//! session_fields! {
//!     numbers {
//!         /// Added to the age of a TLS 1.3 ticket.
//!         age_add: u32 as AtomicU32 = 0,
//!     }
//!     always {
//!         /// Session id; empty for none.
//!         id: Vec<u8> as Id,
//!     }
//!     optional {
//!         /// Ticket from the server.
//!         ticket: Vec<u8> as Ticket,
//!     }
//!     names {
//!         /// Name of the server.
//!         server_name: Vec<u8> as ServerName,
//!     }
//! }
//! ```
//!
//! it makes
//!
//! ```ignore
//! /// The fields of fixed size.
//! pub struct Numbers { pub age_add: u32 }                     // Default: the values of the table
//! pub struct AtomicNumbers { pub age_add: AtomicU32 }         // new, load, store
//!
//! /// The byte fields, borrowed.
//! pub struct Bytes<'a> {
//!     pub id: &'a [u8],
//!     pub ticket: Option<&'a [u8]>,
//!     pub server_name: Option<&'a [u8]>,
//!     pub peer: Option<&'a Arc<PeerChain>>,
//! }
//! pub enum Part { Id, Ticket, ServerName }                    // where they lie in a block
//! impl Bytes { fn of_block(block) -> Self; fn parts(&self) -> [Option<&[u8]>; PARTS]; … }
//!
//! /// All fields, owned.
//! pub struct Fields {
//!     pub age_add: u32,
//!     pub id: Vec<u8>,
//!     pub ticket: Option<Vec<u8>>,
//!     pub server_name: Option<Vec<u8>>,
//!     pub peer: Option<Arc<PeerChain>>,
//! }                                                           // view, From<View>
//!
//! impl Session {
//!     pub fn age_add(&self) -> u32 { … }
//!     pub fn id(&self) -> Field<'_, [u8]> { … }
//!     pub fn ticket(&self) -> Option<Field<'_, [u8]>> { … }
//!     pub fn server_name(&self) -> Option<Field<'_, CStr>> { … }
//! }
//! ```
//!
//! The setters for programs are written by hand, in `setters`, because each has its own rules.

macro_rules! session_fields {
    (
        numbers { $(
            $(#[$number_doc:meta])*
            $number:ident: $number_type:ty as $atomic:ident = $default:expr,
        )* }
        always { $(
            $(#[$always_doc:meta])*
            $always:ident: $always_type:ty as $always_part:ident,
        )* }
        optional { $(
            $(#[$optional_doc:meta])*
            $optional:ident: $optional_type:ty as $optional_part:ident,
        )* }
        names { $(
            $(#[$name_doc:meta])*
            $name:ident: $name_type:ty as $name_part:ident,
        )* }
    ) => {
        /// The fields of fixed size.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Numbers {
            $( $(#[$number_doc])* pub $number: $number_type, )*
        }

        impl Default for Numbers {
            /// As in a new session (S62), but with time 0 and without max_fragment_length.
            fn default() -> Self {
                Self { $( $number: $default, )* }
            }
        }

        /// The fields of fixed size of a session that threads share. The numbers are independent, so all accesses are
        /// Relaxed.
        #[repr(C)]
        pub struct AtomicNumbers {
            $( $(#[$number_doc])* pub $number: $atomic, )*
        }

        impl AtomicNumbers {
            /// The atomics with these values.
            pub fn new(numbers: &Numbers) -> Self {
                Self { $( $number: $atomic::new(numbers.$number), )* }
            }

            /// The values, each as it is now.
            pub fn load(&self) -> Numbers {
                Numbers { $( $number: self.$number.load(Ordering::Relaxed), )* }
            }

            /// Stores the values that differ between `before` and `after`.
            pub fn store(&self, before: &Numbers, after: &Numbers) {
                $( if before.$number != after.$number {
                    self.$number.store(after.$number, Ordering::Relaxed);
                } )*
            }
        }

        /// The byte fields, borrowed. Names hold no NUL.
        #[derive(Clone, Copy, Default, PartialEq, Eq)]
        pub struct Bytes<'a> {
            $( $(#[$always_doc])* pub $always: &'a [u8], )*
            $( $(#[$optional_doc])* pub $optional: Option<&'a [u8]>, )*
            $( $(#[$name_doc])* pub $name: Option<&'a [u8]>, )*
            /// Certificates of the peer.
            pub peer: Option<&'a Arc<PeerChain>>,
        }

        /// The byte fields in their order in a block. The last ones are names, which have a NUL at the end for C.
        #[derive(Clone, Copy)]
        pub enum Part {
            $( $(#[$always_doc])* $always_part, )*
            $( $(#[$optional_doc])* $optional_part, )*
            $( $(#[$name_doc])* $name_part, )*
        }

        /// How many byte fields there are.
        pub const PARTS: usize = [
            $( Part::$always_part, )* $( Part::$optional_part, )* $( Part::$name_part, )*
        ].len();

        /// How many of them, the first ones, are always present.
        pub const ALWAYS: u32 = [ $( Part::$always_part, )* ].len() as u32;

        /// How many of them, the last ones, are names.
        pub const NAMES: usize = [ $( Part::$name_part, )* ].len();

        impl<'a> Bytes<'a> {
            /// The byte fields of a block.
            pub fn of_block(block: Block<'a>) -> Self {
                let value = block.values();
                Self {
                    $( $always: value[Part::$always_part as usize].unwrap_or_default(), )*
                    $( $optional: value[Part::$optional_part as usize], )*
                    $( $name: value[Part::$name_part as usize], )*
                    peer: None,
                }
            }

            /// The byte fields by [`Part`].
            pub fn parts(&self) -> Values<'a, PARTS> {
                [ $( Some(self.$always), )* $( self.$optional, )* $( self.$name, )* ]
            }

            /// The byte fields, each with its part.
            pub fn with_parts(&self) -> [(Part, Option<&'a [u8]>); PARTS] {
                [
                    $( (Part::$always_part, Some(self.$always)), )*
                    $( (Part::$optional_part, self.$optional), )*
                    $( (Part::$name_part, self.$name), )*
                ]
            }
        }

        /// All fields as plain owned data: to build a session, or a copy of one. "Not resumable" is not among them,
        /// because it belongs to one object. The master key is wiped on drop.
        ///
        /// ```ignore
        /// let session = Session::new(Fields {
        ///     protocol_version: 0x0304,
        ///     cipher_id: 0x0300_1301,
        ///     ..Fields::default()
        /// });
        /// ```
        #[derive(Clone, PartialEq, Eq)]
        pub struct Fields {
            $( $(#[$number_doc])* pub $number: $number_type, )*
            $( $(#[$always_doc])* pub $always: $always_type, )*
            $( $(#[$optional_doc])* pub $optional: Option<$optional_type>, )*
            $( $(#[$name_doc])* pub $name: Option<$name_type>, )*
            /// Certificates of the peer.
            pub peer: Option<Arc<PeerChain>>,
        }

        impl Fields {
            /// The same fields, borrowed.
            pub fn view(&self) -> View<'_> {
                View {
                    numbers: Numbers { $( $number: self.$number, )* },
                    bytes: Bytes {
                        $( $always: &self.$always, )*
                        $( $optional: self.$optional.as_deref(), )*
                        $( $name: self.$name.as_deref(), )*
                        peer: self.peer.as_ref(),
                    },
                }
            }
        }

        impl From<View<'_>> for Fields {
            fn from(View { numbers, bytes }: View<'_>) -> Self {
                Self {
                    $( $number: numbers.$number, )*
                    $( $always: bytes.$always.to_vec().into(), )*
                    $( $optional: bytes.$optional.map(<[u8]>::to_vec), )*
                    $( $name: bytes.$name.map(<[u8]>::to_vec), )*
                    peer: bytes.peer.cloned(),
                }
            }
        }

        /// Getters.
        #[allow(dead_code, reason = "each field has one")]
        impl Session {
            $(
                $(#[$number_doc])*
                pub fn $number(&self) -> $number_type {
                    self.numbers().$number.load(Ordering::Relaxed)
                }
            )*
            $(
                $(#[$always_doc])*
                pub fn $always(&self) -> Field<'_, [u8]> {
                    self.bodies().always(Part::$always_part)
                }
            )*
            $(
                $(#[$optional_doc])*
                pub fn $optional(&self) -> Option<Field<'_, [u8]>> {
                    self.bodies().optional(Part::$optional_part)
                }
            )*
            $(
                $(#[$name_doc])*
                pub fn $name(&self) -> Option<Field<'_, CStr>> {
                    self.bodies().name(Part::$name_part)
                }
            )*
        }
    };
}

pub(super) use session_fields;
