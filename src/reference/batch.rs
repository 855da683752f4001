//! Random numbers that a thread draws many at a time, because drawing costs much the same for few as for many, and
//! takes locks of the whole process.
//!
//! A batch belongs to one thread. Each number is given out once and wiped as it is. What is left of a batch is
//! wiped and drawn again
//!
//! * in a process that was forked since: the kernel tells ([`super::fork`]), for every kind of fork. Where it
//!   cannot tell there are no batches;
//! * when the second has passed in which it was drawn. So two copies of a virtual machine that start from one
//!   snapshot share at most what was drawn in the second of the snapshot, and nothing once their clocks are set. The
//!   state of libcrypto's generators, which such copies share as well, lasts longer.
//!
//! Numbers that are to be safer than those of libcrypto are not for batches.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::thread::LocalKey;

use zeroize::Zeroize;

use super::fork;

/// Bytes of a batch.
const SIZE: usize = 512;
/// The longest draw that is answered from a batch, in bytes.
const LONGEST: usize = 64;

/// Where a thread keeps a batch. For use in `thread_local!`.
pub struct Batch(Cell<Option<Box<Numbers>>>);

impl Batch {
    /// Has drawn nothing yet.
    pub const fn new() -> Self {
        Self(Cell::new(None))
    }

    /// Fills `bytes` with random numbers. `source` fills what it is given with fresh ones, all of it or none; its
    /// failure is returned, and `bytes` are unchanged then. It may call this function.
    pub fn fill<E>(
        batch: &'static LocalKey<Self>,
        bytes: &mut [u8],
        source: impl Fn(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let moment = (bytes.len() <= LONGEST).then(Moment::now).flatten();
        let (Some(mut moment), Ok(kept)) = (moment, batch.try_with(|batch| batch.0.take())) else {
            return source(bytes);
        };
        let mut numbers = kept.unwrap_or_default();
        loop {
            let taken = numbers.take(bytes, moment, &source);
            // A handler of a signal may have forked just now.
            match fork::certain_generation() {
                Some(process) if taken.is_ok() && process != moment.process => {
                    moment.process = process;
                }
                _ => {
                    let _ = batch.try_with(|batch| batch.0.set(Some(numbers)));
                    return taken;
                }
            }
        }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

/// When and where a batch may be used.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Moment {
    process: NonZeroU32,
    /// Of the clock that shows the time of day.
    second: i64,
}

impl Moment {
    /// `None` when forks go unnoticed.
    fn now() -> Option<Self> {
        let process = fork::certain_generation()?;
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: a place for the time.
        let known = unsafe { libc::clock_gettime(libc::CLOCK_REALTIME_COARSE, &mut time) } == 0;
        known.then_some(Self {
            process,
            second: time.tv_sec,
        })
    }
}

/// What is left of a batch. Used bytes are zero.
struct Numbers {
    bytes: [u8; SIZE],
    used: usize,
    drawn: Option<Moment>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            bytes: [0; SIZE],
            used: SIZE,
            drawn: None,
        }
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        self.bytes[..].zeroize();
    }
}

