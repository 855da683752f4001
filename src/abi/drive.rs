//! Runs calls that drive a connection, and turns their outcome into C's return values.

use std::ffi::{CStr, c_int};

use super::call::{call, queue};
use crate::connection::{Connection, Stop};
use crate::error::Result;
use crate::libcrypto::memory;

/// The return value of libssl when the peer has closed the connection, or ended it with an alert.
const CLOSED: c_int = 0;
/// The return value of libssl for all other failures.
const FAILED: c_int = -1;

/// Runs `work` on the connection and returns its number; or puts its error on the queue and returns
/// the value of that failure.
///
/// # Safety
/// `ssl` is NULL or a live connection.
pub unsafe fn drive(
    function: &'static CStr,
    ssl: *const Connection,
    work: impl FnOnce(&Connection) -> std::result::Result<c_int, Stop>,
) -> c_int {
    call(function, FAILED, || -> Result<c_int> {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { super::pointer::borrow(ssl) }?;
        Ok(match with_memory(connection, work) {
            Ok(value) => value,
            Err(Stop::Closed | Stop::Ended) => CLOSED,
            Err(Stop::Broken(error)) => {
                queue(function, &error);
                CLOSED
            }
            Err(Stop::Suspended | Stop::Transport) => FAILED,
            Err(Stop::Failed(error)) => {
                queue(function, &error);
                FAILED
            }
        })
    })
}

/// Runs `work` on the connection, which ends in failure if memory runs out during the call.
pub fn with_memory<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> std::result::Result<T, Stop>,
) -> std::result::Result<T, Stop> {
    let moment = memory::begin()?;
    let outcome = work(connection);
    if moment.memory_ran_out_since() {
        return Err(connection.end_without_memory());
    }
    outcome
}
