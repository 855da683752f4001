//! The callbacks of a server between the ClientHello and its answer. Nothing is borrowed while they
//! run.

use std::ffi::c_int;

use super::{Connection, InfoKind, Stop, Want};
use crate::context::Settings;
use crate::error::Reason;
use crate::wire::{Alert, AlertLevel, ClientHello, Version};

const SSL_TLSEXT_ERR_OK: c_int = 0;
pub(in crate::connection) const SSL_TLSEXT_ERR_ALERT_WARNING: c_int = 1;
pub(in crate::connection) const SSL_TLSEXT_ERR_ALERT_FATAL: c_int = 2;
const SSL_CLIENT_HELLO_SUCCESS: c_int = 1;
const SSL_CLIENT_HELLO_RETRY: c_int = -1;

impl Connection {
    /// `SSL_CTX_set_client_hello_cb(3)`: may suspend the handshake.
    pub(super) fn ask_client_hello_callback(&self) -> Result<(), Stop> {
        let callback = self.context().callbacks.client_hello.get();
        let mut alert = c_int::from(Alert::INTERNAL_ERROR);
        match callback.call(self.lent(), &mut alert) {
            None | Some(SSL_CLIENT_HELLO_SUCCESS) => Ok(()),
            Some(SSL_CLIENT_HELLO_RETRY) => {
                self.transport.set_want(Want::ClientHelloCallback);
                Err(Stop::Suspended)
            }
            _ => Err(self.refuse(Reason::CALLBACK_FAILED, Alert::from_c(alert))),
        }
    }

    /// `SSL_CTX_set_tlsext_servername_callback(3)`: called whether there is a name or not.
    pub(super) fn ask_server_name_callback(&self) -> Result<(), Stop> {
        let before = self.context();
        let Some((answer, alert)) = self.call_server_name_callback() else {
            return Ok(());
        };
        let after = self.context();
        if !std::ptr::eq(&*before, &*after) {
            // S48: the start of this handshake is counted by the new context.
            before.statistics().accept.decrement();
            after.statistics().accept.increment();
        }
        match answer {
            SSL_TLSEXT_ERR_ALERT_FATAL => {
                Err(self.refuse(Reason::CALLBACK_FAILED, Alert::from_c(alert)))
            }
            SSL_TLSEXT_ERR_OK => {
                self.handshake
                    .server(|server| server.server_name_accepted = true);
                Ok(())
            }
            // There are no warnings in TLS 1.3.
            SSL_TLSEXT_ERR_ALERT_WARNING if self.engine.facts().version == Version::TLS1_2 => {
                self.warn(Alert::from_c(alert))
            }
            _ => Ok(()),
        }
    }

    /// The answer of the servername callback and the alert that it chooses. `None` without a
    /// callback.
    pub(super) fn call_server_name_callback(&self) -> Option<(c_int, c_int)> {
        let mut callback = self.context().callbacks.server_name.get();
        if !callback.is_set() {
            callback = self.session_context().callbacks.server_name.get();
        }
        let mut alert = c_int::from(Alert::UNRECOGNIZED_NAME);
        // It may call SSL_set_SSL_CTX.
        let answer = callback.call(self.lent(), &mut alert)?;
        Some((answer, alert))
    }

    /// Sends a warning, before there are keys. What the transport does not take now is sent with
    /// the answer.
    pub(in crate::connection) fn warn(&self, alert: Alert) -> Result<(), Stop> {
        self.engine.with(|engine| engine.send_warning(alert))?;
        let _ = self.flush_flight();
        self.transport.set_want(Want::Nothing);
        self.report_records();
        self.report_alert(InfoKind::WriteAlert, AlertLevel::WARNING, alert);
        Ok(())
    }

    /// `SSL_CTX_set_alpn_select_cb(3)`: called if the client offers protocols.
    pub(super) fn ask_alpn_callback(&self, hello: &ClientHello) -> Result<(), Stop> {
        let callback = self.context().callbacks.alpn_select.get();
        let Some(offered) = hello.alpn_protocols() else {
            return Ok(());
        };
        let Some((answer, chosen)) = callback.call(self.lent(), offered) else {
            return Ok(());
        };
        match answer {
            SSL_TLSEXT_ERR_OK if !chosen.is_empty() => {
                self.engine
                    .change_facts(|known| known.alpn = Some(chosen.clone()));
                self.handshake
                    .server(|server| server.alpn = Some(chosen.clone()));
                if let Some(session) = self.new_session() {
                    session.set_alpn(Some(&chosen))?;
                }
                Ok(())
            }
            SSL_TLSEXT_ERR_ALERT_FATAL | SSL_TLSEXT_ERR_OK => Err(self.refuse(
                Reason::NO_APPLICATION_PROTOCOL,
                Alert::NO_APPLICATION_PROTOCOL,
            )),
            _ => Ok(()),
        }
    }

    /// `SSL_CTX_set_cert_cb(3)`; not asked when a session is resumed (S110).
    pub(super) fn ask_certificate_callback(&self) -> Result<(), Stop> {
        if self.session.is_resumed() {
            return Ok(());
        }
        let callback = self.settings().certificate_callback;
        match callback.call(self.lent()) {
            None => Ok(()),
            Some(0) => Err(self.refuse(Reason::CERT_CB_ERROR, Alert::INTERNAL_ERROR)),
            Some(..0) => {
                self.transport.set_want(Want::X509Lookup);
                Err(Stop::Suspended)
            }
            Some(_) => {
                self.transport.set_want(Want::Nothing);
                Ok(())
            }
        }
    }

    /// S47: asked in full handshakes; true makes the session not resumable.
    pub(super) fn ask_not_resumable_callback(&self, settings: &Settings, resuming: bool) -> bool {
        if resuming || !settings.not_resumable.is_set() {
            return false;
        }
        let version = self.handshake.server(|server| server.version);
        // Every suite of this library has forward secrecy, but OpenSSL says so in TLS 1.2 only.
        let forward_secret = version == Version::TLS1_2;
        let answer = settings.not_resumable.call(self.lent(), forward_secret);
        if answer {
            self.session.make_not_resumable();
        }
        answer
    }
}
