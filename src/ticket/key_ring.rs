//! The ticket keys in use at one time: the key that seals, those that still open, and when they
//! change.

use std::fmt;
use std::sync::Arc;

use super::chain::Chain;
use super::key::{Source, TicketKey};
use crate::error::Result;

const HOUR: i64 = 60 * 60;
/// How long one of our keys seals tickets, in seconds.
pub(super) const SEALS_FOR: i64 = 12 * HOUR;
/// How long one of our keys opens tickets, in seconds.
pub(super) const OPENS_FOR: i64 = 36 * HOUR;
/// If more periods than this have passed, which is a century, a new chain begins.
const MAX_STEPS: i64 = 100 * 366 * 24 * HOUR / SEALS_FOR;

/// Never changed in place: [`super::keys::TicketKeys`] replaces it as a whole.
pub(super) struct KeyRing {
    sealing: Arc<TicketKey>,
    /// Keys that only open, newest first; two at most.
    retired: Vec<Retired>,
    /// `None` when the sealing key stays until the program sets another.
    rotation: Option<Rotation>,
}

#[derive(Clone)]
struct Retired {
    key: Arc<TicketKey>,
    /// When it stops opening tickets.
    erase_at: i64,
}

#[derive(Clone)]
struct Rotation {
    /// The secret from which the sealing key is derived.
    chain: Chain,
    /// When the next key starts to seal.
    ends: i64,
}

/// Which key a ticket names.
pub(super) enum KeyOf<'a> {
    /// The key that seals.
    Sealing(&'a TicketKey),
    /// A key that only opens.
    Retired(&'a TicketKey),
    /// No key of the ring.
    Unknown,
}

impl KeyRing {
    /// The library's own keys, which rotate. The first one seals from `now` on.
    ///
    /// # Errors
    /// Those of the random generator.
    pub(super) fn rotating(source: &Source, now: i64) -> Result<Self> {
        let chain = Chain::random(source)?;
        Ok(Self {
            sealing: chain.key()?,
            retired: Vec::new(),
            rotation: Some(Rotation {
                chain,
                ends: possible(now) + SEALS_FOR,
            }),
        })
    }

    /// The program's key, which does not rotate.
    pub(super) fn fixed(key: Arc<TicketKey>) -> Self {
        Self {
            sealing: key,
            retired: Vec::new(),
            rotation: None,
        }
    }

    /// The same keys, but the sealing key no longer rotates.
    pub(super) fn without_rotation(&self) -> Self {
        Self {
            sealing: self.sealing.clone(),
            retired: self.retired.clone(),
            rotation: None,
        }
    }

    /// Whether the sealing key rotates.
    pub(super) fn rotates(&self) -> bool {
        self.rotation.is_some()
    }

    /// The key that seals.
    pub(super) fn sealing(&self) -> &TicketKey {
        &self.sealing
    }

    /// The key that `ticket` says it was sealed with.
    pub(super) fn key_of(&self, ticket: &[u8]) -> KeyOf<'_> {
        if ticket.starts_with(self.sealing.name()) {
            return KeyOf::Sealing(&self.sealing);
        }
        let mut keys = self.retired.iter().map(|retired| &*retired.key);
        match keys.find(|key| ticket.starts_with(key.name())) {
            Some(key) => KeyOf::Retired(key),
            None => KeyOf::Unknown,
        }
    }

    /// Whether these are the keys to use at `now`; if not, [`Self::at`] makes them.
    pub(super) fn serves(&self, now: i64) -> bool {
        let now = possible(now);
        self.retired.iter().all(|retired| retired.serves(now))
            && self
                .rotation
                .as_ref()
                .is_none_or(|rotation| rotation.serves(now))
    }

    /// The keys to use at `now`. Processes and threads that ask for the same moment get the same
    /// keys from the same ring, except after a jump of a century.
    ///
    /// # Errors
    /// Those of libcrypto.
    pub(super) fn at(&self, now: i64) -> Result<Self> {
        let now = possible(now);
        let mut retired = self.retired.clone();
        let mut sealing = self.sealing.clone();
        let mut rotation = self.rotation.clone();
        if let Some(rotation) = &mut rotation {
            if rotation.began_long_after(now) {
                // The clock was set back, so the position within the period is unknown: the period
                // ends.
                let shift = now - rotation.ends;
                rotation.ends = now;
                for key in &mut retired {
                    key.erase_at += shift;
                }
            }
            if (now - rotation.ends) / SEALS_FOR > MAX_STEPS {
                return Self::rotating(rotation.chain.source(), now);
            }
            while rotation.ends <= now {
                // After a long pause most keys would be erased at once, so they are not made.
                if rotation.erase_at() > now {
                    let erase_at = rotation.erase_at();
                    retired.insert(
                        0,
                        Retired {
                            key: sealing.clone(),
                            erase_at,
                        },
                    );
                }
                rotation.chain = rotation.chain.next()?;
                rotation.ends += SEALS_FOR;
                if rotation.erase_at() > now {
                    sealing = rotation.chain.key()?;
                }
            }
        }
        retired.retain(|key| key.serves(now));
        Ok(Self {
            sealing,
            retired,
            rotation,
        })
    }
}

