//! A block of memory with `N` byte fields: its layout and its lifetime. [`super::blocks`] describes how one block
//! replaces another.
//!
//! ```text
//! header:  references, fields that C was lent, fields that are present, the blocks of fields that lie elsewhere,
//!          end of each field
//! bytes:   the fields one after the other; the last `NAMES` of them are names, and end with a NUL for C
//! ```

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering, fence};

use zeroize::Zeroize;

/// The values of all fields, by number. A name has no NUL here; bytes after a NUL are dropped.
pub type Values<'a, const N: usize> = [Option<&'a [u8]>; N];

/// For each field the block that holds it; none for the block that owns this list.
type Elsewhere<const N: usize, const NAMES: usize> = [Option<NonNull<Header<N, NAMES>>>; N];

/// The header of a block.
pub(super) struct Header<const N: usize, const NAMES: usize> {
    /// Held by the place of the current block, by its pinned readers, by blocks that refer to it, and by [`Kept`].
    references: AtomicU32,
    /// Fields that C was lent from this block, a bit each. Set with the lock held.
    lent: AtomicU16,
    present: u16,
    /// Cleared when the block is no longer current and no pinned reader is left.
    elsewhere: UnsafeCell<Option<Box<Elsewhere<N, NAMES>>>>,
    ends: [u32; N],
}

/// A block without bytes that is never freed, for objects whose fields are all absent or empty. It needs no allocation,
/// and nothing counts its users.
pub struct EmptyBlock<const N: usize, const NAMES: usize>(Header<N, NAMES>);

// SAFETY: nothing in it is changed but atomics.
unsafe impl<const N: usize, const NAMES: usize> Sync for EmptyBlock<N, NAMES> {}

impl<const N: usize, const NAMES: usize> EmptyBlock<N, NAMES> {
    /// A block in which the first `present` fields are empty, and all others are absent.
    pub const fn new(present: u32) -> Self {
        assert!(present as usize + NAMES <= N && N <= u16::BITS as usize);
        Self(Header {
            references: AtomicU32::new(PERMANENT),
            lent: AtomicU16::new(0),
            present: (1 << present) - 1,
            elsewhere: UnsafeCell::new(None),
            ends: [0; N],
        })
    }

    pub(super) fn header(&'static self) -> NonNull<Header<N, NAMES>> {
        NonNull::from(&self.0)
    }
}

/// The count of an [`EmptyBlock`] at first. References that are taken and dropped leave it above zero.
const PERMANENT: u32 = 1 << 31;

/// A block that is alive for `'a`, with the blocks that it refers to.
pub struct Block<'a, const N: usize, const NAMES: usize> {
    pub(super) header: NonNull<Header<N, NAMES>>,
    alive: PhantomData<&'a ()>,
}

impl<const N: usize, const NAMES: usize> Clone for Block<'_, N, NAMES> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<const N: usize, const NAMES: usize> Copy for Block<'_, N, NAMES> {}

impl<'a, const N: usize, const NAMES: usize> Block<'a, N, NAMES> {
    /// # Safety
    /// `header` is a block made by [`allocate`]. During `'a` neither it nor a block that it refers to is freed.
    pub(super) unsafe fn new(header: NonNull<Header<N, NAMES>>) -> Self {
        Self {
            header,
            alive: PhantomData,
        }
    }

