//! The one place where errors and panics turn into what C sees.

use std::cell::RefCell;
use std::ffi::CStr;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::error_queue;

/// Runs the body of the C function `function`. An error is put on the queue of this thread and
/// `failure` is returned; so is a panic, which never crosses into C.
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

/// Makes panics silent: this library prints nothing. The message goes to the error queue instead.
/// (The standard library is linked into this one privately, so the program's own is not touched.)
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
            PANIC_MESSAGE.with(|message| *message.borrow_mut() = format!("{text}{place}"));
        }));
    });
}

fn take_panic_message() -> String {
    PANIC_MESSAGE.with(|message| std::mem::take(&mut *message.borrow_mut()))
}

thread_local! {
    static PANIC_MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}
