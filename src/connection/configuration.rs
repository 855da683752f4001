//! What the program has set for one connection. It begins as what its context has.

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::ffi::CString;
use std::sync::Arc;

use super::contexts::Contexts;
use crate::callback::InfoCallback;
use crate::cipher::Method;
use crate::context::{Context, Names, Settings};
use crate::error::Result;
use crate::flags::{Mode, Options};
use crate::libcrypto::verify_param::VerifyParam;
use crate::reference::{Lease, Lender};
use crate::wire::Version;

/// The configuration of one connection.
pub struct Configuration {
    /// The contexts. The first has the settings of a new connection.
    pub(super) contexts: Contexts,
    /// This connection's own settings, once one of them has been changed.
    own: Lender<Settings>,
    /// How often they have been changed. Wraps.
    changes: Cell<u32>,
    method: Cell<&'static Method>,
    /// Inherited in `SSL_new(3)`, and this connection's own from then on. Made when first needed if
    /// there was nothing to inherit: most servers never verify anything.
    verify_param: OnceCell<VerifyParam>,
    /// Client: the server name to send, from `SSL_set_tlsext_host_name`.
    server_name: RefCell<Option<CString>>,
    /// Overrides the context's callback.
    info_callback: Cell<InfoCallback>,
    /// Overrides of the context's lists of names, and what the peer has sent.
    names: RefCell<Names>,
}

impl Configuration {
    /// That of a new connection (SSL_new(3)).
    pub(super) fn of(context: &Context) -> Result<Self> {
        let contexts = Contexts::new(context);
        Ok(Self {
            own: Lender::default(),
            changes: Cell::new(0),
            method: Cell::new(contexts.first().method()),
            verify_param: if context.verify_param.may_have_changed() {
                OnceCell::from(VerifyParam::inheriting(&context.verify_param)?)
            } else {
                OnceCell::new()
            },
            server_name: RefCell::default(),
            info_callback: Cell::new(InfoCallback::NONE),
            names: RefCell::default(),
            contexts,
        })
    }

    /// Ready for another handshake (SSL_clear(3)): the method is the context's again.
    pub(super) fn reset(&self, context_method: &'static Method) {
        let Self {
            contexts: _,
            own: _,
            changes: _,
            method,
            verify_param,
            server_name: _,
            info_callback: _,
            names: _,
        } = self;
        method.set(context_method);
        if let Some(param) = verify_param.get() {
            param.forget_peername();
        }
    }

    /// Takes over what `SSL_dup(3)` copies, besides certificates and what goes with them.
    pub(super) fn duplicate(&self, original: &Self) -> Result<()> {
        let settings = original.settings();
        self.change(|own| own.take_for_duplicate(&settings));
        self.info_callback.set(original.info_callback.get());
        let names = original.names.borrow().duplicate()?;
        self.names.replace(names);
        if let Some(param) = original.verify_param.get() {
            // The depth is this connection's, anything else only where the context says nothing.
            self.verify_param()?.set_depth(param.depth());
            self.verify_param()?.inherit(param)?;
        }
        Ok(())
    }

    /// Takes over the method, and certificates with what goes with them.
    pub(super) fn take_certificates_of(&self, other: &Self) {
        self.method.set(other.method.get());
        let settings = other.settings();
        self.change(|own| own.take_certificates_of(&settings));
    }

