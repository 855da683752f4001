//! The byte fields of a session: one immutable block of memory.
//!
//! ```text
//! header:  previous block, peer, end of each field, which fields are present
//! bytes:   the fields one after the other; names are followed by a NUL for C
//! ```
//!
//! A [`BodyList`] is the block that counts and, behind it, all that it replaced. Blocks are added
//! at the head and never removed before the session's end, so a pointer into a block is good as
//! long as the session, and the exchange of heads cannot mistake one block for another.
//!
//! Memory ordering: a new block is published with Release and read with Acquire, so who sees the
//! pointer sees the bytes. Nothing is written to a block after that until the session's end
//! ([`BodyList::wipe`]), when no holder is left. Lookups without a reference may still read the
//! id then: `wipe` leaves it alone, and they read nothing else.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::Arc;

use zeroize::Zeroize;

use crate::session::sync::{AtomicPtr, Ordering};
use crate::session::{Bytes, PeerChain};

/// The byte fields in the order in which they lie in a block.
#[derive(Clone, Copy)]
enum Part {
    Id,
    IdContext,
    MasterKey,
    Ticket,
    TicketAppdata,
    Alpn,
    HostName,
    PskIdentity,
    PskIdentityHint,
    SrpUserName,
}

const PARTS: usize = 10;

impl Part {
    /// Fields that C wants as NUL-terminated strings.
    const fn is_name(index: usize) -> bool {
        index >= Part::HostName as usize
    }
}

/// What a block begins with.
struct Header {
    previous: *mut Header,
    /// Taken out when the session ends.
    peer: UnsafeCell<Option<Arc<PeerChain>>>,
    ends: [u32; PARTS],
    present: u16,
}

/// A block that is alive for `'a`.
#[derive(Clone, Copy)]
struct Body<'a> {
    header: NonNull<Header>,
    session: std::marker::PhantomData<&'a ()>,
}

impl<'a> Body<'a> {
    /// # Safety
    /// `header` is a block made by [`allocate`] that is not freed during `'a`.
    unsafe fn new(header: NonNull<Header>) -> Self {
        Self {
            header,
            session: std::marker::PhantomData,
        }
    }

    fn header(self) -> &'a Header {
        // SAFETY: alive for 'a by the contract of `new`; only the cell in it is ever changed.
        unsafe { self.header.as_ref() }
    }

    /// Where field `index` begins, and its length with the NUL of a name.
    fn place(self, index: usize) -> (*mut u8, usize) {
        let header = self.header();
        let start = index.checked_sub(1).map_or(0, |before| header.ends[before]);
        // SAFETY: the bytes follow the header in the same allocation, and `ends` lie within it.
        let first = unsafe { self.header.as_ptr().add(1).cast::<u8>().add(start as usize) };
        (first, (header.ends[index] - start) as usize)
    }

    fn part(self, part: Part) -> &'a [u8] {
        let (first, len) = self.place(part as usize);
        // SAFETY: `place` gives bytes of the block, which is alive and unchanged for 'a. (At the
        // session's end the key is wiped, when no holder is left who could ask for it.)
        unsafe { std::slice::from_raw_parts(first, len) }
    }

    fn optional(self, part: Part) -> Option<&'a [u8]> {
        (self.header().present >> part as u16 & 1 == 1).then(|| self.part(part))
    }

    fn name(self, part: Part) -> Option<&'a CStr> {
        self.optional(part)
            .and_then(|bytes| CStr::from_bytes_with_nul(bytes).ok())
    }

    fn peer(self) -> Option<&'a Arc<PeerChain>> {
        // SAFETY: the cell is written only by `wipe`, when no holder is left who could be here.
        unsafe { &*self.header().peer.get() }.as_ref()
    }

    fn bytes(self) -> Bytes<'a> {
        Bytes {
            id: self.part(Part::Id),
            id_context: self.part(Part::IdContext),
            master_key: self.part(Part::MasterKey),
            ticket: self.optional(Part::Ticket),
            ticket_appdata: self.optional(Part::TicketAppdata),
            alpn: self.optional(Part::Alpn),
            host_name: self.name(Part::HostName).map(CStr::to_bytes),
            psk_identity: self.name(Part::PskIdentity).map(CStr::to_bytes),
            psk_identity_hint: self.name(Part::PskIdentityHint).map(CStr::to_bytes),
            srp_user_name: self.name(Part::SrpUserName).map(CStr::to_bytes),
            peer: self.peer(),
        }
    }
}

