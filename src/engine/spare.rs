//! Buffers for records, kept by each thread while no connection needs them.
//!
//! A connection needs a buffer of a record's size only from the first byte of a record to the last
//! that is taken. So that neither each connection keeps one (17 KB for each direction) nor each
//! record allocates one, a thread keeps one of each kind and lends it to the connection that it
//! works on. What is left in a buffer stays there until it is used again or the thread ends.

use std::cell::Cell;
use std::thread::LocalKey;

/// A thread's spare buffer of one kind.
pub(super) struct Spare(&'static LocalKey<Cell<Vec<u8>>>);

/// For records from the peer. Keeps its length, so that it is filled with zeros only once.
pub(super) const INPUT: Spare = Spare(&SPARE_INPUT);
/// For records to the peer; empty.
pub(super) const OUTPUT: Spare = Spare(&SPARE_OUTPUT);

/// A larger buffer is not kept: it is that of a connection whose peer does not read.
const LARGEST: usize = 20 * 1024;

thread_local! {
    static SPARE_INPUT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static SPARE_OUTPUT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Spare {
    /// The thread's buffer, or one without memory when it is in use.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.try_with(Cell::take).unwrap_or_default()
    }

    /// Takes a buffer back. A thread that is ending keeps none.
    pub(super) fn give(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= LARGEST {
            let _ = self.0.try_with(|spare| {
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
