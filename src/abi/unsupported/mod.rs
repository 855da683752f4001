//! Functions of libssl that Reprise does not support, one file for each feature.
//!
//! All 518 functions of libssl 3.0 are exported, because most programs are linked with `BIND_NOW`
//! and do not start when one is missing. A function in here fails as its manual page describes
//! failure, and queues one error (`ERR_R_UNSUPPORTED`) that names it and states the reason. Where
//! OpenSSL itself would do nothing and report nothing, it queues no error either, and a comment
//! says why that is harmless: an error left on the queue makes `SSL_get_error(3)` report a failure.
//!
//! The `Status:` line of a function is what `docs/symbols.md` shows.

// The header needs the names of the parameters, most of which are not used.
#![allow(unused_variables)]

mod async_jobs;
mod compression;
mod ct;
mod custom_ext;
mod dane;
mod dh;
mod dtls;
mod eap_fast;
mod engine;
mod internal;
mod npn;
mod post_handshake_auth;
mod records;
mod renegotiation;
mod srp;
mod srtp;
mod stateless;
mod trace;

use std::ffi::CStr;

use crate::abi::call::queue;
use crate::error::{Error, Reason};

/// Queues the error of a function that Reprise does not support, and returns its failure value.
fn unsupported<T>(function: &'static CStr, failure: T, why: &'static str) -> T {
    queue(
        function,
        &Error::with(Reason::UNSUPPORTED, text(function, why)),
    );
    failure
}

fn text(function: &CStr, why: &str) -> String {
    format!("{}: {why}", function.to_string_lossy())
}
