//! What `SSL_CONF_CTX` points to: commands by name for a context or a connection, as programs take
//! them from their command lines and configuration files (SSL_CONF_cmd(3)).
//!
//! | file          | what it holds                                                          |
//! |---------------|------------------------------------------------------------------------|
//! | `command`     | the table of commands: names, where they are allowed, what they do     |
//! | `switch`      | options, protocols and verify flags that are set and cleared by name   |
//! | `value`       | commands that take a list, a name or a number                          |
//! | `file`        | commands that read certificates, keys and names                        |
//! | `target`      | the context or the connection that is configured                       |
//! | [`system`]    | sections of OpenSSL's configuration file                               |
//!
//! A command may queue two errors: the cause, and which command it was. So the caller passes a
//! function that queues errors.

mod command;
mod file;
mod switch;
pub mod system;
mod target;
mod value;

pub use command::ValueType;
pub use target::Target;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};

use crate::error::{Error, Reason, Result};
use crate::flags::CommandFlags;
use crate::libcrypto::name::NameStack;
use crate::reference::tag::{Tag, Tagged, tagged};
use command::{Action, Command};
use target::Configured;

/// Why a command failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such command here.
    Unknown,
    /// The command needs a value.
    MissingValue,
    /// The command has failed.
    Failed,
}

/// Puts an error on the queue.
pub type Report<'a> = &'a mut dyn FnMut(Error);

/// `SSL_CONF_CTX`. Used by one thread at a time; nothing in it is borrowed while a callback of the
/// program (for a password) runs.
#[derive(Default)]
#[repr(C)]
pub struct Configuration {
    tag: Tag<{ Configuration::KIND }>,
    flags: Cell<CommandFlags>,
    /// The prefix of command names; `None` for the default.
    prefix: RefCell<Option<CString>>,
    target: RefCell<Target>,
    /// Names of authorities that [`finish`](Self::finish) will set.
    names: RefCell<Option<NameStack>>,
    /// The files of the certificates in these slots, with [`CommandFlags::REQUIRE_PRIVATE`].
    certificate_files: RefCell<BTreeMap<usize, CString>>,
}

tagged!(Configuration, tag, 0xe152_b6c9_38d4_7f0a);

impl Configuration {
    /// Sets flags; returns all that are set now.
    pub fn set_flags(&self, flags: CommandFlags) -> CommandFlags {
        self.flags.set(self.flags.get().with(flags));
        self.flags.get()
    }

    /// Clears flags; returns all that are set now.
    pub fn clear_flags(&self, flags: CommandFlags) -> CommandFlags {
        self.flags.set(self.flags.get().without(flags));
        self.flags.get()
    }

    /// Sets the prefix of command names; `None` for the default: `-` on a command line, nothing in
    /// a file.
    pub fn set_prefix(&self, prefix: Option<CString>) {
        self.prefix.replace(prefix);
    }

    /// Sets what is configured from now on.
    pub fn set_target(&self, target: Target) {
        self.target.replace(target);
    }

    /// The kind of value that a command takes.
    pub fn value_type(&self, name: &CStr) -> ValueType {
        self.find(name.to_bytes())
            .map_or(ValueType::Unknown, |(_, command)| command.value_type)
    }

    /// Runs a command. Returns how many of the two arguments were used.
    pub fn run(
        &self,
        name: &CStr,
        value: Option<&CStr>,
        report: Report<'_>,
    ) -> std::result::Result<usize, Refusal> {
        let (name, command) = self
            .find(name.to_bytes())
            .map_err(|name| self.explain(report, Refusal::Unknown, name, value))?;
        let action = match command.action {
            Action::Switch(switch, on) => {
                self.configured().set(switch, on);
                return Ok(1);
            }
            Action::Value(action) => action,
        };
        let text = value.ok_or_else(|| self.explain(report, Refusal::MissingValue, name, value))?;
        action(self, text).map_err(|error| {
            report(error);
            self.explain(report, Refusal::Failed, name, value)
        })?;
        Ok(2)
    }

    /// Runs a command of a command line. Later names are read as those of a command line, too.
    pub fn run_in_line(
        &self,
        name: &CStr,
        value: Option<&CStr>,
        report: Report<'_>,
    ) -> std::result::Result<usize, Refusal> {
        self.clear_flags(CommandFlags::FILE);
        self.set_flags(CommandFlags::COMMAND_LINE);
        self.run(name, value, report)
    }

    /// Completes the configuration: reads missing keys from the files of their certificates, and
    /// sets the names of authorities.
    pub fn finish(&self) -> Result<()> {
        if self.allows(CommandFlags::REQUIRE_PRIVATE) {
            self.load_missing_keys()?;
        }
        if let Some(names) = self.names.take() {
            self.configured().set_names(names);
        }
        Ok(())
    }

    fn allows(&self, flag: CommandFlags) -> bool {
        self.flags.get().contains(flag)
    }

    /// The target, kept alive while it is used.
    fn configured(&self) -> Configured {
        self.target.borrow().get()
    }

    /// The name without its prefix, and its command. The error contains the name, for its text.
    fn find<'a>(
        &self,
        name: &'a [u8],
    ) -> std::result::Result<(&'a [u8], &'static Command), &'a [u8]> {
        let Some(name) = self.without_prefix(name) else {
            return Err(name);
        };
        Command::find(name, self.flags.get())
            .map(|command| (name, command))
            .ok_or(name)
    }

    fn without_prefix<'a>(&self, name: &'a [u8]) -> Option<&'a [u8]> {
        if name.is_empty() {
            return None;
        }
        let prefix = self.prefix.borrow();
        let prefix = match prefix.as_deref() {
            Some(prefix) => prefix.to_bytes(),
            None if self.allows(CommandFlags::COMMAND_LINE) => b"-",
            None => b"",
        };
        let (start, rest) = name.split_at_checked(prefix.len())?;
        let differs = self.allows(CommandFlags::COMMAND_LINE) && start != prefix
            || self.allows(CommandFlags::FILE) && !start.eq_ignore_ascii_case(prefix);
        (!rest.is_empty() && !differs).then_some(rest)
    }

    /// Queues an error that names the command, if the program wants one.
    fn explain(
        &self,
        report: Report<'_>,
        refusal: Refusal,
        name: &[u8],
        value: Option<&CStr>,
    ) -> Refusal {
        if self.allows(CommandFlags::SHOW_ERRORS) {
            let name = String::from_utf8_lossy(name);
            report(match refusal {
                Refusal::Unknown => Error::with(Reason::UNKNOWN_CMD_NAME, format!("cmd={name}")),
                Refusal::MissingValue | Refusal::Failed => {
                    let value = value.unwrap_or(c"<EMPTY>").to_string_lossy();
                    Error::with(Reason::BAD_VALUE, format!("cmd={name}, value={value}"))
                }
            });
        }
        refusal
    }
}
