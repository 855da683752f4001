//! A block of memory with byte fields of a session: what it looks like, and when it ends. Why there are
//! several stands in [`super::body`].
//!
//! ```text
//! header:  references, what C was lent, which fields are present, where those are that lie elsewhere,
//!          end of each field
//! bytes:   the fields one after the other; names are followed by a NUL for C
//! ```

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering, fence};

use zeroize::Zeroize;

use crate::session::fields::{Bytes, NAMES, PARTS, Part};

impl Part {
    /// Fields that C wants as NUL-terminated strings.
    const fn is_name(index: usize) -> bool {
        index >= PARTS - NAMES
    }
}

/// Blocks that fields lie in, by the number of the field; none for the block that asks.
pub type Elsewhere = [Option<NonNull<Header>>; PARTS];

/// What a block begins with.
pub struct Header {
    /// The session or readers of its former state, blocks that refer to it, the list of what is kept.
    references: AtomicU32,
    /// Fields that C was lent from this block, a bit each. Set with the lock held.
    pub lent: AtomicU16,
    present: u16,
    /// Taken out when no reader is left of the time when the block was the current one.
    elsewhere: UnsafeCell<Option<Box<Elsewhere>>>,
    ends: [u32; PARTS],
}

/// A block that is alive for `'a`.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    pub header: NonNull<Header>,
    session: std::marker::PhantomData<&'a ()>,
}

impl<'a> Body<'a> {
    /// # Safety
    /// `header` is a block made by [`allocate`] that is not freed during `'a`, nor are the blocks that it
    /// refers to.
    pub unsafe fn new(header: NonNull<Header>) -> Self {
        Self {
            header,
            session: std::marker::PhantomData,
        }
    }

    pub fn header(self) -> &'a Header {
        // SAFETY: alive for 'a by the contract of `new`; only atomics and the cell in it are ever changed.
        unsafe { self.header.as_ref() }
    }

    /// The block that field `index` lies in.
    pub fn owner(self, index: usize) -> Self {
        // SAFETY: the cell is written when no reader is left for whom the block is the current one, and
        // only a current block is asked.
        let elsewhere = unsafe { &*self.header().elsewhere.get() };
        match elsewhere.as_ref().and_then(|places| places[index]) {
            // SAFETY: this block refers to it.
            Some(block) => unsafe { Self::new(block) },
            None => self,
        }
    }

    /// Where field `index` begins, and its length with the NUL of a name.
    pub fn place(self, index: usize) -> (*mut u8, usize) {
        let owner = self.owner(index);
        let header = owner.header();
        let start = index.checked_sub(1).map_or(0, |before| header.ends[before]);
        // SAFETY: the bytes follow the header in the same allocation, and `ends` lie within it.
        let first = unsafe {
            owner
                .header
                .as_ptr()
                .add(1)
                .cast::<u8>()
                .add(start as usize)
        };
        (first, (header.ends[index] - start) as usize)
    }

    pub fn part(self, part: Part) -> &'a [u8] {
        let (first, len) = self.place(part as usize);
        // SAFETY: `place` gives bytes of a block that is alive and unchanged for 'a. (At the
        // session's end the key is wiped, when no holder is left who could ask for it.)
        unsafe { std::slice::from_raw_parts(first, len) }
    }

    pub fn has(self, part: Part) -> bool {
        self.header().present >> part as u16 & 1 == 1
    }

    pub fn optional(self, part: Part) -> Option<&'a [u8]> {
        self.has(part).then(|| self.part(part))
    }

    pub fn name(self, part: Part) -> Option<&'a CStr> {
        self.optional(part)
            .and_then(|bytes| CStr::from_bytes_with_nul(bytes).ok())
    }

    pub fn size(self) -> usize {
        layout(self.header().ends[PARTS - 1] as usize).size()
    }
}

/// A reference to a block, which keeps its bytes.
pub struct Reference(pub NonNull<Header>);

