//! The libraries that a process should have once.

use core::ffi::{CStr, c_char};

use crate::file::{self, File};

/// A library that a process should have once.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Library {
    Ssl,
    Crypto,
}

impl Library {
    /// The name by which the loader knows it.
    pub fn soname(self) -> &'static CStr {
        match self {
            Self::Ssl => c"libssl.so.3",
            Self::Crypto => c"libcrypto.so.3",
        }
    }

    /// Which library of OpenSSL 3 is in the file `path`, judged by its name and what it is a link
    /// to. A name without a folder stands for the file that the loader would find; without a
    /// version too, that is the one of OpenSSL 3. Of a path that the loader completes (`$ORIGIN`)
    /// only the name is judged.
    ///
    /// # Safety
    /// `path` is a C string.
    pub unsafe fn of_file(path: *const c_char) -> Option<Self> {
        // SAFETY: the caller's promise.
        unsafe {
            let Some(name) = file::name_in_folder(path) else {
                return Self::with_version(path).map(|(library, _)| library);
            };
            let (library, with_version) = Self::with_version(name)?;
            if with_version && file::is_completed_by_loader(path) {
                return Some(library);
            }
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

    /// The library that a file's name stands for, and whether the name says that it is of OpenSSL
    /// 3.
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
            assert_eq!(Library::of_file(c"/nonexistent/libssl.so".as_ptr()), None);
        }
    }

    #[test]
    fn paths_that_the_loader_completes_are_judged_by_their_name() {
        // SAFETY: C strings.
        unsafe {
            for path in [
                c"$ORIGIN/../lib/libssl.so.3",
                c"${ORIGIN}/libssl.so.3",
                c"/usr/$LIB/libssl.so.3",
            ] {
                assert_eq!(Library::of_file(path.as_ptr()), Some(Library::Ssl));
            }
            let without_version = c"$ORIGIN/libssl.so";
            assert_eq!(Library::of_file(without_version.as_ptr()), None);
        }
    }

    #[test]
    fn names_without_a_folder_stand_for_what_is_loaded() {
        let instead = |name: &'static CStr| {
            // SAFETY: a C string goes in, and one comes out.
            unsafe { CStr::from_ptr(crate::instead_of(name.as_ptr())) }
        };
        assert_eq!(instead(c"libssl.so"), c"libssl.so.3");
        assert_eq!(instead(c"libcrypto.so"), c"libcrypto.so.3");
        assert_eq!(instead(c"libssl.so.3"), c"libssl.so.3");
        assert_eq!(instead(c"libssl.so.1.1"), c"libssl.so.1.1");
        // SAFETY: NULL stands for the program itself.
        unsafe {
            assert!(crate::instead_of(core::ptr::null()).is_null());
        }
    }
}