/// The blocks of one session, the current one first.
pub(super) struct BodyList(AtomicPtr<Header>);

// SAFETY: blocks are immutable while shared; what they own (`Arc<PeerChain>`) is Send and Sync.
unsafe impl Send for BodyList {}
// SAFETY: as above.
unsafe impl Sync for BodyList {}

impl BodyList {
    pub fn new(bytes: &Bytes<'_>) -> Self {
        Self(AtomicPtr::new(
            allocate(bytes, std::ptr::null_mut()).as_ptr(),
        ))
    }

    /// All byte fields. They stay as they are, and valid, as long as the session.
    ///
    /// The caller holds a reference to the session (else only [`id`](Self::id) may be asked).
    pub fn bytes(&self) -> Bytes<'_> {
        self.current().bytes()
    }

    pub fn id(&self) -> &[u8] {
        self.current().part(Part::Id)
    }

    pub fn id_context(&self) -> &[u8] {
        self.current().part(Part::IdContext)
    }

    pub fn master_key(&self) -> &[u8] {
        self.current().part(Part::MasterKey)
    }

    pub fn ticket(&self) -> Option<&[u8]> {
        self.current().optional(Part::Ticket)
    }

    pub fn ticket_appdata(&self) -> Option<&[u8]> {
        self.current().optional(Part::TicketAppdata)
    }

    pub fn alpn(&self) -> Option<&[u8]> {
        self.current().optional(Part::Alpn)
    }

    pub fn host_name(&self) -> Option<&CStr> {
        self.current().name(Part::HostName)
    }

    pub fn peer(&self) -> Option<&Arc<PeerChain>> {
        self.current().peer()
    }

    /// Puts `change(the present fields)` in their place. When another thread does the same just
    /// then, `change` runs again with what that thread left.
    pub fn replace<'a>(&'a self, mut change: impl FnMut(Bytes<'a>) -> Bytes<'a>) {
        self.try_replace(|old| allocate_changed(&change(old), &old));
    }

    /// Like [`replace`](Self::replace) for a change that makes owned fields.
    #[cfg(test)]
    pub fn replace_with<T>(&self, mut change: impl FnMut(Bytes<'_>) -> (T, super::Fields)) -> T {
        let mut result = None;
        self.try_replace(|old| {
            let (value, fields) = change(old);
            result = Some(value);
            allocate_changed(&fields.view().bytes, &old)
        });
        result.expect("the change has run")
    }

    /// `build` gives the new block, or none when nothing changes.
    fn try_replace<'a>(&'a self, mut build: impl FnMut(Bytes<'a>) -> Option<NonNull<Header>>) {
        loop {
            let current = self.current();
            let Some(new) = build(current.bytes()) else {
                return;
            };
            // SAFETY: `new` is not shared yet.
            unsafe { (*new.as_ptr()).previous = current.header.as_ptr() };
            let swapped = self.0.compare_exchange(
                current.header.as_ptr(),
                new.as_ptr(),
                Ordering::Release,
                Ordering::Relaxed,
            );
            match swapped {
                Ok(_) => return,
                // SAFETY: never shared.
                Err(_) => unsafe { free(new) },
            }
        }
    }

    /// How much memory all blocks take.
    pub fn size(&self) -> usize {
        let mut size = 0;
        self.each(|block| {
            // SAFETY: the block lives until the list is dropped.
            let len = unsafe { block.as_ref() }.ends[PARTS - 1];
            size += layout(len as usize).size();
        });
        size
    }

    /// Wipes the secrets of all blocks and lets go of what they own elsewhere.
    ///
    /// # Safety
    /// Nobody holds a reference to the session any more, nor will.
    pub unsafe fn wipe(&self) {
        self.each(|block| {
            // SAFETY: the block lives until the list is dropped.
            let body = unsafe { Body::new(block) };
            let (first, len) = body.place(Part::MasterKey as usize);
            // SAFETY: these bytes are the key's alone, and no holder is left who could read them.
            unsafe { std::slice::from_raw_parts_mut(first, len) }.zeroize();
            // SAFETY: no holder is left who could be reading the peer.
            drop(unsafe { (*body.header().peer.get()).take() });
        });
    }

    fn current(&self) -> Body<'_> {
        let header = self.0.load(Ordering::Acquire);
        // SAFETY: never NULL, and blocks live as long as the list.
        unsafe { Body::new(NonNull::new_unchecked(header)) }
    }

    fn each(&self, mut visit: impl FnMut(NonNull<Header>)) {
        let mut next = NonNull::new(self.0.load(Ordering::Acquire));
        while let Some(block) = next {
            // SAFETY: a live block; read before `visit` may free it.
            next = NonNull::new(unsafe { block.as_ref() }.previous);
            visit(block);
        }
    }
}

