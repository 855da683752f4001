//! How many tickets of TLS 1.3 a server sends.

use std::cell::Cell;

/// Counts a server's tickets of TLS 1.3.
#[derive(Default)]
pub(in crate::connection) struct TicketCounts {
    /// How many have been made. From the first on the session may be in a cache.
    made: Cell<usize>,
    /// How many the program has asked for that have not been made (S80).
    asked_for: Cell<usize>,
}

impl TicketCounts {
    /// Back to the state before a handshake.
    pub fn reset(&self) {
        let Self { made, asked_for } = self;
        made.take();
        asked_for.take();
    }

    /// S80: the program asks for one more.
    pub fn ask(&self) {
        self.asked_for.set(self.asked_for.get() + 1);
    }

    /// Whether tickets wait that the program has asked for.
    pub fn are_asked_for(&self) -> bool {
        self.asked_for.get() > 0
    }

    /// Whether one has been made.
    pub fn is_any_made(&self) -> bool {
        self.made.get() > 0
    }

    /// Whether one is to be sent, if a handshake sends `configured` of them. Those that the program
    /// asks for come on top of what was sent, as in OpenSSL.
    pub fn is_due(&self, configured: usize) -> bool {
        self.are_asked_for() || self.made.get() < configured
    }

    /// One is made. It counts against those of the handshake and those that were asked for.
    pub fn count(&self) {
        self.made.set(self.made.get() + 1);
        self.asked_for.set(self.asked_for.get().saturating_sub(1));
    }
}
