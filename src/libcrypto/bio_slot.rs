//! A slot for a BIO whose functions may set the slot again while they run.

use std::cell::Cell;

use super::bio::Bio;
use super::ffi;

/// Holds one reference to a BIO, or none. The functions of a program's BIO may set the slot while
/// they are called through it: the BIO that they replace is freed when the last of these calls
/// returns.
#[derive(Default)]
pub struct BioSlot {
    bio: Cell<Option<Bio>>,
    /// BIOs that were replaced during calls.
    replaced: Cell<Option<Box<Replaced>>>,
    /// How many calls are running.
    calls: Cell<u32>,
}

/// A replaced BIO that may still be running, and those replaced before it.
struct Replaced {
    _bio: Bio,
    _before: Option<Box<Self>>,
}

impl BioSlot {
    /// Replaces the BIO.
    pub fn set(&self, bio: Option<Bio>) {
        let old = self.bio.replace(bio);
        match old {
            Some(old) if self.calls.get() > 0 => {
                let before = self.replaced.take();
                self.replaced.set(Some(Box::new(Replaced {
                    _bio: old,
                    _before: before,
                })));
            }
            // Nothing is borrowed: freeing a BIO may run functions of the program.
            old => drop(old),
        }
    }

    /// The BIO for C, lent until the slot is set; NULL for none.
    pub fn as_ptr(&self) -> *mut ffi::BIO {
        let bio = self.bio.take();
        let pointer = bio.as_ref().map_or(std::ptr::null_mut(), Bio::as_ptr);
        self.bio.set(bio);
        pointer
    }

    /// Calls the BIO, with nothing borrowed. `None` when there is none.
    pub fn with<R>(&self, work: impl FnOnce(&Bio) -> R) -> Option<R> {
        let bio = self.as_ptr();
        self.calls.set(self.calls.get() + 1);
        // SAFETY: NULL, or a BIO that the slot holds a reference to; `set` keeps that reference as
        // long as calls are running.
        let result = unsafe { Bio::lend(bio) }.map(|bio| work(&bio));
        self.calls.set(self.calls.get() - 1);
        if self.calls.get() == 0 {
            let replaced = self.replaced.take();
            drop(replaced);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bio_that_is_replaced_while_it_is_called_lives_until_the_call_returns() {
        let slot = BioSlot::default();
        assert!(slot.as_ptr().is_null());
        assert_eq!(slot.with(|_| ()), None);
        slot.set(Some(Bio::of_bytes(b"first").unwrap()));
        let mut buffer = [0; 5];
        slot.with(|bio| {
            slot.set(None);
            slot.set(Some(Bio::of_bytes(b"other").unwrap()));
            slot.set(Some(Bio::of_bytes(b"third").unwrap()));
            bio.read(&mut buffer);
        })
        .unwrap();
        assert_eq!(&buffer, b"first");
        slot.with(|bio| bio.read(&mut buffer)).unwrap();
        assert_eq!(&buffer, b"third");
    }
}
