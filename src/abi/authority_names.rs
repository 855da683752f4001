//! Lists of certificate authorities (SSL_CTX_set0_CA_list(3), SSL_load_client_CA_file(3)): the
//! names that a side sends to its peer, so that the peer picks a suitable certificate.
//!
//! There are two lists. The "CA list" is for either side. The "client CA list" is for servers only,
//! which use it instead of the CA list unless it is empty. A connection's own list takes precedence
//! over its context's. Lists that a function returns are lent until they are replaced or their
//! owner is freed, and grow when a name is added. Lists passed to a function belong to the library
//! from then on. Names are those of libcrypto (`X509_NAME`).

use std::ffi::{CStr, c_char, c_int};
use std::mem::ManuallyDrop;
use std::ptr;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, c_str};
use crate::connection::{Connection, Role};
use crate::context::{Context, Names};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::name::{Name, NameStack};
use crate::libcrypto::x509::X509;

/// Sets the CA list of `ctx`. The library takes the list, also when `ctx` is NULL. NULL removes the
/// old list.
///
/// # Safety
/// `name_list` is NULL or a list whose ownership the caller transfers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set0_CA_list(
    ctx: *mut Context,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    call(c"SSL_CTX_set0_CA_list", (), || {
        // SAFETY: NULL or transferred, as the caller promises.
        let list = unsafe { NameStack::take_over(name_list) };
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_names(|names| names.ca = list);
        Ok(())
    })
}

/// Sets the CA list of `ssl`. The library takes the list, also when `ssl` is NULL. NULL removes the
/// old list.
///
/// # Safety
/// `name_list` is NULL or a list whose ownership the caller transfers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_CA_list(
    ssl: *mut Connection,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    call(c"SSL_set0_CA_list", (), || {
        // SAFETY: NULL or transferred, as the caller promises.
        let list = unsafe { NameStack::take_over(name_list) };
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection
            .configuration
            .change_names(|names| names.ca = list);
        Ok(())
    })
}

/// Returns the CA list of `ctx`; initially empty.
///
/// Lifetime: until another is set, or the owner's end; grows in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_CA_list(
    ctx: *const Context,
) -> *const ffi::stack_st_X509_NAME {
    call(c"SSL_CTX_get0_CA_list", ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.with_names(|names| lent(names.ca.as_ref())))
    })
}

/// Returns the CA list of `ssl`: its own, or its context's.
///
/// Lifetime: until another is set, or the owner's end; grows in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_CA_list(
    ssl: *const Connection,
) -> *const ffi::stack_st_X509_NAME {
    call(c"SSL_get0_CA_list", ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(own_or_context(connection, |names| names.ca.as_ref()))
    })
}

/// Returns the list that the peer has sent, lent until the next handshake; NULL when the peer has
/// sent none.
///
/// Lifetime: until the next handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peer_CA_list(
    ssl: *const Connection,
) -> *const ffi::stack_st_X509_NAME {
    call(c"SSL_get0_peer_CA_list", ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        let names = unsafe { borrow_quietly(ssl) }?.configuration.names();
        Ok(lent(names.received.as_deref()))
    })
}

/// Adds a copy of the certificate's subject to the CA list of `ctx`. `x` stays the caller's.
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add1_to_CA_list(ctx: *mut Context, x: *const ffi::X509) -> c_int {
    call(c"SSL_CTX_add1_to_CA_list", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, name) = unsafe { (borrow(ctx)?, subject(x.cast_mut())?) };
        let mut added = Ok(());
        context.change_names(|names| added = append(&mut names.ca, name));
        added?;
        Ok(1)
    })
}

/// Adds a copy of the certificate's subject to the CA list of `ssl`. `x` stays the caller's.
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add1_to_CA_list(ssl: *mut Connection, x: *const ffi::X509) -> c_int {
    call(c"SSL_add1_to_CA_list", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, name) = unsafe { (borrow(ssl)?, subject(x.cast_mut())?) };
        let mut added = Ok(());
        connection
            .configuration
            .change_names(|names| added = append(&mut names.ca, name));
        added?;
        Ok(1)
    })
}

/// Sets the client CA list of `ctx`. The library takes the list, also when `ctx` is NULL. NULL
/// removes the old list.
///
/// # Safety
/// `name_list` is NULL or a list whose ownership the caller transfers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_CA_list(
    ctx: *mut Context,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    call(c"SSL_CTX_set_client_CA_list", (), || {
        // SAFETY: NULL or transferred, as the caller promises.
        let list = unsafe { NameStack::take_over(name_list) };
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_names(|names| names.client_ca = list);
        Ok(())
    })
}

