//! Cipher strings: what `SSL_CTX_set_cipher_list(3)` and `SSL_CTX_set_ciphersuites(3)` take.
//!
//! A cipher string (openssl-ciphers(1), "CIPHER LIST FORMAT") is a program: each item adds suites
//! to the list, moves, removes or bans them. It is applied to all suites that OpenSSL knows; then
//! the suites that the engine does not support are removed from the result.

use std::ffi::{CStr, c_int};

use super::SuiteB;
use super::selector::{Selector, listed};
use super::suite::{Cipher, Encryption, KeyExchange, Mac};
use super::table::SUITES;
use crate::error::{Error, Reason, Result};
use crate::wire::Version;

/// The cipher string that `DEFAULT` means (`OSSL_default_cipher_list`).
pub const DEFAULT_CIPHER_LIST: &CStr = c"ALL:!COMPLEMENTOFDEFAULT:!eNULL";

/// The suites of TLS 1.3 in use unless the program sets others
/// (`OSSL_default_ciphersuites`).
pub const DEFAULT_CIPHERSUITES: &CStr =
    c"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

/// The result of a cipher string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CipherList {
    /// Supported suites below TLS 1.3, best first; never empty.
    pub ciphers: Vec<&'static Cipher>,
    /// The level of the last `@SECLEVEL=`, if there is one.
    pub security_level: Option<c_int>,
    /// The profile that `SUITEB128` and the like select. The caller restricts groups and signatures
    /// by it, too.
    pub suite_b: Option<SuiteB>,
}

impl CipherList {
    /// Reads a cipher string. Unknown words are ignored.
    ///
    /// Errors: `INVALID_COMMAND` when the string is malformed; `NO_CIPHER_MATCH` when it selects
    /// nothing, or nothing that is supported; the text of the error says which.
    pub fn parse(string: &[u8]) -> Result<Self> {
        let suite_b = SuiteB::from_cipher_string(string);
        let (selected, security_level) = match suite_b {
            Some(profile) => evaluate(profile.cipher_string())?,
            None => evaluate(string)?,
        };
        Ok(Self {
            ciphers: keep_supported(&selected)?,
            security_level,
            suite_b,
        })
    }
}

/// Reads a list of TLS 1.3 suites: names with colons between them. An empty string is an empty
/// list. Names that are not known are ignored, as in OpenSSL.
///
/// Errors: `NO_CIPHER_MATCH` when a string that is not empty names no suite, or none that is
/// supported; the text of the error says which.
pub fn parse_ciphersuites(string: &[u8]) -> Result<Vec<&'static Cipher>> {
    let mut selected: Vec<&'static Cipher> = Vec::new();
    for name in string.split(|byte| *byte == b':') {
        match Cipher::from_standard_name(name.trim_ascii()) {
            Some(cipher) if cipher.is_tls13() && !selected.contains(&cipher) => {
                selected.push(cipher)
            }
            _ => {}
        }
    }
    if string.is_empty() {
        return Ok(selected);
    }
    keep_supported(&selected)
}

