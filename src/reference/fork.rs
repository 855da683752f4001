//! A number that differs between a process and its forks.
//!
//! The kernel clears the page that holds the number when it forks (`MADV_WIPEONFORK`), so reading
//! it costs two loads, and no fork handler is needed. It works for every kind of fork, `_Fork(2)`
//! and a raw `clone(2)` included. If the kernel has no such pages, the process id is used instead.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// The page, once it is mapped.
static PAGE: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
/// The last number used. A fork inherits it and continues from it.
static LAST: AtomicU32 = AtomicU32::new(0);
/// Stands for the page where the kernel cannot clear pages.
static NO_PAGE: AtomicU32 = AtomicU32::new(0);

/// This process's number: never 0, below 2^31, and not that of any process that it was forked from.
#[inline]
pub fn generation() -> u32 {
    let page = PAGE.load(Ordering::Acquire);
    if !page.is_null() {
        // SAFETY: once set, `PAGE` points to a mapped page or to `NO_PAGE`, for ever.
        let number = unsafe { &*page }.load(Ordering::Acquire);
        if number != 0 {
            return number;
        }
    }
    first_use_in_process(page)
}

/// Like [`generation`], and `None` if it is not certain that forks of every kind have another one.
#[inline]
pub fn certain_generation() -> Option<NonZeroU32> {
    let generation = generation();
    let is_page = !std::ptr::eq(PAGE.load(Ordering::Relaxed), &NO_PAGE);
    NonZeroU32::new(generation).filter(|_| is_page)
}

#[cold]
fn first_use_in_process(mut page: *mut AtomicU32) -> u32 {
    if page.is_null() {
        let mapped = map_page();
        page = match PAGE.compare_exchange(
            std::ptr::null_mut(),
            mapped,
            Ordering::AcqRel,
            Ordering::Acquire,
        ) {
            Ok(_) => mapped,
            // Another thread was faster. Our page is leaked, once in the life of a process.
            Err(theirs) => theirs,
        };
    }
    if std::ptr::eq(page, &NO_PAGE) {
        // SAFETY: getpid has no preconditions.
        return unsafe { libc::getpid() }.max(1) as u32;
    }
    let mut number = 0;
    while number == 0 {
        number = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1) & (u32::MAX >> 1);
    }
    // SAFETY: as above.
    let cell = unsafe { &*page };
    match cell.compare_exchange(0, number, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => number,
        Err(theirs) => theirs,
    }
}

fn map_page() -> *mut AtomicU32 {
    // SAFETY: asks for a fresh anonymous page at an address of the kernel's choice.
    let page = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if page == libc::MAP_FAILED {
        return NO_PAGE.as_ptr().cast();
    }
    // SAFETY: the page was mapped just now, and no other thread knows it.
    if unsafe { libc::madvise(page, 4096, libc::MADV_WIPEONFORK) } != 0 {
        // SAFETY: as above; nothing points into the page.
        unsafe { libc::munmap(page, 4096) };
        return NO_PAGE.as_ptr().cast();
    }
    page.cast()
}
