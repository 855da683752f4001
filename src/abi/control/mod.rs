//! Controls: the four functions that most macros of `<openssl/ssl.h>` stand for (SSL_CTX_ctrl(3)).
//!
//! A macro is a number with a `long` and a pointer, whose meaning the number decides. Here each
//! number leads to one small function.
//!
//! | file          | controls of                                                        |
//! |---------------|--------------------------------------------------------------------|
//! | `session`     | session cache, its counters, ticket keys                           |
//! | `limits`      | protocol versions, modes, sizes                                    |
//! | `negotiation` | groups and signature algorithms                                    |
//! | `certificate` | chains, the current certificate, stores                            |
//! | `status`      | OCSP stapling                                                      |
//! | `callback`    | functions                                                          |
//! | `state`       | one connection: server name, what was negotiated                     |
//! | `number`      | the numbers; `target`: what a control is applied to                |

mod callback;
mod certificate;
mod limits;
mod negotiation;
mod number;
mod session;
mod state;
mod status;
mod target;

use std::ffi::{c_int, c_long, c_void};

use self::certificate::StoreUse;
use self::limits::Limit;
use self::negotiation::Signer;
use self::number::*;
use self::target::{Argument, Target};
use super::call::call;
use super::pointer::{borrow_quietly, optional};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, Reason, Result};

/// Sets or reads a property of `ctx`; programs use macros. `cmd` is the number of a control
/// (`SSL_CTRL_…`), which determines the meaning of `larg` and `parg`. The macros' manual pages
/// describe them.
///
/// Returns the control's result, often 1 for success; 0 for an unknown number. When `ctx` is NULL,
/// lists of groups and signature algorithms are checked, and all other controls return 0.
///
/// Status: partial (no DTLS, no SRP; temporary DH parameters and client certificate types are accepted without effect)
///
/// # Safety
/// `parg` is a valid argument of the control.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_ctrl(
    ctx: *mut Context,
    cmd: c_int,
    larg: c_long,
    parg: *mut c_void,
) -> c_long {
    call(c"SSL_CTX_ctrl", 0, || {
        let argument = Argument {
            number: larg,
            pointer: parg,
        };
        // SAFETY: as the caller promises.
        unsafe {
            match optional(ctx)? {
                Some(context) => of_context(context, cmd, argument),
                None => check_only(cmd, argument),
            }
        }
    })
}

/// Sets or reads a property of `ssl`; programs use macros. Works as `SSL_CTX_ctrl`, with numbers
/// that concern one connection.
///
/// Status: partial (no DTLS; this side's ephemeral key is not known, verification cannot be retried, requests for OCSP responses carry no responders and extensions, and a server does not see those of a client)
///
/// # Safety
/// `parg` is a valid argument of the control.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_ctrl(
    ssl: *mut Connection,
    cmd: c_int,
    larg: c_long,
    parg: *mut c_void,
) -> c_long {
    call(c"SSL_ctrl", 0, || {
        let argument = Argument {
            number: larg,
            pointer: parg,
        };
        // SAFETY: as the caller promises.
        unsafe { of_connection(borrow_quietly(ssl)?, cmd, argument) }
    })
}

/// Sets a function of `ctx`; programs use macros. `arg1` is the number of a control, which
/// determines the actual type of `arg2`. NULL unsets the function. Returns 1, or 0 for a number
/// that is not known.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (no SRP; functions for temporary DH parameters are accepted and never called)
///
/// # Safety
/// `arg2` is NULL or a function of the control's type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_callback_ctrl(
    ctx: *mut Context,
    arg1: c_int,
    arg2: Option<unsafe extern "C" fn()>,
) -> c_long {
    call(c"SSL_CTX_callback_ctrl", 0, || {
        // SAFETY: as the caller promises.
        unsafe { callback::set_of_context(borrow_quietly(ctx)?, arg1, arg2) }
    })
}

/// Sets a function of `ssl`; programs use macros. As `SSL_CTX_callback_ctrl`, with numbers that
/// concern one connection.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (functions for temporary DH parameters and for tracing extensions are accepted and never called)
///
/// # Safety
/// `arg2` is NULL or a function of the control's type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_callback_ctrl(
    ssl: *mut Connection,
    arg1: c_int,
    arg2: Option<unsafe extern "C" fn()>,
) -> c_long {
    call(c"SSL_callback_ctrl", 0, || {
        // SAFETY: as the caller promises.
        unsafe { callback::set_of_connection(borrow_quietly(ssl)?, arg1, arg2) }
    })
}

