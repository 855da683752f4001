//! The reference of a connection to its session. Threads may take the session while the connection
//! changes it (`SSL_get1_session(3)`); everything else of a connection is for one thread at a time.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::reference::CountedCell;
use crate::session::{Session, SessionRef};

/// Holds references to a session, or none. Takes no lock.
///
/// There are two cells with their own references, and every thread uses one of them: if two threads
/// take references all the time, each mostly finds its cell still in its processor's cache.
///
/// The session of a handshake under way is provisional, until the end of the handshake completes
/// it. Until the program has been lent it, another object can replace it; after that it must stay
/// the same object.
#[derive(Default)]
#[repr(C)]
pub(super) struct SessionCell {
    even: CountedCell<Session>,
    /// Two cells on one cache line would be as good as one.
    _gap: [u64; 7],
    /// The session is provisional and the program has not been lent it. Rarely written, often read,
    /// so on the cache line of neither cell.
    replaceable: AtomicBool,
    _other_gap: [u64; 7],
    odd: CountedCell<Session>,
}

impl SessionCell {
    /// The session for the program, with a reference that the caller owns.
    #[inline]
    pub fn lend(&self) -> Option<SessionRef> {
        let session = self.get();
        self.record_lent();
        session
    }

    /// The session's address for the program, NULL for none. Stands for no reference.
    #[inline]
    pub fn lend_pointer(&self) -> *mut Session {
        let session = self.pointer();
        self.record_lent();
        session
    }

    /// The session for this library, with a reference that the caller owns. The program does not
    /// get it.
    #[inline]
    pub fn get(&self) -> Option<SessionRef> {
        match turn() % 2 {
            0 => self.even.get(),
            _ => self.odd.get(),
        }
    }

    /// The session's address, NULL for none. Stands for no reference.
    pub fn pointer(&self) -> *mut Session {
        self.even.pointer()
    }

    /// Replaces the session by a provisional one and returns the former one.
    pub fn replace_provisionally(&self, session: SessionRef) -> Option<SessionRef> {
        // Before it can be lent, which resets this.
        self.replaceable.store(true, Ordering::Release);
        self.put(Some(session))
    }

    /// Whether the session is provisional and the program has not been lent it.
    pub fn is_replaceable(&self) -> bool {
        self.replaceable.load(Ordering::Relaxed)
    }

    #[inline]
    fn record_lent(&self) {
        if self.replaceable.load(Ordering::Relaxed) {
            self.replaceable.store(false, Ordering::Relaxed);
        }
    }

    /// Replaces the session and returns the former one. Another thread may get the one or the other
    /// until this returns.
    pub fn replace(&self, session: Option<SessionRef>) -> Option<SessionRef> {
        let old = self.put(session);
        self.replaceable.store(false, Ordering::Relaxed);
        old
    }

    fn put(&self, session: Option<SessionRef>) -> Option<SessionRef> {
        let other = self.odd.replace(session.clone());
        let old = self.even.replace(session);
        drop(other);
        old
    }
}

/// 1 or 2, given to threads in turn.
#[inline]
fn turn() -> u8 {
    thread_local! {
        static TURN: Cell<u8> = const { Cell::new(0) };
    }
    #[cold]
    fn assign() -> u8 {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        let turn = 1 + NEXT.fetch_add(1, Ordering::Relaxed) % 2;
        TURN.set(turn);
        turn
    }
    match TURN.get() {
        0 => assign(),
        turn => turn,
    }
}
