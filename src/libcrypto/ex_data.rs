//! Application data of the library's objects (`CRYPTO_get_ex_new_index(3)`).
//!
//! libcrypto keeps the indices of each class with their callbacks; the values are in the object.
//! They are in a table of this library, because a `CRYPTO_EX_DATA` cannot be read while another
//! thread sets a value, as programs do with sessions. libcrypto's structure exists only while it
//! calls the callbacks.
//!
//! `CRYPTO_new_ex_data` and `CRYPTO_free_ex_data` take a lock of the process, as they do under
//! OpenSSL's libssl, and neither can be left out while a class has no index: `SSL_get_ex_new_index`
//! is a macro for a function of libcrypto, which tells nobody, and an index that another thread
//! registers counts for the very next object, the free callback also for objects without a value.
//!
//! Reading takes no lock. Setting takes one per object. A table that has become too small is kept
//! until the object is freed, since a thread may be reading it. Each table is at least twice as
//! large as the one before, so all of them together have at most twice the size of the last.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Reason, Result};
use crate::fallible;
use crate::libcrypto::ffi;
use crate::libcrypto::outcome::succeeded;
use crate::reference::tag::Tagged;

/// The classes of libssl's objects (`CRYPTO_EX_INDEX_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Class {
    /// `SSL`
    Ssl = 0,
    /// `SSL_CTX`
    SslCtx = 1,
    /// `SSL_SESSION`
    SslSession = 2,
}

/// The values of one object. Any thread may get and set at any time.
///
/// The object that embeds it calls [`ExData::init`] once it has its address and [`ExData::free`]
/// before it is freed: the callbacks receive that address, and may use the object.
pub struct ExData {
    class: Class,
    table: AtomicPtr<Table>,
    setting: Mutex<()>,
}

/// A block of values, and the smaller one that it replaced.
struct Table {
    values: Box<[AtomicPtr<c_void>]>,
    replaced: *mut Table,
}

impl ExData {
    /// Without values. Calls no callback.
    pub const fn new(class: Class) -> Self {
        Self {
            class,
            table: AtomicPtr::new(null_mut()),
            setting: Mutex::new(()),
        }
    }

    /// Calls the `new` callbacks of the class for `owner`, which is new (`CRYPTO_new_ex_data(3)`).
    /// They receive its address, and may use the object.
    pub fn init_for<T: Tagged>(&self, owner: &T) -> Result<()> {
        // SAFETY: the address that C knows the object by.
        unsafe { self.init(std::ptr::from_ref(owner).cast_mut().cast()) }
    }

    /// Calls the `free` callbacks of the class for `owner`, which is about to be freed; see
    /// [`free`](Self::free).
    pub fn free_for<T: Tagged>(&self, owner: &T) {
        // SAFETY: the address that C knows the object by.
        unsafe { self.free(std::ptr::from_ref(owner).cast_mut().cast()) }
    }

    /// Calls the `new` callbacks of the class for the object at `parent`
    /// (`CRYPTO_new_ex_data(3)`).
    ///
    /// # Safety
    /// `parent` is the new object as the callbacks expect it.
    pub unsafe fn init(&self, parent: *mut c_void) -> Result<()> {
        let mut data = Borrowed::empty();
        // SAFETY: `data` belongs to this function; libcrypto initialises it.
        succeeded(unsafe { ffi::CRYPTO_new_ex_data(self.class as c_int, parent, data.as_mut()) })?;
        self.take(&data)
    }

    /// Copies the values of `from` through the `dup` callbacks (`CRYPTO_dup_ex_data(3)`), after
    /// [`ExData::init`].
    pub fn copy_from(&self, from: &Self) -> Result<()> {
        let source = from.lend()?;
        let mut target = self.lend()?;
        // SAFETY: two structures of this thread's. The callbacks are the program's.
        succeeded(unsafe {
            ffi::CRYPTO_dup_ex_data(self.class as c_int, target.as_mut(), &source.0)
        })?;
        self.take(&target)
    }

    /// Calls the `free` callbacks for the object at `parent` (`CRYPTO_free_ex_data(3)`). The values
    /// can be read until the callbacks have returned, and are cleared then.
    ///
    /// # Safety
    /// `parent` is the object as the callbacks expect it.
    pub unsafe fn free(&self, parent: *mut c_void) {
        let mut data = self.lend().unwrap_or(Borrowed::empty());
        // SAFETY: a structure of this thread's; libcrypto frees what is in it and leaves it empty.
        unsafe { ffi::CRYPTO_free_ex_data(self.class as c_int, parent, data.as_mut()) };
        data.0.sk = null_mut();
        for value in self.values() {
            value.store(null_mut(), Ordering::Release);
        }
    }

