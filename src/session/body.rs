//! The byte fields of a session: blocks of memory ([`super::block`]) that do not change while they are
//! shared.
//!
//! One block is the current one. A setter makes another and puts it in its place. Who may still need
//! what a block holds, and how long it is kept for them:
//!
//! * **This library's readers** take no lock. They pin the epoch ([`Reading`]), and a block that was
//!   replaced keeps what it refers to until all threads that were pinned then have unpinned.
//! * **C, of fields that stay.** OpenSSL frees a field when a setter replaces that very field, so what
//!   was lent of all others must stay where it is. A block notes which fields C was lent from it. Such
//!   a field is not copied into the next block, which refers to the one that has it instead; all other
//!   fields are copied, so that their former block can go.
//! * **C, of fields that were replaced.** A single thread that uses such a pointer is wrong in OpenSSL
//!   too, where the memory is free at once. But here another thread may read while one sets (S122),
//!   and the library cannot know when it is done: it was given a pointer, and does not say when it has read
//!   what it wanted. To keep all that was ever lent would let a program that sets and reads in turn fill the
//!   memory. So the newest [`KEPT_VALUES`] values that were lent and replaced are kept, as long as they
//!   take no more than [`KEPT_BYTES`] together (the newest one in any case): a reader has the time of
//!   that many changes of one session. What was never lent is not kept.
//!
//! * **C, of the id and the id context.** In OpenSSL these lie in the session itself: the pointer is good as
//!   long as the session, and shows what is set later. So C is lent a [`Window`] on them.
//!
//! So a session has at most one block for each field, and what is kept; a setter that is called again and
//! again takes no more memory.
//!
//! A lock orders setters, and the first time that a field of a block is lent: else a setter could copy
//! a field, and free the original, while C is given a pointer to it. Nothing of the program runs with
//! the lock held. It can be taken over after a fork ([`Lock`]), since what it guards is whole after
//! each step, but for the list of what is kept, which is given up then.
//!
//! Memory ordering: a new block is published with Release and read with Acquire, so who sees the
//! pointer sees the bytes. Nothing is written to them after that until the session's end
//! ([`BodyList::wipe`]), when no holder is left. Lookups without a reference may still read the
//! id then: `wipe` leaves it alone, and they read nothing else.

use std::collections::VecDeque;
use std::ffi::CStr;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use zeroize::Zeroize;

use crate::cache::{self, Lock, PinGuard};
use crate::session::block::{
    Body, Elsewhere, Header, PARTS, Part, Reference, allocate, no_longer_current, parts,
};
use crate::session::sync::{AtomicPtr, AtomicU64, Ordering};
use crate::session::{Bytes, PeerChain, View};

/// How many values that C was lent are kept when they have been replaced.
const KEPT_VALUES: usize = 64;
/// How much memory these take at most, in bytes, unless the newest alone takes more.
const KEPT_BYTES: usize = 64 * 1024;

/// One field as it is now. The thread is pinned while it is looked at: not to be kept across what may
/// take long.
pub struct Field<'a, T: ?Sized> {
    value: &'a T,
    _pin: PinGuard,
}

impl<T: ?Sized> Deref for Field<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: ?Sized + PartialEq> PartialEq<T> for Field<'_, T> {
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

/// All fields as they are at one moment. The thread is pinned while they are looked at: not to be kept
/// across callbacks, locks or input and output; [`Fields`](super::Fields) can be.
pub struct Reading<'a> {
    pub(super) numbers: super::Numbers,
    body: Body<'a>,
    peer: Option<Arc<PeerChain>>,
    _pin: PinGuard,
}

impl Reading<'_> {
    /// The fields.
    pub fn view(&self) -> View<'_> {
        View {
            numbers: self.numbers,
            bytes: Bytes {
                peer: self.peer.as_ref(),
                ..self.body.bytes()
            },
        }
    }
}

/// The blocks of one session, and the peer's certificates.
pub(super) struct BodyList {
    current: AtomicPtr<Header>,
    rest: Lock<Rest>,
}

/// What the lock guards.
struct Rest {
    peer: Option<Arc<PeerChain>>,
    /// Values that C was lent, and that were replaced.
    kept: Option<Box<Kept>>,
}

