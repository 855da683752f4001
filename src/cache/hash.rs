//! The hash of keys: SipHash-1-3 of 35 bytes, with keys that this process drew at random, so that
//! nobody outside can choose ids that meet in one chain.
//!
//! The standard library has the same function for input of any length in any number of pieces,
//! which takes twice the time.

/// The two halves of a hash key.
#[derive(Clone, Copy)]
pub struct Keys(pub u64, pub u64);

struct State([u64; 4]);

impl State {
    #[inline]
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *b = b.rotate_left(13) ^ *a;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*d);
        *d = d.rotate_left(16) ^ *c;
        *a = a.wrapping_add(*d);
        *d = d.rotate_left(21) ^ *a;
        *c = c.wrapping_add(*b);
        *b = b.rotate_left(17) ^ *c;
        *c = c.rotate_left(32);
    }

    #[inline]
    fn compress(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }
}

/// The hash of `id` and the three bytes behind it.
#[inline]
pub fn hash(keys: Keys, id: &[u8; 32], rest: [u8; 3]) -> u64 {
    const LENGTH: u64 = 35;
    let mut state = State([
        keys.0 ^ 0x736f_6d65_7073_6575,
        keys.1 ^ 0x646f_7261_6e64_6f6d,
        keys.0 ^ 0x6c79_6765_6e65_7261,
        keys.1 ^ 0x7465_6462_7974_6573,
    ]);
    for word in 0..4 {
        let bytes = std::array::from_fn(|byte| id[8 * word + byte]);
        state.compress(u64::from_le_bytes(bytes));
    }
    let [first, second, third] = rest;
    state.compress(u64::from_le_bytes([first, second, third, 0, 0, 0, 0, 0]) | LENGTH << 56);
    state.0[2] ^= 0xff;
    for _ in 0..3 {
        state.round();
    }
    let [a, b, c, d] = state.0;
    a ^ b ^ c ^ d
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::hash::Hasher;

    use super::{Keys, hash};

    #[test]
    fn it_is_the_standard_librarys_siphash() {
        for seed in 0..100_u8 {
            let id = std::array::from_fn(|n| seed.wrapping_mul(31).wrapping_add(n as u8));
            let rest = [seed, 3, !seed];
            // Its keys are zero.
            let mut reference = std::hash::DefaultHasher::new();
            reference.write(&id);
            reference.write(&rest);
            assert_eq!(hash(Keys(0, 0), &id, rest), reference.finish());
        }
    }
}
