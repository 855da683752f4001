//! Application protocols by ALPN (RFC 7301, SSL_CTX_set_alpn_select_cb(3)).
//!
//! A list of protocols has the wire format: names of 1 to 255 bytes, each preceded by one byte with
//! its length.

use std::ffi::{c_int, c_uchar, c_uint, c_void};
use std::ptr;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, bytes, optional, store};
use crate::callback::{AlpnSelectCallback, AlpnSelectFunction};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::wire::alpn;

/// What `SSL_CTX_set_alpn_protos` returns for an invalid list. Unlike other functions it returns 0
/// for success.
const MALFORMED: c_int = 1;
/// `OPENSSL_NPN_NEGOTIATED`
const NEGOTIATED: c_int = 1;
/// `OPENSSL_NPN_NO_OVERLAP`
const NO_OVERLAP: c_int = 2;

/// Sets the protocols that clients made later offer, best first: `protos` is copied. NULL or a
/// length of 0 offers none.
///
/// Returns 0 for success; or 1 when `protos` is not a valid list, and then nothing changes.
///
/// # Safety
/// `protos` is NULL or readable for `protos_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_alpn_protos(
    ctx: *mut Context,
    protos: *const c_uchar,
    protos_len: c_uint,
) -> c_int {
    call(c"SSL_CTX_set_alpn_protos", MALFORMED, || {
        // SAFETY: NULL or live, and readable, as the caller promises.
        let (context, list) = unsafe { (borrow(ctx)?, bytes(protos, protos_len as usize)) };
        check(list)?;
        context.change_settings(|settings| settings.alpn_protocols = list.into());
        Ok(0)
    })
}

/// As `SSL_CTX_set_alpn_protos`, for one client.
///
/// # Safety
/// `protos` is NULL or readable for `protos_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_alpn_protos(
    ssl: *mut Connection,
    protos: *const c_uchar,
    protos_len: c_uint,
) -> c_int {
    call(c"SSL_set_alpn_protos", MALFORMED, || {
        // SAFETY: NULL or live, and readable, as the caller promises.
        let (connection, list) = unsafe { (borrow(ssl)?, bytes(protos, protos_len as usize)) };
        check(list)?;
        connection.change_settings(|settings| settings.alpn_protocols = list.into());
        Ok(0)
    })
}

/// Sets the function with which a server chooses from the client's protocols, and its last
/// argument. Without one, ALPN is ignored. The function sets `*out` and `*outlen` to a name in the
/// client's list, or to one that stays valid, and returns `SSL_TLSEXT_ERR_OK`;
/// `SSL_TLSEXT_ERR_NOACK` continues without a protocol, and `SSL_TLSEXT_ERR_ALERT_FATAL` ends the
/// handshake with no_application_protocol. It is called after the servername callback, and is that
/// of the context which the servername callback has chosen.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_alpn_select_cb(
    ctx: *mut Context,
    callback: AlpnSelectFunction,
    arg: *mut c_void,
) {
    call(c"SSL_CTX_set_alpn_select_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let callback = unsafe { AlpnSelectCallback::new(callback, arg) };
        context.callbacks.alpn_select.set(callback);
        Ok(())
    })
}

/// Sets `*data` and `*len` to the negotiated protocol, without a length byte and without a NUL at
/// its end; to NULL and 0 when there is none.
///
/// Lifetime: until the next handshake.
///
/// # Safety
/// `data` and `len` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_alpn_selected(
    ssl: *const Connection,
    data: *mut *const c_uchar,
    len: *mut c_uint,
) {
    call(c"SSL_get0_alpn_selected", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { optional(ssl) }?;
        let (name, length) = match connection.map(|connection| connection.engine.facts()) {
            Some(facts) => match &facts.alpn {
                Some(name) => (name.as_ptr(), name.len() as c_uint),
                None => (ptr::null(), 0),
            },
            None => (ptr::null(), 0),
        };
        // SAFETY: both can be written, as the caller promises.
        unsafe {
            store(data, name);
            store(len, length);
        }
        Ok(())
    })
}