/// What there is for C.
#[derive(Default)]
struct Kept {
    id: Window,
    id_context: Window,
    /// Oldest first.
    values: VecDeque<KeptValue>,
    bytes: usize,
    /// C was lent the certificate of the peer that is there now.
    peer_is_lent: bool,
}

/// 32 bytes that C reads, and that change in place: in words, since the thread that reads may be another.
#[derive(Default)]
struct Window([AtomicU64; 4]);

impl Window {
    /// Shows `bytes`, at most 32, and zeros after them.
    fn show(&self, bytes: &[u8]) {
        let mut all = [0; 32];
        let len = bytes.len().min(all.len());
        all[..len].copy_from_slice(&bytes[..len]);
        for (word, bytes) in self.0.iter().zip(all.as_chunks().0) {
            word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
        }
    }

    fn as_ptr(&self) -> *const u8 {
        self.0.as_ptr().cast()
    }
}

enum KeptValue {
    Block(Reference),
    Peer(Arc<PeerChain>),
}

// SAFETY: blocks are immutable while shared, but for atomics and the cell that its last reader clears.
unsafe impl Send for BodyList {}
// SAFETY: as above; `rest` is reached with its lock only.
unsafe impl Sync for BodyList {}

/// What becomes of the peer when fields are replaced.
pub(super) enum PeerChange {
    Stays,
    Becomes(Option<Arc<PeerChain>>),
}

impl BodyList {
    pub fn new(bytes: &Bytes<'_>) -> Self {
        Self {
            current: AtomicPtr::new(allocate(bytes, None).as_ptr()),
            rest: Lock::new(Rest {
                peer: bytes.peer.cloned(),
                kept: None,
            }),
        }
    }

