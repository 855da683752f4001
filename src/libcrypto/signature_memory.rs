//! Which signatures of certificates have been verified before.
//!
//! Whether a signature is valid depends on the issuer's public key and on the signed certificate
//! alone, so what was valid once stays so. Everything else about a chain (validity, revocation,
//! names, purposes, trust, policies, security level) is not remembered.
//!
//! A signature is known by a SHA-256 digest of the key and of the whole certificate: what is signed,
//! the algorithms, and the signature. There is no lock. A digest that is read while another is
//! written may be mixed of both, and then equals that of no certificate that anybody can make. So
//! threads never wait, and a child of `fork(2)` may use its copy whatever other threads did.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::libcrypto::ffi;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// SHA-256 of `parts`, in the default library context.
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut digest = [0; 32];
    let mut context = std::mem::MaybeUninit::<ffi::SHA256_CTX>::uninit();
    // SAFETY: the context is initialised first and belongs to this call; each part is readable, and
    // there is room for the digest. None of the functions can fail.
    unsafe {
        ffi::SHA256_Init(context.as_mut_ptr());
        for part in parts {
            let data = part.as_ptr().cast::<c_void>();
            ffi::SHA256_Update(context.as_mut_ptr(), data, part.len());
        }
        ffi::SHA256_Final(digest.as_mut_ptr(), context.as_mut_ptr());
    }
    digest
}

/// Digests, a limited number of them. A new one may take the place of an older one.
pub struct SignatureMemory<const SETS: usize> {
    sets: [[Place; PLACES]; SETS],
}

/// How many digests may be kept of those that belong to the same set.
const PLACES: usize = 4;

/// A digest as four words; zeros for none.
struct Place([AtomicU64; 4]);

impl<const SETS: usize> SignatureMemory<SETS> {
    /// An empty memory for `4 * SETS` digests.
    pub const fn new() -> Self {
        Self {
            sets: [const { [const { Place([const { AtomicU64::new(0) }; 4]) }; PLACES] }; SETS],
        }
    }

    /// Whether `digest` is kept.
    pub fn has(&self, digest: &Digest) -> bool {
        let words = words(digest);
        words != [0; 4] && self.set(&words).iter().any(|place| place.words() == words)
    }

    /// Keeps `digest`.
    pub fn keep(&self, digest: &Digest) {
        let words = words(digest);
        let set = self.set(&words);
        if set.iter().any(|place| place.words() == words) {
            return;
        }
        let empty = set.iter().find(|place| place.words() == [0; 4]);
        let place = empty.unwrap_or(&set[words[1] as usize % PLACES]);
        for (kept, word) in place.0.iter().zip(words) {
            kept.store(word, Ordering::Relaxed);
        }
    }

    fn set(&self, words: &[u64; 4]) -> &[Place; PLACES] {
        &self.sets[words[0] as usize % SETS]
    }
}

impl Place {
    fn words(&self) -> [u64; 4] {
        let [a, b, c, d] = &self.0;
        [a, b, c, d].map(|word| word.load(Ordering::Relaxed))
    }
}

fn words(digest: &Digest) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(digest.chunks_exact(8)) {
        *word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    }
    words
}

/// The memory of this process: 64 KiB, of which only what is used takes memory.
pub fn of_process() -> &'static SignatureMemory<512> {
    static MEMORY: SignatureMemory<512> = SignatureMemory::new();
    &MEMORY
}

/// Whether signatures are remembered in this process: unless the environment has
/// `REPRISE_REMEMBER_SIGNATURES=0` when the first chain is verified.
pub fn is_on() -> bool {
    const UNKNOWN: u8 = 0;
    const OFF: u8 = 1;
    const ON: u8 = 2;
    // No lock, which a child of `fork` might find taken.
    static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);
    match STATE.load(Ordering::Relaxed) {
        UNKNOWN => {
            // SAFETY: a C string; the result is NULL or a C string, which is read now.
            let off = unsafe {
                let value = ffi::secure_getenv(c"REPRISE_REMEMBER_SIGNATURES".as_ptr());
                !value.is_null() && std::ffi::CStr::from_ptr(value) == c"0"
            };
            STATE.store(if off { OFF } else { ON }, Ordering::Relaxed);
            !off
        }
        state => state == ON,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_parts_is_that_of_the_whole() {
        let whole = sha256(&[b"abc"]);
        assert_eq!(whole[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(sha256(&[b"a", b"", b"bc"]), whole);
    }

    #[test]
    fn what_is_kept_is_found_and_nothing_else() {
        let memory = SignatureMemory::<4>::new();
        let digest = sha256(&[b"one"]);
        assert!(!memory.has(&digest));
        memory.keep(&digest);
        memory.keep(&digest);
        assert!(memory.has(&digest));
        for byte in 0..32 {
            let mut other = digest;
            other[byte] ^= 1;
            assert!(!memory.has(&other));
        }
    }

    #[test]
    fn an_empty_place_is_no_digest() {
        let memory = SignatureMemory::<1>::new();
        assert!(!memory.has(&[0; 32]));
        memory.keep(&[0; 32]);
        assert!(!memory.has(&[0; 32]));
    }

    #[test]
    fn a_full_memory_keeps_what_came_last() {
        let memory = SignatureMemory::<2>::new();
        let digests: Vec<_> = (0..1000_u32).map(|n| sha256(&[&n.to_le_bytes()])).collect();
        for digest in &digests {
            memory.keep(digest);
            assert!(memory.has(digest));
        }
        let kept = digests.iter().filter(|digest| memory.has(digest)).count();
        assert_eq!(kept, 2 * PLACES);
    }

    #[test]
    fn threads_find_only_what_was_kept() {
        static MEMORY: SignatureMemory<1> = SignatureMemory::new();
        let digests: Vec<_> = (0..64_u32).map(|n| sha256(&[&n.to_le_bytes()])).collect();
        let (kept, others) = digests.split_at(32);
        std::thread::scope(|scope| {
            for part in kept.chunks(16) {
                scope.spawn(move || {
                    for digest in part.iter().cycle().take(20_000) {
                        MEMORY.keep(digest);
                    }
                });
            }
            for digest in others.iter().cycle().take(20_000) {
                assert!(!MEMORY.has(digest));
            }
        });
    }
}
