//! The library's own memory. All of it comes from libcrypto's allocator, so the functions that a
//! program gives to `CRYPTO_set_mem_functions(3)` serve this library as they serve OpenSSL's.
//!
//! Every block is overwritten before it is freed. The engine and the cryptography under it do not
//! wipe all buffers that keys pass through; so every block is wiped, whatever it holds.
//!
//! When libcrypto has no memory, [`reserve`](super::reserve) supplies it: the engine cannot
//! continue without memory, and would end the process. Code that can continue allocates with
//! [`fallible`](crate::fallible).

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_char, c_int, c_void};

use super::reserve;
use crate::fallible;
use crate::libcrypto::ffi;

const FILE: *const c_char = c"reprise".as_ptr();
const LINE: c_int = 0;

/// Every allocator that a program may give aligns to this.
const NATURAL: usize = 8;

/// Rust's allocator in this library.
pub struct Libcrypto;

#[global_allocator]
static ALLOCATOR: Libcrypto = Libcrypto;

// SAFETY: blocks come from libcrypto's allocator or from the reserve, and neither gives one out
// twice. Both are aligned as asked for, and nothing here unwinds.
unsafe impl GlobalAlloc for Libcrypto {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let memory = if layout.align() <= NATURAL {
            // SAFETY: no precondition.
            unsafe { ffi::CRYPTO_malloc(layout.size(), FILE, LINE) }.cast()
        } else {
            allocate_aligned(layout)
        };
        if memory.is_null() {
            return without_memory(layout);
        }
        memory
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // The call that follows might read what is written here, so the compiler cannot
        // leave it out.
        // SAFETY: a block of this size that its owner no longer uses.
        unsafe { memory.write_bytes(0, layout.size()) };
        if reserve::holds(memory) {
            // SAFETY: the block came from the reserve, for this layout.
            unsafe { reserve::release(memory, layout) };
        } else if layout.align() <= NATURAL {
            // SAFETY: the block came from libcrypto's allocator.
            unsafe { ffi::CRYPTO_free(memory.cast(), FILE, LINE) };
        } else {
            // SAFETY: `allocate_aligned` has made the block.
            unsafe { free_aligned(memory) };
        }
    }
}

#[cold]
fn without_memory(layout: Layout) -> *mut u8 {
    if fallible::is_asked() {
        return std::ptr::null_mut();
    }
    reserve::allocate(layout)
}

/// A block aligned more strictly than libcrypto's: part of a larger one, whose address is stored
/// before it.
#[cold]
fn allocate_aligned(layout: Layout) -> *mut u8 {
    let Some(size) = layout
        .size()
        .checked_add(size_of::<usize>() + layout.align())
    else {
        return std::ptr::null_mut();
    };
    // SAFETY: no precondition.
    let start: *mut u8 = unsafe { ffi::CRYPTO_malloc(size, FILE, LINE) }.cast();
    if start.is_null() {
        return start;
    }
    let earliest = start.wrapping_add(size_of::<usize>());
    let memory = earliest.wrapping_add(earliest.align_offset(layout.align()));
    // SAFETY: between the start of the block and the part, which leaves at least this room; aligned
    // as `usize` is, since both `start` and the part are.
    unsafe { memory.cast::<*mut u8>().sub(1).write(start) };
    memory
}

/// # Safety
/// `memory` came from [`allocate_aligned`], and is no longer used.
#[cold]
unsafe fn free_aligned(memory: *mut u8) {
    // SAFETY: the address of the larger block is stored before the part.
    unsafe {
        let start = memory.cast::<*mut u8>().sub(1).read();
        ffi::CRYPTO_free(start.cast(), FILE, LINE);
    }
}

/// The length of the header of each of aws-lc's blocks, which holds the block's size: the alignment
/// of `malloc(3)`.
const HEADER: usize = 16;

fn with_header(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(HEADER)?, NATURAL).ok()
}