    /// All fields, of one moment.
    ///
    /// The caller holds a reference to the session (else only [`id`](Self::id) may be asked).
    pub fn read(&self, numbers: super::Numbers) -> Reading<'_> {
        let rest = self.lock();
        let pin = cache::pin();
        Reading {
            numbers,
            body: self.current(&pin),
            peer: rest.peer.clone(),
            _pin: pin,
        }
    }

    pub fn id(&self) -> Field<'_, [u8]> {
        self.always(Part::Id)
    }

    /// A field that is never absent, but may be empty.
    pub fn always(&self, part: Part) -> Field<'_, [u8]> {
        let pin = cache::pin();
        let value = self.current(&pin).part(part);
        Field { value, _pin: pin }
    }

    pub fn part(&self, part: Part) -> Option<Field<'_, [u8]>> {
        self.field(|body| body.optional(part))
    }

    pub fn name(&self, part: Part) -> Option<Field<'_, CStr>> {
        self.field(|body| body.name(part))
    }

    fn field<'a, T: ?Sized>(
        &'a self,
        of: impl FnOnce(Body<'a>) -> Option<&'a T>,
    ) -> Option<Field<'a, T>> {
        let pin = cache::pin();
        let value = of(self.current(&pin))?;
        Some(Field { value, _pin: pin })
    }

    pub fn peer(&self) -> Option<Arc<PeerChain>> {
        self.lock().peer.clone()
    }

    /// A field for C: where it begins and its length, with the NUL of a name. It stays there until it
    /// is replaced, whatever becomes of other fields; id and id context as long as the session.
    pub fn lend(&self, part: Part) -> Option<(*const u8, usize)> {
        match part {
            Part::Id => Some(self.lend_window(part, |kept| &kept.id)),
            Part::IdContext => Some(self.lend_window(part, |kept| &kept.id_context)),
            _ => self.lend_place(part),
        }
    }

    fn lend_window(&self, part: Part, window: impl Fn(&Kept) -> &Window) -> (*const u8, usize) {
        let mut rest = self.lock();
        // SAFETY: the lock is held, so that this block is not replaced.
        let bytes = unsafe { Body::new(self.head()) }.part(part);
        let window = window(rest.kept.get_or_insert_default());
        window.show(bytes);
        (window.as_ptr(), bytes.len())
    }

    fn lend_place(&self, part: Part) -> Option<(*const u8, usize)> {
        let place = |body: Body<'_>| {
            let (first, len) = body.place(part as usize);
            (first.cast_const(), len)
        };
        let bit = 1 << part as u16;
        {
            let pin = cache::pin();
            let body = self.current(&pin);
            if !body.has(part) {
                return None;
            }
            let lent = &body.owner(part as usize).header().lent;
            if lent.load(Ordering::Acquire) & bit != 0 {
                return Some(place(body));
            }
        }
        let rest = self.lock();
        // SAFETY: the lock is held, so that this block is not replaced.
        let body = unsafe { Body::new(self.head()) };
        if !body.has(part) {
            return None;
        }
        let lent = &body.owner(part as usize).header().lent;
        lent.fetch_or(bit, Ordering::Release);
        let place = place(body);
        drop(rest);
        Some(place)
    }

    /// The peer's certificates, of which C is lent some. They stay until they are replaced.
    pub fn lend_peer(&self) -> Option<Arc<PeerChain>> {
        let mut rest = self.lock();
        let peer = rest.peer.clone()?;
        rest.kept.get_or_insert_default().peer_is_lent = true;
        Some(peer)
    }

    /// Puts `change(the present fields)` in their place, with or without a change of the peer, which
    /// `change` does not see. It runs with the lock held, and must not keep what it is given.
    pub fn replace<'a>(&'a self, change: impl FnOnce(Bytes<'a>) -> Bytes<'a>, peer: PeerChange) {
        let mut rest = self.lock();
        // SAFETY: the lock is held, so that this block is not replaced: it and those
        // it refers to stay; what `change` gives is not used after that.
        let old = unsafe { Body::new(self.head()) };
        let mut dropped = Vec::new();
        if let PeerChange::Becomes(peer) = peer {
            rest.change_peer(peer, &mut dropped);
        }
        let new = rest.next_block(&change(old.bytes()), old, &mut dropped);
        if let Some(new) = new {
            self.current.store(new.as_ptr(), Ordering::Release);
        }
        drop(rest);
        // With nothing locked: certificates may run functions of the program when they end.
        drop(dropped);
        if new.is_some() {
            // SAFETY: who pins from now on finds the new block; the reference is that of the session.
            unsafe { cache::retire(old.header.as_ptr(), old.size(), no_longer_current) };
        }
    }

    /// Like [`replace`](Self::replace) for a change that makes owned fields.
    #[cfg(test)]
    pub fn replace_with<T>(
        &self,
        numbers: super::Numbers,
        change: impl FnOnce(View<'_>) -> (T, super::Fields),
    ) -> T {
        let (value, fields) = change(self.read(numbers).view());
        let bytes = fields.view().bytes;
        let mut rest = self.lock();
        let mut dropped = Vec::new();
        rest.change_peer(bytes.peer.cloned(), &mut dropped);
        // SAFETY: as in `replace`.
        let old = unsafe { Body::new(self.head()) };
        if let Some(new) = rest.next_block(&bytes, old, &mut dropped) {
            self.current.store(new.as_ptr(), Ordering::Release);
            drop(rest);
            // SAFETY: as in `replace`.
            unsafe { cache::retire(old.header.as_ptr(), old.size(), no_longer_current) };
        }
        value
    }

    /// How much memory all blocks take.
    pub fn size(&self) -> usize {
        let rest = self.lock();
        // SAFETY: the lock is held, so that this block is not replaced.
        let body = unsafe { Body::new(self.head()) };
        let mut owners: Vec<_> = (0..PARTS).map(|part| body.owner(part).header).collect();
        owners.push(body.header);
        owners.sort_unstable();
        owners.dedup();
        // SAFETY: `body` refers to them.
        let current: usize = owners
            .iter()
            .map(|owner| unsafe { Body::new(*owner) }.size())
            .sum();
        let kept = rest.kept.as_ref();
        current + kept.map_or(0, |kept| size_of::<Kept>() + kept.bytes)
    }

    /// Wipes the key and lets go of what the session owns elsewhere.
    ///
    /// # Safety
    /// Nobody holds a reference to the session any more, nor will.
    pub unsafe fn wipe(&self) {
        let mut rest = self.lock();
        // SAFETY: this block is not replaced any more.
        let (first, len) = unsafe { Body::new(self.head()) }.place(Part::MasterKey as usize);
        // SAFETY: these bytes are the key's alone, and no holder is left who could read them.
        unsafe { std::slice::from_raw_parts_mut(first, len) }.zeroize();
        let ended = (rest.peer.take(), rest.kept.take());
        drop(rest);
        drop(ended);
    }

    fn lock(&self) -> cache::LockGuard<'_, Rest> {
        self.rest.lock(|rest| {
            // Another thread may have been changing the list when this process was forked.
            std::mem::forget(rest.kept.take());
        })
    }

    /// The current block, while the thread is pinned.
    fn current<'a>(&'a self, _: &PinGuard) -> Body<'a> {
        // SAFETY: it, and what it refers to, stays until this thread has unpinned; callers keep the pin
        // as long as what they take out of it.
        unsafe { Body::new(self.head()) }
    }

    fn head(&self) -> NonNull<Header> {
        // SAFETY: never NULL.
        unsafe { NonNull::new_unchecked(self.current.load(Ordering::Acquire)) }
    }
}

