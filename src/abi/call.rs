//! Turns errors and panics into return values and entries of the error queue.

use std::cell::Cell;
use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::error_queue;

/// Runs the body of the C function `function`. An error or a panic is put on the queue of this
/// thread, and `failure` is returned. No panic crosses into C.
pub fn call<T>(function: &'static CStr, failure: T, body: impl FnOnce() -> Result<T>) -> T {
    match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => {
            queue(function, &error);
            failure
        }
        Err(_) => {
            queue(
                function,
                &Error::with(
                    Reason::INTERNAL_ERROR,
                    format!("panic in Reprise: {}", take_panic_message()),
                ),
            );
            failure
        }
    }
}

/// Puts `error` on the queue of this thread under the name of `function`.
pub fn queue(function: &'static CStr, error: &Error) {
    match error {
        Error::Ssl(reason, detail) => error_queue::raise(function, *reason, detail),
        Error::Queued | Error::Silent => {}
    }
}

/// Makes panics silent: this library prints nothing. The message is put on the error queue instead.
/// (This library has its own copy of the standard library, so a Rust program's panic hook does not
/// change.)
pub fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|info| {
            let text = info
                .payload()
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| info.payload().downcast_ref::<String>().cloned())
                .unwrap_or_default();
            let place = info
                .location()
                .map(|place| format!(" at {}:{}", place.file(), place.line()))
                .unwrap_or_default();
            let message = format!("{text}{place}");
            let former = PANIC_MESSAGE.replace(ManuallyDrop::new(message));
            drop(ManuallyDrop::into_inner(former));
        }));
    });
}

fn take_panic_message() -> String {
    ManuallyDrop::into_inner(PANIC_MESSAGE.take())
}

thread_local! {
    /// Not dropped: threads whose thread-locals are gone use the library too (atexit(3)).
    static PANIC_MESSAGE: Cell<ManuallyDrop<String>> = const { Cell::new(ManuallyDrop::new(String::new())) };
}
