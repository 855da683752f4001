//! The context or the connection that is configured.

use std::ffi::CStr;
use std::sync::{Arc, Weak};

use super::switch::Switch;
use crate::cipher::Method;
use crate::connection::Connection;
use crate::context::{Context, Settings};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::name::NameStack;

/// What commands act on. It is not kept alive: as in OpenSSL a program may free it first.
#[derive(Default)]
pub enum Target {
    /// Nothing: commands only check what they can.
    #[default]
    Nothing,
    /// `SSL_CONF_CTX_set_ssl_ctx`
    Context(Weak<Context>),
    /// `SSL_CONF_CTX_set_ssl`
    Connection(Weak<Connection>),
}

impl Target {
    /// The target while a command runs; none if it has been freed.
    pub fn get(&self) -> Configured {
        match self {
            Self::Nothing => Configured::Nothing,
            Self::Context(context) => context
                .upgrade()
                .map_or(Configured::Nothing, Configured::Context),
            Self::Connection(connection) => connection
                .upgrade()
                .map_or(Configured::Nothing, Configured::Connection),
        }
    }
}

/// A target that is alive. Without one, changes have no effect.
pub enum Configured {
    /// None.
    Nothing,
    /// A context.
    Context(Arc<Context>),
    /// A connection.
    Connection(Arc<Connection>),
}

impl Configured {
    /// Changes the settings.
    pub fn change(&self, change: impl Fn(&mut Settings)) {
        match self {
            Self::Nothing => {}
            Self::Context(context) => context.change_settings(change),
            Self::Connection(connection) => connection.change_settings(change),
        }
    }

    /// Changes the list of suites.
    pub fn change_ciphers(&self, change: impl Fn(&mut Settings)) {
        match self {
            Self::Connection(connection) => connection.change_ciphers(change),
            _ => self.change(change),
        }
    }

    /// Turns something on or off.
    pub fn set(&self, switch: Switch, on: bool) {
        self.change(|settings| switch.apply(settings, on));
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Option<Arc<Settings>> {
        match self {
            Self::Nothing => None,
            Self::Context(context) => Some(context.settings()),
            Self::Connection(connection) => Some(connection.shared_settings()),
        }
    }

    /// Provides the algorithms for files that are read.
    pub fn library(&self) -> LibraryContext {
        match self {
            Self::Nothing => LibraryContext::default(),
            Self::Context(context) => context.library.clone(),
            Self::Connection(connection) => connection.context().library.clone(),
        }
    }

    /// The method.
    pub fn method(&self) -> Option<&'static Method> {
        match self {
            Self::Nothing => None,
            Self::Context(context) => Some(context.method()),
            Self::Connection(connection) => Some(connection.method()),
        }
    }

    /// Sets the names of authorities that are sent to the peer.
    pub fn set_names(&self, names: NameStack) {
        let old = match self {
            Self::Nothing => None,
            Self::Context(context) => {
                let mut old = None;
                context.change_names(|all| old = all.ca.replace(names));
                old
            }
            Self::Connection(connection) => {
                let mut old = None;
                connection
                    .configuration
                    .change_names(|own| old = own.ca.replace(names));
                old
            }
        };
        drop(old);
    }

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// A value as text; a value that is not UTF-8 names nothing that this library knows.
pub fn text(value: &CStr) -> &str {
    value.to_str().unwrap_or_default()
}
