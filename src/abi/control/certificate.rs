//! Controls of certificates and their chains (SSL_CTX_add_extra_chain_cert(3),
//! SSL_CTX_add1_chain_cert(3)).

use std::cell::Cell;
use std::ffi::c_long;
use std::ptr;
use std::sync::Arc;

use openssl_sys as ffi;

use super::target::{Argument, Target};
use crate::connection::Role;
use crate::context::{Context, CredentialHolder, Credentials, EXTRA_CHAIN, Position};
use crate::error::{Error, Reason, Result};
use crate::flags::{BuildChainFlags, CertificateFlags};
use crate::libcrypto::error_queue;
use crate::libcrypto::stack::Stack;
use crate::libcrypto::store::Store;
use crate::libcrypto::verify::{Peer, Verification, Verified, VerifyCallbacks};
use crate::libcrypto::verify_error::error_string;
use crate::libcrypto::verify_param::VerifyParam;
use crate::libcrypto::x509::{X509, X509Chain};

/// `SSL_CERT_SET_FIRST`
const SET_FIRST: c_long = 1;
/// `SSL_CERT_SET_NEXT`
const SET_NEXT: c_long = 2;
/// `SSL_CERT_SET_SERVER`
const SET_SERVER: c_long = 3;
/// `X509_V_ERR_INVALID_PURPOSE`
const INVALID_PURPOSE: c_long = 26;

/// Adds a certificate to the chain that is sent with every certificate without its own chain. The
/// library takes the reference.
///
/// # Safety
/// The pointer is NULL or a certificate whose reference the caller transfers.
pub unsafe fn add_extra(context: &Context, argument: Argument) -> Result<c_long> {
    let raw: *mut ffi::X509 = argument.required()?;
    // SAFETY: as the caller promises; the caller keeps it when it is refused.
    let lent = unsafe { X509::lend(raw) };
    check_strength(Target::Context(context), lent.as_deref())?;
    // SAFETY: as the caller promises.
    let added = unsafe { X509::from_raw_owned(raw) };
    let chain = longer(context.extra_chain().as_deref(), added.as_ref())?;
    context.set_extra_chain(Some(chain))?;
    Ok(1)
}

/// Lends the extra chain; without one, and with the number 0, the current certificate's. The list
/// grows with the chain.
///
/// - Lifetime of `SSL_CTRL_GET_EXTRA_CHAIN_CERTS`: until the chain is cleared, or the context's
///   end; grows in place.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_extra(context: &Context, argument: Argument) -> Result<c_long> {
    let chain = match (context.extra_chain(), argument.number) {
        (Some(chain), _) => context.lend_chain(EXTRA_CHAIN, &chain)?,
        (None, 0) => current_chain(Target::Context(context))?,
        (None, _) => ptr::null_mut(),
    };
    // SAFETY: as the caller promises.
    unsafe { argument.write::<*mut ffi::stack_st_X509>(chain) }
}

/// Removes the extra chain.
pub fn clear_extra(context: &Context) -> Result<c_long> {
    context.set_extra_chain(None)?;
    Ok(1)
}

/// Sets the chain of the current certificate; NULL removes it. With the number 0 the library takes
/// the list, else the caller keeps it.
///
/// # Safety
/// The pointer is NULL or a list of certificates, whose ownership the caller transfers if the
/// number is 0.
pub unsafe fn set_chain(target: Target<'_>, argument: Argument) -> Result<c_long> {
    let raw: *mut ffi::stack_st_X509 = argument.pointer.cast();
    // SAFETY: as the caller promises; the caller keeps it when it is refused.
    if let Some(chain) = unsafe { X509Chain::lend(raw) } {
        chain
            .iter()
            .try_for_each(|certificate| check_strength(target, Some(&certificate)))?;
    }
    // SAFETY: live during this call.
    let chain = unsafe { X509Chain::lend(raw) }
        .map(|chain| chain.duplicate())
        .transpose()?
        .map(Arc::new);
    change_current_chain(target, |_| Ok(chain.clone()))?;
    if argument.number == 0 {
        // SAFETY: transferred, as the caller promises.
        let given = unsafe { X509Chain::from_raw_owned(raw) };
        keep_given(target, given);
    }
    Ok(1)
}

