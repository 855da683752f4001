//! The clock of the library.

/// Seconds since the epoch. Tests may move this thread's clock with [`advance`].
pub fn now() -> i64 {
    // time(2) itself, because programs compare with it: it reads a coarser clock than `SystemTime`,
    // and is a few milliseconds behind that when a second begins.
    // SAFETY: with NULL it only returns the time.
    let seconds = unsafe { libc::time(std::ptr::null_mut()) };
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
