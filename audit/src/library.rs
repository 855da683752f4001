//! The libraries that a process shall have once.

use core::cell::UnsafeCell;
use core::ffi::c_char;

use crate::file::{self, File};

/// The part of the loader's `struct link_map` that is the same everywhere (<link.h>).
#[repr(C)]
pub struct LinkMap {
    address: usize,
    name: *const c_char,
    dynamic: *const Dynamic,
}

/// An entry of a library's dynamic section.
#[repr(C)]
struct Dynamic {
    tag: isize,
    value: usize,
}

const DT_NULL: isize = 0;
const DT_STRTAB: isize = 5;
const DT_SONAME: isize = 14;

/// A library that a process shall have once.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Library {
    Ssl,
    Crypto,
}

impl Library {
    /// Which library of OpenSSL 3 is in the file `path`, judged by its name and what it is a link to. A name without a
    /// folder is none: the loader looks for it first among what it has loaded, and asks again about each file that
    /// it finds.
    ///
    /// # Safety
    /// `path` is a C string.
    pub unsafe fn of_file(path: *const c_char) -> Option<Self> {
        // SAFETY: the caller's promise.
        unsafe {
            let (library, with_version) = Self::with_version(file::name_in_folder(path)?)?;
            let mut target = file::Target::new();
            match (with_version, file::look_at(path, &mut target)) {
                (true, File::Link | File::Other) => Some(library),
                (false, File::Link) => Self::linked(&target, library),
                _ => None,
            }
        }
    }

    /// `library`, if that is what a link without a version in its name leads to.
    unsafe fn linked(target: &file::Target, library: Self) -> Option<Self> {
        // SAFETY: the target of a link is a C string.
        match unsafe { Self::with_version(target.name()) } {
            Some((linked, true)) if linked == library => Some(library),
            _ => None,
        }
    }

    /// The library that a file's name stands for, and whether the name says that it is of OpenSSL 3.
    ///
    /// # Safety
    /// `name` is a C string.
    unsafe fn with_version(name: *const c_char) -> Option<(Self, bool)> {
        // SAFETY: the caller's promise, and what follows a prefix is a C string.
        unsafe {
            let (library, rest) = match file::without_prefix(name, b"libssl.so") {
                Some(rest) => (Self::Ssl, rest),
                None => (Self::Crypto, file::without_prefix(name, b"libcrypto.so")?),
            };
            if *rest == 0 {
                return Some((library, false));
            }
            let rest = file::without_prefix(rest, b".3")?;
            (*rest == 0 || *rest == b'.' as c_char).then_some((library, true))
        }
    }

    /// Which library says of itself that it is one of OpenSSL 3.
    ///
    /// # Safety
    /// `map` is a library that the loader has mapped.
    unsafe fn of_map(map: &LinkMap) -> Option<Self> {
        let (mut strings, mut soname) = (0, 0);
        let mut entry = map.dynamic;
        // SAFETY: a dynamic section ends with an entry DT_NULL. Its names are C strings in its table, whose address
        // the loader has or has not made absolute yet.
        unsafe {
            if entry.is_null() {
                return None;
            }
            while (*entry).tag != DT_NULL {
                match (*entry).tag {
                    DT_STRTAB => strings = (*entry).value,
                    DT_SONAME => soname = (*entry).value,
                    _ => {}
                }
                entry = entry.wrapping_add(1);
            }
            if strings == 0 || soname == 0 {
                return None;
            }
            if strings < map.address {
                strings = strings.wrapping_add(map.address);
            }
            let name = strings.wrapping_add(soname) as *const c_char;
            match Self::with_version(name) {
                Some((library, true)) => Some(library),
                _ => None,
            }
        }
    }
}

/// The longest path that is remembered, with the zero at its end (`PATH_MAX`).
const PATH: usize = 4096;

/// What is known of this process.
pub struct Process {
    state: UnsafeCell<State>,
}

struct State {
    started: bool,
    /// Paths as C strings, empty where there is none.
    ssl: [c_char; PATH],
    crypto: [c_char; PATH],
}

// SAFETY: the loader calls with its lock held, so there is one thread at a time.
unsafe impl Sync for Process {}

/// What is known of this process.
pub static PROCESS: Process = Process {
    state: UnsafeCell::new(State {
        started: false,
        ssl: [0; PATH],
        crypto: [0; PATH],
    }),
};

impl Process {
    /// Remembers the path of a library, if it is the first of its kind and the program has not started.
    ///
    /// # Safety
    /// The loader's lock is held, and `map` is a library that it has mapped.
    pub unsafe fn remember(&self, map: &LinkMap) {
        // SAFETY: the lock is held, so nobody else uses the state. The name in `map` is NULL or a C string.
        unsafe {
            let state = &mut *self.state.get();
            if state.started || map.name.is_null() {
                return;
            }
            let place = match Library::of_map(map) {
                Some(Library::Ssl) => &mut state.ssl,
                Some(Library::Crypto) => &mut state.crypto,
                None => return,
            };
            if place[0] == 0 {
                file::copy(map.name, place.as_mut_ptr(), PATH);
            }
        }
    }

    /// The program starts.
    ///
    /// # Safety
    /// The loader's lock is held, or there is only one thread.
    pub unsafe fn started(&self) {
        // SAFETY: the caller's promise.
        unsafe { (*self.state.get()).started = true }
    }

    /// The path of the library that the process has had from the start. None when it had no libssl then: such a
    /// process is left alone.
    ///
    /// # Safety
    /// The loader's lock is held.
    pub unsafe fn path_of(&self, library: Library) -> Option<*const c_char> {
        // SAFETY: the lock is held, so nobody changes the state. The paths stay where they are.
        let state = unsafe { &*self.state.get() };
        let path = match library {
            Library::Ssl => &state.ssl,
            Library::Crypto => &state.crypto,
        };
        (state.ssl[0] != 0 && path[0] != 0).then_some(path.as_ptr())
    }
}

#[cfg(test)]
mod tests {
    use super::Library;
    use core::ffi::CStr;

    fn with_version(name: &CStr) -> Option<(Library, bool)> {
        // SAFETY: a C string.
        unsafe { Library::with_version(name.as_ptr()) }
    }

    #[test]
    fn names_of_openssl_3_are_known() {
        for name in [c"libssl.so.3", c"libssl.so.3.0.22", c"libssl.so.3.5"] {
            assert_eq!(with_version(name), Some((Library::Ssl, true)), "{name:?}");
        }
        assert_eq!(with_version(c"libssl.so"), Some((Library::Ssl, false)));
        assert_eq!(
            with_version(c"libcrypto.so.3"),
            Some((Library::Crypto, true))
        );
        assert_eq!(
            with_version(c"libcrypto.so"),
            Some((Library::Crypto, false))
        );
    }

    #[test]
    fn other_names_are_not_known() {
        for name in [
            c"",
            c"lib",
            c"libssl",
            c"libssl.so.",
            c"libssl.so.1.1",
            c"libssl.so.30",
            c"libssl3.so",
            c"libssl.so.3a",
            c"libgnutls-openssl.so.3",
            c"xlibssl.so.3",
            c"libssl-1f2e.so.3",
        ] {
            assert_eq!(with_version(name), None, "{name:?}");
        }
    }

    #[test]
    fn files_that_are_not_there_are_none() {
        // SAFETY: C strings.
        unsafe {
            assert_eq!(Library::of_file(c"/nonexistent/libssl.so.3".as_ptr()), None);
            assert_eq!(Library::of_file(c"libssl.so.3".as_ptr()), None);
        }
    }
}