/// Sets the client CA list of `ssl`. The library takes the list, also when `ssl` is NULL. NULL
/// removes the old list.
///
/// # Safety
/// `name_list` is NULL or a list whose ownership the caller transfers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_client_CA_list(
    ssl: *mut Connection,
    name_list: *mut ffi::stack_st_X509_NAME,
) {
    call(c"SSL_set_client_CA_list", (), || {
        // SAFETY: NULL or transferred, as the caller promises.
        let list = unsafe { NameStack::take_over(name_list) };
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection
            .configuration
            .change_names(|names| names.client_ca = list);
        Ok(())
    })
}

/// Returns the client CA list of `ctx`; initially empty.
///
/// Lifetime: until another is set, or the owner's end; grows in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_client_CA_list(
    ctx: *const Context,
) -> *mut ffi::stack_st_X509_NAME {
    call(c"SSL_CTX_get_client_CA_list", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.with_names(|names| lent(names.client_ca.as_ref())))
    })
}

/// Returns, on a client, the list that the server has sent, lent until the next handshake; on a
/// server, the client CA list of `ssl` or else of its context, lent until another is set or its
/// owner is freed. Returns NULL when there is none.
///
/// Lifetime: server: as `SSL_CTX_get_client_CA_list`; client: until the next handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_client_CA_list(
    ssl: *const Connection,
) -> *mut ffi::stack_st_X509_NAME {
    call(c"SSL_get_client_CA_list", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        match connection.role() {
            Some(Role::Client) => Ok(lent(connection.configuration.names().received.as_deref())),
            _ => Ok(own_or_context(connection, |names| names.client_ca.as_ref())),
        }
    })
}

/// Adds a copy of the certificate's subject to the client CA list of `ctx`. `x` stays the
/// caller's. Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_client_CA(ctx: *mut Context, x: *mut ffi::X509) -> c_int {
    call(c"SSL_CTX_add_client_CA", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, name) = unsafe { (borrow(ctx)?, subject(x)?) };
        let mut added = Ok(());
        context.change_names(|names| added = append(&mut names.client_ca, name));
        added?;
        Ok(1)
    })
}

/// Adds a copy of the certificate's subject to the client CA list of `ssl`. `x` stays the
/// caller's. Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_client_CA(ssl: *mut Connection, x: *mut ffi::X509) -> c_int {
    call(c"SSL_add_client_CA", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, name) = unsafe { (borrow(ssl)?, subject(x)?) };
        let mut added = Ok(());
        connection
            .configuration
            .change_names(|names| added = append(&mut names.client_ca, name));
        added?;
        Ok(1)
    })
}

/// Returns a copy of a list with copies of its names; for NULL, an empty list. The caller frees it
/// with `sk_X509_NAME_pop_free`. Returns NULL with an error on the queue when memory is short.
///
/// Lifetime: the caller's, freed by `sk_X509_NAME_pop_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dup_CA_list(
    sk: *const ffi::stack_st_X509_NAME,
) -> *mut ffi::stack_st_X509_NAME {
    call(c"SSL_dup_CA_list", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let copy = match unsafe { NameStack::lend(sk.cast_mut()) } {
            Some(list) => list.duplicate()?,
            None => NameStack::new()?,
        };
        Ok(copy.into_raw())
    })
}

/// Returns the subjects of the certificates in a PEM file, each once, in order. The caller owns the
/// list, and passes it to `SSL_CTX_set_client_CA_list` or frees it with `sk_X509_NAME_pop_free`.
/// Returns NULL with an error on the queue when the file cannot be read or holds no certificate.
///
/// Lifetime: the caller's, freed by `sk_X509_NAME_pop_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_load_client_CA_file(
    file: *const c_char,
) -> *mut ffi::stack_st_X509_NAME {
    call(c"SSL_load_client_CA_file", ptr::null_mut(), || {
        let library = LibraryContext::default();
        // SAFETY: as the caller promises.
        Ok(NameStack::of_file(&library, unsafe { required(file) }?)?.into_raw())
    })
}

