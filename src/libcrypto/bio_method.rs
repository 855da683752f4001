//! Filters written in Rust (`BIO_meth_new(3)`), and chains of BIOs.
//!
//! libcrypto calls a filter's C functions, which are defined here; they find the Rust object in the
//! BIO's data and call its methods. The object is shared, because a method may run the program's
//! code, which may use the same BIO again.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::ffi::{self, BIO, BIO_METHOD};
use crate::libcrypto::object::Lent;
use crate::libcrypto::outcome::not_null;

/// The longest buffer; a longer length from a program is an error.
const LONGEST: usize = isize::MAX as usize;

/// Arguments of a control command as C passes them.
#[derive(Clone, Copy)]
pub struct Control {
    /// `BIO_CTRL_…`, `BIO_C_…`
    pub command: c_int,
    /// Its number.
    pub number: c_long,
    /// Its pointer.
    pub pointer: *mut c_void,
}

/// `BIO_info_cb`
pub type InfoCallback = Option<unsafe extern "C" fn(*mut BIO, c_int, c_int) -> c_int>;

/// A kind of BIO. Each BIO of this kind has an object of the type. A method must not panic, and
/// must not free the BIO that it is called for. Reads and writes that fail return what C returns: 0
/// at the end, -1 for errors and retries.
pub trait Filter: Default + 'static {
    /// `BIO_TYPE_…`
    const KIND: c_int;
    /// For `BIO_method_name(3)`.
    const NAME: &'static CStr;

    /// Reads into a buffer.
    fn read(&self, bio: &FilterBio<'_>, buffer: &mut [u8]) -> std::result::Result<usize, c_int>;

    /// Writes some of the data, and returns how much.
    fn write(&self, bio: &FilterBio<'_>, data: &[u8]) -> std::result::Result<usize, c_int>;

    /// `BIO_ctrl(3)`.
    ///
    /// # Safety
    /// The pointer is what the command's documentation says.
    unsafe fn control(&self, bio: &FilterBio<'_>, control: Control) -> c_long;

    /// `BIO_callback_ctrl(3)`.
    ///
    /// # Safety
    /// The callback may be called while the BIO lives.
    unsafe fn callback_control(
        &self,
        bio: &FilterBio<'_>,
        command: c_int,
        callback: InfoCallback,
    ) -> c_long;

    /// Called before the object is dropped.
    fn freed(&self, bio: &FilterBio<'_>);

    /// The method table of this kind: one for the whole process, never freed. An error when memory
    /// is exhausted.
    fn method(table: &'static OnceLock<MethodTable>) -> Result<*const BIO_METHOD> {
        if let Some(table) = table.get() {
            return Ok(table.0);
        }
        let made = MethodTable::of::<Self>()?;
        Ok(table.get_or_init(|| made).0)
    }
}

/// `BIO_METHOD`
pub struct MethodTable(*const BIO_METHOD);

// SAFETY: the table is only read once it has been made.
unsafe impl Send for MethodTable {}
// SAFETY: as above.
unsafe impl Sync for MethodTable {}

impl MethodTable {
    fn of<F: Filter>() -> Result<Self> {
        // SAFETY: a new table is filled with functions of the right types; the name is static.
        unsafe {
            let table = not_null(BIO_meth_new(F::KIND, F::NAME.as_ptr()))?;
            let filled = BIO_meth_set_read_ex(table, read::<F>) > 0
                && BIO_meth_set_write_ex(table, write::<F>) > 0
                && BIO_meth_set_puts(table, puts) > 0
                && BIO_meth_set_ctrl(table, control::<F>) > 0
                && BIO_meth_set_callback_ctrl(table, callback_control::<F>) > 0
                && BIO_meth_set_create(table, create::<F>) > 0
                && BIO_meth_set_destroy(table, destroy::<F>) > 0;
            filled.then_some(Self(table)).ok_or(Error::Queued)
        }
    }
}

/// A BIO as its own filter sees it.
pub struct FilterBio<'a>(Lent<'a, Bio>);

impl FilterBio<'_> {
    /// The BIO itself.
    pub fn bio(&self) -> &Bio {
        &self.0
    }

    /// Whether it may be read and written (`BIO_get_init`).
    pub fn is_ready(&self) -> bool {
        // SAFETY: a live BIO.
        unsafe { BIO_get_init(self.0.as_ptr()) != 0 }
    }

    /// See [`is_ready`](Self::is_ready).
    pub fn set_ready(&self, ready: bool) {
        // SAFETY: a live BIO.
        unsafe { BIO_set_init(self.0.as_ptr(), ready.into()) };
    }

    /// `BIO_get_shutdown`: `BIO_CLOSE` when it owns the object below it.
    pub fn close_flag(&self) -> c_int {
        // SAFETY: a live BIO.
        unsafe { BIO_get_shutdown(self.0.as_ptr()) }
    }

    /// See [`close_flag`](Self::close_flag).
    pub fn set_close_flag(&self, flag: c_int) {
        // SAFETY: a live BIO.
        unsafe { BIO_set_shutdown(self.0.as_ptr(), flag) };
    }

    /// The next BIO of the chain; NULL at its end.
    pub fn next(&self) -> *mut BIO {
        // SAFETY: a live BIO.
        unsafe { BIO_next(self.0.as_ptr()) }
    }

    /// Inserts `bio` after this BIO in the chain.
    pub fn insert_next(&self, bio: Bio) {
        let next = self.next();
        // SAFETY: live BIOs; this BIO, a link of a chain, takes over the reference of `bio`.
        unsafe {
            if !next.is_null() {
                BIO_push(bio.as_ptr(), next);
            }
            BIO_set_next(self.0.as_ptr(), bio.into_raw());
        }
    }

    /// Copies what the next BIO waits for (`BIO_copy_next_retry`).
    pub fn copy_next_retry(&self) {
        if !self.next().is_null() {
            // SAFETY: a live BIO that has a next one.
            unsafe { BIO_copy_next_retry(self.0.as_ptr()) };
        }
    }
}

/// Passes a control command on (`BIO_ctrl(3)`); -1 for NULL.
///
/// # Safety
/// `bio` is NULL or live, and the pointer is what the command's documentation says.
pub unsafe fn pass_on(bio: *mut BIO, control: Control) -> c_long {
    // SAFETY: as the caller promises.
    unsafe { ffi::BIO_ctrl(bio, control.command, control.number, control.pointer) }
}

/// Passes a callback on (`BIO_callback_ctrl(3)`); -2 for NULL.
///
/// # Safety
/// `bio` is NULL or live, and the callback may be called while it lives.
pub unsafe fn pass_on_callback(bio: *mut BIO, command: c_int, callback: InfoCallback) -> c_long {
    // SAFETY: as the caller promises.
    unsafe { BIO_callback_ctrl(bio, command, callback) }
}

/// The object of a BIO of this kind.
///
/// # Safety
/// `bio` is a live BIO of the kind `F`.
pub unsafe fn filter_of<'a, F: Filter>(bio: *mut BIO) -> Option<&'a F> {
    // SAFETY: `create` has stored a box there, and `destroy` removes it.
    unsafe { BIO_get_data(bio).cast::<F>().as_ref() }
}

/// A new BIO of the given kind.
///
/// # Safety
/// `method` is a method table that is never freed.
pub unsafe fn new_bio(method: *const BIO_METHOD) -> Result<Bio> {
    // SAFETY: as the caller promises; the result is a new BIO.
    unsafe { Bio::from_raw_owned(ffi::BIO_new(method)) }.ok_or(Error::Queued)
}

/// A BIO that makes a connection by itself (`BIO_s_connect(3)`).
pub fn connect_bio() -> Result<Bio> {
    // SAFETY: a constant method.
    unsafe { new_bio(BIO_s_connect()) }
}

/// A filter that collects what is written to it (`BIO_f_buffer(3)`).
pub fn buffer_bio() -> Result<Bio> {
    // SAFETY: a constant method.
    unsafe { new_bio(BIO_f_buffer()) }
}

/// The chain of `first` and then `rest`.
pub fn chain(first: Bio, rest: Bio) -> Bio {
    // SAFETY: live BIOs; the chain takes over the reference of `rest`. The result is `first`.
    unsafe { BIO_push(first.as_ptr(), rest.into_raw()) };
    first
}

/// The BIOs of a chain that are of this kind.
///
/// # Safety
/// `bio` is NULL or the start of a live chain, which does not change while the result is used.
pub unsafe fn all_of_kind(mut bio: *mut BIO, kind: c_int) -> impl Iterator<Item = *mut BIO> {
    std::iter::from_fn(move || {
        while !bio.is_null() {
            let this = bio;
            // SAFETY: a live BIO of the chain.
            let found = unsafe {
                bio = BIO_next(this);
                ffi::BIO_method_type(this) == kind
            };
            if found {
                return Some(this);
            }
        }
        None
    })
}

unsafe extern "C" fn create<F: Filter>(bio: *mut BIO) -> c_int {
    let object = Box::into_raw(Box::<F>::default());
    // SAFETY: libcrypto calls this with the new BIO.
    unsafe {
        BIO_set_data(bio, object.cast());
        BIO_set_init(bio, 0);
    }
    1
}

unsafe extern "C" fn destroy<F: Filter>(bio: *mut BIO) -> c_int {
    // SAFETY: libcrypto calls this with a BIO that `create` has been called for, for the last
    // time.
    unsafe {
        let Some(lent) = lend(bio) else {
            return 0;
        };
        let object = BIO_get_data(bio).cast::<F>();
        if !object.is_null() {
            (*object).freed(&lent);
            BIO_set_data(bio, std::ptr::null_mut());
            drop(Box::from_raw(object));
        }
    }
    1
}

unsafe extern "C" fn read<F: Filter>(
    bio: *mut BIO,
    buffer: *mut c_char,
    len: usize,
    read: *mut usize,
) -> c_int {
    if buffer.is_null() {
        return 0;
    }
    // SAFETY: libcrypto calls this with a live BIO, a writable buffer, and a place for the count.
    // The buffer may be uninitialised in C's eyes; it is only written to.
    unsafe {
        let (Some(lent), Some(filter)) = (lend(bio), filter_of::<F>(bio)) else {
            return 0;
        };
        let buffer = std::slice::from_raw_parts_mut(buffer.cast(), len.min(LONGEST));
        returned(filter.read(&lent, buffer), read)
    }
}

unsafe extern "C" fn write<F: Filter>(
    bio: *mut BIO,
    data: *const c_char,
    len: usize,
    written: *mut usize,
) -> c_int {
    if data.is_null() {
        return 0;
    }
    // SAFETY: libcrypto calls this with a live BIO, readable data, and a place for the count.
    unsafe {
        let (Some(lent), Some(filter)) = (lend(bio), filter_of::<F>(bio)) else {
            return 0;
        };
        let data = std::slice::from_raw_parts(data.cast(), len.min(LONGEST));
        returned(filter.write(&lent, data), written)
    }
}

unsafe extern "C" fn puts(bio: *mut BIO, text: *const c_char) -> c_int {
    // SAFETY: libcrypto calls this with a live BIO and a C string.
    unsafe {
        let len = c_int::try_from(libc::strlen(text)).unwrap_or(c_int::MAX);
        ffi::BIO_write(bio, text.cast(), len)
    }
}

unsafe extern "C" fn control<F: Filter>(
    bio: *mut BIO,
    command: c_int,
    number: c_long,
    pointer: *mut c_void,
) -> c_long {
    let control = Control {
        command,
        number,
        pointer,
    };
    // SAFETY: libcrypto calls this with a live BIO; the caller promises the rest.
    unsafe {
        match (lend(bio), filter_of::<F>(bio)) {
            (Some(lent), Some(filter)) => filter.control(&lent, control),
            _ => 0,
        }
    }
}

unsafe extern "C" fn callback_control<F: Filter>(
    bio: *mut BIO,
    command: c_int,
    callback: InfoCallback,
) -> c_long {
    // SAFETY: libcrypto calls this with a live BIO; the caller promises the rest.
    unsafe {
        match (lend(bio), filter_of::<F>(bio)) {
            (Some(lent), Some(filter)) => filter.callback_control(&lent, command, callback),
            _ => 0,
        }
    }
}

/// # Safety
/// `bio` is NULL, or lives while the result is used.
unsafe fn lend<'a>(bio: *mut BIO) -> Option<FilterBio<'a>> {
    // SAFETY: as the caller promises.
    unsafe { Bio::lend(bio) }.map(FilterBio)
}

/// # Safety
/// `count` is writable.
unsafe fn returned(result: std::result::Result<usize, c_int>, count: *mut usize) -> c_int {
    match result {
        Ok(moved) => {
            // SAFETY: as the caller promises.
            unsafe { count.write(moved) };
            1
        }
        Err(failure) => {
            // SAFETY: as the caller promises. `BIO_write_ex(3)` hands it on in any case.
            unsafe { count.write(0) };
            failure
        }
    }
}

type ReadFunction = unsafe extern "C" fn(*mut BIO, *mut c_char, usize, *mut usize) -> c_int;
type WriteFunction = unsafe extern "C" fn(*mut BIO, *const c_char, usize, *mut usize) -> c_int;
type PutsFunction = unsafe extern "C" fn(*mut BIO, *const c_char) -> c_int;
type ControlFunction = unsafe extern "C" fn(*mut BIO, c_int, c_long, *mut c_void) -> c_long;
type CallbackFunction = unsafe extern "C" fn(*mut BIO, c_int, InfoCallback) -> c_long;
type BioFunction = unsafe extern "C" fn(*mut BIO) -> c_int;

unsafe extern "C" {
    fn BIO_meth_new(kind: c_int, name: *const c_char) -> *mut BIO_METHOD;
    fn BIO_meth_set_read_ex(method: *mut BIO_METHOD, function: ReadFunction) -> c_int;
    fn BIO_meth_set_write_ex(method: *mut BIO_METHOD, function: WriteFunction) -> c_int;
    fn BIO_meth_set_puts(method: *mut BIO_METHOD, function: PutsFunction) -> c_int;
    fn BIO_meth_set_ctrl(method: *mut BIO_METHOD, function: ControlFunction) -> c_int;
    fn BIO_meth_set_callback_ctrl(method: *mut BIO_METHOD, function: CallbackFunction) -> c_int;
    fn BIO_meth_set_create(method: *mut BIO_METHOD, function: BioFunction) -> c_int;
    fn BIO_meth_set_destroy(method: *mut BIO_METHOD, function: BioFunction) -> c_int;
    fn BIO_get_data(bio: *mut BIO) -> *mut c_void;
    fn BIO_set_data(bio: *mut BIO, data: *mut c_void);
    fn BIO_get_init(bio: *mut BIO) -> c_int;
    fn BIO_set_init(bio: *mut BIO, init: c_int);
    fn BIO_get_shutdown(bio: *mut BIO) -> c_int;
    fn BIO_set_shutdown(bio: *mut BIO, flag: c_int);
    fn BIO_next(bio: *mut BIO) -> *mut BIO;
    fn BIO_set_next(bio: *mut BIO, next: *mut BIO);
    fn BIO_push(bio: *mut BIO, append: *mut BIO) -> *mut BIO;
    fn BIO_copy_next_retry(bio: *mut BIO);
    fn BIO_callback_ctrl(bio: *mut BIO, command: c_int, callback: InfoCallback) -> c_long;
    fn BIO_s_connect() -> *const BIO_METHOD;
    fn BIO_f_buffer() -> *const BIO_METHOD;
}
