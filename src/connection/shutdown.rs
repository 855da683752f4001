//! Which directions of a connection are closed (SSL_set_shutdown(3)).

use std::cell::Cell;

use crate::flags::ShutdownFlags;

/// What has been sent and received of the end of a connection.
#[derive(Default)]
pub struct Shutdown {
    state: Cell<State>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct State {
    /// The program may set them too.
    flags: ShutdownFlags,
    /// The peer has sent close_notify, or the end of the transport counts as one.
    close_notify_received: bool,
    /// Our close_notify is encrypted, and the transport has not taken it.
    close_notify_pending: bool,
}

impl Shutdown {
    /// Back to the state before a handshake.
    pub(super) fn reset(&self) {
        self.state.take();
    }

    /// `SSL_get_shutdown(3)`
    pub fn flags(&self) -> ShutdownFlags {
        self.state.get().flags
    }

    /// `SSL_set_shutdown(3)`
    pub fn set_flags(&self, flags: ShutdownFlags) {
        self.change(|state| state.flags = flags);
    }

    /// Whether nothing may be sent any more.
    pub fn is_sent(&self) -> bool {
        self.flags().contains(ShutdownFlags::SENT)
    }

    /// Whether nothing more is expected of the peer.
    pub fn is_received(&self) -> bool {
        self.flags().contains(ShutdownFlags::RECEIVED)
    }

    /// Whether the peer has really closed its direction, as opposed to a flag set by the program.
    pub(super) fn has_received_close_notify(&self) -> bool {
        self.state.get().close_notify_received
    }

    /// Whether our close_notify waits for the transport.
    pub(super) fn is_close_notify_pending(&self) -> bool {
        self.state.get().close_notify_pending
    }

    /// Closes both directions without a message (SSL_set_quiet_shutdown(3)).
    pub(super) fn close_quietly(&self) {
        self.set_flags(ShutdownFlags::BOTH);
    }

    /// Nothing is sent from now on but our close_notify.
    pub(super) fn stop_sending(&self) {
        self.change(|state| state.flags.set(ShutdownFlags::SENT, true));
    }

    /// Our close_notify is encrypted.
    pub(super) fn close_notify_queued(&self) {
        self.change(|state| state.close_notify_pending = true);
    }

    /// The transport has taken our close_notify.
    pub(super) fn close_notify_sent(&self) {
        self.change(|state| state.close_notify_pending = false);
    }

    /// The peer has closed its direction properly.
    pub(super) fn receive_close_notify(&self) {
        self.change(|state| {
            state.flags.set(ShutdownFlags::RECEIVED, true);
            state.close_notify_received = true;
        });
    }

    /// The peer has ended the connection with a fatal alert.
    pub(super) fn receive_fatal_alert(&self) {
        self.change(|state| state.flags.set(ShutdownFlags::RECEIVED, true));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.get();
        change(&mut state);
        self.state.set(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_notify_is_pending_until_the_transport_has_taken_it() {
        let shutdown = Shutdown::default();
        shutdown.stop_sending();
        shutdown.close_notify_queued();
        assert!(shutdown.is_sent() && !shutdown.is_received());
        assert!(shutdown.is_close_notify_pending());
        shutdown.close_notify_sent();
        assert!(shutdown.is_sent() && !shutdown.is_close_notify_pending());
    }

    #[test]
    fn only_close_notify_counts_as_a_proper_end() {
        let shutdown = Shutdown::default();
        shutdown.set_flags(ShutdownFlags::RECEIVED);
        assert!(shutdown.is_received() && !shutdown.has_received_close_notify());
        shutdown.set_flags(ShutdownFlags::EMPTY);
        shutdown.receive_fatal_alert();
        assert!(shutdown.is_received() && !shutdown.has_received_close_notify());
        shutdown.receive_close_notify();
        assert!(shutdown.has_received_close_notify() && !shutdown.is_sent());
        assert_eq!(shutdown.flags(), ShutdownFlags::RECEIVED);
    }

    #[test]
    fn reset_opens_both_directions_and_forgets_messages() {
        let shutdown = Shutdown::default();
        shutdown.close_notify_queued();
        shutdown.receive_close_notify();
        shutdown.close_quietly();
        assert_eq!(shutdown.flags(), ShutdownFlags::BOTH);
        shutdown.reset();
        assert_eq!(shutdown.state.get(), State::default());
    }
}
