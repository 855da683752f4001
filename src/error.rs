//! The error type of this library; `abi` turns it into entries of the error queue.

use std::borrow::Cow;

pub use crate::reason::Reason;

/// Why a call failed. The modules below `abi` return it; `abi` alone queues it
/// ([`crate::libcrypto::error_queue`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// One error of library `SSL` is to be queued, with this reason and, if it is not empty, this
    /// text (`ERR_raise_data`). The text never holds secrets.
    Ssl(Reason, Cow<'static, str>),
    /// libcrypto has queued its own errors already.
    Queued,
    /// The manual page requires this failure to leave no error on the queue.
    Silent,
}

impl Error {
    /// An error with a reason and no further text.
    pub const fn new(reason: Reason) -> Self {
        Self::Ssl(reason, Cow::Borrowed(""))
    }

    /// An error with a reason and a text for people.
    pub fn with(reason: Reason, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Ssl(reason, detail.into())
    }
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

/// Shorthand for results of this library.
pub type Result<T> = std::result::Result<T, Error>;

impl Reason {
    const FATAL: i32 = 0x3 << 18;
    const COMMON: i32 = 0x2 << 18;
    /// `ERR_R_MALLOC_FAILURE`
    pub const MALLOC_FAILURE: Reason = Reason(256 | Self::FATAL);
    /// `ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED`
    pub const SHOULD_NOT_HAVE_BEEN_CALLED: Reason = Reason(257 | Self::FATAL);
    /// `ERR_R_PASSED_NULL_PARAMETER`
    pub const PASSED_NULL_PARAMETER: Reason = Reason(258 | Self::FATAL);
    /// `ERR_R_INTERNAL_ERROR`
    pub const INTERNAL_ERROR: Reason = Reason(259 | Self::FATAL);
    /// `ERR_R_PASSED_INVALID_ARGUMENT`
    pub const PASSED_INVALID_ARGUMENT: Reason = Reason(262 | Self::COMMON);
    /// `ERR_R_UNSUPPORTED`
    pub const UNSUPPORTED: Reason = Reason(268 | Self::COMMON);
}