/// As `SSL_load_client_CA_file`, within a library context (NULL for the default one) and with a
/// property query (NULL for none).
///
/// Lifetime: the caller's, freed by `sk_X509_NAME_pop_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_load_client_CA_file_ex(
    file: *const c_char,
    libctx: *mut ffi::OSSL_LIB_CTX,
    propq: *const c_char,
) -> *mut ffi::stack_st_X509_NAME {
    call(c"SSL_load_client_CA_file_ex", ptr::null_mut(), || {
        // SAFETY: as the caller promises; nothing of it is kept.
        let library = unsafe { LibraryContext::new(libctx, c_str(propq)) };
        // SAFETY: as the caller promises.
        Ok(NameStack::of_file(&library, unsafe { required(file) }?)?.into_raw())
    })
}

/// Adds the subjects of the certificates in a PEM file to a list, except those that it already has.
/// Returns 1, or 0 with an error on the queue; names added before the error stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_file_cert_subjects_to_stack(
    stack_cas: *mut ffi::stack_st_X509_NAME,
    file: *const c_char,
) -> c_int {
    call(c"SSL_add_file_cert_subjects_to_stack", 0, || {
        // SAFETY: as the caller promises.
        let (mut list, file) = unsafe { (exclusive(stack_cas)?, required(file)?) };
        list.add_file(file)?;
        Ok(1)
    })
}

/// Adds the subjects of the certificates in all files of a directory to a list, except those that
/// it already has. Returns 1, or 0 with an error on the queue; names added before the error stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_dir_cert_subjects_to_stack(
    stack_cas: *mut ffi::stack_st_X509_NAME,
    dir: *const c_char,
) -> c_int {
    call(c"SSL_add_dir_cert_subjects_to_stack", 0, || {
        // SAFETY: as the caller promises.
        let (mut list, dir) = unsafe { (exclusive(stack_cas)?, required(dir)?) };
        list.add_directory(dir)?;
        Ok(1)
    })
}

/// Adds the subjects of the certificates at a URI (ossl_store(7)) to a list, except those that it
/// already has. Returns 1, or 0 with an error on the queue; names added before the error stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add_store_cert_subjects_to_stack(
    stack_cas: *mut ffi::stack_st_X509_NAME,
    uri: *const c_char,
) -> c_int {
    call(c"SSL_add_store_cert_subjects_to_stack", 0, || {
        // SAFETY: as the caller promises.
        let (mut list, uri) = unsafe { (exclusive(stack_cas)?, required(uri)?) };
        list.add_store(uri)?;
        Ok(1)
    })
}

/// The list's pointer for C. The owner of the list keeps it.
fn lent(list: Option<&NameStack>) -> *mut ffi::stack_st_X509_NAME {
    list.map_or(ptr::null_mut(), NameStack::as_ptr)
}

/// The connection's list, or the context's if the connection has none.
fn own_or_context(
    connection: &Connection,
    list: impl Fn(&Names) -> Option<&NameStack>,
) -> *mut ffi::stack_st_X509_NAME {
    match lent(list(&connection.configuration.names())) {
        own if !own.is_null() => own,
        _ => connection.context().with_names(|names| lent(list(names))),
    }
}

/// Adds a name to the list that may be lent to C.
fn append(list: &mut Option<NameStack>, name: Name) -> Result<()> {
    match list {
        Some(list) => list.push(name),
        None => {
            *list = Some(NameStack::from_items([name])?);
            Ok(())
        }
    }
}

/// # Safety
/// `certificate` is NULL or a live certificate.
unsafe fn subject(certificate: *mut ffi::X509) -> Result<Name> {
    // SAFETY: as the caller promises.
    let certificate = unsafe { X509::lend(certificate) }.ok_or(Error::Silent)?;
    Name::of_subject(&certificate)
}

/// A list of the program, lent to be changed.
///
/// # Safety
/// `list` is NULL or a live list that nothing else uses while the result lives.
unsafe fn exclusive(list: *mut ffi::stack_st_X509_NAME) -> Result<ManuallyDrop<NameStack>> {
    // SAFETY: as the caller promises; `ManuallyDrop` does not free it.
    let list = unsafe { NameStack::from_raw_owned(list) };
    list.map(ManuallyDrop::new)
        .ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}

/// # Safety
/// `text` is NULL or a C string that lives while the result is used.
unsafe fn required<'a>(text: *const c_char) -> Result<&'a CStr> {
    // SAFETY: as the caller promises.
    unsafe { c_str(text) }.ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}
