//! What a certificate must satisfy (`X509_VERIFY_PARAM_set_flags(3)`).

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::error::{Error, Result};
use crate::libcrypto::outcome::succeeded;
use crate::libcrypto::{error_queue, ffi, memory};

/// Verify parameters of a context or a connection.
///
/// libcrypto does not lock them, so the methods of this type do. A program that changes them
/// through the pointer that it was lent (`SSL_CTX_get0_param`) must not do so while other threads
/// use the object, as with OpenSSL.
pub struct VerifyParam {
    raw: NonNull<ffi::X509_VERIFY_PARAM>,
    lock: RwLock<()>,
    /// Whether something may have been set: by a method, or by C through the pointer.
    changed: AtomicBool,
}

// SAFETY: not bound to a thread.
unsafe impl Send for VerifyParam {}
// SAFETY: methods that change the object hold the write lock, those that read it the read lock.
unsafe impl Sync for VerifyParam {}

impl VerifyParam {
    /// Parameters with nothing set.
    pub fn new() -> Result<Self> {
        // SAFETY: the result is a new object.
        let raw = NonNull::new(unsafe { ffi::X509_VERIFY_PARAM_new() }).ok_or(Error::Queued)?;
        Ok(Self {
            raw,
            lock: RwLock::new(()),
            changed: AtomicBool::new(false),
        })
    }

    /// New parameters that inherit from these (as `SSL_new(3)` does).
    pub fn inheriting(parent: &Self) -> Result<Self> {
        let param = Self::new()?;
        param.inherit(parent)?;
        Ok(param)
    }

    /// The live object, lent to C until this is dropped. C may change it at any time.
    pub fn lend(&self) -> *mut ffi::X509_VERIFY_PARAM {
        self.changed.store(true, Ordering::Release);
        self.as_ptr()
    }

    /// Whether something may have been set since [`new`](Self::new).
    pub fn may_have_changed(&self) -> bool {
        self.changed.load(Ordering::Acquire)
    }

    fn as_ptr(&self) -> *mut ffi::X509_VERIFY_PARAM {
        self.raw.as_ptr()
    }

    /// Copies from `parent` what is not set here.
    pub fn inherit(&self, parent: &Self) -> Result<()> {
        if self.raw == parent.raw {
            return Ok(());
        }
        let (_write, _read) = (self.write(), parent.read());
        // SAFETY: two live objects, locked.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_inherit(self.as_ptr(), parent.as_ptr()) })
    }

