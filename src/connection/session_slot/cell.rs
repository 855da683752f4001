//! The session of a connection. Threads may ask for it while the connection takes another one
//! (`SSL_get1_session(3)`), though all else of a connection is for one thread at a time.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::reference::CountedCell;
use crate::session::{Session, SessionRef};

/// Holds references to a session, or none. Takes no lock.
///
/// There are two cells, each with references of its own, and every thread keeps to one of them: so of two
/// threads that take references all the time, each mostly finds its cell still in its processor's cache.
///
/// The session of a handshake under way is provisional: when more is known it becomes what it stood for. As long
/// as the program has not seen it, another object can take its place; after that it must stay the same.
#[derive(Default)]
#[repr(C)]
pub(super) struct SessionCell {
    even: CountedCell<Session>,
    /// Two cells on one cache line would be as good as one.
    _gap: [u64; 7],
    /// The session is provisional and the program has not seen it. Rarely written, often read, so on
    /// the line of neither cell.
    unseen: AtomicBool,
    _other_gap: [u64; 7],
    odd: CountedCell<Session>,
}

impl SessionCell {
    /// The session, with a reference of the caller's own, for the program.
    #[inline]
    pub fn lend(&self) -> Option<SessionRef> {
        let session = self.get();
        self.note_seen();
        session
    }

    /// The session's address for the program, NULL for none. Stands for no reference.
    #[inline]
    pub fn lend_pointer(&self) -> *mut Session {
        let session = self.pointer();
        self.note_seen();
        session
    }

    /// The session, with a reference of the caller's own, which does not come to the program.
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

    /// Puts a provisional session in. Returns what was there.
    pub fn replace_provisionally(&self, session: SessionRef) -> Option<SessionRef> {
        // Before it can be lent, and noted after it was.
        self.unseen.store(true, Ordering::Release);
        self.put(Some(session))
    }

    /// True if the session is provisional, and still unknown to the program.
    pub fn is_unseen(&self) -> bool {
        self.unseen.load(Ordering::Relaxed)
    }

    #[inline]
    fn note_seen(&self) {
        if self.unseen.load(Ordering::Relaxed) {
            self.unseen.store(false, Ordering::Relaxed);
        }
    }

    /// Puts `session` in and returns what was there. Another thread may see the one or the other until
    /// this returns.
    pub fn replace(&self, session: Option<SessionRef>) -> Option<SessionRef> {
        let old = self.put(session);
        self.unseen.store(false, Ordering::Relaxed);
        old
    }

    fn put(&self, session: Option<SessionRef>) -> Option<SessionRef> {
        let other = self.odd.replace(session.clone());
        let old = self.even.replace(session);
        drop(other);
        old
    }
}

/// 1 or 2, as threads get it in turn.
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
