//! The program's functions: their C types, once each, and safe methods that call them.
//!
//! A callback is a small value that settings and contexts store and copy. A program that sets a
//! function promises that the library may call it as its manual page says, as long as it is set. So
//! an `unsafe fn` makes the value, in `abi`, where that promise is given. After that a call is
//! safe: the library passes only the arguments of the manual page, and a [`Lent`] always points to
//! a live object.
//!
//! A program's function may call any function of the library with the same objects. So the library
//! holds no lock and no borrow of a cell while it calls one.
//!
//! | module        | functions                                                              |
//! |---------------|------------------------------------------------------------------------|
//! | `cell`        | none: where a context has a callback that its connections read          |
//! | `lent`        | none: pointers to connections and contexts for the program             |
//! | `scoped`      | none: a reference that is lent during a call                           |
//! | `session`     | new and removed sessions, sessions the cache lacks, session ids        |
//! | `ticket`      | keys and contents of session tickets                                   |
//! | `handshake`   | decisions in a handshake: ClientHello, server name, certificate, …     |
//! | `psk`         | external pre-shared keys                                               |
//! | `verify`      | verification of certificates, passwords of key files                   |
//! | `security`    | the security callback                                                  |
//! | `observer`    | information, messages, key log                                         |
//! | `unsupported` | callbacks that the library never calls                                 |
//!
//! In the header a C type has OpenSSL's name (`cbindgen.toml`); a type without a name is written
//! out in each prototype.

mod cell;
mod handshake;
mod lent;
mod observer;
mod psk;
pub mod scoped;
mod security;
mod session;
#[cfg(test)]
mod tests;
mod ticket;
mod unsupported;
mod verify;

pub use cell::CallbackCell;
pub use handshake::*;
pub use lent::{KnownAs, Lent, Ssl, SslContext};
pub use observer::*;
pub use psk::*;
pub use security::*;
pub use session::*;
pub use ticket::*;
pub use unsupported::*;
pub use verify::*;

use std::ffi::c_void;
use std::ptr;

/// A function of the program; `F` is its C type, an `Option` whose `None` is NULL.
#[derive(Clone, Copy)]
pub struct Callback<F>(F);

impl<T: Copy> Callback<Option<T>> {
    /// No function.
    pub const NONE: Self = Self(None);

    /// The function that the program sets.
    ///
    /// # Safety
    /// The function is NULL, or may be called as its manual page says, on any thread that uses the
    /// object it is set for, until another one is set.
    pub unsafe fn new(function: Option<T>) -> Self {
        Self(function)
    }

    /// The function, as a getter returns it to C.
    pub fn function(self) -> Option<T> {
        self.0
    }

    /// Whether there is a function.
    pub fn is_set(self) -> bool {
        self.0.is_some()
    }

    /// This callback, or `other` if it has no function.
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self.0 {
            Some(_) => self,
            None => other(),
        }
    }
}

impl<T: Copy> Default for Callback<Option<T>> {
    fn default() -> Self {
        Self::NONE
    }
}

/// A function of the program, with its last argument.
#[derive(Clone, Copy)]
pub struct CallbackWith<F> {
    function: F,
    argument: *mut c_void,
}

// SAFETY: the argument belongs to the program and is only passed back to its function, which the
// program may call on every thread that uses the object.
unsafe impl<F: Send> Send for CallbackWith<F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for CallbackWith<F> {}

impl<T: Copy> CallbackWith<Option<T>> {
    /// The function that the program sets.
    ///
    /// # Safety
    /// As for [`Callback::new`], with this argument.
    pub unsafe fn new(function: Option<T>, argument: *mut c_void) -> Self {
        Self { function, argument }
    }

    /// Sets the function and keeps the argument.
    ///
    /// # Safety
    /// As for [`Callback::new`], with the argument that is set at the time of the call.
    pub unsafe fn set_function(&mut self, function: Option<T>) {
        self.function = function;
    }

    /// Sets the argument and keeps the function.
    ///
    /// # Safety
    /// The function, if any, may be called with this argument.
    pub unsafe fn set_argument(&mut self, argument: *mut c_void) {
        self.argument = argument;
    }

    /// The function, as a getter returns it to C.
    pub fn function(self) -> Option<T> {
        self.function
    }

    /// The argument, as a getter returns it to C.
    pub fn argument(self) -> *mut c_void {
        self.argument
    }

    /// Whether there is a function.
    pub fn is_set(self) -> bool {
        self.function.is_some()
    }
}

impl<T: Copy> Default for CallbackWith<Option<T>> {
    fn default() -> Self {
        Self {
            function: None,
            argument: ptr::null_mut(),
        }
    }
}
