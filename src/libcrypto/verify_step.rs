//! The last step of a verification, which checks signatures and times: with a memory of signatures
//! that were valid before, and by the engine's algorithms.
//!
//! The step replaces libcrypto's own (`internal_verify`) in chains that no function of the program
//! sees. It accepts a chain only where libcrypto's step would succeed without a doubt: all
//! signatures are known or verified here, all certificates are valid now, and all issuers may
//! issue. In any other case libcrypto's step decides, and sets the error. If that succeeds, the
//! signatures are kept, and the keys that made them.

use std::cell::Cell;
use std::ffi::{c_int, c_ulong};
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::libcrypto::certificate_cache::SharedChain;
use crate::libcrypto::certificate_time::Clock;
use crate::libcrypto::ffi;
use crate::libcrypto::issuer_key::{self, KnownKey, Provider};
use crate::libcrypto::object::Lent;
use crate::libcrypto::signature_memory;
use crate::libcrypto::signed_certificate::{CertificateSignature, SignatureCheck};
use crate::libcrypto::stack::Stack;
use crate::libcrypto::x509::{X509, X509Chain};

/// A chain of shared certificates, and how their signatures are verified.
#[derive(Clone, Copy)]
pub struct SharedVerification<'a> {
    /// The certificates, the peer's own first.
    pub chain: &'a SharedChain,
    /// Verifies ECDSA signatures of keys that have signed valid certificates before.
    pub check: SignatureCheck,
}

/// A chain that is being verified.
struct Step<'a> {
    context: *mut ffi::X509_STORE_CTX,
    shared: SharedVerification<'a>,
}

thread_local! {
    /// What this thread verifies; NULL for nothing.
    static CURRENT: Cell<*const Step<'static>> = const { Cell::new(std::ptr::null()) };
}

/// `X509_verify_cert(3)` of a context that was set up for the first certificate of the chain, with
/// all of them as untrusted certificates. No function of the program may see the context.
///
/// # Safety
/// `context` is live, and belongs to the caller alone.
pub(super) unsafe fn verify(
    context: *mut ffi::X509_STORE_CTX,
    shared: SharedVerification<'_>,
) -> c_int {
    // SAFETY: a live context. `step` is on this frame while it is current: the address is removed
    // before it ends.
    unsafe {
        if !has_usual_functions(context) {
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
            let context = ffi::X509_STORE_CTX_new_ex(std::ptr::null_mut(), std::ptr::null());
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
        if step.shared.finds_valid(context, &chain) {
            succeed(context, &chain);
            #[cfg(test)]
            tests::ACCEPTED.set(tests::ACCEPTED.get() + 1);
            return 1;
        }
        let answer = libcryptos_step(context);
        if answer == 1 {
            step.shared.keep(&chain);
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

impl SharedVerification<'_> {
    /// Whether libcrypto's step would find the chain valid; false also when that is not certain.
    ///
    /// # Safety
    /// `context` is live, and `chain` its chain.
    unsafe fn finds_valid(&self, context: *const ffi::X509_STORE_CTX, chain: &X509Chain) -> bool {
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
                may_issue(&issuer, &subject) && self.has_signed(&issuer, &subject)
            })
            && self.has_usual_provider()
    }

    /// Whether libcrypto would verify with the provider of the leaf's key: default properties that
    /// the program has set since (`EVP_set_default_properties(3)`) may leave another one, or none.
    fn has_usual_provider(&self) -> bool {
        let provider = self.provider();
        provider.is_some() && provider == Provider::of_digests()
    }

    /// Whether the issuer's key has signed the certificate; false also when that is not certain.
    fn has_signed(&self, issuer: &X509, subject: &X509) -> bool {
        // Shared certificates, and only those, are known to be what they were parsed from, with
        // algorithms of the default library context.
        let (Some(provider), Some(signed)) = (self.provider(), self.chain.digest_of(subject))
        else {
            return false;
        };
        let of_key = |key: &KnownKey| {
            let memory = signature_memory::of_process();
            let signature = key.signature(signed);
            if signature_memory::is_on() && memory.has(&signature) {
                return Some(());
            }
            let der = subject.to_der().ok()?;
            let valid = (self.check)(&CertificateSignature::of(&der, key.ecdsa()?)?);
            if valid && signature_memory::is_on() {
                memory.keep(&signature);
            }
            valid.then_some(())
        };
        issuer_key::with_known(issuer, provider, of_key).is_some()
    }

    /// Keeps the signatures of a chain that libcrypto has found valid, and the issuers' keys.
    fn keep(&self, chain: &X509Chain) {
        let Some(provider) = self.provider() else {
            return;
        };
        for (subject, issuer) in links(chain) {
            // libcrypto's step checks no signature of a certificate by itself.
            let Some(signed) = self.chain.digest_of(&subject) else {
                continue;
            };
            if subject.as_ptr() == issuer.as_ptr() {
                continue;
            }
            issuer_key::learn(&issuer, provider);
            if signature_memory::is_on() {
                let of_key = |key: &KnownKey| Some(key.signature(signed));
                let signature = issuer_key::with_known(&issuer, provider, of_key);
                if let Some(signature) = signature {
                    signature_memory::of_process().keep(&signature);
                }
            }
        }
    }

    /// The provider of the peer's key, which the issuers' keys must have too.
    fn provider(&self) -> Option<Provider> {
        Provider::of(&*self.chain.certificates().get(0)?)
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

#[cfg(test)]
mod tests;