    /// Copies all that is set in `from` (`SSL_set1_param(3)`).
    ///
    /// # Safety
    /// `from` is live and not changed during the call.
    pub unsafe fn set1(&self, from: *const ffi::X509_VERIFY_PARAM) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked; the other is as the caller promises.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_set1(self.as_ptr(), from) })
    }

    /// Copies all that is set here to parameters of libcrypto's.
    ///
    /// # Safety
    /// `to` is live and used by this thread only.
    pub unsafe fn copy_to(&self, to: *mut ffi::X509_VERIFY_PARAM) -> Result<()> {
        let _read = self.read();
        // SAFETY: a live object, locked; the other is as the caller promises.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_set1(to, self.as_ptr()) })
    }

    /// Sets `X509_V_FLAG_…` bits.
    #[cfg(test)]
    pub fn set_flags(&self, flags: std::ffi::c_ulong) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_set_flags(self.as_ptr(), flags) })
    }

    /// Clears `X509_V_FLAG_…` bits.
    #[cfg(test)]
    pub fn clear_flags(&self, flags: std::ffi::c_ulong) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_clear_flags(self.as_ptr(), flags) })
    }

    /// The `X509_V_FLAG_…` bits.
    #[cfg(test)]
    pub fn flags(&self) -> std::ffi::c_ulong {
        let _read = self.read();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_get_flags(self.as_ptr()) }
    }

    /// Sets how many issuers there may be between leaf and root; -1 for the default.
    pub fn set_depth(&self, depth: c_int) {
        let _write = self.write();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_set_depth(self.as_ptr(), depth) }
    }

    /// The depth limit; -1 when none is set.
    pub fn depth(&self) -> c_int {
        let _read = self.read();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_get_depth(self.as_ptr()) }
    }

    /// Sets the purpose that the leaf must serve (`X509_PURPOSE_…`).
    pub fn set_purpose(&self, purpose: c_int) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_set_purpose(self.as_ptr(), purpose) })
    }

    /// Sets what the root must be trusted for (`X509_TRUST_…`).
    pub fn set_trust(&self, trust: c_int) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_set_trust(self.as_ptr(), trust) })
    }

    /// Sets the only host name to match; `None` or empty for none (`SSL_set1_host(3)`).
    pub fn set1_host(&self, name: Option<&CStr>) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked; length 0 means up to the NUL.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_set1_host(self.as_ptr(), pointer(name), 0) })
    }

    /// Adds a host name that also matches (`SSL_add1_host(3)`).
    pub fn add1_host(&self, name: Option<&CStr>) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked; length 0 means up to the NUL.
        succeeded(unsafe { ffi::X509_VERIFY_PARAM_add1_host(self.as_ptr(), pointer(name), 0) })
    }

    /// Sets the only IP address to match, 4 or 16 bytes.
    #[cfg(test)]
    pub fn set1_ip(&self, address: &[u8]) -> Result<()> {
        let _write = self.write();
        // SAFETY: a live object, locked, and readable bytes.
        succeeded(unsafe {
            ffi::X509_VERIFY_PARAM_set1_ip(self.as_ptr(), address.as_ptr(), address.len())
        })
    }

    /// Sets the only IP address to match, if `text` is one (`SSL_set1_host(3)` tries this first);
    /// false, with nothing on the error queue, if it is not.
    pub fn set1_ip_text(&self, text: &CStr) -> bool {
        let _write = self.write();
        // SAFETY: a live object, locked, and a C string.
        error_queue::quietly(|| unsafe {
            ffi::X509_VERIFY_PARAM_set1_ip_asc(self.as_ptr(), text.as_ptr()) == 1
        })
    }

    /// True when an IP address to match is set.
    pub fn has_ip(&self) -> bool {
        let _read = self.read();
        // SAFETY: a live object, locked; this function frees the text.
        error_queue::quietly(|| unsafe {
            let text = ffi::X509_VERIFY_PARAM_get1_ip_asc(self.as_ptr());
            memory::free(text.cast());
            !text.is_null()
        })
    }

    /// True when a host name to match is set.
    #[cfg(test)]
    pub fn has_host(&self) -> bool {
        let _read = self.read();
        // SAFETY: a live object, locked.
        unsafe { !ffi::X509_VERIFY_PARAM_get0_host(self.as_ptr(), 0).is_null() }
    }

    /// Sets how host names match (`X509_CHECK_FLAG_…`, `SSL_set_hostflags(3)`).
    pub fn set_hostflags(&self, flags: c_uint) {
        let _write = self.write();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_set_hostflags(self.as_ptr(), flags) }
    }

    /// How host names match.
    #[cfg(test)]
    pub fn hostflags(&self) -> c_uint {
        let _read = self.read();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_get_hostflags(self.as_ptr()) }
    }

    /// The name in the certificate that matched, or NULL; lent until the next verification
    /// (`SSL_get0_peername(3)`).
    pub fn peername(&self) -> *const c_char {
        let _read = self.read();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_get0_peername(self.as_ptr()) }
    }

    /// Moves the name that matched here from parameters of libcrypto's.
    ///
    /// # Safety
    /// `from` is NULL, or live and used by this thread only.
    pub unsafe fn move_peername_from(&self, from: *mut ffi::X509_VERIFY_PARAM) {
        let _write = self.write();
        // SAFETY: a live object, locked; the other is as the caller promises.
        unsafe { ffi::X509_VERIFY_PARAM_move_peername(self.as_ptr(), from) }
    }

    /// Clears the name that matched (`SSL_clear(3)`).
    pub fn forget_peername(&self) {
        // SAFETY: libcrypto takes NULL for parameters without a name.
        unsafe { self.move_peername_from(std::ptr::null_mut()) }
    }

    /// Sets the security level that chains must have; -1 for that of the connection.
    #[cfg(test)]
    pub fn set_auth_level(&self, level: c_int) {
        let _write = self.write();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_set_auth_level(self.as_ptr(), level) }
    }

    /// The security level that chains must have.
    #[cfg(test)]
    pub fn auth_level(&self) -> c_int {
        let _read = self.read();
        // SAFETY: a live object, locked.
        unsafe { ffi::X509_VERIFY_PARAM_get_auth_level(self.as_ptr()) }
    }

    fn read(&self) -> RwLockReadGuard<'_, ()> {
        self.lock.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ()> {
        self.changed.store(true, Ordering::Release);
        self.lock.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for VerifyParam {
    fn drop(&mut self) {
        // SAFETY: owned, last use.
        unsafe { ffi::X509_VERIFY_PARAM_free(self.as_ptr()) };
    }
}

impl std::fmt::Debug for VerifyParam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyParam").finish_non_exhaustive()
    }
}

