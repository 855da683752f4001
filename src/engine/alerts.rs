//! Alerts that differ from rustls's.
//!
//! rustls encrypts the alert of an error before it returns the error. Where RFC 8446, or one of our
//! hooks, requires another one, that is recorded while a record is processed, and the wrapped
//! record protection sends it instead. An alert without protection is replaced in the output.

use rustls::enums::ContentType;

use crate::wire::{Alert, HandshakeType, MESSAGE_HEADER, message_header};

/// What decides about an alert while a record is processed.
#[derive(Clone, Copy, Default)]
pub(super) struct Alerts {
    /// The alert that is right for the error that a hook returns.
    wanted: Option<Alert>,
    opened: OpenedRecord,
}

/// What the last record held that was opened.
#[derive(Clone, Copy, Default)]
enum OpenedRecord {
    /// A handshake message, or part of one; or there was none.
    #[default]
    Handshake,
    /// A KeyUpdate whose request is neither of the two that there are.
    UnknownKeyUpdate,
    Other,
}

impl Alerts {
    /// A hook is about to return an error whose alert is this one.
    pub(super) fn want(&mut self, alert: Alert) {
        self.wanted = Some(alert);
    }

    /// Records what the record held that was opened last.
    pub(super) fn record_opened(&mut self, kind: ContentType, contents: &[u8]) {
        const KEY_UPDATE: [u8; MESSAGE_HEADER] = message_header(HandshakeType::KEY_UPDATE, 1);
        let request = contents.strip_prefix(&KEY_UPDATE).and_then(<[u8]>::first);
        self.wanted = None;
        self.opened = match (kind, request) {
            (ContentType::Handshake, Some(2..)) => OpenedRecord::UnknownKeyUpdate,
            (ContentType::Handshake, _) => OpenedRecord::Handshake,
            _ => OpenedRecord::Other,
        };
    }

    /// The alert to send in place of one of rustls's.
    pub(super) fn in_place_of(&self, alert: Alert) -> Alert {
        match (self.wanted, alert, self.opened) {
            (Some(wanted), ..) => wanted,
            // What rustls gives to failures for which RFC 8446 has no alert.
            (None, Alert::GENERAL_ERROR, _) => Alert::INTERNAL_ERROR,
            // Between the parts of a message (RFC 8446, section 5.1).
            (None, Alert::ILLEGAL_PARAMETER, OpenedRecord::Other) => Alert::UNEXPECTED_MESSAGE,
            // What is in the record is of no known type, or no alert (RFC 8446, section 5).
            (None, Alert::DECODE_ERROR, OpenedRecord::Other) => Alert::UNEXPECTED_MESSAGE,
            // RFC 8446, section 4.6.3
            (None, Alert::DECODE_ERROR, OpenedRecord::UnknownKeyUpdate) => Alert::ILLEGAL_PARAMETER,
            (None, alert, _) => alert,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(kind: ContentType, contents: &[u8], alert: Alert) -> Alert {
        let mut alerts = Alerts::default();
        alerts.record_opened(kind, contents);
        alerts.in_place_of(alert)
    }

    #[test]
    fn an_alert_of_rustls_stays_where_it_is_right() {
        let kind = ContentType::Handshake;
        assert_eq!(
            after(kind, &[20, 0, 0, 0], Alert::DECODE_ERROR),
            Alert::DECODE_ERROR
        );
        assert_eq!(
            after(kind, &[24, 0, 0, 1, 1], Alert::DECODE_ERROR),
            Alert::DECODE_ERROR
        );
        assert_eq!(
            after(kind, &[20, 0, 0, 0], Alert::ILLEGAL_PARAMETER),
            Alert::ILLEGAL_PARAMETER
        );
    }

    #[test]
    fn what_is_no_message_where_one_must_be_is_unexpected() {
        let data = ContentType::ApplicationData;
        assert_eq!(
            after(data, b"data", Alert::ILLEGAL_PARAMETER),
            Alert::UNEXPECTED_MESSAGE
        );
        let alert = ContentType::Alert;
        assert_eq!(
            after(alert, &[1], Alert::DECODE_ERROR),
            Alert::UNEXPECTED_MESSAGE
        );
    }

    #[test]
    fn a_key_update_that_asks_for_something_unknown_is_an_illegal_parameter() {
        let message = [24, 0, 0, 1, 2];
        assert_eq!(
            after(ContentType::Handshake, &message, Alert::DECODE_ERROR),
            Alert::ILLEGAL_PARAMETER
        );
    }

    #[test]
    fn failures_that_have_no_alert_are_internal_errors() {
        let kind = ContentType::Handshake;
        assert_eq!(
            after(kind, &[], Alert::GENERAL_ERROR),
            Alert::INTERNAL_ERROR
        );
    }

    #[test]
    fn the_alert_of_a_hook_goes_before_all() {
        let mut alerts = Alerts::default();
        alerts.want(Alert::BAD_CERTIFICATE_STATUS_RESPONSE);
        assert_eq!(
            alerts.in_place_of(Alert::CERTIFICATE_UNKNOWN),
            Alert::BAD_CERTIFICATE_STATUS_RESPONSE
        );
    }
}