    /// Sets the value of an index (`SSL_set_ex_data`). A negative index is an error.
    pub fn set(&self, index: c_int, value: *mut c_void) -> Result<()> {
        let index =
            usize::try_from(index).map_err(|_| Error::new(Reason::PASSED_INVALID_ARGUMENT))?;
        let _setting = self.setting.lock().unwrap_or_else(PoisonError::into_inner);
        if index >= self.values().len() {
            if value.is_null() {
                return Ok(());
            }
            self.grow(index + 1)?;
        }
        self.values()[index].store(value, Ordering::Release);
        Ok(())
    }

    /// The value of an index, NULL when none was set (`SSL_get_ex_data`). No lock.
    pub fn get(&self, index: c_int) -> *mut c_void {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.values().get(index))
            .map_or(null_mut(), |value| value.load(Ordering::Acquire))
    }

    fn values(&self) -> &[AtomicPtr<c_void>] {
        // SAFETY: NULL or a table that lives as long as `self`; published with Release.
        match unsafe { self.table.load(Ordering::Acquire).as_ref() } {
            Some(table) => &table.values,
            None => &[],
        }
    }

    /// Makes room for `len` values. The caller holds the lock.
    fn grow(&self, len: usize) -> Result<()> {
        let old = self.values();
        let len = len.max(old.len() * 2).max(4);
        let mut values = Vec::new();
        fallible::ask(|| values.try_reserve_exact(len))
            .map_err(|_| Error::new(Reason::MALLOC_FAILURE))?;
        values.extend(
            old.iter()
                .map(|value| AtomicPtr::new(value.load(Ordering::Acquire))),
        );
        values.resize_with(len, AtomicPtr::default);
        let table = Box::new(Table {
            values: values.into_boxed_slice(),
            replaced: self.table.load(Ordering::Relaxed),
        });
        self.table.store(Box::into_raw(table), Ordering::Release);
        Ok(())
    }

    /// The values as libcrypto's structure.
    fn lend(&self) -> Result<Borrowed> {
        let mut data = Borrowed::empty();
        for (index, value) in self.values().iter().enumerate() {
            let value = value.load(Ordering::Acquire);
            if !value.is_null() {
                // SAFETY: a structure of this thread's.
                succeeded(unsafe {
                    ffi::CRYPTO_set_ex_data(data.as_mut(), index as c_int, value)
                })?;
            }
        }
        Ok(data)
    }

    /// Copies the values that callbacks have set in libcrypto's structure.
    fn take(&self, data: &Borrowed) -> Result<()> {
        for index in 0..data.len() {
            // SAFETY: a structure of this thread's.
            let value = unsafe { ffi::CRYPTO_get_ex_data(&data.0, index) };
            if !value.is_null() {
                self.set(index, value)?;
            }
        }
        Ok(())
    }
}

impl Drop for ExData {
    fn drop(&mut self) {
        let mut table = *self.table.get_mut();
        while !table.is_null() {
            // SAFETY: made by `grow`, and no reader is left.
            let owned = unsafe { Box::from_raw(table) };
            table = owned.replaced;
        }
    }
}

impl std::fmt::Debug for ExData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExData")
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}

/// libcrypto's structure, filled for one call.
struct Borrowed(ffi::CryptoExData);

impl Borrowed {
    fn empty() -> Self {
        Self(ffi::CryptoExData {
            ctx: null_mut(),
            sk: null_mut(),
        })
    }

    fn as_mut(&mut self) -> *mut ffi::CryptoExData {
        &mut self.0
    }