/// Names are no secret: tickets carry them. Keys are not shown.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |key: &TicketKey| key.name().map(|byte| format!("{byte:02x}")).concat();
        let retired: Vec<_> = self
            .retired
            .iter()
            .map(|retired| name(&retired.key))
            .collect();
        f.debug_struct("KeyRing")
            .field("sealing", &name(&self.sealing))
            .field("retired", &retired)
            .field("rotates", &self.rotates())
            .finish()
    }
}

impl Retired {
    /// False for a key that is too old, or of unknown age after the clock was set back.
    fn serves(&self, now: i64) -> bool {
        now < self.erase_at && self.erase_at - now <= OPENS_FOR
    }
}

impl Rotation {
    fn serves(&self, now: i64) -> bool {
        now < self.ends && !self.began_long_after(now)
    }

    /// Whether the clock was set back by more than a period before this one.
    fn began_long_after(&self, now: i64) -> bool {
        now < self.ends - 2 * SEALS_FOR
    }

    /// When the period's key is to be erased.
    fn erase_at(&self) -> i64 {
        self.ends + OPENS_FOR - SEALS_FOR
    }
}

/// Limits a time to a range in which no sum overflows.
fn possible(now: i64) -> i64 {
    now.clamp(i64::MIN / 4, i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::tests::source;

    const START: i64 = 1_700_000_000;

    fn rotating() -> KeyRing {
        KeyRing::rotating(&source(), START).expect("random numbers")
    }

    fn at(ring: &KeyRing, now: i64) -> KeyRing {
        ring.at(now).expect("keys")
    }

    /// Names of all keys, the sealing one first.
    fn names(ring: &KeyRing) -> Vec<[u8; 16]> {
        let retired = ring.retired.iter().map(|retired| &retired.key);
        let all = std::iter::once(&ring.sealing).chain(retired);
        all.map(|key| *key.name()).collect()
    }

    #[test]
    fn limits_hold_to_the_second() {
        let first = rotating();
        let name = *first.sealing.name();
        assert!(first.serves(START + SEALS_FOR - 1));
        assert!(!first.serves(START + SEALS_FOR));

        let second = at(&first, START + SEALS_FOR);
        assert_ne!(*second.sealing.name(), name);
        assert!(second.serves(START + 2 * SEALS_FOR - 1));
        assert_eq!(names(&at(&second, START + OPENS_FOR - 1))[2], name);
        assert!(!names(&at(&second, START + OPENS_FOR)).contains(&name));
    }

    #[test]
    fn however_often_one_looks_the_keys_are_the_same() {
        let first = rotating();
        let mut busy = at(&first, START);
        for hour in 0..200 {
            let now = START + hour * HOUR;
            busy = at(&busy, now);
            let idle = at(&first, now);
            assert_eq!(names(&busy), names(&idle), "hour {hour}");
            assert!(busy.serves(now) && busy.retired.len() <= 2);
        }
    }

    #[test]
    fn an_erased_key_is_held_by_nobody() {
        let first = rotating();
        let key = Arc::downgrade(&first.sealing);
        let ring = at(&first, START + SEALS_FOR);
        drop(first);
        assert!(key.upgrade().is_some());
        drop(at(&ring, START + OPENS_FOR));
        let ring = { ring }.at(START + OPENS_FOR).expect("keys");
        assert!(key.upgrade().is_none());
        assert!(ring.serves(START + OPENS_FOR));
    }

    #[test]
    fn a_clock_set_back_a_little_changes_nothing() {
        let ring = at(&rotating(), START + SEALS_FOR);
        assert!(ring.serves(START + SEALS_FOR - 1));
        assert!(ring.serves(START));
        assert!(!ring.serves(START - 1));
    }

    #[test]
    fn a_clock_set_back_far_ends_the_period_at_once() {
        let before = at(&rotating(), START + 2 * SEALS_FOR);
        let after = at(&before, 0);
        // The oldest of the three would have been erased at the end of the period.
        assert_eq!(names(&after)[1..], names(&before)[..2]);
        assert!(after.serves(0) && after.serves(SEALS_FOR - 1));
        assert_eq!(names(&at(&after, SEALS_FOR))[2], names(&before)[0]);
    }

    #[test]
    fn no_reading_of_the_clock_is_too_strange() {
        let readings = [i64::MIN, -1, 0, START, i64::MAX / 2, i64::MAX - 1, i64::MAX];
        for from in readings {
            let ring = KeyRing::rotating(&source(), from).expect("random numbers");
            for to in readings {
                let ring = at(&ring, to);
                assert!(ring.retired.len() <= 2);
                assert!(ring.without_rotation().at(from).is_ok());
            }
        }
    }
}