impl Drop for BodyList {
    fn drop(&mut self) {
        // SAFETY: the list is the blocks' only owner, and is not used again.
        self.each(|block| unsafe { free(block) });
    }
}

/// A block for `new`; none when it is the same as `old`, so that setting a field again and again
/// to what it is costs no memory.
fn allocate_changed(new: &Bytes<'_>, old: &Bytes<'_>) -> Option<NonNull<Header>> {
    let same_peer = match (new.peer, old.peer) {
        (Some(new), Some(old)) => Arc::ptr_eq(new, old),
        (new, old) => new.is_none() && old.is_none(),
    };
    let unchanged = same_peer && (Bytes { peer: None, ..*new }) == (Bytes { peer: None, ..*old });
    (!unchanged).then(|| allocate(new, std::ptr::null_mut()))
}

/// A new block. Names end at their first NUL.
///
/// Panics when the fields together reach 4 GiB; callers bound what comes from outside.
fn allocate(bytes: &Bytes<'_>, previous: *mut Header) -> NonNull<Header> {
    let name = |name: Option<&'_ [u8]>| -> Option<usize> {
        name.map(|name| name.iter().position(|&b| b == 0).unwrap_or(name.len()))
    };
    let parts: [Option<&[u8]>; PARTS] = [
        Some(bytes.id),
        Some(bytes.id_context),
        Some(bytes.master_key),
        bytes.ticket,
        bytes.ticket_appdata,
        bytes.alpn,
        bytes.host_name,
        bytes.psk_identity,
        bytes.psk_identity_hint,
        bytes.srp_user_name,
    ];
    let mut ends = [0; PARTS];
    let mut lengths = [0; PARTS];
    let mut present = 0;
    let mut end = 0_usize;
    for (index, part) in parts.iter().enumerate() {
        if let Some(part) = part {
            present |= 1 << index;
            lengths[index] = part.len();
            if Part::is_name(index) {
                lengths[index] = name(Some(part)).unwrap_or_default();
                end += 1;
            }
            end += lengths[index];
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
        header.write(Header {
            previous,
            peer: UnsafeCell::new(bytes.peer.cloned()),
            ends,
            present,
        });
        let mut next = header.as_ptr().add(1).cast::<u8>();
        for (index, part) in parts.iter().enumerate() {
            if let Some(part) = part {
                next.copy_from_nonoverlapping(part.as_ptr(), lengths[index]);
                next = next.add(lengths[index]);
                if Part::is_name(index) {
                    next.write(0);
                    next = next.add(1);
                }
            }
        }
    }
    header
}

/// Wipes a block and gives its memory back.
///
/// # Safety
/// Made by [`allocate`], and nobody uses it any more.
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
