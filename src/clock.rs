//! The one place that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the epoch, as `time(3)` gives them. Tests may move this thread's clock with
/// [`advance`].
pub fn now() -> i64 {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    };
    seconds + offset()
}

#[cfg(not(test))]
fn offset() -> i64 {
    0
}

#[cfg(test)]
fn offset() -> i64 {
    OFFSET.with(|offset| offset.get())
}

#[cfg(test)]
thread_local! {
    static OFFSET: std::cell::Cell<i64> = const { std::cell::Cell::new(0) };
}

/// Moves the clock of the calling thread by `seconds` (tests only).
#[cfg(test)]
pub fn advance(seconds: i64) {
    OFFSET.with(|offset| offset.set(offset.get() + seconds));
}