    fn header(self) -> &'a Header<N, NAMES> {
        // SAFETY: alive for 'a by the contract of `new`; only atomics and the cell in it are ever changed.
        unsafe { self.header.as_ref() }
    }

    /// The block that holds a field.
    fn owner(self, field: usize) -> Self {
        // SAFETY: the cell is written when the block is no longer current and no pinned reader is left.
        let elsewhere = unsafe { &*self.header().elsewhere.get() };
        match elsewhere.as_ref().and_then(|places| places[field]) {
            // SAFETY: this block refers to it.
            Some(block) => unsafe { Self::new(block) },
            None => self,
        }
    }

    /// Where a field begins, and its length with the NUL of a name.
    pub fn place(self, field: usize) -> (*const u8, usize) {
        let (first, len) = self.place_mut(field);
        (first.cast_const(), len)
    }

    fn place_mut(self, field: usize) -> (*mut u8, usize) {
        let owner = self.owner(field);
        let ends = &owner.header().ends;
        let start = field.checked_sub(1).map_or(0, |before| ends[before]) as usize;
        // SAFETY: the bytes follow the header in the same allocation, and `ends` lie within it.
        let first = unsafe { owner.header.as_ptr().add(1).cast::<u8>().add(start) };
        (first, ends[field] as usize - start)
    }

    /// A field's bytes, with the NUL of a name; empty when it is absent.
    pub fn bytes(self, field: usize) -> &'a [u8] {
        let (first, len) = self.place(field);
        // SAFETY: bytes of a block that is alive and unchanged for 'a. (Only `wipe` changes them, when no holder is left
        // that could ask.)
        unsafe { std::slice::from_raw_parts(first, len) }
    }

    /// True if a field is present.
    pub fn has(self, field: usize) -> bool {
        self.header().present >> field & 1 == 1
    }

    /// A field's bytes, if it is present.
    pub fn optional(self, field: usize) -> Option<&'a [u8]> {
        self.has(field).then(|| self.bytes(field))
    }

    /// A name, if it is present.
    pub fn name(self, field: usize) -> Option<&'a CStr> {
        let bytes = self.optional(field)?;
        CStr::from_bytes_with_nul(bytes).ok()
    }

    /// All fields.
    pub fn values(self) -> Values<'a, N> {
        std::array::from_fn(|field| match is_name::<N, NAMES>(field) {
            false => self.optional(field),
            true => self.optional(field).map(|name| &name[..name.len() - 1]),
        })
    }

    /// How many bytes the block takes.
    pub fn size(self) -> usize {
        layout::<N, NAMES>(self.header().ends[N - 1] as usize).size()
    }

    /// How many bytes the block and the blocks that it refers to take.
    pub fn size_of_all(self) -> usize {
        let mut owners: Vec<_> = (0..N).map(|field| self.owner(field).header).collect();
        owners.push(self.header);
        owners.sort_unstable();
        owners.dedup();
        // SAFETY: this block refers to them.
        let sizes = owners
            .iter()
            .map(|owner| unsafe { Self::new(*owner) }.size());
        sizes.sum()
    }

    /// Records that C is lent a field: its bytes stay in place until its value is replaced.
    pub(super) fn record_lent(self, field: usize) {
        let lent = &self.owner(field).header().lent;
        lent.fetch_or(1 << field, Ordering::Release);
    }

    /// True if C was lent a field's present value.
    pub fn is_lent(self, field: usize) -> bool {
        let lent = &self.owner(field).header().lent;
        lent.load(Ordering::Acquire) >> field & 1 == 1
    }

    /// True if the block is an [`EmptyBlock`].
    pub(super) fn is_permanent(self) -> bool {
        self.header().references.load(Ordering::Relaxed) >= PERMANENT
    }

    /// A reference to the block that holds a field.
    pub fn keep(self, field: usize) -> Kept<N, NAMES> {
        Kept::to(self.owner(field))
    }

    /// Wipes a field.
    ///
    /// # Safety
    /// No thread reads or wipes the field now or later.
    pub(super) unsafe fn wipe(self, field: usize) {
        let (first, len) = self.place_mut(field);
        // SAFETY: these bytes are the field's alone, and no other thread uses them.
        unsafe { std::slice::from_raw_parts_mut(first, len) }.zeroize();
    }

    /// A block with these values, to replace this one; none when nothing changes. Fields that C was lent and that do
    /// not change are not copied.
    pub(super) fn followed_by(self, values: &Values<'_, N>) -> Option<NonNull<Header<N, NAMES>>> {
        let (new, old) = (cut_names::<N, NAMES>(values), self.values());
        if new == old {
            return None;
        }
        let elsewhere: Elsewhere<N, NAMES> = std::array::from_fn(|field| {
            let stays = self.is_lent(field) && new[field] == old[field];
            stays.then(|| self.owner(field).header)
        });
        let refers = elsewhere.iter().any(Option::is_some);
        Some(allocate(&new, refers.then(|| Box::new(elsewhere))))
    }
}

/// A reference to a block, which keeps its bytes.
pub struct Kept<const N: usize, const NAMES: usize>(NonNull<Header<N, NAMES>>);

// SAFETY: a block's bytes do not change, and its count is atomic.
unsafe impl<const N: usize, const NAMES: usize> Send for Kept<N, NAMES> {}
// SAFETY: as above.
unsafe impl<const N: usize, const NAMES: usize> Sync for Kept<N, NAMES> {}

impl<const N: usize, const NAMES: usize> Kept<N, NAMES> {
    fn to(block: Block<'_, N, NAMES>) -> Self {
        block.header().references.fetch_add(1, Ordering::Relaxed);
        Self(block.header)
    }

    /// True if it is the block that holds a field of `block`.
    pub fn has(&self, block: Block<'_, N, NAMES>, field: usize) -> bool {
        self.0 == block.owner(field).header
    }

    /// How many bytes the block takes.
    pub fn size(&self) -> usize {
        // SAFETY: the reference keeps it alive; only its header is read.
        unsafe { Block::new(self.0) }.size()
    }
}

impl<const N: usize, const NAMES: usize> Drop for Kept<N, NAMES> {
    fn drop(&mut self) {
        // SAFETY: the reference keeps the block alive until here.
        let references = &unsafe { self.0.as_ref() }.references;
        if references.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: that was the last reference. Readers that found the block, as the current one or through that,
            // are done, because its place held a reference for them.
            unsafe { free(self.0) };
        }
    }
}