    fn len(&self) -> c_int {
        if self.0.sk.is_null() {
            return 0;
        }
        // SAFETY: a live stack.
        unsafe { ffi::OPENSSL_sk_num(self.0.sk) }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // SAFETY: NULL or the stack that libcrypto made; its values are not owned by it.
        unsafe { ffi::OPENSSL_sk_free(self.0.sk) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::c_long;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn values_are_per_index() {
        let data = ExData::new(Class::Ssl);
        assert!(data.get(0).is_null() && data.get(1000).is_null() && data.get(-1).is_null());
        data.set(3, 30 as *mut c_void).unwrap();
        data.set(900, 9000 as *mut c_void).unwrap();
        data.set(5000, null_mut()).unwrap();
        assert_eq!(data.get(3) as usize, 30);
        assert_eq!(data.get(900) as usize, 9000);
        assert!(data.get(2).is_null());
        data.set(3, null_mut()).unwrap();
        assert!(data.get(3).is_null());
        assert!(data.set(-1, null_mut()).is_err());
    }

    static FREED: AtomicUsize = AtomicUsize::new(0);

    unsafe extern "C" fn on_new(
        _parent: *mut c_void,
        _value: *mut c_void,
        ad: *mut ffi::CryptoExData,
        index: c_int,
        argl: c_long,
        _argp: *mut c_void,
    ) {
        // SAFETY: the structure that libcrypto passes.
        unsafe { ffi::CRYPTO_set_ex_data(ad, index, argl as *mut c_void) };
    }

    unsafe extern "C" fn on_dup(
        _to: *mut ffi::CryptoExData,
        _from: *const ffi::CryptoExData,
        value: *mut *mut c_void,
        _index: c_int,
        _argl: c_long,
        _argp: *mut c_void,
    ) -> c_int {
        // SAFETY: libcrypto passes a place that holds the value.
        unsafe { *value = (*value).wrapping_byte_add(1) };
        1
    }

    unsafe extern "C" fn on_free(
        parent: *mut c_void,
        value: *mut c_void,
        _ad: *mut ffi::CryptoExData,
        index: c_int,
        _argl: c_long,
        _argp: *mut c_void,
    ) {
        // SAFETY: the parent of these tests is its own ExData, still alive.
        assert_eq!(unsafe { &*parent.cast::<ExData>() }.get(index), value);
        FREED.store(value as usize, Ordering::Relaxed);
    }

    unsafe extern "C" {
        fn CRYPTO_get_ex_new_index(
            class: c_int,
            argl: c_long,
            argp: *mut c_void,
            new: Option<
                unsafe extern "C" fn(
                    *mut c_void,
                    *mut c_void,
                    *mut ffi::CryptoExData,
                    c_int,
                    c_long,
                    *mut c_void,
                ),
            >,
            dup: Option<
                unsafe extern "C" fn(
                    *mut ffi::CryptoExData,
                    *const ffi::CryptoExData,
                    *mut *mut c_void,
                    c_int,
                    c_long,
                    *mut c_void,
                ) -> c_int,
            >,
            free: Option<
                unsafe extern "C" fn(
                    *mut c_void,
                    *mut c_void,
                    *mut ffi::CryptoExData,
                    c_int,
                    c_long,
                    *mut c_void,
                ),
            >,
        ) -> c_int;
    }

    #[test]
    fn callbacks_make_copy_and_free_values() {
        // SAFETY: three callbacks of the right types.
        let index = unsafe {
            CRYPTO_get_ex_new_index(
                Class::SslCtx as c_int,
                700,
                null_mut(),
                Some(on_new),
                Some(on_dup),
                Some(on_free),
            )
        };
        assert!(index >= 0);
        let parent = |data: &ExData| std::ptr::from_ref(data).cast_mut().cast();
        let one = ExData::new(Class::SslCtx);
        // SAFETY: the callbacks above take an ExData as parent.
        unsafe { one.init(parent(&one)) }.unwrap();
        assert_eq!(one.get(index) as usize, 700);
        let two = ExData::new(Class::SslCtx);
        // SAFETY: as above.
        unsafe { two.init(parent(&two)) }.unwrap();
        two.copy_from(&one).unwrap();
        assert_eq!(two.get(index) as usize, 701);
        assert_eq!(one.get(index) as usize, 700);
        // SAFETY: as above.
        unsafe { two.free(parent(&two)) };
        assert_eq!(FREED.load(Ordering::Relaxed), 701);
        assert!(two.get(index).is_null());
        // SAFETY: as above.
        unsafe { one.free(parent(&one)) };
    }

    #[test]
    fn threads_may_set_and_get_at_once() {
        let data = ExData::new(Class::SslCtx);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let data = &data;
                scope.spawn(move || {
                    for round in 0..200 {
                        let index = round * 4 + thread;
                        data.set(index, (index + 1) as usize as *mut c_void)
                            .unwrap();
                        assert_eq!(data.get(index) as usize, (index + 1) as usize);
                    }
                });
            }
        });
        for index in 0..800 {
            assert_eq!(data.get(index) as usize, (index + 1) as usize);
        }
    }
}
