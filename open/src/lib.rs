//! Gives programs that open libssl themselves the libssl that is already loaded.
//!
//! A preloaded library replaces every `libssl.so.3` that is loaded by that name. A program that
//! opens a path, such as `dlopen("/usr/lib/x86_64-linux-gnu/libssl.so.3")`, still gets that file,
//! as a second libssl whose functions call those of the first. This library, which is preloaded
//! too, comes before the C library's `dlopen`. If the file is a libssl of OpenSSL 3, it passes on
//! the name `libssl.so.3` instead of the path, and the loader finds the library that it has under
//! this name. The same holds for libcrypto, because certificates and errors of one libcrypto mean
//! nothing to another.
//!
//! The loader derives the search path and the namespace from the address that `dlopen` returns to.
//! So `dlopen` here does not call the C library's: it jumps to it, with the arguments and the
//! return address of its caller. That takes a few instructions of assembly, which exist for two
//! processors. On others this library has no functions and does nothing.

#![cfg_attr(not(test), no_std)]

mod file;
mod library;

use core::ffi::c_char;
#[cfg(not(test))]
use core::ffi::c_void;

use library::Library;

/// The C library's `dlopen`. NULL before the first call.
#[cfg(not(test))]
static NEXT: core::sync::atomic::AtomicPtr<c_void> =
    core::sync::atomic::AtomicPtr::new(core::ptr::null_mut());

#[cfg(not(test))]
unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// `dlopen(3)`.
///
/// # Safety
/// As the manual says.
#[cfg(all(not(test), target_arch = "x86_64"))]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn dlopen(file: *const c_char, mode: core::ffi::c_int) -> *mut c_void {
    core::arch::naked_asm!(
        ".cfi_startproc",
        "push rsi",
        ".cfi_adjust_cfa_offset 8",
        "call {choose}",
        "pop rsi",
        ".cfi_adjust_cfa_offset -8",
        "mov rdi, rax",
        "jmp qword ptr [rip + {next}]",
        ".cfi_endproc",
        choose = sym choose,
        next = sym NEXT,
    )
}

/// `dlopen(3)`.
///
/// # Safety
/// As the manual says.
#[cfg(all(not(test), target_arch = "aarch64"))]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn dlopen(file: *const c_char, mode: core::ffi::c_int) -> *mut c_void {
    core::arch::naked_asm!(
        "stp x1, x30, [sp, #-16]!",
        "bl {choose}",
        "ldp x1, x30, [sp], #16",
        "adrp x16, {next}",
        "ldr x16, [x16, :lo12:{next}]",
        "br x16",
        choose = sym choose,
        next = sym NEXT,
    )
}

/// The name or path to open in the place of `file`. Afterwards `NEXT` is set.
///
/// # Safety
/// `file` is NULL or a C string.
#[cfg(not(test))]
unsafe extern "C" fn choose(file: *const c_char) -> *const c_char {
    use core::sync::atomic::Ordering;
    /// `RTLD_NEXT`
    const NEXT_LIBRARY: *mut c_void = core::ptr::without_provenance_mut(usize::MAX);

    if NEXT.load(Ordering::Acquire).is_null() {
        // SAFETY: a C string. The handle stands for what comes after this library.
        let next = unsafe { dlsym(NEXT_LIBRARY, c"dlopen".as_ptr()) };
        let next = if next.is_null() {
            fail as *mut c_void
        } else {
            next
        };
        NEXT.store(next, Ordering::Release);
    }
    // SAFETY: as the caller promises.
    unsafe { instead_of(file) }
}

/// Stands for a `dlopen` that the C library does not have.
#[cfg(not(test))]
extern "C" fn fail(_file: *const c_char, _mode: core::ffi::c_int) -> *mut c_void {
    core::ptr::null_mut()
}

/// The name to open in the place of `file`.
///
/// # Safety
/// `file` is NULL or a C string.
unsafe fn instead_of(file: *const c_char) -> *const c_char {
    if file.is_null() {
        return file;
    }
    // SAFETY: a C string.
    match unsafe { Library::of_file(file) } {
        Some(library) => library.soname().as_ptr(),
        None => file,
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
