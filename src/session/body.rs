//! The byte fields of a session, and the certificates of the peer: how threads read, set and lend them.
//!
//! Immutable blocks hold the fields; [`crate::reference::Blocks`] says how long a block exists. Two things are kept
//! longer, for C:
//!
//! * **Replaced fields.** If a single thread uses such a pointer, the program is wrong with OpenSSL too, which frees
//!   the memory at once. But here one thread may read while another sets (S122). So the first value of a field that C
//!   was lent is kept as long as the session, and of others, for each thread, the newest ones that it was lent
//!   ([`super::lent`]). They never change. Values that were never lent are not kept.
//! * **The id and the id context.** In OpenSSL these are part of the session, so the pointer is valid as long as the
//!   session, leads to 32 bytes, and shows values that are set later. Here a thread that is still reading must not see
//!   these: it might read parts of two values, with the length of the former one. So C is lent a copy that never
//!   changes, in memory that lives as long as the session; but the first value, if it has 32 bytes, where it is.
//!
//! So a session has at most two blocks for each field, and the values kept for each thread; repeated
//! calls of a setter take no more memory. One whose fields are lent and not replaced has nothing but its block.
//!
//! No function of the program runs while the lock is held. If the lock's holder is lost by a fork, the list of lent
//! values is leaked, because that thread may have been changing it.
//!
//! Lookups without a reference may read the id while the session ends: [`BodyList::wipe`] does not touch it, and they
//! read nothing else.

use std::ffi::CStr;
use std::sync::Arc;

use crate::reference::{Blocks, EmptyBlock, Last, Locked, Pinned, PinnedBlock};
use crate::session::fields::{ALWAYS, NAMES, PARTS, Part};
use crate::session::lent::Readers;
use crate::session::{Bytes, MAX_ID_LEN, Numbers, PeerChain, View};

/// The fields of a session that has none yet.
static EMPTY: EmptyBlock<PARTS, NAMES> = EmptyBlock::new(ALWAYS);

/// One field as it is now. The thread is pinned while this guard lives, so do not keep it across slow operations.
pub type Field<'a, T> = Pinned<'a, T>;

/// The byte fields of a session at one moment.
pub type Block<'a> = crate::reference::Block<'a, PARTS, NAMES>;

/// All fields as they are at one moment. The thread is pinned while this guard lives, so do not keep it across
/// callbacks, locks or I/O; copy them to [`Fields`](super::Fields) for that.
pub struct Reading<'a> {
    numbers: Numbers,
    block: PinnedBlock<'a, PARTS, NAMES>,
    peer: Option<Arc<PeerChain>>,
}

impl Reading<'_> {
    /// The fields.
    pub fn view(&self) -> View<'_> {
        View {
            numbers: self.numbers,
            bytes: Bytes {
                peer: self.peer.as_ref(),
                ..Bytes::of_block(self.block.get())
            },
        }
    }
}

/// The byte fields of one session, and the peer's certificates.
pub(super) struct BodyList(Blocks<PARTS, NAMES, Rest>);

/// The values that the lock guards, besides changes of the fields.
struct Rest {
    peer: Option<Arc<PeerChain>>,
    /// The values kept because C was lent them.
    readers: Option<Box<Readers>>,
}

impl Rest {
    /// True if no other value of the field was lent before the present one.
    fn is_first(&self, part: Part) -> bool {
        let readers = self.readers.as_ref();
        !readers.is_some_and(|readers| readers.has_first(part))
    }
}

/// True if C may be lent a field of this length where it lies: at an id and an id context 32 bytes may be read.
fn is_readable(part: Part, len: usize) -> bool {
    !matches!(part, Part::Id | Part::IdContext) || len == MAX_ID_LEN
}

/// What happens to the peer when fields are replaced.
pub(super) enum PeerChange {
    Stays,
    Becomes(Option<Arc<PeerChain>>),
}

impl BodyList {
    pub fn new(bytes: &Bytes<'_>) -> Self {
        let rest = Rest {
            peer: bytes.peer.cloned(),
            readers: None,
        };
        Self(Blocks::new(&bytes.parts(), rest))
    }

    /// Without fields, as [`new`](Self::new) for the default of [`Bytes`].
    pub fn empty() -> Self {
        let rest = Rest {
            peer: None,
            readers: None,
        };
        Self(Blocks::empty(&EMPTY, rest))
    }