impl Drop for BodyList {
    fn drop(&mut self) {
        // SAFETY: the reference of the session, which is at its end; no reader is left.
        unsafe { no_longer_current(self.head().as_ptr()) };
    }
}

impl Rest {
    /// The block that comes after `old`; none when nothing changes, so that setting a field again and
    /// again to what it is costs nothing.
    fn next_block(
        &mut self,
        new: &Bytes<'_>,
        old: Body<'_>,
        dropped: &mut Vec<KeptValue>,
    ) -> Option<NonNull<Header>> {
        let (new_parts, old_parts) = (parts(new), parts(&old.bytes()));
        let mut elsewhere: Elsewhere = [None; PARTS];
        let mut replaced: [Option<NonNull<Header>>; PARTS] = [None; PARTS];
        for index in 0..PARTS {
            let owner = old.owner(index);
            if owner.header().lent.load(Ordering::Acquire) >> index & 1 == 0 {
                continue;
            }
            match new_parts[index] == old_parts[index] {
                true => elsewhere[index] = Some(owner.header),
                false => replaced[index] = Some(owner.header),
            }
        }
        if new_parts == old_parts {
            return None;
        }
        let refers = elsewhere.iter().any(Option::is_some);
        let block = allocate(new, refers.then(|| Box::new(elsewhere)));
        if let Some(kept) = &self.kept {
            // SAFETY: just made.
            let body = unsafe { Body::new(block) };
            kept.id.show(body.part(Part::Id));
            kept.id_context.show(body.part(Part::IdContext));
        }
        for owner in replaced.into_iter().flatten() {
            // SAFETY: the old block is alive, and refers to it.
            let (reference, size) = unsafe { (Reference::to(owner), Body::new(owner).size()) };
            self.keep(KeptValue::Block(reference), size, dropped);
        }
        Some(block)
    }

    fn change_peer(&mut self, peer: Option<Arc<PeerChain>>, dropped: &mut Vec<KeptValue>) {
        let same = match (&peer, &self.peer) {
            (Some(new), Some(old)) => Arc::ptr_eq(new, old),
            (new, old) => new.is_none() && old.is_none(),
        };
        let Some(old) = (match same {
            true => None,
            false => std::mem::replace(&mut self.peer, peer),
        }) else {
            return;
        };
        let is_lent = match &mut self.kept {
            Some(kept) => std::mem::take(&mut kept.peer_is_lent),
            None => false,
        };
        let size: usize = old.certificates().map(<[u8]>::len).sum();
        match is_lent {
            true => self.keep(KeptValue::Peer(old), size, dropped),
            false => dropped.push(KeptValue::Peer(old)),
        }
    }

    /// Keeps `value`, of `size` bytes; moves what is beyond the limits to `dropped`.
    fn keep(&mut self, value: KeptValue, size: usize, dropped: &mut Vec<KeptValue>) {
        let kept = self.kept.get_or_insert_default();
        kept.values.push_back(value);
        kept.bytes += size;
        while kept.values.len() > KEPT_VALUES || (kept.bytes > KEPT_BYTES && kept.values.len() > 1)
        {
            let Some(oldest) = kept.values.pop_front() else {
                break;
            };
            kept.bytes -= oldest.size();
            dropped.push(oldest);
        }
    }
}

impl KeptValue {
    /// As it was when it was kept.
    fn size(&self) -> usize {
        match self {
            // SAFETY: the reference keeps it alive; only its header is looked at.
            Self::Block(reference) => unsafe { Body::new(reference.0) }.size(),
            Self::Peer(peer) => peer.certificates().map(<[u8]>::len).sum(),
        }
    }
}