/// Controls without a context: they check whether a list is valid.
///
/// # Safety
/// The pointer is a valid argument of the control.
unsafe fn check_only(command: c_int, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    unsafe {
        match command {
            SET_GROUPS_LIST => negotiation::check_groups_list(argument),
            SET_SIGALGS_LIST | SET_CLIENT_SIGALGS_LIST => negotiation::check_sigalgs_list(argument),
            _ => Ok(0),
        }
    }
}

/// # Safety
/// The pointer is a valid argument of the control.
unsafe fn of_context(context: &Context, command: c_int, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises, for all that take the pointer.
    unsafe {
        match command {
            SESS_NUMBER..=SESS_CACHE_FULL => Ok(session::count(context, command)),
            SET_SESS_CACHE_SIZE => Ok(session::set_cache_size(context, argument.number)),
            GET_SESS_CACHE_SIZE => Ok(context.cache.limit() as c_long),
            SET_SESS_CACHE_MODE => Ok(session::set_cache_mode(context, argument.number)),
            GET_SESS_CACHE_MODE => Ok(context.cache_mode().0.into()),
            SET_TLSEXT_TICKET_KEYS => session::set_ticket_keys(context, argument),
            GET_TLSEXT_TICKET_KEYS => session::get_ticket_keys(context, argument),

            EXTRA_CHAIN_CERT => certificate::add_extra(context, argument),
            GET_EXTRA_CHAIN_CERTS => certificate::get_extra(context, argument),
            CLEAR_EXTRA_CHAIN_CERTS => certificate::clear_extra(context),
            SET_CLIENT_CERT_TYPES => Ok(certificate::check_client_types(argument)),

            SET_TLSEXT_SERVERNAME_ARG => {
                let callback = &context.callbacks.server_name;
                callback.change(|callback| callback.set_argument(argument.pointer));
                Ok(1)
            }
            SET_TLSEXT_STATUS_REQ_CB_ARG => Ok(status::set_callback_argument(context, argument)),
            GET_TLSEXT_STATUS_REQ_CB => status::get_callback(context, argument),
            GET_TLSEXT_STATUS_REQ_CB_ARG => status::get_callback_argument(context, argument),

            _ => of_either(Target::Context(context), command, argument),
        }
    }
}

/// # Safety
/// The pointer is a valid argument of the control.
unsafe fn of_connection(
    connection: &Connection,
    command: c_int,
    argument: Argument,
) -> Result<c_long> {
    // SAFETY: as the caller promises, for all that take the pointer.
    unsafe {
        match command {
            SET_TLSEXT_HOSTNAME => state::set_server_name(connection, argument),
            SET_TLSEXT_DEBUG_ARG => Ok(1),
            GET_EXTMS_SUPPORT => Ok(state::extended_master_secret(connection)),
            GET_RI_SUPPORT => Ok(state::secure_renegotiation(connection)),
            GET_RAW_CIPHERLIST => state::offered_suites(connection, argument),
            SET_RETRY_VERIFY => state::retry_verification(connection),

            GET_GROUPS => negotiation::peer_groups(connection, argument),
            GET_SHARED_GROUP => Ok(negotiation::shared_group(connection, argument.number)),
            GET_SIGNATURE_NID => {
                negotiation::hash_of_signature(connection.peer.signatures.own(), argument)
            }
            GET_PEER_SIGNATURE_NID => {
                negotiation::hash_of_signature(connection.peer.signatures.peer(), argument)
            }
            GET_PEER_TMP_KEY => negotiation::peer_key_share(connection, argument),
            GET_NEGOTIATED_GROUP => Ok(negotiation::negotiated_group(connection)),

            SET_CLIENT_CERT_TYPES => match connection.role() {
                Some(crate::connection::Role::Client) => Ok(0),
                _ => Ok(certificate::check_client_types(argument)),
            },

            _ => of_staple(connection, command, argument),
        }
    }
}

/// Controls of a connection's OCSP response, and of the request for one.
///
/// # Safety
/// The pointer is a valid argument of the control.
unsafe fn of_staple(connection: &Connection, command: c_int, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises, for all that take the pointer.
    unsafe {
        match command {
            GET_TLSEXT_STATUS_REQ_OCSP_RESP => status::get_response(connection, argument),
            SET_TLSEXT_STATUS_REQ_OCSP_RESP => Ok(status::set_response(connection, argument)),
            GET_TLSEXT_STATUS_REQ_IDS => {
                status::get_list(&connection.peer.ocsp.request().responders, argument)
            }
            SET_TLSEXT_STATUS_REQ_IDS => Ok(status::set_list(
                &mut connection.peer.ocsp.request_mut().responders,
                argument,
            )),
            GET_TLSEXT_STATUS_REQ_EXTS => {
                status::get_list(&connection.peer.ocsp.request().extensions, argument)
            }
            SET_TLSEXT_STATUS_REQ_EXTS => Ok(status::set_list(
                &mut connection.peer.ocsp.request_mut().extensions,
                argument,
            )),

            _ => of_either(Target::Connection(connection), command, argument),
        }
    }
}