/// The supported suites of `selected`; an error if there are none.
fn keep_supported(selected: &[&'static Cipher]) -> Result<Vec<&'static Cipher>> {
    let supported: Vec<_> = selected
        .iter()
        .copied()
        .filter(|cipher| cipher.supported())
        .collect();
    if !supported.is_empty() {
        return Ok(supported);
    }
    let Some((first, others)) = selected.split_first() else {
        return Err(Error::new(Reason::NO_CIPHER_MATCH));
    };
    let others = match others.len() {
        0 => String::new(),
        number => format!(" and {number} more"),
    };
    Err(Error::with(
        Reason::NO_CIPHER_MATCH,
        format!(
            "Reprise supports none of the selected cipher suites ({}{others}); it has TLS 1.3, and \
             ECDHE with AES-GCM or ChaCha20-Poly1305",
            first.name.to_string_lossy(),
        ),
    ))
}

/// Evaluates a cipher string. Returns all suites that it selects, and the security level that it
/// sets.
fn evaluate(string: &[u8]) -> Result<(Vec<&'static Cipher>, Option<c_int>)> {
    let mut list = Workspace::in_order_of_preference();
    let mut security_level = None;
    let rest = match string.strip_prefix(b"DEFAULT") {
        Some(rest) => {
            list.run(DEFAULT_CIPHER_LIST.to_bytes(), &mut security_level)?;
            rest.strip_prefix(b":").unwrap_or(rest)
        }
        None => string,
    };
    list.run(rest, &mut security_level)?;
    Ok((list.active().collect(), security_level))
}

/// All suites while a string is applied to them. Suites that are not active keep their place, where
/// they reappear when they are added again.
struct Workspace(Vec<Entry>);

#[derive(Clone, Copy)]
struct Entry {
    cipher: &'static Cipher,
    active: bool,
}

/// What an item does with the suites that it selects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Append those that are not on the list.
    Add,
    /// Move those on the list to its end (`+`).
    MoveToEnd,
    /// Move those on the list to its beginning.
    MoveToFront,
    /// Remove them from the list; they can be added again (`-`).
    Remove,
    /// Remove them for good (`!`).
    Ban,
}

impl Workspace {
    /// All suites that strings can select, none active, in OpenSSL's order of preference: forward
    /// secrecy first, then AEADs, then TLS 1.2, then strength.
    fn in_order_of_preference() -> Self {
        use Encryption::*;
        const EPHEMERAL: Selector = Selector::key_exchange(&[KeyExchange::Dhe, KeyExchange::Ecdhe]);
        const ECDHE: Selector = Selector::key_exchange(&[KeyExchange::Ecdhe]);
        const ECDSA: u32 = super::suite::Authentication::Ecdsa as u32;
        const ANONYMOUS: u32 = super::suite::Authentication::Null as u32;

        let mut list = Self::of_all();
        list.apply(Action::Add, ECDHE.authenticated(ECDSA));
        list.apply(Action::Add, ECDHE);
        list.apply(Action::Remove, ECDHE);
        list.apply(Action::Add, Selector::encryption(&[Aes128Gcm, Aes256Gcm]));
        list.apply(Action::Add, Selector::encryption(&[ChaCha20Poly1305]));
        list.apply(
            Action::Add,
            Selector::encryption(&[Aes128, Aes256, Aes128Ccm, Aes256Ccm, Aes128Ccm8, Aes256Ccm8]),
        );
        list.apply(Action::Add, Selector::EVERYTHING);
        list.apply(Action::MoveToEnd, Selector::EVERYTHING.with_mac(Mac::Md5));
        list.apply(
            Action::MoveToEnd,
            Selector::EVERYTHING.authenticated(ANONYMOUS),
        );
        list.apply(
            Action::MoveToEnd,
            Selector::key_exchange(&[KeyExchange::Rsa]),
        );
        list.apply(
            Action::MoveToEnd,
            Selector::key_exchange(&[KeyExchange::Psk]),
        );
        list.sort_by_strength();
        list.apply(Action::MoveToFront, Selector::version(Version::TLS1_2));
        list.apply(
            Action::MoveToFront,
            Selector::EVERYTHING.with_mac(Mac::Aead),
        );
        list.apply(Action::MoveToFront, EPHEMERAL);
        list.apply(Action::MoveToFront, EPHEMERAL.with_mac(Mac::Aead));
        list.apply(Action::Remove, Selector::EVERYTHING);
        list
    }

    /// All suites that strings can select, none active, in the order of the table reversed.
    fn of_all() -> Self {
        let suites = SUITES.iter().rev().filter(|cipher| listed(cipher));
        let inactive = |cipher| Entry {
            cipher,
            active: false,
        };
        Self(suites.map(inactive).collect())
    }

    fn active(&self) -> impl Iterator<Item = &'static Cipher> {
        self.0
            .iter()
            .filter(|entry| entry.active)
            .map(|entry| entry.cipher)
    }

    /// Runs the items of a string, one after the other. An item also ends where the next one
    /// begins without a separator, as in `ALL@STRENGTH`.
    fn run(&mut self, string: &[u8], security_level: &mut Option<c_int>) -> Result<()> {
        let mut rest = string;
        while let Some((first, after)) = rest.split_first() {
            rest = match first {
                separator if is_separator(*separator) => after,
                b'-' => self.select(Action::Remove, after)?,
                b'+' => self.select(Action::MoveToEnd, after)?,
                b'!' => self.select(Action::Ban, after)?,
                b'@' => self.command(after, security_level)?,
                _ => self.select(Action::Add, rest)?,
            };
        }
        Ok(())
    }

    /// An item of words with `+` between them. Returns what follows it.
    fn select<'a>(&mut self, action: Action, item: &'a [u8]) -> Result<&'a [u8]> {
        let mut rest = item;
        let mut selector = Selector::EVERYTHING;
        loop {
            let (word, after) = split_word(rest)?;
            let Some(both) = Selector::from_word(word).and_then(|class| selector.and(class)) else {
                return Ok(skip_item(after));
            };
            selector = both;
            match after.strip_prefix(b"+") {
                Some(after) => rest = after,
                None => {
                    self.apply(action, selector);
                    return Ok(after);
                }
            }
        }
    }

    /// `STRENGTH` or `SECLEVEL=n`. Returns what follows it.
    fn command<'a>(
        &mut self,
        item: &'a [u8],
        security_level: &mut Option<c_int>,
    ) -> Result<&'a [u8]> {
        let (word, after) = split_word(item)?;
        match word {
            b"STRENGTH" => self.sort_by_strength(),
            [level @ .., digit @ b'0'..=b'5'] if level == b"SECLEVEL=" => {
                *security_level = Some(c_int::from(digit - b'0'));
            }
            _ => return Err(malformed(item)),
        }
        Ok(skip_item(after))
    }

    fn apply(&mut self, action: Action, selector: Selector) {
        self.apply_where(action, |cipher| selector.selects(cipher));
    }

    fn apply_where(&mut self, action: Action, selects: impl Fn(&Cipher) -> bool) {
        let concerned = |entry: &Entry| {
            selects(entry.cipher)
                && match action {
                    Action::Add => !entry.active,
                    Action::Ban => true,
                    _ => entry.active,
                }
        };
        let (mut moved, mut others): (Vec<_>, Vec<_>) = self.0.iter().copied().partition(concerned);
        for entry in &mut moved {
            entry.active = action != Action::Remove;
        }
        self.0 = match action {
            Action::Add | Action::MoveToEnd => {
                others.append(&mut moved);
                others
            }
            Action::Remove | Action::MoveToFront => {
                moved.append(&mut others);
                moved
            }
            Action::Ban => others,
        };
    }

    fn sort_by_strength(&mut self) {
        let mut strengths: Vec<c_int> = self.active().map(Cipher::bits).collect();
        strengths.sort_unstable();
        strengths.dedup();
        for bits in strengths.into_iter().rev() {
            self.apply_where(Action::MoveToEnd, |cipher| cipher.bits() == bits);
        }
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b':' | b' ' | b';' | b',')
}

/// The word at the beginning of `text`, and what follows it. There must be one.
fn split_word(text: &[u8]) -> Result<(&[u8], &[u8])> {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'='))
        .unwrap_or(text.len());
    if end == 0 {
        return Err(malformed(text));
    }
    Ok(text.split_at(end))
}

/// What follows the item that `text` is in.
fn skip_item(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| is_separator(*byte));
    &text[end.unwrap_or(text.len())..]
}

fn malformed(item: &[u8]) -> Error {
    Error::with(
        Reason::INVALID_COMMAND,
        format!("in the cipher string at '{}'", item.escape_ascii()),
    )
}

#[cfg(test)]
mod tests;
