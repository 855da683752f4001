//! Memory that C frees with `OPENSSL_free(3)`, and calls that fail when memory runs out.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::NonNull;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::ffi;
use crate::libcrypto::outcome::not_null;
use crate::libcrypto::reserve::{self, Moment};

const FILE: *const c_char = c"reprise".as_ptr();
const LINE: c_int = 0;

/// `len` bytes, not initialised, that C or [`free`] frees. NULL for a length of 0.
pub fn allocate(len: usize) -> Result<*mut c_void> {
    if len == 0 {
        return Ok(std::ptr::null_mut());
    }
    // SAFETY: no precondition.
    not_null(unsafe { ffi::CRYPTO_malloc(len, FILE, LINE) })
}

/// A copy of `bytes` that C or [`free`] frees. NULL when there are none.
#[cfg(test)]
pub fn duplicate(bytes: &[u8]) -> Result<*mut u8> {
    let copy: *mut u8 = allocate(bytes.len())?.cast();
    if !copy.is_null() {
        // SAFETY: new memory of that length.
        unsafe { copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    Ok(copy)
}

/// A copy of `text` that C or [`free`] frees.
#[cfg(test)]
pub fn duplicate_str(text: &std::ffi::CStr) -> Result<*mut c_char> {
    // SAFETY: a C string.
    not_null(unsafe { ffi::CRYPTO_strdup(text.as_ptr(), FILE, LINE) })
}

/// Frees what libcrypto allocated.
///
/// # Safety
/// `memory` is NULL or comes from libcrypto's allocator, and is no longer used.
pub unsafe fn free(memory: *mut c_void) {
    // SAFETY: as the caller promises.
    unsafe { ffi::CRYPTO_free(memory, FILE, LINE) };
}

/// Overwrites `len` bytes, then frees (`OPENSSL_clear_free(3)`).
///
/// # Safety
/// As for [`free`], and `memory` is NULL or has `len` bytes.
pub unsafe fn wipe_and_free(memory: *mut c_void, len: usize) {
    // SAFETY: as the caller promises.
    unsafe { ffi::CRYPTO_clear_free(memory, len, FILE, LINE) };
}

/// Bytes in memory of libcrypto's allocator, which C has handed over or can read.
pub struct Allocated {
    first: NonNull<u8>,
    len: usize,
}

impl Allocated {
    /// Takes ownership of `len` bytes; `None` for NULL or no bytes (memory without bytes is freed).
    ///
    /// # Safety
    /// `memory` is NULL, or comes from libcrypto's allocator with `len` bytes, and the caller hands
    /// it over: the caller may read it while `self` lives, but not change or free it.
    pub unsafe fn from_raw_owned(memory: *mut u8, len: usize) -> Option<Self> {
        match NonNull::new(memory) {
            Some(first) if len > 0 => Some(Self { first, len }),
            _ => {
                // SAFETY: as the caller promises.
                unsafe { free(memory.cast()) };
                None
            }
        }
    }

    /// A copy of `bytes`; `None` if there are none.
    pub fn copy_of(bytes: &[u8]) -> Result<Option<Self>> {
        let copy: *mut u8 = allocate(bytes.len())?.cast();
        if !copy.is_null() {
            // SAFETY: new memory of that length.
            unsafe { copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
        // SAFETY: just made, with that length.
        Ok(unsafe { Self::from_raw_owned(copy, bytes.len()) })
    }
}

impl std::ops::Deref for Allocated {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes that live as long as `self`, and that are not changed while they are
        // borrowed.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.len) }
    }
}

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: owned, last use.
        unsafe { free(self.first.as_ptr().cast()) };
    }
}

/// Whether two byte strings are equal, in a time that does not depend on where they differ
/// (`CRYPTO_memcmp(3)`). Their lengths are not secret.
pub fn equal_in_constant_time(one: &[u8], two: &[u8]) -> bool {
    // SAFETY: both sides have as many readable bytes as are compared.
    one.len() == two.len()
        && unsafe { ffi::CRYPTO_memcmp(one.as_ptr().cast(), two.as_ptr().cast(), one.len()) == 0 }
}

/// While the reserve is low, a call that needs memory begins only if this much is free.
const ENOUGH: usize = 32 * 1024;

/// Runs `make`, and fails if memory runs out during it: then the result is dropped. Also fails,
/// before `make` is run, while there is no memory and the reserve is low.
pub fn guarded<T>(make: impl FnOnce() -> Result<T>) -> Result<T> {
    let moment = begin()?;
    let made = make()?;
    match moment.memory_ran_out_since() {
        true => Err(Error::new(Reason::MALLOC_FAILURE)),
        false => Ok(made),
    }
}

/// Begins a call that needs memory. At the end of the call the result shows whether memory has run
/// out. An error means that the call must not begin.
#[inline]
pub fn begin() -> Result<Moment> {
    if reserve::is_low() && !is_there_enough() {
        return Err(Error::new(Reason::MALLOC_FAILURE));
    }
    Ok(Moment::now())
}

#[cold]
fn is_there_enough() -> bool {
    // SAFETY: the memory is freed at once; NULL is ignored.
    unsafe {
        let memory = ffi::CRYPTO_malloc(ENOUGH, FILE, LINE);
        free(memory);
        !memory.is_null()
    }
}

/// Fails if the program has given libcrypto memory functions (`CRYPTO_set_mem_functions(3)`) whose
/// memory other processes share, or may share. Several processes would then use this library's
/// per-process and per-thread state at once.
pub fn refuse_shared() -> Result<()> {
    let mut malloc = None;
    // SAFETY: one place to write to; NULL for results that are not needed.
    unsafe {
        ffi::CRYPTO_get_mem_functions(&mut malloc, std::ptr::null_mut(), std::ptr::null_mut())
    };
    if malloc.is_none_or(|malloc| {
        std::ptr::fn_addr_eq(malloc, ffi::CRYPTO_malloc as ffi::MallocFunction)
    }) {
        return Ok(());
    }
    let block = Box::new(0_u8);
    let detail = match is_private(std::ptr::from_ref(&*block).addr()) {
        Some(true) => return Ok(()),
        Some(false) => {
            "the functions of CRYPTO_set_mem_functions share it, which Reprise does not support"
        }
        None => {
            "CRYPTO_set_mem_functions was used, and the system does not tell what memory it gives"
        }
    };
    Err(Error::with(Reason::MEMORY_SHARED_BETWEEN_PROCESSES, detail))
}

/// Whether the page at `address` belongs to this process alone, after a fork too. `None` if that is
/// unknown.
fn is_private(address: usize) -> Option<bool> {
    // Read as bytes, because the names of mapped files may be in any encoding.
    match std::fs::read("/proc/self/maps") {
        Ok(maps) => is_private_in(&String::from_utf8_lossy(&maps), address),
        // For example, a chroot has no /proc, or no file descriptor is left.
        Err(_) => cannot_be_mapped_twice(address),
    }
}

fn is_private_in(maps: &str, address: usize) -> Option<bool> {
    maps.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (from, to) = words.next()?.split_once('-')?;
        let permissions = words.next()?;
        let range = usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?;
        range.contains(&address).then(|| permissions.ends_with('p'))
    })
}

