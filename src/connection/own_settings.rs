//! The settings of one connection, which begin as those of its context.

use std::sync::Arc;

use super::Connection;
use crate::context::{Names, Settings};
use crate::error::Result;
use crate::wire::Version;

impl Connection {
    /// The settings as they are now. The copy stays as it is when they are changed.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.borrow().clone()
    }

    /// Changes this connection's own settings.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.settings.borrow().clone();
        change(Arc::make_mut(&mut settings).changing());
        let old = self.settings.replace(settings);
        drop(old);
    }

    /// Like [`change_settings`](Self::change_settings), for a change that may fail: nothing changes
    /// then.
    pub fn try_change_settings<R>(
        &self,
        change: impl FnOnce(&mut Settings) -> Result<R>,
    ) -> Result<R> {
        let mut settings = Settings::clone(&self.settings.borrow());
        let outcome = change(settings.changing())?;
        let old = self.settings.replace(Arc::new(settings));
        drop(old);
        Ok(outcome)
    }

    /// The settings with the list of suites as it is now. `SSL_new(3)` does not copy that list: the context's list
    /// applies until the program sets one for this connection.
    pub fn settings_with_ciphers(&self) -> Arc<Settings> {
        let context = self.context.borrow().settings();
        if !self.settings.borrow().has_ciphers_of(&context) {
            self.change_settings(|settings| settings.take_ciphers_of(&context));
        }
        self.settings()
    }

    /// Sets the list of suites for this connection, from the list that applies now.
    pub fn change_ciphers(&self, change: impl FnOnce(&mut Settings)) {
        self.settings_with_ciphers();
        self.change_settings(|settings| {
            settings.keep_ciphers();
            change(settings);
        });
    }

    /// Changes this connection's own lists of names.
    pub fn change_names(&self, change: impl FnOnce(&mut Names)) {
        change(&mut self.names.borrow_mut());
    }

    /// Highest version that the settings allow.
    pub fn highest_version(&self) -> Version {
        let settings = self.settings_with_ciphers();
        [Version::TLS1_3, Version::TLS1_2]
            .into_iter()
            .find(|version| settings.allows_version(self.method.get(), *version))
            .unwrap_or(Version::TLS1_3)
    }
}
