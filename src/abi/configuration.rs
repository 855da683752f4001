//! Configuration by commands (SSL_CONF_cmd(3)) and by sections of OpenSSL's configuration file
//! (SSL_CTX_config(3)).
//!
//! A program makes an `SSL_CONF_CTX`, selects groups of commands by flags, sets the context or
//! connection to configure, runs commands, and finally calls `SSL_CONF_CTX_finish`. All commands of
//! the manual page exist. A command fails with an error when its value asks for something that this
//! library does not support (a cipher suite, a group, padded records). Values that only exclude
//! what the library never does, such as protocols before TLS 1.2, are accepted.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::mem::ManuallyDrop;
use std::sync::{Arc, Weak};

use super::call::{call, queue};
use super::pointer::{borrow, borrow_quietly, c_str, optional};
use crate::configuration::{Configuration, Refusal, Target, ValueType, system};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, Reason, Result};
use crate::flags::CommandFlags;
use crate::libcrypto::memory;

/// Makes a configuration context. It has no flags, so it knows no command yet, and no object to
/// configure.
///
/// Returns a context that the caller frees with `SSL_CONF_CTX_free`. One thread at a time may use
/// it.
///
/// Lifetime: the caller's, freed by `SSL_CONF_CTX_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_new() -> *mut Configuration {
    call(c"SSL_CONF_CTX_new", std::ptr::null_mut(), || {
        Ok(Box::into_raw(memory::guarded(|| Ok(Box::default()))?))
    })
}

/// Frees `cctx`; NULL is ignored. Work deferred to `SSL_CONF_CTX_finish` is not done.
///
/// # Safety
/// `cctx` is NULL or a context that the caller owns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_free(cctx: *mut Configuration) {
    call(c"SSL_CONF_CTX_free", (), || {
        // SAFETY: NULL or live, as the caller promises.
        if unsafe { optional(cctx) }?.is_some() {
            // SAFETY: made by `SSL_CONF_CTX_new` from a Box, and transferred by the caller.
            drop(unsafe { Box::from_raw(cctx) });
        }
        Ok(())
    })
}

/// Does the work that commands have deferred: with `SSL_CONF_FLAG_REQUIRE_PRIVATE`, certificates
/// without a private key get the one in their own file; the names of authorities that commands have
/// read are set. Call it once, after the last command.
///
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_finish(cctx: *mut Configuration) -> c_int {
    call(c"SSL_CONF_CTX_finish", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(cctx) }?.finish()?;
        Ok(1)
    })
}

/// Adds flags: `SSL_CONF_FLAG_CMDLINE` (1) and `_FILE` (2) say which names of commands are known,
/// `_CLIENT` (4), `_SERVER` (8) and `_CERTIFICATE` (0x20) which groups of commands are allowed,
/// `_SHOW_ERRORS` (0x10) puts an error with the name of the command on the queue when it fails,
/// `_REQUIRE_PRIVATE` (0x40) wants a private key for each certificate.
///
/// Returns all flags that are set now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set_flags(cctx: *mut Configuration, flags: c_uint) -> c_uint {
    call(c"SSL_CONF_CTX_set_flags", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow(cctx) }?.set_flags(CommandFlags(flags)).0)
    })
}

/// Clears flags; see `SSL_CONF_CTX_set_flags`. Returns all flags that are still set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_clear_flags(
    cctx: *mut Configuration,
    flags: c_uint,
) -> c_uint {
    call(c"SSL_CONF_CTX_clear_flags", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow(cctx) }?.clear_flags(CommandFlags(flags)).0)
    })
}

/// Sets the prefix of command names, which is copied. In files its case does not matter. NULL
/// stands for the default: `-` on a command line, no prefix in a file.
///
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set1_prefix(
    cctx: *mut Configuration,
    pre: *const c_char,
) -> c_int {
    call(c"SSL_CONF_CTX_set1_prefix", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (configuration, prefix) = unsafe { (borrow(cctx)?, c_str(pre)) };
        configuration.set_prefix(prefix.map(CStr::to_owned));
        Ok(1)
    })
}