/// As [`is_private`], without `/proc`. Asked to move no bytes of a shared page, mremap(2) makes a
/// second mapping of it; for a private page it refuses. Before Linux 4.14 it made a new private
/// mapping, which counts as shared here, to be safe. For part of a huge page it always refuses,
/// with the same error, so nothing is known then.
fn cannot_be_mapped_twice(address: usize) -> Option<bool> {
    // SAFETY: no preconditions. The page stays as it is: first it is given the size that it has,
    // then none of it is moved. Nothing uses the second mapping.
    unsafe {
        let size = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).ok()?;
        let page = std::ptr::without_provenance_mut(address / size * size);
        if libc::mremap(page, size, size, 0) != page {
            return None;
        }
        let second = libc::mremap(page, 0, size, libc::MREMAP_MAYMOVE);
        if second != libc::MAP_FAILED {
            libc::munmap(second, size);
            return Some(false);
        }
    }
    let error = std::io::Error::last_os_error().raw_os_error();
    (error == Some(libc::EINVAL)).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_belong_to_c() {
        let text = duplicate_str(c"hello").unwrap();
        let bytes = duplicate(b"abc").unwrap();
        // SAFETY: just made, and freed once.
        unsafe {
            assert_eq!(std::ffi::CStr::from_ptr(text), c"hello");
            assert_eq!(std::slice::from_raw_parts(bytes, 3), b"abc");
            free(text.cast());
            wipe_and_free(bytes.cast(), 3);
            free(std::ptr::null_mut());
        }
        assert!(duplicate(b"").unwrap().is_null());
    }

    #[test]
    fn given_bytes_stay_where_they_are() {
        let given = duplicate(b"abc").unwrap();
        // SAFETY: just made, and its ownership passes on.
        let owned = unsafe { Allocated::from_raw_owned(given, 3) }.unwrap();
        assert_eq!((&*owned, owned.as_ptr()), (&b"abc"[..], given.cast_const()));
        let copy = Allocated::copy_of(&owned).unwrap().unwrap();
        assert_eq!(*copy, *owned);
        assert!(Allocated::copy_of(b"").unwrap().is_none());
        // SAFETY: NULL is allowed; just made, and its ownership passes on.
        unsafe {
            assert!(Allocated::from_raw_owned(std::ptr::null_mut(), 3).is_none());
            assert!(Allocated::from_raw_owned(duplicate(b"abc").unwrap(), 0).is_none());
        }
    }

    #[test]
    fn shared_memory_is_told_from_private() {
        let mine = Box::new(0);
        assert_eq!(is_private(std::ptr::from_ref(&*mine).addr()), Some(true));
        // SAFETY: a fresh page, which is unmapped below.
        unsafe {
            let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
            let page = libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_READ, flags, -1, 0);
            assert_ne!(page, libc::MAP_FAILED);
            assert_eq!(is_private(page.addr()), Some(false));
            assert_eq!(cannot_be_mapped_twice(page.addr() + 8), Some(false));
            libc::munmap(page, 4096);
        }
        let address = std::ptr::from_ref(&*mine).addr();
        assert_eq!(cannot_be_mapped_twice(address), Some(true));
        assert_eq!((is_private(16), cannot_be_mapped_twice(16)), (None, None));
        refuse_shared().unwrap();
    }

    #[test]
    fn a_mapped_file_may_have_any_name() {
        use std::os::fd::AsRawFd as _;
        use std::os::unix::ffi::OsStrExt as _;

        let mine = Box::new(0);
        let name = [
            format!("memory-{}-", std::process::id()).as_bytes(),
            b"\xfc",
        ]
        .concat();
        let path = std::env::temp_dir().join(std::ffi::OsStr::from_bytes(&name));
        std::fs::write(&path, [0; 1]).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        // SAFETY: a fresh page, which is unmapped below.
        unsafe {
            let (read, private) = (libc::PROT_READ, libc::MAP_PRIVATE);
            let page = libc::mmap(std::ptr::null_mut(), 1, read, private, file.as_raw_fd(), 0);
            assert_ne!(page, libc::MAP_FAILED);
            assert_eq!(is_private(std::ptr::from_ref(&*mine).addr()), Some(true));
            libc::munmap(page, 1);
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn bytes_compare() {
        assert!(equal_in_constant_time(b"same", b"same"));
        assert!(!equal_in_constant_time(b"same", b"sane"));
        assert!(!equal_in_constant_time(b"same", b"sam"));
        assert!(equal_in_constant_time(b"", b""));
    }
}
