//! The last step of a verification, which checks signatures and times: with a memory of signatures
//! that were valid before.
//!
//! The step replaces libcrypto's own (`internal_verify`) in chains that no function of the program
//! sees. It accepts a chain only where libcrypto's step would succeed without a doubt: all
//! signatures are known, all certificates are valid now, and all issuers may issue. In any other
//! case libcrypto's step decides, and sets the error. If that succeeds, the signatures are kept.

use std::cell::Cell;
use std::ffi::{c_int, c_ulong};
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::libcrypto::certificate_cache::SharedChain;
use crate::libcrypto::certificate_time::Clock;
use crate::libcrypto::ffi;
use crate::libcrypto::issuer_key::{Provider, known_signature, learned_signature};
use crate::libcrypto::object::Lent;
use crate::libcrypto::signature_memory::{self, Digest};
use crate::libcrypto::stack::Stack;
use crate::libcrypto::x509::{X509, X509Chain};

/// A chain that is being verified.
struct Step<'a> {
    context: *mut ffi::X509_STORE_CTX,
    shared: &'a SharedChain,
}

thread_local! {
    /// What this thread verifies; NULL for nothing.
    static CURRENT: Cell<*const Step<'static>> = const { Cell::new(std::ptr::null()) };
}

/// `X509_verify_cert(3)` of a context that was set up for the first of `shared`, with all of them
/// as untrusted certificates. No function of the program may see the context.
///
/// # Safety
/// `context` is live, and belongs to the caller alone.
pub(super) unsafe fn verify(context: *mut ffi::X509_STORE_CTX, shared: &SharedChain) -> c_int {
    // SAFETY: a live context. `step` is on this frame while it is current: the address is removed
    // before it ends.
    unsafe {
        if !signature_memory::is_on() || !has_usual_functions(context) {
            return ffi::X509_verify_cert(context);
        }
        let step = Step { context, shared };
        ffi::X509_STORE_CTX_set_verify(context, Some(verify_known));
        let outer = CURRENT.replace((&raw const step).cast());
        let answer = ffi::X509_verify_cert(context);
        CURRENT.set(outer);
        answer
    }
}

/// Whether the context has no verify callback and libcrypto's own step.
///
/// # Safety
/// `context` is live.
unsafe fn has_usual_functions(context: *const ffi::X509_STORE_CTX) -> bool {
    let Some((step, callback)) = usual_functions() else {
        return false;
    };
    // SAFETY: as the caller promises.
    unsafe {
        let is = |function: Option<ffi::VerifyStep>| {
            function.is_some_and(|function| std::ptr::fn_addr_eq(function, step))
        };
        is(ffi::X509_STORE_CTX_get_verify(context))
            && ffi::X509_STORE_CTX_get_verify_cb(context)
                .is_some_and(|function| std::ptr::fn_addr_eq(function, callback))
    }
}

/// The step, and the callback, that a context has which nobody has changed.
fn usual_functions() -> Option<(ffi::VerifyStep, ffi::VerifyCallback)> {
    static STEP: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
    static CALLBACK: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
    if STEP.load(Ordering::Acquire).is_null() {
        let none = std::ptr::null_mut();
        // SAFETY: a new context without a store, which is freed at the end.
        unsafe {
            let context = ffi::X509_STORE_CTX_new();
            if !context.is_null()
                && ffi::X509_STORE_CTX_init(context, none, none.cast(), none.cast()) == 1
                && let Some(step) = ffi::X509_STORE_CTX_get_verify(context)
                && let Some(callback) = ffi::X509_STORE_CTX_get_verify_cb(context)
            {
                CALLBACK.store(callback as *mut (), Ordering::Relaxed);
                STEP.store(step as *mut (), Ordering::Release);
            }
            ffi::X509_STORE_CTX_free(context);
        }
    }
    let (step, callback) = (
        STEP.load(Ordering::Acquire),
        CALLBACK.load(Ordering::Relaxed),
    );
    // SAFETY: not NULL, so functions of these types, stored above.
    (!step.is_null()).then(|| unsafe {
        (
            std::mem::transmute::<*mut (), ffi::VerifyStep>(step),
            std::mem::transmute::<*mut (), ffi::VerifyCallback>(callback),
        )
    })
}

