//! Keeps a process on the libssl that it started with.
//!
//! A preloaded library takes the place of every `libssl.so.3` that is asked for by that name. A program that
//! opens a path, such as `dlopen("/usr/lib/x86_64-linux-gnu/libssl.so.3")`, gets that file nevertheless, as a second
//! libssl whose functions call those of the first. This module is what the loader asks before it opens a file
//! (`LD_AUDIT`, rtld-audit(7)). When the file is a libssl of OpenSSL 3, it answers with the path of the libssl that the
//! process has had since it started. The loader sees that this file is loaded, and gives the program that library.
//! The same goes for libcrypto, since certificates and errors of one libcrypto mean nothing to another.
//!
//! The loader gives an audit module a namespace of its own, and would load the C library there again. So the
//! module uses nothing but the core of Rust, and asks the kernel itself.

#![cfg_attr(not(test), no_std)]

mod file;
mod library;

use core::ffi::{c_char, c_long, c_uint};

use library::{Library, LinkMap, PROCESS};

/// `LM_ID_BASE`: the namespace that a process starts with.
const BASE: c_long = 0;

/// What the loader offers is what is used here, whatever its version is.
///
/// # Safety
/// Called by the loader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn la_version(version: c_uint) -> c_uint {
    version
}

/// The loader has mapped a library. Those that are there when the program starts are remembered.
///
/// # Safety
/// Called by the loader, with its lock held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn la_objopen(
    map: *const LinkMap,
    namespace: c_long,
    _cookie: *mut usize,
) -> c_uint {
    if namespace == BASE {
        // SAFETY: the loader's lock is held, and `map` is a library that it has mapped.
        unsafe { PROCESS.remember(&*map) };
    }
    0
}

/// The program starts: what is mapped later is not remembered.
///
/// # Safety
/// Called by the loader, before any code of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn la_preinit(_cookie: *mut usize) {
    // SAFETY: there are no other threads yet.
    unsafe { PROCESS.started() };
}

/// Returns the file to open in the place of `name`.
///
/// # Safety
/// Called by the loader, with its lock held; `name` is a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn la_objsearch(
    name: *const c_char,
    _cookie: *mut usize,
    _stage: c_uint,
) -> *const c_char {
    // SAFETY: `name` is a C string, and the loader's lock is held.
    unsafe {
        match Library::of_file(name) {
            Some(library) => PROCESS.path_of(library).unwrap_or(name),
            None => name,
        }
    }
}

/// Nothing here panics; the compiler wants to know nevertheless what would happen.
#[cfg(not(test))]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