impl Reference {
    /// # Safety
    /// The block is alive.
    pub unsafe fn to(block: NonNull<Header>) -> Self {
        // SAFETY: as the caller promises.
        unsafe { block.as_ref() }
            .references
            .fetch_add(1, Ordering::Relaxed);
        Self(block)
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: the reference keeps the block alive until here.
        let references = &unsafe { self.0.as_ref() }.references;
        if references.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: that was the last reference. Readers who found the block as the current one, or
            // through that, had one too, until they were done.
            unsafe { free(self.0) };
        }
    }
}

/// Ends what a block was as the current one: it lets go of those that it refers to, and of the
/// session's reference to itself.
///
/// # Safety
/// `block` was the current block of a session, and no reader is left who found it as such; called once.
pub unsafe fn no_longer_current(block: *mut Header) {
    // SAFETY: never NULL, and alive until its reference is dropped below.
    let block = unsafe { NonNull::new_unchecked(block) };
    // SAFETY: no reader is left who could look for fields elsewhere.
    let elsewhere = unsafe { (*block.as_ref().elsewhere.get()).take() };
    let owners = elsewhere.into_iter().flat_map(|places| places.into_iter());
    for owner in owners.flatten().chain([block]) {
        drop(Reference(owner));
    }
}

/// A new block with one reference, of the fields that do not lie `elsewhere`; takes references to the blocks
/// there.
///
/// Panics when the fields together reach 4 GiB; callers bound what comes from outside.
pub fn allocate(bytes: &Bytes<'_>, elsewhere: Option<Box<Elsewhere>>) -> NonNull<Header> {
    let parts = bytes.parts();
    let here = |index: usize| {
        parts[index].filter(|_| {
            elsewhere
                .as_ref()
                .is_none_or(|other| other[index].is_none())
        })
    };
    let mut ends = [0; PARTS];
    let mut present = 0;
    let mut end = 0_usize;
    for index in 0..PARTS {
        if parts[index].is_some() {
            present |= 1 << index;
        }
        if let Some(part) = here(index) {
            end += part.len() + usize::from(Part::is_name(index));
        }
        ends[index] = u32::try_from(end).expect("the fields of a session reach 4 GiB");
    }
    let layout = layout(end);
    // SAFETY: the layout is not empty.
    let memory = unsafe { alloc(layout) }.cast::<Header>();
    let Some(header) = NonNull::new(memory) else {
        handle_alloc_error(layout)
    };
    // SAFETY: fresh memory of the header's layout and `end` bytes after it; the parts' lengths and
    // the names' NULs add up to `end`.
    unsafe {
        let mut next = header.as_ptr().add(1).cast::<u8>();
        for index in 0..PARTS {
            if let Some(part) = here(index) {
                next.copy_from_nonoverlapping(part.as_ptr(), part.len());
                next = next.add(part.len());
                if Part::is_name(index) {
                    next.write(0);
                    next = next.add(1);
                }
            }
        }
        for owner in elsewhere.iter().flat_map(|places| places.iter().flatten()) {
            // The block that is replaced refers to it.
            std::mem::forget(Reference::to(*owner));
        }
        header.write(Header {
            references: AtomicU32::new(1),
            lent: AtomicU16::new(0),
            present,
            elsewhere: UnsafeCell::new(elsewhere),
            ends,
        });
    }
    header
}

/// Wipes a block and gives its memory back.
///
/// # Safety
/// Made by [`allocate`], without references, and nobody uses it any more.
unsafe fn free(block: NonNull<Header>) {
    // SAFETY: a live block.
    let len = unsafe { block.as_ref() }.ends[PARTS - 1] as usize;
    // SAFETY: the bytes follow the header, and nobody else uses them; the header is dropped once;
    // the layout is the one it was allocated with.
    unsafe {
        std::slice::from_raw_parts_mut(block.as_ptr().add(1).cast::<u8>(), len).zeroize();
        block.drop_in_place();
        dealloc(block.as_ptr().cast(), layout(len));
    }
}

fn layout(len: usize) -> Layout {
    let bytes = Layout::array::<u8>(len).expect("checked by the caller");
    Layout::new::<Header>()
        .extend(bytes)
        .expect("checked by the caller")
        .0
}