/// Makes `ssl` the object that commands configure. With NULL commands only check their values as
/// far as they can. No reference is taken: once `ssl` has been freed, commands configure nothing.
///
/// # Safety
/// `ssl` is NULL or a live connection, which `cctx` changes by the same thread's commands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set_ssl(cctx: *mut Configuration, ssl: *mut Connection) {
    call(c"SSL_CONF_CTX_set_ssl", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let (configuration, target) = unsafe { (borrow(cctx)?, connection_target(ssl)?) };
        configuration.set_target(target);
        Ok(())
    })
}

/// Makes `ctx` the object that commands configure, as `SSL_CONF_CTX_set_ssl` does for a connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_CTX_set_ssl_ctx(cctx: *mut Configuration, ctx: *mut Context) {
    call(c"SSL_CONF_CTX_set_ssl_ctx", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let (configuration, target) = unsafe { (borrow(cctx)?, context_target(ctx)?) };
        configuration.set_target(target);
        Ok(())
    })
}

/// Runs the command `cmd` with `value`, which may be NULL for commands that take none.
///
/// Returns how many of the two were used: 1 or 2; 0 when the command failed; -2 when it is not
/// known (under the flags that are set); -3 when it needs a value. On failure the queue has the
/// cause, if one is known, and with `SSL_CONF_FLAG_SHOW_ERRORS` an error that names the command. Of
/// a list with a wrong item, the items before it have taken effect.
///
/// Status: partial (ServerInfoFile, and RecordPadding other than 0 and 1, fail)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_cmd(
    cctx: *mut Configuration,
    cmd: *const c_char,
    value: *const c_char,
) -> c_int {
    const NAME: &CStr = c"SSL_CONF_cmd";
    call(NAME, 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (configuration, command, value) = unsafe { (borrow(cctx)?, c_str(cmd), c_str(value)) };
        let command = command.ok_or_else(|| Error::new(Reason::INVALID_NULL_CMD_NAME))?;
        Ok(
            match configuration.run(command, value, &mut |error| queue(NAME, &error)) {
                Ok(used) => used as c_int,
                Err(Refusal::Failed) => 0,
                Err(Refusal::Unknown) => -2,
                Err(Refusal::MissingValue) => -3,
            },
        )
    })
}

/// Runs the command at the start of `*pargv`, which is `*pargc` long (or ends with NULL when
/// `pargc` is NULL), and advances both past the elements used. From then on the context expects
/// names in the form of the command line.
///
/// Returns how many elements were used: 1 or 2; 0 when there is nothing left or the first is not
/// a command; -1 when the command failed; -3 when it needs a value and there is none.
///
/// Lifetime: the caller's array, within which it moves.
///
/// # Safety
/// `pargc` is NULL or readable and writable; `pargv` is readable and writable, and so many C
/// strings lie there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_cmd_argv(
    cctx: *mut Configuration,
    pargc: *mut c_int,
    pargv: *mut *mut *mut c_char,
) -> c_int {
    call(c"SSL_CONF_cmd_argv", 0, || {
        // SAFETY: NULL or live, and an array of C strings, as the caller promises.
        let (configuration, next) = unsafe { (borrow(cctx)?, next_command(pargc, pargv)?) };
        let Some((command, value)) = next else {
            return Ok(0);
        };
        let report = &mut |error| queue(c"SSL_CONF_cmd", &error);
        match configuration.run_in_line(command, value, report) {
            Ok(used) => {
                // SAFETY: writable, as the caller promises; so many elements have been used.
                unsafe { move_on(pargc, pargv, used) };
                Ok(used as c_int)
            }
            Err(Refusal::Unknown) => Ok(0),
            Err(Refusal::Failed) => Ok(-1),
            Err(Refusal::MissingValue) => Ok(-3),
        }
    })
}

/// The command at the start of an array, with the element after it. `None` at the end.
///
/// # Safety
/// As for `SSL_CONF_cmd_argv`; the texts live while the result is used.
unsafe fn next_command<'a>(
    pargc: *const c_int,
    pargv: *const *mut *mut c_char,
) -> Result<Option<(&'a CStr, Option<&'a CStr>)>> {
    // SAFETY: NULL or readable, as the caller promises.
    let (arguments, count) = unsafe { (pargv.as_ref(), pargc.as_ref().copied()) };
    let arguments = *arguments.ok_or(Reason::PASSED_NULL_PARAMETER)?;
    if count.is_some_and(|count| count <= 0) {
        return Ok(None);
    }
    // SAFETY: there is at least one element, or the NULL at the end; with a count of 1 no second
    // one is read.
    unsafe {
        let Some(command) = c_str(*arguments) else {
            return Ok(None);
        };
        let value = match count {
            Some(1) => None,
            _ => c_str(*arguments.add(1)),
        };
        Ok(Some((command, value)))
    }
}

