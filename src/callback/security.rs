//! The security callback (SSL_CTX_set_security_callback(3)).

use std::ffi::{c_int, c_void};
use std::ptr;

use super::{CallbackWith, Lent, Ssl, SslContext};
use crate::cipher::Cipher;
use crate::libcrypto::public_key::PublicKey;
use crate::libcrypto::x509::X509;

/// Decides instead of the security level (SSL_CTX_set_security_callback(3)).
pub type SecurityFunction = Option<
    unsafe extern "C" fn(
        ssl: *const Ssl,
        ctx: *const SslContext,
        op: c_int,
        bits: c_int,
        nid: c_int,
        other: *mut c_void,
        ex: *mut c_void,
    ) -> c_int,
>;

/// `SSL_CTX_set_security_callback(3)`
pub type SecurityCallback = CallbackWith<SecurityFunction>;

/// The owner of the settings that a question is about.
#[derive(Clone, Copy)]
pub enum Asker<'a> {
    /// A connection's.
    Connection(Lent<'a, Ssl>),
    /// A context's.
    Context(Lent<'a, SslContext>),
}

/// The object of a question, in addition to its numbers.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// No object.
    Nothing,
    /// A cipher.
    Cipher(&'static Cipher),
    /// The TLS number of a group or signature algorithm.
    Number(u16),
    /// A certificate.
    Certificate(&'a X509),
    /// A key.
    Key(&'a PublicKey),
}

/// A question of the security policy.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// `SSL_SECOP_…`
    pub operation: c_int,
    /// Bits of security.
    pub bits: c_int,
    /// A NID, or a version.
    pub nid: c_int,
    /// The object.
    pub subject: Subject<'a>,
}

impl<'a> Question<'a> {
    /// A question with its numbers and no object.
    pub fn new(operation: c_int, bits: c_int, nid: c_int, subject: Subject<'a>) -> Self {
        Self {
            operation,
            bits,
            nid,
            subject,
        }
    }
}

impl SecurityCallback {
    /// Whether the program permits it; `None` without a function.
    pub fn call(self, asker: Asker<'_>, question: Question<'_>) -> Option<bool> {
        let function = self.function?;
        let (ssl, ctx) = match asker {
            Asker::Connection(connection) => (connection.as_ptr().cast_const(), ptr::null()),
            Asker::Context(context) => (ptr::null(), context.as_ptr().cast_const()),
        };
        let mut number = match question.subject {
            Subject::Number(number) => number.to_be_bytes(),
            _ => [0; 2],
        };
        let other: *mut c_void = match question.subject {
            Subject::Nothing => ptr::null_mut(),
            Subject::Cipher(cipher) => ptr::from_ref(cipher).cast_mut().cast(),
            Subject::Number(_) => number.as_mut_ptr().cast(),
            Subject::Certificate(certificate) => certificate.as_ptr().cast(),
            Subject::Key(key) => key.as_ptr().cast(),
        };
        let Question {
            operation,
            bits,
            nid,
            ..
        } = question;
        // SAFETY: called as its manual page says: `other` has the type that the operation requires.
        Some(unsafe { function(ssl, ctx, operation, bits, nid, other, self.argument) != 0 })
    }
}
