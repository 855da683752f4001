//! Paths as C strings, and what the kernel says about them. The system calls are direct, so that
//! errno does not change.

use core::ffi::c_char;
use core::mem::MaybeUninit;

/// The kind of a file.
pub enum File {
    Missing,
    Link,
    /// Neither.
    Other,
}

/// Where a link leads: a C string.
pub struct Target {
    text: [MaybeUninit<c_char>; ROOM],
}

/// What is kept of the target of a link: enough for any name after its last slash.
const ROOM: usize = 512;

impl Target {
    /// Room for a target.
    pub const fn new() -> Self {
        let mut text = [const { MaybeUninit::uninit() }; ROOM];
        text[0] = MaybeUninit::new(0);
        Self { text }
    }

    /// The last part of the path, a C string.
    pub fn name(&self) -> *const c_char {
        let whole: *const c_char = self.text.as_ptr().cast();
        // SAFETY: the text is ended with a zero, in `new` and in `look_at`.
        unsafe { name_in_folder(whole) }.unwrap_or(whole)
    }
}

/// What follows the last slash of a path; none when there is no slash.
///
/// # Safety
/// `path` is a C string. The result is one, within it.
pub unsafe fn name_in_folder(path: *const c_char) -> Option<*const c_char> {
    let mut name = None;
    let mut at = path;
    // SAFETY: `at` stays within the C string.
    unsafe {
        while *at != 0 {
            let next = at.wrapping_add(1);
            if *at == b'/' as c_char {
                name = Some(next);
            }
            at = next;
        }
    }
    name
}

/// Whether the loader replaces a part of the path (ld.so(8): `$ORIGIN`, `$LIB`, `$PLATFORM`), so
/// that the kernel does not know the path as it is. In a path that has a dollar sign of another
/// meaning nothing is replaced, and this is true too.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn is_completed_by_loader(path: *const c_char) -> bool {
    let mut at = path;
    // SAFETY: `at` stays within the C string.
    unsafe {
        while *at != 0 && *at != b'$' as c_char {
            at = at.wrapping_add(1);
        }
        *at != 0
    }
}

/// What follows `prefix` in `text`; none when it begins with something else.
///
/// # Safety
/// `text` is a C string. The result is one, within it.
pub unsafe fn without_prefix(text: *const c_char, prefix: &[u8]) -> Option<*const c_char> {
    let mut at = text;
    for byte in prefix {
        // SAFETY: the C string has not ended, since all before was equal to a prefix without zeros.
        if unsafe { *at } != *byte as c_char {
            return None;
        }
        at = at.wrapping_add(1);
    }
    Some(at)
}

/// What is at a path. For a link, `target` is where it leads.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn look_at(path: *const c_char, target: &mut Target) -> File {
    const EINVAL: isize = -22;
    let text: *mut c_char = target.text.as_mut_ptr().cast();
    // SAFETY: `path` is a C string, and `text` has the room, with one byte left for the zero at the end.
    match unsafe { read_link(path, text, ROOM - 1) } {
        EINVAL => File::Other,
        length @ 0.. => {
            // SAFETY: the kernel has written `length` bytes, fewer than there is room for.
            unsafe { text.wrapping_offset(length).write(0) };
            File::Link
        }
        _ => File::Missing,
    }
}

/// readlink(2), which returns the length or a negative error.
#[cfg(target_arch = "x86_64")]
unsafe fn read_link(path: *const c_char, to: *mut c_char, room: usize) -> isize {
    const SYS_READLINK: isize = 89;
    let result;
    // SAFETY: the kernel reads the C string and writes at most `room` bytes; registers are as its calls use them.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") SYS_READLINK => result,
            in("rdi") path,
            in("rsi") to,
            in("rdx") room,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// readlinkat(2) from the current folder, which returns the length or a negative error.
#[cfg(target_arch = "aarch64")]
unsafe fn read_link(path: *const c_char, to: *mut c_char, room: usize) -> isize {
    const SYS_READLINKAT: isize = 78;
    const AT_FDCWD: isize = -100;
    let result;
    // SAFETY: the kernel reads the C string and writes at most `room` bytes; registers are as its calls use them.
    unsafe {
        core::arch::asm!(
            "svc 0",
            in("x8") SYS_READLINKAT,
            inlateout("x0") AT_FDCWD => result,
            in("x1") path,
            in("x2") to,
            in("x3") room,
            options(nostack),
        );
    }
    result
}

/// On other processors a file counts as one that is there, and as no link.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn read_link(_path: *const c_char, _to: *mut c_char, _room: usize) -> isize {
    const EINVAL: isize = -22;
    EINVAL
}
