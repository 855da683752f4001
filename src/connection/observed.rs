//! The connection as its [`Observer`](super::observer::Observer) sees it, and what the rest of the
//! connection reports to it.

use std::ffi::c_int;

use super::handshake::EarlyDataStatus;
use super::observer::{Message, Observed};
use super::{Connection, HandshakeState, InfoKind, Role, Stage, Stop};
use crate::callback::{InfoCallback, MessageCallback};
use crate::engine::received_so_far;
use crate::wire::{Alert, AlertLevel, AlertValue, Version};

impl Observed for Connection {
    fn role(&self) -> Option<Role> {
        Connection::role(self)
    }

    fn stage(&self) -> Stage {
        Connection::stage(self)
    }

    fn agreed_version(&self) -> Version {
        match Connection::role(self) {
            Some(Role::Client) => self
                .engine
                .with(|engine| engine.facts().version)
                .unwrap_or_default(),
            _ => self.engine.facts().version,
        }
    }

    fn provisional_version(&self) -> Version {
        match Connection::role(self) {
            // A server that has not chosen yet could take any.
            Some(Role::Server) if self.configuration.method().is_flexible() => {
                Version::HIGHEST_SUPPORTED
            }
            _ => self.highest_version(),
        }
    }

    fn has_offered_early_data(&self) -> bool {
        self.early_data_status() != EarlyDataStatus::NotSent
    }

    fn is_accepting_early_data(&self) -> bool {
        self.early.is_accepting()
    }

    fn fail(&self) {
        self.handshake.set_stage(Stage::Failed);
    }

    fn end_pause(&self) {
        Connection::end_pause(self);
    }

    fn call_info(&self, kind: InfoKind, value: c_int) {
        let callback = self.effective_info_callback();
        callback.call(self.lent(), kind.number(Connection::role(self)), value);
    }

    fn call_message(&self, message: &Message<'_>) {
        let callback = self.configuration.settings().message_callback;
        callback.call(
            self.lent(),
            message.direction,
            message.version.into(),
            message.content_type,
            message.bytes,
        );
    }
}

// -- What the program sets and asks --------------------------------------------------------------

impl Connection {
    /// `SSL_set_msg_callback`
    pub fn change_message_callback(&self, change: impl FnOnce(&mut MessageCallback)) {
        self.change_settings(|settings| change(&mut settings.message_callback));
        self.observe();
    }

    /// `SSL_set_info_callback`.
    pub fn set_info_callback(&self, callback: InfoCallback) {
        self.configuration.set_info_callback(callback);
        self.observe();
    }

    /// The connection's callback, else that of its context as it is now.
    fn effective_info_callback(&self) -> InfoCallback {
        self.configuration
            .info_callback()
            .or_else(|| self.context().callbacks.info.get())
    }

    /// Begins or ends the reports, as the program has set its callbacks.
    fn observe(&self) {
        let active = self.configuration.settings().message_callback.is_set()
            || self.effective_info_callback().is_set();
        if self.observer.set_active(active) {
            let _ = self.engine.with(|engine| engine.set_observed(active));
        }
    }

    /// `SSL_in_init`
    pub fn is_in_init(&self) -> bool {
        let is_idle = matches!(self.stage(), Stage::Open | Stage::EarlyData);
        !is_idle || self.observer.is_after_handshake() || self.engine.key_update().is_some()
    }

    /// `SSL_is_init_finished`
    pub fn is_init_finished(&self) -> bool {
        !self.is_in_init() && self.observer.state() == HandshakeState::OK
    }
}

// -- What is reported ----------------------------------------------------------------------------

impl Connection {
    /// The handshake begins.
    pub(super) fn begin_reports(&self) {
        self.observer.reset();
        self.observe();
        self.report(InfoKind::HandshakeStart, 1);
    }

    /// Reports the records that the engine has read and made. Nothing is borrowed, and the engine
    /// is not running.
    pub(super) fn report_records(&self) {
        if self.observer.is_active() {
            let records = self.engine.with(|engine| engine.take_records());
            self.observer.report(self, records.unwrap_or_default());
        }
    }

    /// Reports what the running engine has received, because it is about to ask the program.
    pub(super) fn report_received(&self) {
        if self.observer.is_active()
            && let Some(record) = received_so_far()
        {
            self.observer.report_in_order(self, record);
        }
    }

    /// Reports the end of our flight if it was our turn.
    pub(super) fn end_turn(&self) {
        self.observer.end_turn(self);
    }

    /// Reports to the info callback.
    pub(super) fn report(&self, kind: InfoKind, value: c_int) {
        self.call_info(kind, value);
    }

    /// Reports an alert.
    pub(super) fn report_alert(&self, kind: InfoKind, level: AlertLevel, alert: Alert) {
        self.report(kind, AlertValue::new(level, alert).0);
    }

    /// Reports that a handshake call returns.
    pub(super) fn report_exit(&self, result: &Result<(), Stop>) {
        let value = match result {
            Ok(()) => 1,
            Err(Stop::Closed) => 0,
            Err(_) => -1,
        };
        self.report(InfoKind::Exit, value);
    }

    /// The handshake pauses. OpenSSL reports that as an end, and going on as a start.
    pub(super) fn pause(&self) {
        self.handshake.set_stage(Stage::EarlyData);
        self.observer.enter_state(HandshakeState::EARLY_DATA);
        self.report(InfoKind::HandshakeDone, 1);
    }

    /// The handshake goes on, if it still pauses.
    pub(super) fn end_pause(&self) {
        if self.stage() == Stage::EarlyData {
            self.handshake.set_stage(Stage::Handshake);
            self.report(InfoKind::HandshakeStart, 1);
            self.observer.take_turn(self);
        }
    }
}
