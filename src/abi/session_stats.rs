//! Statistics of a session cache, beyond SSL_CTX_sess_number(3).

use std::ffi::c_int;

use super::call::call;
use super::pointer::borrow;
use super::reprise_types::SessionStats;
use crate::context::Context;
use crate::error::{Error, Reason, Result};

/// Writes the statistics of the session cache of `ctx` to `*stats`. The caller sets its field
/// `size` to `sizeof(*stats)`.
///
/// Cheap enough to be called for every request: it takes no lock, does not wait, and costs the same
/// however many sessions there are. Each value is right, but while other threads use the cache the
/// values may belong to slightly different moments.
///
/// Returns 1; or 0 with an error on the queue: `ERR_R_PASSED_NULL_PARAMETER`, or `SSL_R_BAD_LENGTH`
/// when `size` is too small for the first number. If `size` is greater than this library's
/// structure, the rest is set to zero.
///
/// # Safety
/// `stats` is NULL or its `size` is set and so many bytes may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn REPRISE_CTX_session_stats(
    ctx: *mut Context,
    stats: *mut SessionStats,
) -> c_int {
    call(c"REPRISE_CTX_session_stats", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        // SAFETY: NULL or with room for what its size says, as the caller promises.
        unsafe { fill(stats, &stats_of(context)) }?;
        Ok(1)
    })
}

fn stats_of(context: &Context) -> SessionStats {
    let statistics = context.cache.statistics();
    SessionStats {
        size: 0,
        entries: statistics.entries as u64,
        hits: context.total(|counts| &counts.hits) as u64,
        misses: context.total(|counts| &counts.misses) as u64,
        evictions: statistics.evictions,
        expiries: statistics.expiries,
        bytes: statistics.bytes as u64,
        deferred_bytes: statistics.garbage as u64,
    }
}

/// Writes as much of `from` as `to` has room for, its size aside, and zeros behind that.
///
/// # Safety
/// `to` is NULL or its size is set and so many bytes may be written.
unsafe fn fill(to: *mut SessionStats, from: &SessionStats) -> Result<()> {
    if to.is_null() {
        return Err(Error::new(Reason::PASSED_NULL_PARAMETER));
    }
    let head = size_of::<usize>();
    // SAFETY: not NULL, so the size is set.
    let size = unsafe { (&raw const (*to).size).read() };
    if size < head + size_of::<u64>() {
        return Err(Error::new(Reason::BAD_LENGTH));
    }
    let known = size.min(size_of::<SessionStats>());
    let (to, from) = (to.cast::<u8>(), std::ptr::from_ref(from).cast::<u8>());
    // SAFETY: `size` bytes may be written, and `known` is within both.
    unsafe {
        to.add(head)
            .copy_from_nonoverlapping(from.add(head), known - head);
        to.add(known).write_bytes(0, size - known);
    }
    Ok(())
}
