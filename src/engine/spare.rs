//! Buffers for records, kept by each thread while no connection needs them.
//!
//! A connection needs a buffer of a record's size only from the first byte of a record to the last
//! that is taken. So that neither each connection keeps one (17 KB for each direction) nor each
//! record allocates one, a thread keeps one of each kind and lends it to the connection that it
//! works on. What is left in a buffer stays there until it is used again or the thread ends.

use std::cell::Cell;

/// A thread's spare buffer of one kind.
pub(super) struct Spare(fn(&Buffers) -> &Cell<Vec<u8>>);

/// For records from the peer. Keeps its length, so that it is filled with zeros only once.
pub(super) const INPUT: Spare = Spare(|buffers| &buffers.input);
/// For records to the peer; empty.
pub(super) const OUTPUT: Spare = Spare(|buffers| &buffers.output);

/// A larger buffer is not kept: it is that of a connection whose peer does not read.
const LARGEST: usize = 20 * 1024;

pub(super) struct Buffers {
    input: Cell<Vec<u8>>,
    output: Cell<Vec<u8>>,
}

thread_local! {
    static BUFFERS: Buffers = const {
        Buffers {
            input: Cell::new(Vec::new()),
            output: Cell::new(Vec::new()),
        }
    };
}

impl Spare {
    /// The thread's buffer, or one without memory when it is in use.
    pub(super) fn take(&self) -> Vec<u8> {
        BUFFERS
            .try_with(|buffers| (self.0)(buffers).take())
            .unwrap_or_default()
    }

    /// Takes a buffer back. A thread that is ending keeps none.
    pub(super) fn give(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= LARGEST {
            let _ = BUFFERS.try_with(|buffers| {
                let spare = (self.0)(buffers);
                let kept = spare.take();
                spare.set(if kept.capacity() < buffer.capacity() {
                    buffer
                } else {
                    kept
                });
            });
        }
    }
}