/// Retires a block that was current: drops its references to other blocks, and that of its place.
///
/// # Safety
/// `block` was the current block, and no reader that found it there is left; called once.
pub(super) unsafe fn no_longer_current<const N: usize, const NAMES: usize>(
    block: *mut Header<N, NAMES>,
) {
    // SAFETY: never NULL, and alive until its reference is dropped below.
    let block = unsafe { NonNull::new_unchecked(block) };
    // SAFETY: no reader is left that could follow `elsewhere`.
    let elsewhere = unsafe { (*block.as_ref().elsewhere.get()).take() };
    let owners = elsewhere.into_iter().flat_map(|places| places.into_iter());
    for owner in owners.flatten().chain([block]) {
        drop(Kept(owner));
    }
}

/// A new block with one reference, of the fields that are not `elsewhere`; takes references to the blocks there.
///
/// Panics when the fields together reach 4 GiB; callers limit the length of fields from outside.
fn allocate<const N: usize, const NAMES: usize>(
    values: &Values<'_, N>,
    elsewhere: Option<Box<Elsewhere<N, NAMES>>>,
) -> NonNull<Header<N, NAMES>> {
    const { assert!(N <= u16::BITS as usize) };
    let is_elsewhere = |field: usize| elsewhere.as_ref().is_some_and(|e| e[field].is_some());
    let here = |field: usize| values[field].filter(|_| !is_elsewhere(field));
    let mut ends = [0; N];
    let mut present = 0;
    let mut end = 0_usize;
    for field in 0..N {
        present |= u16::from(values[field].is_some()) << field;
        if let Some(value) = here(field) {
            end += value.len() + usize::from(is_name::<N, NAMES>(field));
        }
        ends[field] = u32::try_from(end).expect("the fields reach 4 GiB");
    }
    let layout = layout::<N, NAMES>(end);
    // SAFETY: the layout is not empty.
    let memory = unsafe { alloc(layout) }.cast::<Header<N, NAMES>>();
    let header = NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout));
    // SAFETY: fresh memory of the header's layout and `end` bytes after it; the lengths of the values and the NULs of
    // names add up to `end`.
    unsafe {
        write_values::<N, NAMES>(header.as_ptr().add(1).cast(), here);
        for owner in elsewhere.iter().flat_map(|places| places.iter().flatten()) {
            // The block that is replaced refers to it.
            std::mem::forget(Kept::to(Block::new(*owner)));
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

/// Writes the present values one after the other, names with a NUL.
///
/// # Safety
/// `next` may be written for all of them.
unsafe fn write_values<'a, const N: usize, const NAMES: usize>(
    mut next: *mut u8,
    value_of: impl Fn(usize) -> Option<&'a [u8]>,
) {
    for field in 0..N {
        let Some(value) = value_of(field) else {
            continue;
        };
        // SAFETY: the caller's promise.
        unsafe {
            next.copy_from_nonoverlapping(value.as_ptr(), value.len());
            next = next.add(value.len());
            if is_name::<N, NAMES>(field) {
                next.write(0);
                next = next.add(1);
            }
        }
    }
}

/// A new block with one reference.
pub(super) fn first<const N: usize, const NAMES: usize>(
    values: &Values<'_, N>,
) -> NonNull<Header<N, NAMES>> {
    allocate(&cut_names::<N, NAMES>(values), None)
}

/// Wipes a block and frees its memory.
///
/// # Safety
/// Made by [`allocate`], without references, and no longer used.
unsafe fn free<const N: usize, const NAMES: usize>(block: NonNull<Header<N, NAMES>>) {
    // SAFETY: a live block.
    let len = unsafe { block.as_ref() }.ends[N - 1] as usize;
    // SAFETY: the bytes follow the header, and no other thread uses them; the header is dropped once;
    // the layout is the one it was allocated with.
    unsafe {
        std::slice::from_raw_parts_mut(block.as_ptr().add(1).cast::<u8>(), len).zeroize();
        block.drop_in_place();
        dealloc(block.as_ptr().cast(), layout::<N, NAMES>(len));
    }
}

fn layout<const N: usize, const NAMES: usize>(len: usize) -> Layout {
    let bytes = Layout::array::<u8>(len).expect("checked by the caller");
    Layout::new::<Header<N, NAMES>>()
        .extend(bytes)
        .expect("checked by the caller")
        .0
}

fn is_name<const N: usize, const NAMES: usize>(field: usize) -> bool {
    field >= N - NAMES
}

/// The values, with names cut at their first NUL.
fn cut_names<'a, const N: usize, const NAMES: usize>(values: &Values<'a, N>) -> Values<'a, N> {
    let mut cut = *values;
    for name in cut[N - NAMES..].iter_mut().flatten() {
        *name = name.split(|byte| *byte == 0).next().unwrap_or_default();
    }
    cut
}
