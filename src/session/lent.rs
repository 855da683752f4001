//! Values of a session that threads were lent, and how long they are kept.
//!
//! C gets a pointer, and does not report when it no longer uses it. Until then another thread may replace the value
//! (S122) any number of times, because the reading thread may be suspended. So a limit on the number of changes is not
//! safe; a limit on the number of values that the reader asks for is. The first value of a field that any thread was lent
//! is kept as long as the session. Of later ones, for each thread and field, the newest
//! [`KEPT_VALUES`] values that the thread was lent are kept, as long as they take no more than [`KEPT_BYTES`] (the
//! newest one in any case). A value stays valid for a thread until it has asked for the field again and got so many
//! newer values.
//!
//! All kept values are freed when the session ends. A new thread takes over the list of a thread that has ended, so a
//! session has no more lists than threads at one time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crate::reference::Kept;
use crate::session::PeerChain;
use crate::session::body::Block;
use crate::session::fields::{NAMES, PARTS, Part};

/// How many values of one field are kept for one thread.
const KEPT_VALUES: usize = 64;
/// How much memory these take at most, in bytes, unless the newest alone takes more.
const KEPT_BYTES: usize = 64 * 1024;

/// The number of the peer's certificates among the fields.
const PEER: usize = PARTS;

thread_local! {
    /// Ends with the thread.
    static THREAD: Arc<()> = Arc::new(());
}

/// What of a session was lent and then replaced, and the threads that were lent later values.
#[derive(Default)]
pub struct Readers {
    /// The first value of each field that C was lent, once it is replaced. They stay as long as the session.
    firsts: Vec<(usize, Kept<PARTS, NAMES>)>,
    threads: Vec<Reader>,
}

/// One of them.
pub struct Reader {
    thread: Weak<()>,
    /// Fields by number, with what was lent of them; oldest first.
    values: Vec<(usize, Value)>,
}

/// The kept value.
pub enum Value {
    Window(Arc<Window>),
    Block(Kept<PARTS, NAMES>),
    Peer(Arc<PeerChain>),
}

impl Readers {
    /// The list of the calling thread.
    pub fn this_thread(&mut self) -> &mut Reader {
        // A thread that is ending has lost its identity, and counts as ended.
        let thread = THREAD.try_with(Arc::downgrade).unwrap_or_default();
        let readers = &mut self.threads;
        let own = readers.iter().position(|one| one.thread.ptr_eq(&thread));
        let has_ended = |one: &Reader| one.thread.strong_count() == 0;
        let place = own.or_else(|| readers.iter().position(has_ended));
        let place = place.unwrap_or_else(|| {
            readers.reserve_exact(1);
            readers.push(Reader {
                thread: Weak::new(),
                values: Vec::new(),
            });
            readers.len() - 1
        });
        let reader = &mut readers[place];
        reader.thread = thread;
        reader
    }

    /// True if the first value of a field is here, so it was replaced.
    pub fn has_first(&self, part: Part) -> bool {
        self.firsts.iter().any(|(field, _)| *field == part as usize)
    }

    /// Keeps the first value of a field, which is about to be replaced.
    pub fn keep_first(&mut self, part: Part, block: Kept<PARTS, NAMES>) {
        self.firsts.push((part as usize, block));
    }

    /// How much memory is kept, in bytes; a value that two threads were lent counts twice.
    pub fn size(&self) -> usize {
        let values = self.threads.iter().flat_map(|reader| &reader.values);
        let firsts = self.firsts.iter().map(|(_, block)| block.size());
        values.map(|(_, value)| value.size()).sum::<usize>() + firsts.sum::<usize>()
    }
}

