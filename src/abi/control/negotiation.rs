//! Controls of groups and signature algorithms (SSL_CTX_set1_groups(3), SSL_CTX_set1_sigalgs(3)),
//! and of the negotiated ones.

use std::ffi::{c_int, c_long};
use std::sync::Arc;

use openssl_sys as ffi;

use super::target::{Argument, Target};
use crate::cipher::group::{groups_from_nids, parse_groups, reported};
use crate::cipher::signature::{parse_signature_algorithms, signature_algorithms_from_nids};
use crate::cipher::{Group, SignatureAlgorithm};
use crate::connection::{Connection, Role};
use crate::context::Settings;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::dh_parameters;
use crate::libcrypto::key_kind::curve_of_ec_key;
use crate::libcrypto::public_key::PublicKey;
use crate::wire::Version;

/// Sets the groups by libcrypto's numbers.
///
/// # Safety
/// The pointer is NULL or readable as that many numbers.
pub unsafe fn set_groups(target: Target<'_>, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    keep_groups(target, &groups_from_nids(unsafe { argument.numbers() })?)
}

/// Sets the groups by name.
///
/// # Safety
/// The pointer is NULL or a C string.
pub unsafe fn set_groups_list(target: Target<'_>, argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    keep_groups(target, &parse_groups(unsafe { argument.text() }?)?)
}

/// Whether groups can be set by these names.
///
/// # Safety
/// The pointer is NULL or a C string.
pub unsafe fn check_groups_list(argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    parse_groups(unsafe { argument.text() }?)?;
    Ok(1)
}

/// Sets the one group of an `EC_KEY`, which in old versions was a server's ephemeral key.
///
/// # Safety
/// The pointer is NULL or a live `EC_KEY`.
pub unsafe fn set_tmp_ecdh(target: Target<'_>, argument: Argument) -> Result<c_long> {
    let key = argument.required::<ffi::EC_KEY>()?;
    // SAFETY: not NULL, so live.
    let nid = unsafe { curve_of_ec_key(key) };
    let nid = nid.ok_or_else(|| Error::new(Reason::MISSING_PARAMETERS))?;
    keep_groups(target, &groups_from_nids(&[nid])?)
}

/// Refuses DH parameters that are too small.
///
/// # Safety
/// The pointer is NULL or a live `DH`.
pub unsafe fn check_dh(target: Target<'_>, argument: Argument) -> Result<c_long> {
    // SAFETY: not NULL, so live.
    let key = unsafe { dh_parameters::key_of(argument.required()?) }?;
    target.settings().check_dh(target.asker(), Some(&key))?;
    Ok(1)
}

fn keep_groups(target: Target<'_>, groups: &[&Group]) -> Result<c_long> {
    let numbers: Arc<[u16]> = groups.iter().map(|group| group.id).collect();
    target.change(|settings| settings.groups = Some(numbers.clone()))?;
    Ok(1)
}

/// Writes the client's groups, in libcrypto's numbers, to the pointer unless it is NULL; returns
/// how many there are.
///
/// - Lifetime of `SSL_CTRL_GET_GROUPS`: the caller's array.
///
/// # Safety
/// The pointer is NULL or can be written for as many numbers as a call with NULL returned.
pub unsafe fn peer_groups(connection: &Connection, argument: Argument) -> Result<c_long> {
    let groups = connection.hellos.groups();
    if !argument.pointer.is_null() {
        let out: *mut c_int = argument.pointer.cast();
        for (index, number) in groups.iter().enumerate() {
            // SAFETY: there is room for all of them, as the caller promises.
            unsafe { out.add(index).write(reported(*number)) };
        }
    }
    Ok(groups.len() as c_long)
}

/// Server: the group number `index` of those that both sides have, best first; how many there are
/// for -1; 0 for none.
pub fn shared_group(connection: &Connection, index: c_long) -> c_long {
    if connection.role() == Some(Role::Client) {
        return 0;
    }
    let settings = connection.settings();
    let own: Vec<u16> = settings
        .groups()
        .iter()
        .copied()
        .filter(|number| Group::from_id(*number).is_some_and(|group| group.supported))
        .collect();
    let offered = connection.hellos.groups();
    let (first, second) = match settings.prefers_own_order() {
        false => (offered, own),
        true => (own, offered),
    };
    let mut shared = first
        .iter()
        .filter(|number| second.contains(number) && connection.may_share_group(**number));
    match index {
        -1 => shared.count() as c_long,
        index => usize::try_from(index)
            .ok()
            .and_then(|index| shared.nth(index))
            .map_or(0, |number| reported(*number).into()),
    }
}

