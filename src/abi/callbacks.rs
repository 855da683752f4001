//! Callbacks that observe connections or choose certificates (SSL_CTX_set_info_callback(3),
//! SSL_CTX_set_msg_callback(3), SSL_CTX_set_keylog_callback(3), SSL_CTX_set_cert_cb(3)).
//!
//! Callbacks run on the thread that made the call, with nothing locked, and may call any function
//! on the same objects. Information, key log and client certificate callbacks are read from the
//! context when they are needed, so a change reaches existing connections; message and certificate
//! callbacks are copied to connections when these are made. NULL unsets a callback.

use std::ffi::c_void;

use super::call::call;
use super::pointer::borrow_quietly;
use crate::callback::{
    CertificateCallback, CertificateFunction, ClientCertificateCallback, ClientCertificateFunction,
    InfoCallback, InfoFunction, KeylogCallback, KeylogFunction, MessageFunction,
};
use crate::connection::Connection;
use crate::context::Context;

/// Sets the function that is called for handshakes that start (`SSL_CB_HANDSHAKE_START`), end
/// (`SSL_CB_HANDSHAKE_DONE`) or stop (`SSL_CB_EXIT`), and for alerts (`SSL_CB_ALERT`). A
/// connection's own function takes precedence.
///
/// It is also called when a handshake leaves a state (`SSL_CB_LOOP`): once for every message, and
/// once when it starts to wait for the peer. These calls come when the engine has finished a step,
/// before anything is written. The call for a client that waits for its peer comes after its flight
/// is written.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_info_callback(ctx: *mut Context, callback: InfoFunction) {
    call(c"SSL_CTX_set_info_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, info) = unsafe { (borrow_quietly(ctx)?, InfoCallback::new(callback)) };
        context.callbacks.info.set(info);
        Ok(())
    })
}

/// Returns the information callback of `ctx`; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_info_callback(ctx: *mut Context) -> InfoFunction {
    call(c"SSL_CTX_get_info_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .callbacks
            .info
            .get()
            .function())
    })
}

/// As `SSL_CTX_set_info_callback`, for one connection.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_info_callback(ssl: *mut Connection, callback: InfoFunction) {
    call(c"SSL_set_info_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        unsafe { borrow_quietly(ssl)?.set_info_callback(InfoCallback::new(callback)) };
        Ok(())
    })
}

/// Returns the information callback of `ssl` itself; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_info_callback(ssl: *const Connection) -> InfoFunction {
    call(c"SSL_get_info_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .configuration
            .info_callback()
            .function())
    })
}

/// Sets the function that is called for protocol messages, on connections made later. Its last
/// argument is set with `SSL_CTX_set_msg_callback_arg`.
///
/// `write_p` is 1 for a message that is sent, 0 for one that is received. `content_type` is
/// `SSL3_RT_HEADER` (0x100) with the five bytes of a record's header, `SSL3_RT_INNER_CONTENT_TYPE`
/// (0x101) with the content type inside a protected record of TLS 1.3, `SSL3_RT_HANDSHAKE` (22)
/// with a whole message, `SSL3_RT_ALERT` (21), or `SSL3_RT_CHANGE_CIPHER_SPEC` (20), of which only
/// those sent are reported. Application data is never reported. `buf` is valid during the call
/// only, and may hold secrets of the handshake, such as tickets.
///
/// The engine sends several messages in one record where OpenSSL would send several records.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_msg_callback(ctx: *mut Context, callback: MessageFunction) {
    call(c"SSL_CTX_set_msg_callback", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        context.change_settings(|settings| unsafe {
            settings.message_callback.set_function(callback);
        });
        Ok(())
    })
}

/// As `SSL_CTX_set_msg_callback`, for one connection.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_msg_callback(ssl: *mut Connection, callback: MessageFunction) {
    call(c"SSL_set_msg_callback", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        connection.change_message_callback(|message| unsafe { message.set_function(callback) });
        Ok(())
    })
}

/// Sets the function that receives the secrets of every connection, one line per call, in the
/// format of `SSLKEYLOGFILE` without the newline. The line is valid during the call only.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_keylog_callback(ctx: *mut Context, callback: KeylogFunction) {
    call(c"SSL_CTX_set_keylog_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, log) = unsafe { (borrow_quietly(ctx)?, KeylogCallback::new(callback)) };
        context.callbacks.key_log.set(log);
        Ok(())
    })
}

/// Returns the key log callback; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_keylog_callback(ctx: *const Context) -> KeylogFunction {
    call(c"SSL_CTX_get_keylog_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .callbacks
            .key_log
            .get()
            .function())
    })
}

/// Sets the function that is called when a certificate is about to be used, on connections made
/// later, and its last argument: on a server after it has processed the ClientHello, on a client
/// when the server asks for a certificate. It may set or clear certificates of the connection. It
/// returns 1 to go on, 0 to end the handshake; on a server it may return a negative number to
/// suspend the handshake (`SSL_ERROR_WANT_X509_LOOKUP`), and is called again later.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (a client's cannot suspend: a negative number sends no certificate)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cert_cb(
    ctx: *mut Context,
    callback: CertificateFunction,
    arg: *mut c_void,
) {
    call(c"SSL_CTX_set_cert_cb", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) = unsafe {
            (
                borrow_quietly(ctx)?,
                CertificateCallback::new(callback, arg),
            )
        };
        context.change_settings(|settings| settings.certificate_callback = callback);
        Ok(())
    })
}

/// As `SSL_CTX_set_cert_cb`, for one connection.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (a client's cannot suspend: a negative number sends no certificate)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_cert_cb(
    ssl: *mut Connection,
    callback: CertificateFunction,
    arg: *mut c_void,
) {
    call(c"SSL_set_cert_cb", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) = unsafe {
            (
                borrow_quietly(ssl)?,
                CertificateCallback::new(callback, arg),
            )
        };
        connection.change_settings(|settings| settings.certificate_callback = callback);
        Ok(())
    })
}

/// Sets the function that a client calls for a certificate and its key when the server asks for one
/// and none is set. It returns 1 and gives a reference to each, or 0 for none.
///
/// The function transfers a reference of the certificate and of the key to the library.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (it cannot suspend: a negative number sends no certificate)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_cert_cb(
    ctx: *mut Context,
    client_cert_cb: ClientCertificateFunction,
) {
    call(c"SSL_CTX_set_client_cert_cb", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) = unsafe {
            (
                borrow_quietly(ctx)?,
                ClientCertificateCallback::new(client_cert_cb),
            )
        };
        context.callbacks.client_certificate.set(callback);
        Ok(())
    })
}

/// Returns the function that a client calls for a certificate; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_client_cert_cb(
    ctx: *mut Context,
) -> ClientCertificateFunction {
    call(c"SSL_CTX_get_client_cert_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .callbacks
            .client_certificate
            .get()
            .function())
    })
}