/// Moves past the elements that were used.
///
/// # Safety
/// As for `SSL_CONF_cmd_argv`; there are as many elements.
unsafe fn move_on(pargc: *mut c_int, pargv: *mut *mut *mut c_char, used: usize) {
    // SAFETY: `pargv` is not NULL, `pargc` may be; both can be written, as the caller promises.
    unsafe {
        *pargv = (*pargv).add(used);
        if let Some(count) = pargc.as_mut() {
            *count -= used as c_int;
        }
    }
}

/// Returns the kind of value that the command `cmd` takes: `SSL_CONF_TYPE_STRING` (1), `_FILE` (2),
/// `_DIR` (3), `_NONE` (4) or `_STORE` (5); `_UNKNOWN` (0) when it is not known under the flags
/// that are set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CONF_cmd_value_type(
    cctx: *mut Configuration,
    cmd: *const c_char,
) -> c_int {
    call(
        c"SSL_CONF_cmd_value_type",
        ValueType::Unknown as c_int,
        || {
            // SAFETY: NULL or live, as the caller promises.
            let (configuration, command) = unsafe { (borrow_quietly(cctx)?, c_str(cmd)) };
            let command = command.ok_or(Error::Silent)?;
            Ok(configuration.value_type(command) as c_int)
        },
    )
}

/// Runs the commands of a section of OpenSSL's configuration file on `ctx`: the one that `ssl_conf`
/// lists as `name`. Commands on certificates are allowed, and each certificate needs a private key.
/// All commands are run, also after one that fails.
///
/// Returns 1, or 0 when there is no such section or a command failed; the queue has the causes, as
/// far as they are known.
///
/// # Safety
/// No other thread loads a configuration file during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_config(ctx: *mut Context, name: *const c_char) -> c_int {
    call(c"SSL_CTX_config", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { configure(c"SSL_CTX_config", context_target(ctx)?, name) }
    })
}

/// As `SSL_CTX_config`, for one connection.
///
/// # Safety
/// No other thread loads a configuration file during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_config(s: *mut Connection, name: *const c_char) -> c_int {
    call(c"SSL_config", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { configure(c"SSL_config", connection_target(s)?, name) }
    })
}

/// Does nothing, as in OpenSSL: libcrypto itself knows how to read the sections for libssl.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_ssl_module() {}

/// # Safety
/// `name` is NULL or a C string.
unsafe fn configure(function: &'static CStr, target: Target, name: *const c_char) -> Result<c_int> {
    if matches!(target, Target::Nothing) {
        return Err(Error::new(Reason::PASSED_NULL_PARAMETER));
    }
    // SAFETY: as the caller promises.
    let name = unsafe { c_str(name) }
        .ok_or_else(|| Error::with(Reason::INVALID_CONFIGURATION_NAME, "name=<NULL>"))?;
    system::apply(name, target, &mut |error| queue(function, &error))?;
    Ok(1)
}

/// # Safety
/// `context` is NULL or live.
unsafe fn context_target(context: *const Context) -> Result<Target> {
    // SAFETY: as the caller promises.
    Ok(match unsafe { optional(context) }? {
        None => Target::Nothing,
        // SAFETY: live, and made by `SSL_CTX_new` from an Arc.
        Some(_) => Target::Context(unsafe { weak(context) }),
    })
}

/// # Safety
/// `connection` is NULL or live.
unsafe fn connection_target(connection: *const Connection) -> Result<Target> {
    // SAFETY: as the caller promises.
    Ok(match unsafe { optional(connection) }? {
        None => Target::Nothing,
        // SAFETY: live, and made by `SSL_new` from an Arc.
        Some(_) => Target::Connection(unsafe { weak(connection) }),
    })
}

/// # Safety
/// `object` is live and came out of an Arc.
unsafe fn weak<T>(object: *const T) -> Weak<T> {
    // SAFETY: as the caller promises; the reference that C owns stays with C.
    Arc::downgrade(&ManuallyDrop::new(unsafe { Arc::from_raw(object) }))
}