/// Sets `*out` and `*outlen` to the first protocol of the server's list `input` that the list
/// `client` also contains. If there is none they are set to the first protocol of `client`, or to
/// NULL and 0 when that list is empty. `*out` points into one of the lists.
///
/// Returns `OPENSSL_NPN_NEGOTIATED` (1) when the lists have a protocol in common, else
/// `OPENSSL_NPN_NO_OVERLAP` (2). In that case a server that calls it in its ALPN callback must not
/// select the protocol.
///
/// Lifetime: points into one of the caller's lists.
///
/// # Safety
/// `input` and `client` are NULL or readable for `inlen` and `client_len` bytes; `out` and
/// `outlen` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_select_next_proto(
    out: *mut *mut c_uchar,
    outlen: *mut c_uchar,
    input: *const c_uchar,
    inlen: c_uint,
    client: *const c_uchar,
    client_len: c_uint,
) -> c_int {
    call(c"SSL_select_next_proto", NO_OVERLAP, || {
        // SAFETY: NULL or readable, as the caller promises.
        let (server, client) = unsafe {
            (
                bytes(input, inlen as usize),
                bytes(client, client_len as usize),
            )
        };
        let (chosen, answer) = select(server, client);
        let (name, length) = match chosen {
            // A name has at most 255 bytes.
            Some(name) => (name.as_ptr().cast_mut(), name.len() as c_uchar),
            None => (ptr::null_mut(), 0),
        };
        // SAFETY: both can be written, as the caller promises.
        unsafe {
            store(out, name);
            store(outlen, length);
        }
        Ok(answer)
    })
}

/// A list is valid if it is empty (offers nothing), or if nonempty names fill it exactly.
fn check(list: &[u8]) -> Result<()> {
    if alpn::is_list(list) {
        Ok(())
    } else {
        Err(Error::Silent)
    }
}

fn select<'a>(server: &'a [u8], client: &'a [u8]) -> (Option<&'a [u8]>, c_int) {
    let Some(first) = names(client).next().filter(|name| !name.is_empty()) else {
        return (None, NO_OVERLAP);
    };
    let common = names(server)
        .filter(|name| !name.is_empty())
        .find(|name| names(client).any(|other| other == *name));
    match common {
        Some(name) => (Some(name), NEGOTIATED),
        None => (Some(first), NO_OVERLAP),
    }
}

/// The names of a list, up to its end or to where it is cut off.
fn names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    alpn::names(list).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_names_without_an_empty_one() {
        for list in [&b""[..], b"\x02h2", b"\x02h2\x08http/1.1", b"\x01a"] {
            assert!(check(list).is_ok(), "{list:?}");
        }
        for list in [
            &b"\0"[..],
            b"\x02h",
            b"\x02h2\0",
            b"\x02h2\x05http",
            b"\x01",
        ] {
            assert!(check(list).is_err(), "{list:?}");
        }
    }

    #[test]
    fn the_servers_first_protocol_that_the_client_has_is_selected() {
        let server = b"\x02h3\x02h2\x08http/1.1";
        let select = |server, client| {
            let (name, answer) = select(server, client);
            (name.map(<[u8]>::to_vec), answer)
        };
        let client = b"\x08http/1.1\x02h2";
        assert_eq!(select(server, client), (Some(b"h2".to_vec()), NEGOTIATED));
        let other = b"\x04spdy";
        assert_eq!(select(server, other), (Some(b"spdy".to_vec()), NO_OVERLAP));
    }

    /// CVE-2024-5535: nothing is read beyond lists that are empty or cut off.
    #[test]
    fn lists_that_are_empty_or_cut_off_select_nothing_beyond_them() {
        assert_eq!(select(b"\x02h2", b""), (None, NO_OVERLAP));
        assert_eq!(select(b"\x02h2", b"\0"), (None, NO_OVERLAP));
        assert_eq!(select(b"\x02h2", b"\x05h"), (None, NO_OVERLAP));
        assert_eq!(select(b"", b"\x02h2"), (Some(&b"h2"[..]), NO_OVERLAP));
        assert_eq!(select(b"\x09h2", b"\x02h2"), (Some(&b"h2"[..]), NO_OVERLAP));
        let zero_first = select(b"\0\x02h2", b"\x02h2");
        assert_eq!(zero_first, (Some(&b"h2"[..]), NEGOTIATED));
    }
}