fn pointer(name: Option<&CStr>) -> *const c_char {
    name.map_or(std::ptr::null(), CStr::as_ptr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_inherits_what_it_has_not_set() {
        let context = VerifyParam::new().unwrap();
        assert_eq!(context.depth(), -1);
        context.set_depth(3);
        context.set_flags(0x4).unwrap();
        context.set1_host(Some(c"one.test")).unwrap();
        context.set_hostflags(2);
        let connection = VerifyParam::inheriting(&context).unwrap();
        assert_eq!(connection.depth(), 3);
        assert_eq!(connection.flags() & 0x4, 0x4);
        assert_eq!(connection.hostflags(), 2);
        assert!(connection.has_host());
        connection.set_depth(5);
        connection.clear_flags(0x4).unwrap();
        connection.inherit(&context).unwrap();
        assert_eq!((connection.depth(), context.depth()), (5, 3));
        context.inherit(&context).unwrap();
    }

    #[test]
    fn hosts_can_be_added_and_cleared() {
        let param = VerifyParam::new().unwrap();
        assert!(!param.has_host());
        param.set1_host(Some(c"one.test")).unwrap();
        param.add1_host(Some(c"two.test")).unwrap();
        param.set1_host(None).unwrap();
        assert!(!param.has_host());
        assert!(param.peername().is_null());
        assert!(param.set1_ip(&[127, 0, 0, 1]).is_ok());
        assert!(param.set1_ip(&[127, 0]).is_err());
        let param = VerifyParam::new().unwrap();
        assert!(!param.set1_ip_text(c"one.test") && !param.has_ip());
        assert!(param.set1_ip_text(c"::1") && param.has_ip());
        assert!(param.set_purpose(9999).is_err());
        param.set_trust(2).unwrap();
        param.set_auth_level(2);
        assert_eq!(param.auth_level(), 2);
        crate::libcrypto::error_queue::clear();
    }

    #[test]
    fn set1_copies() {
        let (from, to) = (VerifyParam::new().unwrap(), VerifyParam::new().unwrap());
        from.set_depth(7);
        // SAFETY: live objects of this thread.
        unsafe { to.set1(from.as_ptr()) }.unwrap();
        assert_eq!(to.depth(), 7);
        let third = VerifyParam::new().unwrap();
        // SAFETY: live objects of this thread.
        unsafe { to.copy_to(third.as_ptr()) }.unwrap();
        assert_eq!(third.depth(), 7);
    }
}