impl Numbers {
    /// Fills at most [`LONGEST`] bytes.
    fn take<E>(
        &mut self,
        bytes: &mut [u8],
        moment: Moment,
        source: impl Fn(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.drawn != Some(moment) || SIZE - self.used < bytes.len() {
            self.draw(moment, source)?;
        }
        let numbers = &mut self.bytes[self.used..][..bytes.len()];
        bytes.copy_from_slice(numbers);
        numbers.zeroize();
        self.used += bytes.len();
        Ok(())
    }

    fn draw<E>(
        &mut self,
        moment: Moment,
        source: impl Fn(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.bytes[..].zeroize();
        (self.used, self.drawn) = (SIZE, None);
        source(&mut self.bytes)?;
        (self.used, self.drawn) = (0, Some(moment));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    thread_local! {
        static BATCH: Batch = const { Batch::new() };
    }

    /// Fills with the next numbers of 8 bytes, none of which is 0.
    fn count(bytes: &mut [u8]) -> Result<(), ()> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        for chunk in bytes.chunks_mut(8) {
            let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
        Ok(())
    }

    fn fail(_: &mut [u8]) -> Result<(), ()> {
        Err(())
    }

    fn draw() -> [u8; 8] {
        let mut bytes = [0; 8];
        Batch::fill(&BATCH, &mut bytes, count).unwrap();
        bytes
    }

    fn moment(process: u32, second: i64) -> Moment {
        let process = NonZeroU32::new(process).unwrap();
        Moment { process, second }
    }

    fn take(numbers: &mut Numbers, moment: Moment, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        numbers.take(&mut bytes, moment, count).unwrap();
        bytes
    }

    #[test]
    fn no_number_is_given_out_twice() {
        let mut drawn: Vec<_> = (0..1000).map(|_| draw()).collect();
        drawn.extend(
            std::thread::spawn(|| (0..1000).map(|_| draw()).collect::<Vec<_>>())
                .join()
                .unwrap(),
        );
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 2000);
    }

    #[test]
    fn many_draws_ask_the_source_once() {
        let mut numbers = Numbers::default();
        let asked = RefCell::new(0);
        for _ in 0..SIZE / LONGEST {
            let counted = |bytes: &mut [u8]| {
                *asked.borrow_mut() += 1;
                count(bytes)
            };
            numbers
                .take(&mut [0; LONGEST], moment(1, 1), counted)
                .unwrap();
        }
        assert_eq!(asked.into_inner(), 1);
    }

    #[test]
    fn what_is_given_out_is_wiped() {
        let mut numbers = Numbers::default();
        let taken = take(&mut numbers, moment(1, 1), 64);
        assert!(taken.chunks(8).all(|number| number != [0; 8]));
        assert_eq!(numbers.bytes[..64], [0; 64]);
        assert_ne!(numbers.bytes[64..72], [0; 8]);
    }

    #[test]
    fn what_is_left_is_not_used_by_a_fork_nor_in_another_second() {
        for other in [moment(2, 1), moment(1, 2), moment(1, 0)] {
            let mut numbers = Numbers::default();
            take(&mut numbers, moment(1, 1), 8);
            let left = numbers.bytes;
            let fresh = take(&mut numbers, other, 8);
            assert!(left.chunks(8).all(|number| number != fresh));
            assert!(
                numbers
                    .bytes
                    .chunks(8)
                    .all(|number| number == [0; 8] || !left.chunks(8).any(|old| old == number))
            );
        }
    }

    #[test]
    fn a_fork_draws_other_numbers() {
        draw();
        let mut pipe = [0; 2];
        let mut from_child = [0; 8];
        // SAFETY: a pipe, and a child that draws and writes to it and ends.
        let (from_parent, length) = unsafe {
            assert_eq!(libc::pipe(pipe.as_mut_ptr()), 0);
            let child = libc::fork();
            if child == 0 {
                let mut bytes = [0; 8];
                // The source of the parent would go on counting from the same number.
                let source = |bytes: &mut [u8]| {
                    bytes.fill(0xfe);
                    Ok::<(), ()>(())
                };
                let _ = Batch::fill(&BATCH, &mut bytes, source);
                libc::write(pipe[1], bytes.as_ptr().cast(), bytes.len());
                libc::_exit(0);
            }
            let from_parent = draw();
            let length = libc::read(pipe[0], from_child.as_mut_ptr().cast(), from_child.len());
            libc::waitpid(child, std::ptr::null_mut(), 0);
            libc::close(pipe[0]);
            libc::close(pipe[1]);
            (from_parent, length)
        };
        assert_eq!(length, 8);
        assert_ne!(from_parent, from_child);
        assert_eq!(from_child, [0xfe; 8], "drawn anew");
    }

    #[test]
    fn a_source_that_fails_leaves_nothing() {
        let mut numbers = Numbers::default();
        take(&mut numbers, moment(1, 1), 8);
        let mut bytes = [7; 8];
        assert!(numbers.take(&mut bytes, moment(1, 2), fail).is_err());
        assert_eq!(bytes, [7; 8]);
        assert_eq!(numbers.bytes, [0; SIZE]);
        assert!(numbers.take(&mut bytes, moment(1, 2), fail).is_err());
        take(&mut numbers, moment(1, 2), 8);
    }

    #[test]
    fn long_draws_and_sources_that_draw_are_answered() {
        let mut long = [0; SIZE + 1];
        Batch::fill(&BATCH, &mut long, count).unwrap();
        assert!(long[..SIZE].chunks(8).all(|number| number != [0; 8]));

        thread_local! {
            static OUTER: Batch = const { Batch::new() };
        }
        let mut bytes = [0; 8];
        let nested = |bytes: &mut [u8]| Batch::fill(&OUTER, &mut [0; 8], count).and(count(bytes));
        Batch::fill(&OUTER, &mut bytes, nested).unwrap();
        assert_ne!(bytes, [0; 8]);
    }

    #[test]
    fn a_thread_that_ends_draws() {
        struct Ends;
        impl Drop for Ends {
            fn drop(&mut self) {
                assert_ne!(draw(), draw());
            }
        }
        thread_local! {
            static ENDS: Ends = const { Ends };
        }
        std::thread::spawn(|| {
            ENDS.with(|_| ());
            draw();
        })
        .join()
        .unwrap();
    }
}