/// The step itself: 1 if the chain is valid.
unsafe extern "C" fn verify_known(context: *mut ffi::X509_STORE_CTX) -> c_int {
    let Some((libcryptos_step, _)) = usual_functions() else {
        return 0;
    };
    // SAFETY: libcrypto passes the context that it verifies, whose chain lives as long as it.
    // `CURRENT` is NULL or on a frame of `verify` below.
    unsafe {
        let current = CURRENT.get().as_ref();
        let step = current.filter(|step| step.context == context);
        let chain = Stack::<X509>::lend(ffi::X509_STORE_CTX_get0_chain(context));
        let (Some(step), Some(chain)) = (step, chain) else {
            return libcryptos_step(context);
        };
        if is_valid(context, &chain, step.shared) {
            succeed(context, &chain);
            #[cfg(test)]
            tests::ACCEPTED.set(tests::ACCEPTED.get() + 1);
            return 1;
        }
        let answer = libcryptos_step(context);
        if answer == 1 {
            keep_signatures(&chain, step.shared);
        }
        answer
    }
}

/// Leaves the context as libcrypto's step does when it succeeds.
///
/// # Safety
/// `context` is live, and `chain` its chain.
unsafe fn succeed(context: *mut ffi::X509_STORE_CTX, chain: &X509Chain) {
    // SAFETY: as the caller promises.
    unsafe {
        if let Some(leaf) = chain.get(0) {
            ffi::X509_STORE_CTX_set_current_cert(context, leaf.as_ptr());
        }
        ffi::X509_STORE_CTX_set_error_depth(context, 0);
    }
}

/// Whether libcrypto's step would find the chain valid; false also when that is not certain.
///
/// # Safety
/// `context` is live, and `chain` its chain.
unsafe fn is_valid(
    context: *const ffi::X509_STORE_CTX,
    chain: &X509Chain,
    shared: &SharedChain,
) -> bool {
    /// A root's signature of itself is to be checked too.
    const CHECK_SS_SIGNATURE: c_ulong = 0x4000;
    // SAFETY: a live context, whose parameters live as long.
    let (flags, clock) = unsafe {
        let param = ffi::X509_STORE_CTX_get0_param(context);
        (ffi::X509_VERIFY_PARAM_get_flags(param), Clock::of(param))
    };
    // A certificate alone has no issuer whose signature could be known.
    flags & CHECK_SS_SIGNATURE == 0
        && chain.len() > 1
        && chain.iter().all(|certificate| clock.is_valid(&certificate))
        && links(chain).all(|(subject, issuer)| {
            may_issue(&issuer, &subject)
                && signature(&subject, &issuer, shared, known_signature)
                    .is_some_and(|digest| signature_memory::of_process().has(&digest))
        })
}

/// Keeps the signatures of a chain that libcrypto has found valid.
fn keep_signatures(chain: &X509Chain, shared: &SharedChain) {
    for (subject, issuer) in links(chain) {
        // libcrypto's step checks no signature of a certificate by itself.
        if subject.as_ptr() != issuer.as_ptr()
            && let Some(digest) = signature(&subject, &issuer, shared, learned_signature)
        {
            signature_memory::of_process().keep(&digest);
        }
    }
}

/// Each certificate with its issuer.
fn links(chain: &X509Chain) -> impl Iterator<Item = (Lent<'_, X509>, Lent<'_, X509>)> {
    chain.iter().zip(chain.iter().skip(1))
}

/// Whether the issuer's key usage allows it to issue the certificate
/// (`ossl_x509_signing_allowed`); proxy certificates are left to libcrypto.
fn may_issue(issuer: &X509, subject: &X509) -> bool {
    const EXFLAG_PROXY: u32 = 0x400;
    const KEY_CERT_SIGN: u32 = 0x4;
    // SAFETY: live certificates.
    unsafe {
        ffi::X509_get_extension_flags(subject.as_ptr()) & EXFLAG_PROXY == 0
            && ffi::X509_get_key_usage(issuer.as_ptr()) & KEY_CERT_SIGN != 0
    }
}

/// The signature of `subject`, if it is a shared certificate: those, and only those, are known to
/// be what they were parsed from, with algorithms of the default library context.
fn signature(
    subject: &X509,
    issuer: &X509,
    shared: &SharedChain,
    digest: impl Fn(&X509, Provider, &Digest) -> Option<Digest>,
) -> Option<Digest> {
    let leaf = shared.certificates().get(0)?;
    digest(issuer, Provider::of(&leaf)?, shared.digest_of(subject)?)
}

#[cfg(test)]
mod tests;
