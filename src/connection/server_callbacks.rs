//! What a server asks its program between the ClientHello and its answer. Nothing is borrowed meanwhile.

use std::ffi::{c_int, c_uchar, c_uint};
use std::ptr;
use std::sync::Arc;

use super::{ClientHello, Connection, InfoKind, Stop, Want};
use crate::context::Settings;
use crate::error::Reason;
use crate::wire::{Alert, AlertLevel};

const SSL_TLSEXT_ERR_OK: c_int = 0;
pub(super) const SSL_TLSEXT_ERR_ALERT_WARNING: c_int = 1;
pub(super) const SSL_TLSEXT_ERR_ALERT_FATAL: c_int = 2;
const SSL_CLIENT_HELLO_SUCCESS: c_int = 1;
const SSL_CLIENT_HELLO_RETRY: c_int = -1;

impl Connection {
    pub(super) fn ask_client_hello_callback(&self) -> Result<(), Stop> {
        let callback = self.context().callbacks().client_hello;
        let Some(function) = callback.function else {
            return Ok(());
        };
        let mut alert = c_int::from(Alert::INTERNAL_ERROR);
        // SAFETY: the program's function, called as SSL_CTX_set_client_hello_cb(3) says, with
        // nothing borrowed.
        let answer = unsafe { function(self.as_c(), &raw mut alert, callback.argument) };
        match answer {
            SSL_CLIENT_HELLO_SUCCESS => Ok(()),
            SSL_CLIENT_HELLO_RETRY => {
                self.want.set(Want::ClientHelloCallback);
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
        if !Arc::ptr_eq(&before, &after) {
            // S48: the start of this handshake is counted by the new context.
            before.statistics.accept.decrement();
            after.statistics.accept.increment();
        }
        match answer {
            SSL_TLSEXT_ERR_ALERT_FATAL => {
                Err(self.refuse(Reason::CALLBACK_FAILED, Alert::from_c(alert)))
            }
            SSL_TLSEXT_ERR_OK => {
                self.with_handshake(|handshake| handshake.host_name_accepted = true);
                Ok(())
            }
            // There are no warnings in TLS 1.3.
            SSL_TLSEXT_ERR_ALERT_WARNING if self.facts.borrow().version == 0x0303 => {
                self.warn(Alert::from_c(alert))
            }
            _ => Ok(()),
        }
    }

    /// What the servername callback returns, and the alert that it leaves. `None` when there is none.
    pub(super) fn call_server_name_callback(&self) -> Option<(c_int, c_int)> {
        let mut callback = self.context().callbacks().server_name;
        if callback.function.is_none() {
            callback = self.session_context.callbacks().server_name;
        }
        let function = callback.function?;
        let mut alert = c_int::from(Alert::UNRECOGNIZED_NAME);
        // SAFETY: the program's function, called as its manual page says, with nothing borrowed:
        // it may well call SSL_set_SSL_CTX.
        let answer = unsafe { function(self.as_c(), &raw mut alert, callback.argument) };
        Some((answer, alert))
    }

    /// Sends a warning, before there are keys. What the transport does not take now goes with the answer.
    pub(super) fn warn(&self, alert: Alert) -> Result<(), Stop> {
        self.with_engine(|engine| engine.send_warning(alert))?;
        let _ = self.flush_flight();
        self.want.set(Want::Nothing);
        self.tell();
        self.notify_alert(InfoKind::WriteAlert, AlertLevel::WARNING, alert);
        Ok(())
    }

    pub(super) fn ask_alpn_callback(&self, hello: &ClientHello) -> Result<(), Stop> {
        let callback = self.context().callbacks().alpn_select;
        let (Some(function), Some(offered)) = (callback.function, hello.alpn_protocols()) else {
            return Ok(());
        };
        let (mut out, mut out_len): (*const c_uchar, c_uchar) = (ptr::null(), 0);
        // SAFETY: the program's function, called as SSL_CTX_set_alpn_select_cb(3) says; `offered`
        // is kept alive by our reference to the ClientHello.
        let answer = unsafe {
            function(
                self.as_c(),
                &raw mut out,
                &raw mut out_len,
                offered.as_ptr(),
                offered.len() as c_uint,
                callback.argument,
            )
        };
        match answer {
            SSL_TLSEXT_ERR_OK if !out.is_null() && out_len > 0 => {
                // SAFETY: on success the callback has set `out` to `out_len` readable bytes.
                let chosen = unsafe { std::slice::from_raw_parts(out, out_len.into()) }.to_vec();
                self.facts.borrow_mut().alpn = Some(chosen.clone());
                self.with_handshake(|handshake| handshake.alpn = Some(chosen.clone()));
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
        let Some(function) = callback.function else {
            return Ok(());
        };
        // SAFETY: the program's function, called as its manual page says, with nothing borrowed.
        match unsafe { function(self.as_c(), callback.argument) } {
            0 => Err(self.refuse(Reason::CERT_CB_ERROR, Alert::INTERNAL_ERROR)),
            answer if answer < 0 => {
                self.want.set(Want::X509Lookup);
                Err(Stop::Suspended)
            }
            _ => {
                self.want.set(Want::Nothing);
                Ok(())
            }
        }
    }

    /// S47: asked in full handshakes; true makes the session not resumable.
    pub(super) fn ask_not_resumable_callback(&self, settings: &Settings, resuming: bool) -> bool {
        let Some(function) = settings.not_resumable else {
            return false;
        };
        if resuming {
            return false;
        }
        let version = self
            .with_handshake(|handshake| handshake.version)
            .unwrap_or(0);
        // Every suite of this library has forward secrecy, but OpenSSL says so in TLS 1.2 only.
        let forward_secret = (version == 0x0303).into();
        // SAFETY: the program's function, called as
        // SSL_CTX_set_not_resumable_session_callback(3) says, with nothing borrowed.
        let answer = unsafe { function(self.as_c(), forward_secret) } != 0;
        if answer {
            self.session.make_not_resumable();
        }
        answer
    }
}
