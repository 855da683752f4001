//! Sections of OpenSSL's configuration file: `ssl_conf` names them, and each holds commands
//! (SSL_CTX_config(3), config(5)). The section `system_default` applies to every context.

use std::ffi::CStr;
use std::sync::Arc;

use super::{Configuration, Report, Target};
use crate::context::Context;
use crate::error::{Error, Reason, Result};
use crate::flags::CommandFlags;
use crate::libcrypto::configuration;

/// The section that applies to every new context.
const SYSTEM_DEFAULT: &CStr = c"system_default";

/// Applies the system's defaults to a new context. Commands that fail are skipped, and their errors
/// reported: the context is made in any case.
pub fn apply_system_configuration(context: &Arc<Context>, report: Report<'_>) {
    if let Some(commands) = configuration::section(SYSTEM_DEFAULT) {
        let target = Target::Context(Arc::downgrade(context));
        run(&commands, target, CommandFlags::FILE, report);
    }
}

/// Applies a section to a context or a connection, with its certificates. Runs all commands and
/// reports their errors; fails if one of them fails.
pub fn apply(name: &CStr, target: Target, report: Report<'_>) -> Result<()> {
    let commands = configuration::section(name).ok_or_else(|| {
        Error::with(
            Reason::INVALID_CONFIGURATION_NAME,
            format!("name={}", name.to_string_lossy()),
        )
    })?;
    let flags = CommandFlags::FILE
        .with(CommandFlags::CERTIFICATE)
        .with(CommandFlags::REQUIRE_PRIVATE);
    if run(&commands, target, flags, report) {
        Ok(())
    } else {
        Err(Error::Silent)
    }
}

/// True when all commands have succeeded.
fn run(
    commands: &[configuration::Command],
    target: Target,
    flags: CommandFlags,
    report: Report<'_>,
) -> bool {
    let Some(method) = target.get().method() else {
        return false;
    };
    let configuration = Configuration::default();
    configuration.set_target(target);
    configuration.set_flags(flags);
    if method.may_accept() {
        configuration.set_flags(CommandFlags::SERVER);
    }
    if method.may_connect() {
        configuration.set_flags(CommandFlags::CLIENT);
    }
    let mut good = true;
    for command in commands {
        let ran = configuration.run(&command.name, Some(&command.value), report);
        good &= ran.is_ok();
    }
    if let Err(error) = configuration.finish() {
        report(error);
        good = false;
    }
    good
}