    /// All fields, of one moment.
    pub fn read(&self, numbers: Numbers) -> Reading<'_> {
        let rest = self.lock();
        Reading {
            numbers,
            block: self.0.pin(),
            peer: rest.peer.clone(),
        }
    }

    /// A field that is always present, but may be empty.
    pub fn always(&self, part: Part) -> Field<'_, [u8]> {
        let field = self.0.get(|block| Some(block.bytes(part as usize)));
        field.unwrap_or_else(|| unreachable!())
    }

    pub fn optional(&self, part: Part) -> Option<Field<'_, [u8]>> {
        self.0.get(|block| block.optional(part as usize))
    }

    pub fn name(&self, part: Part) -> Option<Field<'_, CStr>> {
        self.0.get(|block| block.name(part as usize))
    }

    pub fn peer(&self) -> Option<Arc<PeerChain>> {
        self.lock().peer.clone()
    }

    /// A field for C: its address and its length, with the NUL of a name; `None` when it is absent.
    ///
    /// Lifetime: the bytes stay there as they are until this field is replaced, and then until this thread was lent many
    /// newer values of it; no longer than the session.
    pub fn lend(&self, part: Part) -> Option<(*const u8, usize)> {
        let field = part as usize;
        let mut dropped = Vec::new();
        let mut locked = self.lock();
        if !locked.block().has(field) {
            return None;
        }
        let (mut first, len) = locked.block().place(field);
        if locked.is_first(part) && is_readable(part, len) {
            locked.record_lent(field);
            return Some((first, len));
        }
        let mut readers = locked.readers.take().unwrap_or_default();
        let reader = readers.this_thread();
        match part {
            Part::Id | Part::IdContext => {
                first = reader.show(part, locked.block().bytes(field));
            }
            _ => {
                locked.record_lent(field);
                reader.keep_block(part, locked.block(), &mut dropped);
            }
        }
        locked.readers = Some(readers);
        drop(locked);
        Some((first, len))
    }

    /// The peer's certificates, to be lent to C.
    ///
    /// Lifetime: as for [`lend`](Self::lend).
    pub fn lend_peer(&self) -> Option<Arc<PeerChain>> {
        let mut dropped = Vec::new();
        let mut locked = self.lock();
        let peer = locked.peer.clone()?;
        let reader = locked.readers.get_or_insert_default().this_thread();
        reader.keep_peer(&peer, &mut dropped);
        drop(locked);
        Some(peer)
    }

    /// Changes the values of these fields, and maybe the peer, in one step.
    pub fn replace(&self, changes: &[(Part, Option<&[u8]>)], peer: PeerChange) {
        let mut numbered = [(0, None); PARTS];
        for (place, (part, value)) in numbered.iter_mut().zip(changes) {
            *place = (*part as usize, *value);
        }
        let mut locked = self.lock();
        let former = match peer {
            PeerChange::Stays => None,
            PeerChange::Becomes(peer) => std::mem::replace(&mut locked.peer, peer),
        };
        for (part, value) in changes {
            locked.keep_first(*part, *value);
        }
        locked.replace(&numbered[..changes.len()]);
        // Outside the lock: freeing certificates may call functions of the program.
        drop(former);
    }

    /// How much memory all blocks take.
    pub fn size(&self) -> usize {
        let locked = self.lock();
        let kept = locked.readers.as_ref().map_or(0, |readers| readers.size());
        locked.block().size_of_all() + kept
    }

    /// Wipes the key and drops what the session owns elsewhere.
    pub fn wipe(&self, end: &Last) {
        let mut locked = self.lock();
        self.0.wipe(Part::MasterKey as usize, end);
        let ended = (locked.peer.take(), locked.readers.take());
        drop(locked);
        drop(ended);
    }

    fn lock(&self) -> Locked<'_, PARTS, NAMES, Rest> {
        self.0.lock(|rest| {
            // Another thread may have been changing the list at the fork.
            std::mem::forget(rest.readers.take());
        })
    }
}

impl Locked<'_, PARTS, NAMES, Rest> {
    /// Keeps the value of a field that gets another value, if it is the first one that C was lent.
    fn keep_first(&mut self, part: Part, value: Option<&[u8]>) {
        let (block, field) = (self.block(), part as usize);
        if !block.is_lent(field) || !self.is_first(part) || block.values()[field] == value {
            return;
        }
        let kept = block.keep(field);
        self.readers.get_or_insert_default().keep_first(part, kept);
    }
}