/// Adds a certificate to the chain of the current one. With the number 0 the library takes the
/// reference, else the caller keeps it.
///
/// # Safety
/// The pointer is NULL or a certificate, whose reference the caller transfers if the number is 0.
pub unsafe fn add_to_chain(target: Target<'_>, argument: Argument) -> Result<c_long> {
    let raw: *mut ffi::X509 = argument.required()?;
    // SAFETY: as the caller promises; the caller keeps it when it is refused.
    check_strength(target, unsafe { X509::lend(raw) }.as_deref())?;
    let added = match argument.number {
        // SAFETY: transferred, as the caller promises.
        0 => unsafe { X509::from_raw_owned(raw) },
        // SAFETY: live during this call.
        _ => unsafe { X509::from_raw_shared(raw) },
    };
    change_current_chain(target, |chain| {
        Ok(Some(Arc::new(longer(
            chain.map(Arc::as_ref),
            added.as_ref(),
        )?)))
    })
}

/// Lends the chain of the current certificate; NULL for none. The list grows with the chain.
///
/// - Lifetime of `SSL_CTRL_GET_CHAIN_CERTS`: until the chain is set again or cleared, or the owner's
///   end; grows in place.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_chain(target: Target<'_>, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    unsafe { argument.write(current_chain(target)?) }
}

/// Makes a certificate that is set, with its key, the current one. 0 when it is not.
///
/// # Safety
/// The pointer is NULL or a live certificate.
pub unsafe fn select(target: Target<'_>, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    let Some(certificate) = (unsafe { X509::lend(argument.pointer.cast()) }) else {
        return Ok(0);
    };
    change_credentials(target, |credentials| {
        Ok(credentials.select_certificate(&certificate).into())
    })
}

/// Makes the first or the next certificate with a key the current one, or the one that a server
/// has chosen in its handshake. 0 when there is none.
pub fn set_current(target: Target<'_>, which: c_long) -> Result<c_long> {
    match (which, target) {
        (SET_FIRST | SET_NEXT, _) => change_credentials(target, |credentials| {
            Ok(credentials.select_complete(which == SET_NEXT).into())
        }),
        (SET_SERVER, Target::Connection(connection)) => {
            let chosen = connection
                .peer
                .signatures
                .slot()
                .filter(|_| connection.role() == Some(Role::Server));
            let Some(chosen) = chosen else {
                return Ok(0);
            };
            change_credentials(target, |credentials| {
                credentials.select(chosen);
                Ok(1)
            })
        }
        _ => Ok(0),
    }
}

/// Builds the chain of the current certificate, from the store for chains, the context's store, or
/// the certificates that are set (SSL_CTX_build_cert_chain(3)). 2 when the chain is incomplete and
/// the flags ignore that.
pub fn build_chain(target: Target<'_>, flags: c_long) -> Result<c_long> {
    let flags = BuildChainFlags(flags);
    let verified = verify_own(target, flags)?;
    let (answer, chain) = match (verified.ok, verified.chain) {
        (true, Some(chain)) => (1, chain),
        (false, Some(chain)) if flags.contains(BuildChainFlags::IGNORE_ERROR) => (2, chain),
        _ => {
            let text = error_string(verified.error).to_string_lossy();
            return Err(Error::with(
                Reason::CERTIFICATE_VERIFY_FAILED,
                format!("Verify error:{text}"),
            ));
        }
    };
    if answer == 2 && flags.contains(BuildChainFlags::CLEAR_ERROR) {
        error_queue::clear();
    }
    let mut above: Vec<X509> = chain.iter().skip(1).map(|above| above.clone()).collect();
    if flags.contains(BuildChainFlags::NO_ROOT) && above.last().is_some_and(X509::is_self_signed) {
        above.pop();
    }
    above
        .iter()
        .try_for_each(|certificate| check_strength(target, Some(certificate)))?;
    let chain = Arc::new(Stack::from_items(above)?);
    change_current_chain(target, |_| Ok(Some(chain.clone())))?;
    Ok(answer)
}