// aws-lc calls these where a program defines them (its `crypto/mem.c`), and leaves the wiping to
// them. The symbols are hidden, because another library of the process may define the same.
std::arch::global_asm!(
    ".globl OPENSSL_memory_alloc, OPENSSL_memory_free, OPENSSL_memory_get_size, OPENSSL_memory_realloc",
    ".hidden OPENSSL_memory_alloc",
    ".hidden OPENSSL_memory_free",
    ".hidden OPENSSL_memory_get_size",
    ".hidden OPENSSL_memory_realloc",
    ".set OPENSSL_memory_alloc, {allocate}",
    ".set OPENSSL_memory_free, {free}",
    ".set OPENSSL_memory_get_size, {size}",
    ".set OPENSSL_memory_realloc, {resize}",
    allocate = sym aws_lc_allocate,
    free = sym aws_lc_free,
    size = sym aws_lc_size,
    resize = sym aws_lc_resize,
);

extern "C" fn aws_lc_allocate(size: usize) -> *mut c_void {
    let Some(layout) = with_header(size) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the layout is not empty.
    let block = unsafe { ALLOCATOR.alloc(layout) };
    if block.is_null() {
        return block.cast();
    }
    // SAFETY: a new block with room for the header.
    unsafe {
        block.cast::<usize>().write(size);
        block.add(HEADER).cast()
    }
}

/// # Safety
/// `memory` came from [`aws_lc_allocate`], and is live.
unsafe extern "C" fn aws_lc_size(memory: *mut c_void) -> usize {
    // SAFETY: the header precedes the block.
    unsafe { memory.cast::<u8>().sub(HEADER).cast::<usize>().read() }
}

/// # Safety
/// `memory` came from [`aws_lc_allocate`], and is no longer used.
unsafe extern "C" fn aws_lc_free(memory: *mut c_void) {
    // SAFETY: as the caller promises; the layout is the one that the block was made with.
    unsafe {
        let layout = Layout::from_size_align_unchecked(aws_lc_size(memory) + HEADER, NATURAL);
        ALLOCATOR.dealloc(memory.cast::<u8>().sub(HEADER), layout);
    }
}

/// # Safety
/// `memory` came from [`aws_lc_allocate`], and is no longer used unless the result is NULL.
unsafe extern "C" fn aws_lc_resize(memory: *mut c_void, size: usize) -> *mut c_void {
    let fresh = aws_lc_allocate(size);
    if !fresh.is_null() {
        // SAFETY: both blocks have at least this many bytes, and the old one is no longer used.
        unsafe {
            let kept = aws_lc_size(memory).min(size);
            fresh.copy_from_nonoverlapping(memory, kept);
            aws_lc_free(memory);
        }
    }
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_as_asked_for() {
        for align in [1, 2, 8, 16, 64, 128, 4096] {
            for size in [1, 7, 64, 5000] {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: not empty, written within its size, and freed once with its layout.
                unsafe {
                    let block = ALLOCATOR.alloc(layout);
                    assert_eq!(block.align_offset(align), 0, "{layout:?}");
                    block.write_bytes(0xa5, size);
                    let grown = ALLOCATOR.realloc(block, layout, size + 1000);
                    assert_eq!(grown.align_offset(align), 0, "{layout:?}");
                    assert!(
                        std::slice::from_raw_parts(grown, size)
                            .iter()
                            .all(|byte| *byte == 0xa5)
                    );
                    let layout = Layout::from_size_align(size + 1000, align).unwrap();
                    ALLOCATOR.dealloc(grown, layout);
                }
            }
        }
    }

    #[test]
    fn blocks_of_aws_lc_keep_their_content_when_they_are_resized() {
        // SAFETY: each block is live until it is resized or freed.
        unsafe {
            let block = aws_lc_allocate(10);
            block.cast::<u8>().write_bytes(7, 10);
            let grown = aws_lc_resize(block, 1000);
            assert_eq!(aws_lc_size(grown), 1000);
            assert_eq!(std::slice::from_raw_parts(grown.cast::<u8>(), 10), [7; 10]);
            let shrunk = aws_lc_resize(grown, 5);
            assert_eq!(std::slice::from_raw_parts(shrunk.cast::<u8>(), 5), [7; 5]);
            aws_lc_free(shrunk);
            assert!(aws_lc_allocate(usize::MAX - 4).is_null());
        }
    }
}
