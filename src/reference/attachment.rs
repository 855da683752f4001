//! Memory that is attached to an object as long as the object's own memory exists: threads that found an exposed object
//! may read both. The object does not know its contents; the session cache attaches its node to a session in this way.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr::{NonNull, null_mut};

use super::sync::{AtomicPtr, Ordering, prefetch};
use crate::fallible;

/// The header of attached memory.
pub struct Attached {
    bytes: u32,
}

impl Attached {
    /// Allocates memory that begins with this header. `None` when memory is short.
    pub fn allocate(bytes: usize) -> Option<NonNull<Self>> {
        let bytes = u32::try_from(bytes).ok()?;
        let layout = layout(bytes)?;
        // SAFETY: the layout is not empty.
        let memory = NonNull::new(fallible::ask(|| unsafe { alloc(layout) }).cast::<Self>())?;
        // SAFETY: fresh memory, which is large enough and aligned.
        unsafe { memory.write(Self { bytes }) };
        Some(memory)
    }

    /// Frees memory that was not attached, or whose object has ended. Nothing in it is dropped.
    ///
    /// # Safety
    /// `memory` came from [`Attached::allocate`], and is no longer used.
    pub unsafe fn free(memory: *mut Self) {
        // SAFETY: the caller's promise; the layout is the one it was allocated with.
        unsafe {
            if let Some(layout) = layout((*memory).bytes) {
                dealloc(memory.cast(), layout);
            }
        }
    }
}

fn layout(bytes: u32) -> Option<Layout> {
    let bytes = (bytes as usize).max(size_of::<Attached>());
    Layout::from_size_align(bytes, align_of::<u64>()).ok()
}

/// Part of an object: the memory attached to it, none at first.
pub struct Attachment(AtomicPtr<Attached>);

impl Default for Attachment {
    fn default() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }
}

impl Attachment {
    /// The attached memory. It exists as long as the object.
    pub fn get(&self) -> Option<NonNull<Attached>> {
        NonNull::new(self.0.load(Ordering::Acquire))
    }

    /// Prefetches the beginning of the attached memory.
    #[inline]
    pub fn prefetch(&self) {
        const LINE: usize = 64;
        let memory = self.0.load(Ordering::Relaxed);
        prefetch(memory);
        prefetch(memory.wrapping_byte_add(LINE));
    }

    /// Attaches `memory` if nothing is attached yet, else returns false, and the caller keeps `memory`.
    ///
    /// # Safety
    /// `memory` came from [`Attached::allocate`], and the caller transfers its ownership. All code that attaches memory
    /// to objects of one type agrees on its contents.
    pub unsafe fn set(&self, memory: NonNull<Attached>) -> bool {
        let memory = memory.as_ptr();
        self.0
            .compare_exchange(null_mut(), memory, Ordering::Release, Ordering::Relaxed)
            .is_ok()
    }

    /// How many bytes are attached.
    pub fn bytes(&self) -> usize {
        // SAFETY: the attached memory exists as long as this.
        self.get()
            .map_or(0, |memory| unsafe { memory.as_ref() }.bytes as usize)
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        if let Some(memory) = self.get() {
            // SAFETY: the object's memory is being freed, so no thread reads this either.
            unsafe { Attached::free(memory.as_ptr()) };
        }
    }
}