/// The group of the key exchange in libcrypto's numbers, that of the session when it was resumed
/// without one; 0 for none.
pub fn negotiated_group(connection: &Connection) -> c_long {
    let of_session = || {
        let session = connection.session()?;
        u16::try_from(session.read().view().numbers.group).ok()
    };
    let number = match connection.engine.facts().group {
        0 => of_session().unwrap_or(0),
        number => number,
    };
    match number {
        0 => 0,
        number => reported(number).into(),
    }
}

/// Gives the caller a reference to the peer's public key of the key exchange. 0 when there was
/// none, as when TLS 1.2 resumes, and on a TLS 1.2 server, which does not keep it in OpenSSL
/// either.
///
/// - Lifetime of `SSL_CTRL_GET_PEER_TMP_KEY`: the caller's, freed by `EVP_PKEY_free`.
///
/// # Safety
/// The pointer can be written as an `EVP_PKEY` pointer.
pub unsafe fn peer_key_share(connection: &Connection, argument: Argument) -> Result<c_long> {
    if connection.engine.facts().version == Version::TLS1_2
        && connection.role() == Some(Role::Server)
    {
        return Ok(0);
    }
    let library = connection.library();
    let key = connection
        .engine
        .with(|engine| match engine.peer_key_share() {
            [] => None,
            bytes => Some(PublicKey::from_key_share(
                &library,
                engine.facts().group,
                bytes,
            )),
        })
        // A callback asks while the engine works: the key is not known yet.
        .unwrap_or_default();
    let Some(key) = key.transpose()? else {
        return Ok(0);
    };
    // SAFETY: as the caller promises.
    let done = unsafe { argument.write(key.as_ptr()) }?;
    // The program takes the reference.
    let _ = key.into_raw();
    Ok(done)
}

/// Writes libcrypto's number for the hash of a signature of the handshake. 0 when there was none.
///
/// # Safety
/// The pointer can be written as a number.
pub unsafe fn hash_of_signature(
    algorithm: Option<&SignatureAlgorithm>,
    argument: Argument,
) -> Result<c_long> {
    match algorithm {
        // SAFETY: as the caller promises.
        Some(algorithm) => unsafe { argument.write::<c_int>(algorithm.hash_nid) },
        None => Ok(0),
    }
}

/// Whose signatures the algorithms are for.
#[derive(Clone, Copy)]
pub enum Signer {
    /// This side's and the peer's.
    Both,
    /// Client certificates.
    Client,
}

/// Sets the signature algorithms by pairs of libcrypto's numbers.
///
/// # Safety
/// The pointer is NULL or readable as that many numbers.
pub unsafe fn set_sigalgs(
    target: Target<'_>,
    signer: Signer,
    argument: Argument,
) -> Result<c_long> {
    // SAFETY: as the caller promises.
    let algorithms = signature_algorithms_from_nids(unsafe { argument.numbers() })?;
    keep_sigalgs(target, signer, &algorithms)
}

/// Sets the signature algorithms by name.
///
/// # Safety
/// The pointer is NULL or a C string.
pub unsafe fn set_sigalgs_list(
    target: Target<'_>,
    signer: Signer,
    argument: Argument,
) -> Result<c_long> {
    // SAFETY: as the caller promises.
    let algorithms = parse_signature_algorithms(unsafe { argument.text() }?)?;
    keep_sigalgs(target, signer, &algorithms)
}

/// Whether signature algorithms can be set by these names.
///
/// # Safety
/// The pointer is NULL or a C string.
pub unsafe fn check_sigalgs_list(argument: Argument) -> Result<c_long> {
    // SAFETY: as the caller promises.
    parse_signature_algorithms(unsafe { argument.text() }?)?;
    Ok(1)
}

fn keep_sigalgs(
    target: Target<'_>,
    signer: Signer,
    algorithms: &[&SignatureAlgorithm],
) -> Result<c_long> {
    let numbers: Arc<[u16]> = algorithms.iter().map(|algorithm| algorithm.id).collect();
    let field = |settings: &mut Settings| match signer {
        Signer::Both => settings.signature_schemes = Some(numbers.clone()),
        Signer::Client => settings.client_signature_schemes = Some(numbers.clone()),
    };
    target.change(field)?;
    Ok(1)
}