/// Verifies the current certificate, with the store and the certificates that `flags` name.
fn verify_own(target: Target<'_>, flags: BuildChainFlags) -> Result<Verified> {
    let settings = target.settings();
    let slot = settings.credentials.current();
    let leaf = slot
        .and_then(|slot| slot.certificate.clone())
        .ok_or_else(|| Error::new(Reason::NO_CERTIFICATE_SET))?;
    let given = match slot.and_then(|slot| slot.chain.as_deref()) {
        Some(chain) => chain.duplicate()?,
        None => X509Chain::new()?,
    };
    let store = if flags.contains(BuildChainFlags::CHECK) {
        store_of(&leaf, &given)?
    } else {
        let own = settings.chain_store.clone();
        own.unwrap_or_else(|| target.context().certificate_store())
    };
    let untrusted = if flags.contains(BuildChainFlags::UNTRUSTED) {
        given
    } else {
        X509Chain::new()?
    };
    let (param, library) = (VerifyParam::new()?, target.context().library.clone());
    let verified = |peer| {
        let verification = Verification {
            library: &library,
            store: &store,
            leaf: &leaf,
            untrusted: &untrusted,
            shared: None,
            peer,
            param: &param,
            security_level: 0,
            flags: 0,
            callbacks: VerifyCallbacks::none(),
        };
        verification.run()
    };
    // The certificate may be for servers or for clients.
    Ok(match verified(Peer::Server) {
        unsuitable if unsuitable.error == INVALID_PURPOSE => verified(Peer::Client),
        verified => verified,
    })
}

/// Sets `SSL_CERT_FLAG_…` bits and returns the flags.
pub fn add_flags(target: Target<'_>, bits: c_long) -> Result<c_long> {
    target.change(|settings| {
        settings
            .certificate_flags
            .set(CertificateFlags(bits as u32), true);
        settings.certificate_flags.0.into()
    })
}

/// Clears `SSL_CERT_FLAG_…` bits and returns the flags.
pub fn clear_flags(target: Target<'_>, bits: c_long) -> Result<c_long> {
    target.change(|settings| {
        settings
            .certificate_flags
            .set(CertificateFlags(bits as u32), false);
        settings.certificate_flags.0.into()
    })
}

/// Which of the two stores.
#[derive(Clone, Copy)]
pub enum StoreUse {
    /// Verifies peers.
    Verify,
    /// Completes own chains.
    Chain,
}

/// Sets a store that takes precedence over the context's; NULL for none. With the number 0 the
/// library takes the reference, else it adds one.
///
/// # Safety
/// The pointer is NULL or a store, whose reference the caller transfers if the number is 0.
pub unsafe fn set_store(target: Target<'_>, which: StoreUse, argument: Argument) -> Result<c_long> {
    let raw = argument.pointer.cast();
    let store = match argument.number {
        // SAFETY: transferred, as the caller promises.
        0 => unsafe { Store::from_raw_owned(raw) },
        // SAFETY: live during this call.
        _ => unsafe { Store::from_raw_shared(raw) },
    };
    target.change(|settings| {
        match which {
            StoreUse::Verify => settings.verify_store = store.clone(),
            StoreUse::Chain => {
                settings.chain_store = store.clone();
                Arc::make_mut(&mut settings.credentials).forget_prepared();
            }
        }
        1
    })
}

