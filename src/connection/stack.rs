//! Secrets that calls leave on the stack.

use std::hint::black_box;
use std::mem::MaybeUninit;

/// How many pieces down a handshake leaves keys: the engine and the cryptography under it pass them
/// by value.
pub(super) const OF_HANDSHAKE: usize = 20;
/// How many pieces down the messages of session tickets leave them. No more is overwritten than was
/// used, because the stack of a program's coroutine may have no more.
pub(super) const OF_TICKETS: usize = 9;
/// How many bytes are overwritten at a time. Larger pieces are slower: they are filled by an
/// instruction that takes long to start.
const PIECE: usize = 1024;

/// Overwrites, `PIECES` down, what the calls that the caller has made have left on the stack.
/// Otherwise it would be there until other calls happen to write to the same places, and get into
/// whatever is moved from there to the heap with bytes between its fields.
#[inline(never)]
pub(super) fn wipe_below<const PIECES: usize>() {
    let mut below = [const { MaybeUninit::<[u8; PIECE]>::uninit() }; PIECES];
    for piece in &mut below {
        // Nothing reads these bytes; this keeps the compiler from seeing that.
        black_box(piece.write([0; PIECE]));
    }
}
