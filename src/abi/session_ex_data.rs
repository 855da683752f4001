//! Application data of sessions (`SSL_SESSION_get_ex_data(3)`).

use std::any::Any;
use std::ffi::{c_int, c_void};

use crate::abi::call::call;
use crate::abi::pointer::borrow;
use crate::error::{Error, Result};
use crate::libcrypto::ex_data::{Class, ExData};
use crate::session::{self, Companion, Session};

/// Gives every session made from now on its application data. To be called before the first
/// session is made; once more does no harm.
pub fn install() {
    session::set_companion_factory(|| Box::new(SessionExData(ExData::new(Class::SslSession))));
}

/// The application data of one session.
struct SessionExData(ExData);

impl Companion for SessionExData {
    fn created(&self, session: &Session) {
        // SAFETY: the pointer that C will know the session by.
        let made = unsafe { self.0.init(session.as_ptr().cast()) };
        // It fails only when memory is short. The session is good without its initial values,
        // and libcrypto's errors are on the queue.
        let _ = made;
    }

    fn duplicated(&self, _: &Session, original: &Session) -> Result<()> {
        match ex_data(original) {
            Some(from) => self.0.copy_from(from),
            None => Ok(()),
        }
    }

    fn freed(&self, session: &Session) {
        // SAFETY: the pointer that C knew the session by.
        unsafe { self.0.free(session.as_ptr().cast()) };
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn ex_data(session: &Session) -> Option<&ExData> {
    session
        .companion()?
        .as_any()
        .downcast_ref::<SessionExData>()
        .map(|companion| &companion.0)
}

/// Attaches `data` to a session at index `idx`, which comes from
/// `SSL_SESSION_get_ex_new_index()`. What was there before is not freed. The session does not own
/// `data`: the callbacks given with the index are called when the session is made, copied by
/// `SSL_SESSION_dup()`, and freed, also for sessions that the library makes.
///
/// Returns 1, or 0 with an error on the queue for a negative index and when memory is short.
/// Threads may set and get on a shared session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_ex_data(
    session: *mut Session,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    call(c"SSL_SESSION_set_ex_data", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        ex_data(session).ok_or(Error::Silent)?.set(idx, data)?;
        Ok(1)
    })
}

/// What was attached to a session at index `idx`, or NULL when nothing was. It is lent: how long
/// it lives is between the program and its callbacks. No errors. Any thread; takes no lock.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_ex_data(
    session: *const Session,
    idx: c_int,
) -> *mut c_void {
    call(c"SSL_SESSION_get_ex_data", std::ptr::null_mut(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        Ok(ex_data(session).map_or(std::ptr::null_mut(), |data| data.get(idx)))
    })
}