/// Lends the store; NULL for none.
///
/// - Lifetime of `SSL_CTRL_GET_CHAIN_CERT_STORE`: until another is set, or the owner's end.
/// - Lifetime of `SSL_CTRL_GET_VERIFY_CERT_STORE`: until another is set, or the owner's end.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_store(target: Target<'_>, which: StoreUse, argument: Argument) -> Result<c_long> {
    let settings = target.settings();
    let store = match which {
        StoreUse::Verify => &settings.verify_store,
        StoreUse::Chain => &settings.chain_store,
    };
    let raw = store.as_ref().map_or(ptr::null_mut(), Store::as_ptr);
    // SAFETY: as the caller promises.
    unsafe { argument.write(raw) }
}

/// Checks the argument of `SSL_CTX_set1_client_certificate_types`: at most 255 types. The engine
/// sends its own.
pub fn check_client_types(argument: Argument) -> c_long {
    let none = argument.pointer.is_null() || argument.number == 0;
    (none || (1..=0xff).contains(&argument.number)).into()
}

/// Changes the credentials and returns the result of `change`.
fn change_credentials(
    target: Target<'_>,
    change: impl Fn(&mut Credentials) -> Result<c_long>,
) -> Result<c_long> {
    let answer = Cell::new(0);
    target.holder().change_credentials(&|credentials| {
        answer.set(change(credentials)?);
        Ok(())
    })?;
    Ok(answer.get())
}

/// Changes the chain of the current certificate, and the list that C was lent of it.
fn change_current_chain(
    target: Target<'_>,
    change: impl Fn(Option<&Arc<X509Chain>>) -> Result<Option<Arc<X509Chain>>>,
) -> Result<c_long> {
    let answer = change_credentials(target, |credentials| {
        let slot = credentials.current_or_first_mut();
        slot.chain = change(slot.chain.as_ref())?;
        Ok(1)
    })?;
    let settings = target.settings();
    let credentials = &settings.credentials;
    if let (Some(number), Some(slot)) = (credentials.current_number(), credentials.current()) {
        let holder = target.holder();
        holder.lent_chain_follows(number, slot.chain.as_ref())?;
    }
    Ok(answer)
}

/// A getter returns the same list that the program has set.
fn keep_given(target: Target<'_>, given: Option<X509Chain>) {
    let mut given = given;
    let mut former = None;
    if let Some(number) = target.settings().credentials.current_number() {
        target.holder().with_lent_chains(&mut |chains| {
            former = given.take().and_then(|given| chains.keep(number, given));
        });
    }
    drop(former);
}

fn current_chain(target: Target<'_>) -> Result<*mut ffi::stack_st_X509> {
    let settings = target.settings();
    let credentials = &settings.credentials;
    let chain = credentials.current().and_then(|slot| slot.chain.as_ref());
    match (credentials.current_number(), chain) {
        (Some(number), Some(chain)) => target.holder().lend_chain(number, chain),
        _ => Ok(ptr::null_mut()),
    }
}

/// Whether the security level permits a certificate above our own.
fn check_strength(target: Target<'_>, certificate: Option<&X509>) -> Result<()> {
    match certificate {
        Some(certificate) => target
            .holder()
            .check_strength(certificate, Position::Issuer),
        None => Ok(()),
    }
}

/// A chain with one more certificate.
fn longer(chain: Option<&X509Chain>, added: Option<&X509>) -> Result<X509Chain> {
    let mut longer = match chain {
        Some(chain) => chain.duplicate()?,
        None => X509Chain::new()?,
    };
    if let Some(added) = added {
        longer.push(added.clone())?;
    }
    Ok(longer)
}

fn store_of(leaf: &X509, chain: &X509Chain) -> Result<Store> {
    let store = Store::new()?;
    for certificate in chain.iter() {
        store.add_certificate(&certificate)?;
    }
    store.add_certificate(leaf)?;
    Ok(store)
}