/// Controls that contexts and connections share. Unknown numbers, and those of unsupported features
/// (DTLS, SRP, renegotiation), return 0.
///
/// # Safety
/// The pointer is a valid argument of the control.
unsafe fn of_either(target: Target<'_>, command: c_int, argument: Argument) -> Result<c_long> {
    let number = argument.number;
    // SAFETY: as the caller promises, for all that take the pointer.
    unsafe {
        match command {
            MODE => limits::add_mode(target, number),
            CLEAR_MODE => limits::clear_mode(target, number),
            GET_READ_AHEAD => Ok(target.settings().read_ahead.into()),
            SET_READ_AHEAD => limits::set_read_ahead(target, number),
            GET_MAX_CERT_LIST => Ok(target.settings().max_cert_list as c_long),
            SET_MAX_CERT_LIST => limits::set_max_cert_list(target, number),
            SET_MAX_SEND_FRAGMENT => limits::set_max_send_fragment(target, number),
            SET_SPLIT_SEND_FRAGMENT => limits::set_split_send_fragment(target, number),
            SET_MAX_PIPELINES => limits::set_max_pipelines(target, number),
            SET_MIN_PROTO_VERSION => limits::set_version(target, Limit::Min, number),
            SET_MAX_PROTO_VERSION => limits::set_version(target, Limit::Max, number),
            GET_MIN_PROTO_VERSION => Ok(limits::version(target, Limit::Min)),
            GET_MAX_PROTO_VERSION => Ok(limits::version(target, Limit::Max)),

            SET_GROUPS => negotiation::set_groups(target, argument),
            SET_GROUPS_LIST => negotiation::set_groups_list(target, argument),
            SET_TMP_ECDH => negotiation::set_tmp_ecdh(target, argument),
            SET_SIGALGS => negotiation::set_sigalgs(target, Signer::Both, argument),
            SET_SIGALGS_LIST => negotiation::set_sigalgs_list(target, Signer::Both, argument),
            SET_CLIENT_SIGALGS => negotiation::set_sigalgs(target, Signer::Client, argument),
            SET_CLIENT_SIGALGS_LIST => {
                negotiation::set_sigalgs_list(target, Signer::Client, argument)
            }

            GET_TLSEXT_STATUS_REQ_TYPE => Ok(status::get_type(target)),
            SET_TLSEXT_STATUS_REQ_TYPE => status::set_type(target, number),

            SET_MSG_CALLBACK_ARG => {
                let pointer = argument.pointer;
                target.change(|settings| settings.message_callback.set_argument(pointer))?;
                Ok(1)
            }

            _ => of_keys(target, command, argument),
        }
    }
}

/// Controls of certificates and keys, of contexts and connections.
///
/// # Safety
/// The pointer is a valid argument of the control.
unsafe fn of_keys(target: Target<'_>, command: c_int, argument: Argument) -> Result<c_long> {
    let number = argument.number;
    // SAFETY: as the caller promises, for all that take the pointer.
    unsafe {
        match command {
            CHAIN => certificate::set_chain(target, argument),
            CHAIN_CERT => certificate::add_to_chain(target, argument),
            GET_CHAIN_CERTS => certificate::get_chain(target, argument),
            SELECT_CURRENT_CERT => certificate::select(target, argument),
            SET_CURRENT_CERT => certificate::set_current(target, number),
            BUILD_CERT_CHAIN => certificate::build_chain(target, number),
            CERT_FLAGS => certificate::add_flags(target, number),
            CLEAR_CERT_FLAGS => certificate::clear_flags(target, number),
            SET_VERIFY_CERT_STORE => certificate::set_store(target, StoreUse::Verify, argument),
            GET_VERIFY_CERT_STORE => certificate::get_store(target, StoreUse::Verify, argument),
            SET_CHAIN_CERT_STORE => certificate::set_store(target, StoreUse::Chain, argument),
            GET_CHAIN_CERT_STORE => certificate::get_store(target, StoreUse::Chain, argument),

            // The engine does no key exchange with finite-field groups, so parameters for it change
            // nothing; those that are too small are refused.
            SET_TMP_DH => negotiation::check_dh(target, argument),
            SET_DH_AUTO => Ok(1),
            SET_TMP_DH_CB => Err(Error::new(Reason::SHOULD_NOT_HAVE_BEEN_CALLED)),

            _ => Ok(0),
        }
    }
}
