//! The program's functions: their C types, once each, and safe methods that call them.
//!
//! A callback is a small value that settings and contexts keep and copy. The program promises, when
//! it sets a function, that it may be called as its manual page says for as long as it is set; so a
//! value is made by an `unsafe fn`, in `abi`, where that promise is received. From then on a call
//! is safe: the library passes only what its manual page names, and a [`Lent`] is always a pointer
//! to a live object.
//!
//! A program's function may call any function of the library with the same objects. So the caller
//! holds no lock and no borrow of a cell during the call.
//!
//! | module        | functions                                                              |
//! |---------------|------------------------------------------------------------------------|
//! | `lent`        | none: the pointers by which C knows connections and contexts            |
//! | `scoped`      | none: what is lent to hooks for the length of a call                   |
//! | `session`     | new, removed and wanted sessions, session ids                          |
//! | `ticket`      | keys and contents of session tickets                                   |
//! | `handshake`   | decisions in a handshake: ClientHello, server name, certificate, …     |
//! | `psk`         | external pre-shared keys                                               |
//! | `verify`      | verification of certificates, passwords of key files                   |
//! | `security`    | the security callback                                                  |
//! | `observer`    | information, messages, key log                                         |
//! | `unsupported` | what the library never calls                                           |
//!
//! In the header a C type has the name that OpenSSL gives it (`cbindgen.toml`); a type without one is
//! written out in each prototype.

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

    /// What the program sets.
    ///
    /// # Safety
    /// The function is NULL, or may be called as its manual page says, on any thread that uses the
    /// object it is set for, until another one is set.
    pub unsafe fn new(function: Option<T>) -> Self {
        Self(function)
    }

    /// The function, as C gets it back.
    pub fn function(self) -> Option<T> {
        self.0
    }

    /// Whether there is a function.
    pub fn is_set(self) -> bool {
        self.0.is_some()
    }

    /// This one, or another if there is no function.
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

/// A function of the program, with the argument that it is called with last.
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
    /// What the program sets.
    ///
    /// # Safety
    /// As for [`Callback::new`], with this argument.
    pub unsafe fn new(function: Option<T>, argument: *mut c_void) -> Self {
        Self { function, argument }
    }

    /// Sets the function and keeps the argument.
    ///
    /// # Safety
    /// As for [`Callback::new`], with the argument that is set when it is called.
    pub unsafe fn set_function(&mut self, function: Option<T>) {
        self.function = function;
    }

    /// Sets the argument and keeps the function.
    ///
    /// # Safety
    /// The function, if there is one, may be called with this argument.
    pub unsafe fn set_argument(&mut self, argument: *mut c_void) {
        self.argument = argument;
    }

    /// The function, as C gets it back.
    pub fn function(self) -> Option<T> {
        self.function
    }

    /// The argument, as C gets it back.
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