    /// The settings as they are now. The lease may be held while the program runs, and changes
    /// them: what is lent stays as it is.
    #[inline]
    pub(super) fn settings(&self) -> Lease<'_, Settings> {
        self.own.lend(self.contexts.first().settings())
    }

    /// The options in force.
    pub(super) fn options(&self) -> Options {
        self.settings().options
    }

    /// The mode in force.
    pub(super) fn mode(&self) -> Mode {
        self.settings().mode
    }

    /// A reference to the settings as they are now, to be kept.
    pub(super) fn shared_settings(&self) -> Arc<Settings> {
        let own = self.own.share();
        own.unwrap_or_else(|| self.contexts.first().settings().clone())
    }

    /// Changes the settings.
    pub(super) fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = Settings::clone(&self.settings());
        change(settings.changing());
        self.keep(settings);
    }

    /// Like [`change`](Self::change), for a change that may fail: nothing changes then.
    pub(super) fn try_change<R>(
        &self,
        change: impl FnOnce(&mut Settings) -> Result<R>,
    ) -> Result<R> {
        let mut settings = Settings::clone(&self.settings());
        let outcome = change(settings.changing())?;
        self.keep(settings);
        Ok(outcome)
    }

    fn keep(&self, settings: Settings) {
        self.changes.set(self.changes.get().wrapping_add(1));
        self.own.replace(Arc::new(settings));
    }

    /// How often the settings have been changed: as long as this stays the same, so do they.
    pub(super) fn changes(&self) -> u32 {
        self.changes.get()
    }

    /// The settings with the list of suites as it is now. `SSL_new(3)` does not copy that list: the
    /// context's list applies until the program sets one for this connection.
    pub(super) fn settings_with_ciphers(&self) -> Lease<'_, Settings> {
        let settings = self.settings();
        let share = self.contexts.current_share();
        share.with_present_settings(|context| {
            if settings.has_ciphers_of(context) {
                return settings;
            }
            self.change(|settings| settings.take_ciphers_of(context));
            self.settings()
        })
    }

    /// `SSL_get_ssl_method`
    pub(super) fn method(&self) -> &'static Method {
        self.method.get()
    }

    /// `SSL_set_ssl_method`
    pub(super) fn set_method(&self, method: &'static Method) {
        self.method.set(method);
    }

    /// Highest version that the settings allow.
    pub(super) fn highest_version(&self) -> Version {
        let settings = self.settings_with_ciphers();
        [Version::TLS1_3, Version::TLS1_2]
            .into_iter()
            .find(|version| settings.allows_version(self.method.get(), *version))
            .unwrap_or(Version::TLS1_3)
    }

    /// `SSL_get0_param`
    pub fn verify_param(&self) -> Result<&VerifyParam> {
        if let Some(param) = self.verify_param.get() {
            return Ok(param);
        }
        let param = VerifyParam::new()?;
        Ok(self.verify_param.get_or_init(|| param))
    }

    /// Client: the server name to send. Not to be held while the program runs.
    pub fn server_name(&self) -> Ref<'_, Option<CString>> {
        self.server_name.borrow()
    }

    /// `SSL_set_tlsext_host_name`; `None` clears.
    pub fn set_server_name(&self, name: Option<CString>) {
        self.server_name.replace(name);
    }

    /// `SSL_get_info_callback`
    pub fn info_callback(&self) -> InfoCallback {
        self.info_callback.get()
    }

    /// `SSL_set_info_callback`
    pub(super) fn set_info_callback(&self, callback: InfoCallback) {
        self.info_callback.set(callback);
    }

    /// The lists of names. Not to be held while the program runs.
    pub fn names(&self) -> Ref<'_, Names> {
        self.names.borrow()
    }

    /// Changes the lists of names.
    pub fn change_names(&self, change: impl FnOnce(&mut Names)) {
        change(&mut self.names.borrow_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::library::LibraryContext;

    fn context() -> Arc<Context> {
        Context::new(LibraryContext::default(), &Method::TLS).unwrap()
    }

    #[test]
    fn a_change_that_fails_changes_nothing() {
        let configuration = Configuration::of(&context()).unwrap();
        let before = configuration.shared_settings();
        let failed = configuration.try_change(|settings| {
            settings.mode = Mode(0x77);
            Err::<(), _>(crate::error::Error::Silent)
        });
        assert!(failed.is_err());
        assert!(Arc::ptr_eq(&before, &configuration.shared_settings()));
        configuration.change(|settings| settings.mode = Mode(0x77));
        assert_eq!(configuration.settings().mode, Mode(0x77));
        assert_ne!(before.mode, Mode(0x77));
    }

    #[test]
    fn reset_restores_the_method_and_keeps_what_the_program_has_set() {
        let context = context();
        let configuration = Configuration::of(&context).unwrap();
        configuration.set_method(&Method::TLS_CLIENT);
        configuration.set_server_name(Some(c"host.test".into()));
        configuration.reset(context.method());
        assert!(std::ptr::eq(configuration.method(), context.method()));
        assert_eq!(configuration.server_name().as_deref(), Some(c"host.test"));
    }
}