impl Reader {
    /// Bytes, at most 32, that are kept apart from the session's blocks; returns their address for C. The memory is not
    /// freed before the session ends: the oldest of [`KEPT_VALUES`] is overwritten.
    pub fn show(&mut self, part: Part, bytes: &[u8]) -> *const u8 {
        let field = part as usize;
        let words = Window::words(bytes);
        if let Some(Value::Window(window)) = self.newest(field)
            && window.shows(&words)
        {
            return window.as_ptr();
        }
        let (_, count) = self.kept(field);
        let oldest = match count < KEPT_VALUES {
            true => None,
            false => self.take_oldest(field),
        };
        let window = match oldest {
            Some(Value::Window(window)) => window,
            _ => Arc::default(),
        };
        window.show(&words);
        let first = window.as_ptr();
        self.values.push((field, Value::Window(window)));
        first
    }

    /// Keeps the block that holds `part`; moves values beyond the limits to `dropped`.
    pub fn keep_block(&mut self, part: Part, block: Block<'_>, dropped: &mut Vec<Value>) {
        let field = part as usize;
        let newest = self.newest(field);
        if !matches!(newest, Some(Value::Block(kept)) if kept.has(block, field)) {
            self.keep(field, Value::Block(block.keep(field)), dropped);
        }
    }

    /// Keeps the peer's certificates; moves values beyond the limits to `dropped`, which the caller drops outside the
    /// lock, because freeing certificates may call functions of the program.
    pub fn keep_peer(&mut self, peer: &Arc<PeerChain>, dropped: &mut Vec<Value>) {
        let newest = self.newest(PEER);
        if !matches!(newest, Some(Value::Peer(newest)) if Arc::ptr_eq(newest, peer)) {
            self.keep(PEER, Value::Peer(Arc::clone(peer)), dropped);
        }
    }

    fn keep(&mut self, field: usize, value: Value, dropped: &mut Vec<Value>) {
        self.values.push((field, value));
        loop {
            let (bytes, count) = self.kept(field);
            let is_within = count <= KEPT_VALUES && bytes <= KEPT_BYTES;
            if is_within || count <= 1 {
                return;
            }
            dropped.extend(self.take_oldest(field));
        }
    }

    fn of(&self, field: usize) -> impl DoubleEndedIterator<Item = &Value> {
        let values = self.values.iter();
        values.filter_map(move |(of, value)| (*of == field).then_some(value))
    }

    fn newest(&self, field: usize) -> Option<&Value> {
        self.of(field).next_back()
    }

    /// Size in bytes and number of a field's kept values.
    fn kept(&self, field: usize) -> (usize, usize) {
        self.of(field).fold((0, 0), |(bytes, count), value| {
            (bytes + value.size(), count + 1)
        })
    }

    fn take_oldest(&mut self, field: usize) -> Option<Value> {
        let oldest = self.values.iter().position(|(of, _)| *of == field)?;
        Some(self.values.remove(oldest).1)
    }
}

impl Value {
    fn size(&self) -> usize {
        match self {
            Self::Window(_) => size_of::<Window>(),
            Self::Block(kept) => kept.size(),
            Self::Peer(peer) => peer.certificates().map(<[u8]>::len).sum(),
        }
    }
}

/// 32 bytes that C reads. They are atomic words, because the oldest is overwritten, perhaps while
/// another thread that keeps the address longer than allowed reads it.
#[derive(Default)]
pub struct Window([AtomicU64; 4]);

impl Window {
    /// `bytes`, at most 32, and zeros after them.
    fn words(bytes: &[u8]) -> [u64; 4] {
        let mut all = [0; 32];
        let len = bytes.len().min(all.len());
        all[..len].copy_from_slice(&bytes[..len]);
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(all.as_chunks().0) {
            *word = u64::from_ne_bytes(*bytes);
        }
        words
    }

    fn show(&self, words: &[u64; 4]) {
        for (shown, word) in self.0.iter().zip(words) {
            shown.store(*word, Ordering::Relaxed);
        }
    }

    fn shows(&self, words: &[u64; 4]) -> bool {
        let mut pairs = self.0.iter().zip(words);
        pairs.all(|(shown, word)| shown.load(Ordering::Relaxed) == *word)
    }

    fn as_ptr(&self) -> *const u8 {
        self.0.as_ptr().cast()
    }
}
