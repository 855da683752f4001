//! What a control is applied to, and its arguments.

use std::ffi::{c_int, c_long, c_void};
use std::sync::Arc;

use crate::callback::Asker;
use crate::connection::Connection;
use crate::context::{Context, CredentialHolder, Settings};
use crate::error::{Error, Reason, Result};

/// A context, whose settings later connections copy, or one connection.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// `SSL_CTX_ctrl`
    Context(&'a Context),
    /// `SSL_ctrl`
    Connection(&'a Connection),
}

impl Target<'_> {
    /// The target as an argument of the security callback.
    pub fn asker(&self) -> Asker<'_> {
        match self {
            Self::Context(context) => context.asker(),
            Self::Connection(connection) => connection.asker(),
        }
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Arc<Settings> {
        match self {
            Self::Context(context) => context.settings(),
            Self::Connection(connection) => connection.shared_settings(),
        }
    }

    /// Changes the settings; nothing changes on an error. `change` may run more than once.
    pub fn try_change<R>(&self, change: impl FnMut(&mut Settings) -> Result<R>) -> Result<R> {
        match self {
            Self::Context(context) => context.try_change_settings(change),
            Self::Connection(connection) => connection.try_change_settings(change),
        }
    }

    /// Changes the settings. `change` may run more than once.
    pub fn change<R>(&self, mut change: impl FnMut(&mut Settings) -> R) -> Result<R> {
        self.try_change(|settings| Ok(change(settings)))
    }

    /// For changes of certificates.
    pub fn holder(&self) -> &dyn CredentialHolder {
        match self {
            Self::Context(context) => *context,
            Self::Connection(connection) => *connection,
        }
    }

    /// The context, or the connection's.
    pub fn context(&self) -> Arc<Context> {
        match self {
            Self::Context(context) => context.share(),
            Self::Connection(connection) => connection.context().share(),
        }
    }
}

/// `larg` and `parg`, whose meaning depends on the control.
#[derive(Clone, Copy)]
pub struct Argument {
    /// `larg`
    pub number: c_long,
    /// `parg`
    pub pointer: *mut c_void,
}

impl Argument {
    /// `parg`, which must not be NULL.
    pub fn required<T>(&self) -> Result<*mut T> {
        match self.pointer.is_null() {
            true => Err(Error::new(Reason::PASSED_NULL_PARAMETER)),
            false => Ok(self.pointer.cast()),
        }
    }

    /// Writes a result through `parg`; NULL is an error.
    ///
    /// # Safety
    /// `parg` is NULL or can be written as a `T`.
    pub unsafe fn write<T>(&self, value: T) -> Result<c_long> {
        let out = self.required::<T>()?;
        // SAFETY: not NULL, and the caller promises that it can be written.
        unsafe { out.write(value) };
        Ok(1)
    }

    /// `larg` numbers at `parg`; empty for NULL or fewer than one.
    ///
    /// # Safety
    /// `parg` is NULL or readable as `larg` numbers while the result is used.
    pub unsafe fn numbers<'a>(&self) -> &'a [c_int] {
        match usize::try_from(self.number) {
            Ok(count) if !self.pointer.is_null() => {
                // SAFETY: not NULL, and readable as the caller promises.
                unsafe { std::slice::from_raw_parts(self.pointer.cast_const().cast(), count) }
            }
            _ => &[],
        }
    }

    /// The text at `parg`; NULL is an error.
    ///
    /// # Safety
    /// `parg` is NULL or a C string that lives while the result is used.
    pub unsafe fn text<'a>(&self) -> Result<&'a [u8]> {
        // SAFETY: as the caller promises.
        let text = unsafe { super::super::pointer::c_str(self.pointer.cast_const().cast()) };
        text.map(std::ffi::CStr::to_bytes)
            .ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
    }
}
