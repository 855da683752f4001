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
//!   too, where the memory is free at once. But here another thread may read while one sets (S122). So
//!   each thread keeps the newest values that it was lent itself ([`super::lent`]), and these never change.
//!   What was never lent is not kept.
//! * **C, of the id and the id context.** In OpenSSL these lie in the session itself, so the pointer is
//!   good as long as the session. There it shows what is set later, which a thread that reads meanwhile
//!   must not see: half of it might be of another value, and the length is that of the former one. So C is
//!   lent a copy that stays as it is, in memory that lives as long as the session.
//!
//! So a session has at most one block for each field, and what is kept for each thread; a setter that is
//! called again and again takes no more memory.
//!
//! A lock orders setters, and lending: else a setter could copy a field, and free the original, while C is
//! given a pointer to it. Nothing of the program runs with the lock held. It can be taken over after a
//! fork ([`Lock`]), since what it guards is whole after each step, but for what is kept of what was lent,
//! which is given up then.
//!
//! Memory ordering: a new block is published with Release and read with Acquire, so who sees the
//! pointer sees the bytes. Nothing is written to them after that until the session's end
//! ([`BodyList::wipe`]), when no holder is left. Lookups without a reference may still read the
//! id then: `wipe` leaves it alone, and they read nothing else.

use std::ffi::CStr;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use zeroize::Zeroize;

use crate::reference::{self, Last, Lock, LockGuard, PinGuard};
use crate::session::block::{Body, Elsewhere, Header, allocate, no_longer_current};
use crate::session::fields::{PARTS, Part};
use crate::session::lent::Readers;
use crate::session::{Bytes, PeerChain, View};

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
                ..Bytes::of_block(self.body)
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
    /// What is kept of what C was lent.
    readers: Option<Box<Readers>>,
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
                readers: None,
            }),
        }
    }

    /// All fields, of one moment.
    ///
    /// The caller holds a reference to the session.
    pub fn read(&self, numbers: super::Numbers) -> Reading<'_> {
        let rest = self.lock();
        let pin = reference::pin();
        Reading {
            numbers,
            body: self.current(&pin),
            peer: rest.peer.clone(),
            _pin: pin,
        }
    }

    /// A field that is never absent, but may be empty.
    pub fn always(&self, part: Part) -> Field<'_, [u8]> {
        let pin = reference::pin();
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
        let pin = reference::pin();
        let value = of(self.current(&pin))?;
        Some(Field { value, _pin: pin })
    }

    pub fn peer(&self) -> Option<Arc<PeerChain>> {
        self.lock().peer.clone()
    }

    /// A field for C: where it begins and its length, with the NUL of a name. The bytes stay there as they
    /// are until the field is replaced, whatever becomes of other fields, and then until this thread was
    /// lent many newer values of it.
    pub fn lend(&self, part: Part) -> Option<(*const u8, usize)> {
        let mut dropped = Vec::new();
        let mut rest = self.lock();
        // SAFETY: the lock is held, so that this block is not replaced.
        let body = unsafe { Body::new(self.head()) };
        if !body.has(part) {
            return None;
        }
        let reader = rest.readers.get_or_insert_default().this_thread();
        let (first, len) = body.place(part as usize);
        let first = match part {
            Part::Id | Part::IdContext => reader.show(part, body.part(part)),
            _ => {
                let owner = body.owner(part as usize);
                let bit = 1 << part as u16;
                owner.header().lent.fetch_or(bit, Ordering::Release);
                // SAFETY: the current block is it or refers to it.
                unsafe { reader.keep_block(part, owner.header, &mut dropped) };
                first.cast_const()
            }
        };
        drop(rest);
        Some((first, len))
    }

    /// The peer's certificates, of which C is lent some. They stay as other fields do.
    pub fn lend_peer(&self) -> Option<Arc<PeerChain>> {
        let mut dropped = Vec::new();
        let mut rest = self.lock();
        let peer = rest.peer.clone()?;
        let reader = rest.readers.get_or_insert_default().this_thread();
        reader.keep_peer(&peer, &mut dropped);
        drop(rest);
        Some(peer)
    }

    /// Puts `change(the present fields)` in their place, with or without a change of the peer, which
    /// `change` does not see. It runs with the lock held, and must not keep what it is given.
    pub fn replace<'a>(&'a self, change: impl FnOnce(Bytes<'a>) -> Bytes<'a>, peer: PeerChange) {
        let mut rest = self.lock();
        // SAFETY: the lock is held, so that this block is not replaced: it and those
        // it refers to stay; what `change` gives is not used after that.
        let old = unsafe { Body::new(self.head()) };
        let dropped = match peer {
            PeerChange::Stays => None,
            PeerChange::Becomes(peer) => std::mem::replace(&mut rest.peer, peer),
        };
        let new = next_block(&change(Bytes::of_block(old)), old);
        if let Some(new) = new {
            self.current.store(new.as_ptr(), Ordering::Release);
        }
        drop(rest);
        // With nothing locked: certificates may run functions of the program when they end.
        drop(dropped);
        if new.is_some() {
            // SAFETY: who pins from now on finds the new block; the reference is that of the session.
            unsafe { reference::retire(old.header.as_ptr(), old.size(), no_longer_current) };
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
        let _former = std::mem::replace(&mut rest.peer, bytes.peer.cloned());
        // SAFETY: as in `replace`.
        let old = unsafe { Body::new(self.head()) };
        if let Some(new) = next_block(&bytes, old) {
            self.current.store(new.as_ptr(), Ordering::Release);
            drop(rest);
            // SAFETY: as in `replace`.
            unsafe { reference::retire(old.header.as_ptr(), old.size(), no_longer_current) };
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
        current + rest.readers.as_ref().map_or(0, |readers| readers.size())
    }

    /// Wipes the key and lets go of what the session owns elsewhere.
    pub fn wipe(&self, _: Last) {
        let mut rest = self.lock();
        // SAFETY: this block is not replaced any more.
        let (first, len) = unsafe { Body::new(self.head()) }.place(Part::MasterKey as usize);
        // SAFETY: these bytes are the key's alone, and no holder is left to read them: the last reference is gone.
        unsafe { std::slice::from_raw_parts_mut(first, len) }.zeroize();
        let ended = (rest.peer.take(), rest.readers.take());
        drop(rest);
        drop(ended);
    }

    fn lock(&self) -> LockGuard<'_, Rest> {
        self.rest.lock(|rest| {
            // Another thread may have been changing the list when this process was forked.
            std::mem::forget(rest.readers.take());
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

/// The block that comes after `old`; none when nothing changes, so that setting a field again and again
/// to what it is costs nothing.
fn next_block(new: &Bytes<'_>, old: Body<'_>) -> Option<NonNull<Header>> {
    let (new_parts, old_parts) = (new.parts(), Bytes::of_block(old).parts());
    if new_parts == old_parts {
        return None;
    }
    let mut elsewhere: Elsewhere = [None; PARTS];
    for index in 0..PARTS {
        let owner = old.owner(index);
        let is_lent = owner.header().lent.load(Ordering::Acquire) >> index & 1 == 1;
        if is_lent && new_parts[index] == old_parts[index] {
            elsewhere[index] = Some(owner.header);
        }
    }
    let refers = elsewhere.iter().any(Option::is_some);
    Some(allocate(new, refers.then(|| Box::new(elsewhere))))
}
