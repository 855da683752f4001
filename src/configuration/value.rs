//! Commands that take a list, a name or a number.

use std::ffi::{CStr, c_int};

use super::Configuration;
use super::switch::{self, Element};
use super::target::text;
use crate::cipher::CipherList;
use crate::cipher::group::parse_groups;
use crate::cipher::list::parse_ciphersuites;
use crate::cipher::signature::parse_signature_algorithms;
use crate::error::{Error, Reason, Result};
use crate::flags::CommandFlags;
use crate::wire::Version;
use crate::wire::version::limit_from_name;

/// `SignatureAlgorithms`
pub fn signature_algorithms(configuration: &Configuration, value: &CStr) -> Result<()> {
    let ids = signature_ids(value)?;
    configuration
        .configured()
        .change(|settings| settings.signature_schemes = Some(ids.as_slice().into()));
    Ok(())
}

/// `ClientSignatureAlgorithms`
pub fn client_signature_algorithms(configuration: &Configuration, value: &CStr) -> Result<()> {
    let ids = signature_ids(value)?;
    configuration
        .configured()
        .change(|settings| settings.client_signature_schemes = Some(ids.as_slice().into()));
    Ok(())
}

fn signature_ids(value: &CStr) -> Result<Vec<u16>> {
    let algorithms = parse_signature_algorithms(value.to_bytes())?;
    Ok(algorithms.iter().map(|algorithm| algorithm.id).collect())
}

/// `Groups`, `Curves`
pub fn groups(configuration: &Configuration, value: &CStr) -> Result<()> {
    let groups = parse_groups(value.to_bytes())?;
    let ids: Vec<u16> = groups.iter().map(|group| group.id).collect();
    configuration
        .configured()
        .change(|settings| settings.groups = Some(ids.as_slice().into()));
    Ok(())
}

/// `ECDHParameters`: one group, or a word that leaves the choice to the library, which is the
/// default.
pub fn one_group(configuration: &Configuration, value: &CStr) -> Result<()> {
    let name = value.to_bytes();
    let automatic = configuration.allows(CommandFlags::FILE)
        && (name.eq_ignore_ascii_case(b"automatic") || name.eq_ignore_ascii_case(b"+automatic"))
        || configuration.allows(CommandFlags::COMMAND_LINE) && name == b"auto";
    if automatic {
        return Ok(());
    }
    if name.contains(&b':') {
        return Err(Error::Silent);
    }
    if configuration.configured().is_some() {
        groups(configuration, value)
    } else {
        Ok(())
    }
}

/// `CipherString`. Not checked without a target, as in OpenSSL.
pub fn cipher_string(configuration: &Configuration, value: &CStr) -> Result<()> {
    let configured = configuration.configured();
    if configured.is_some() {
        let list = CipherList::parse(value.to_bytes())?;
        configured.change_ciphers(|settings| settings.set_cipher_list(&list));
    }
    Ok(())
}

/// `Ciphersuites`. Not checked without a target, as in OpenSSL.
pub fn ciphersuites(configuration: &Configuration, value: &CStr) -> Result<()> {
    let configured = configuration.configured();
    if configured.is_some() {
        let suites = parse_ciphersuites(value.to_bytes())?;
        configured.change_ciphers(|settings| settings.set_tls13_ciphers(&suites));
    }
    Ok(())
}

/// `Protocol`. Versions that this library does not speak can be turned on and off like others.
pub fn protocol(configuration: &Configuration, value: &CStr) -> Result<()> {
    run_list(configuration, value, switch::PROTOCOLS)
}

/// `Options`
pub fn options(configuration: &Configuration, value: &CStr) -> Result<()> {
    run_list(configuration, value, switch::OPTIONS)
}

/// `VerifyMode`
pub fn verify_mode(configuration: &Configuration, value: &CStr) -> Result<()> {
    run_list(configuration, value, switch::VERIFY_MODES)
}

fn run_list(configuration: &Configuration, value: &CStr, elements: &[Element]) -> Result<()> {
    let configured = configuration.configured();
    let roles = configuration.flags.get();
    switch::run_list(value.to_bytes(), elements, roles, |switch, on| {
        configured.set(switch, on);
    })
}

/// `MinProtocol`
pub fn min_protocol(configuration: &Configuration, value: &CStr) -> Result<()> {
    if let Some(version) = limit(configuration, value)? {
        configuration
            .configured()
            .change(|settings| settings.versions.min = version);
    }
    Ok(())
}

/// `MaxProtocol`
pub fn max_protocol(configuration: &Configuration, value: &CStr) -> Result<()> {
    if let Some(version) = limit(configuration, value)? {
        configuration
            .configured()
            .change(|settings| settings.versions.max = version);
    }
    Ok(())
}

/// The limit to set, [`Version::NONE`] for no limit. `None` when there is nothing to do: a version
/// of DTLS, or a target with a method of one version.
fn limit(configuration: &Configuration, value: &CStr) -> Result<Option<Version>> {
    let method = configuration.configured().method().ok_or(Error::Silent)?;
    match (text(value), limit_from_name(text(value))) {
        ("DTLSv1" | "DTLSv1.2", _) => Ok(None),
        (_, Some(Version::NONE)) => Ok(Some(Version::NONE)),
        (_, Some(version)) => Ok(method.version.is_none().then_some(version)),
        (_, None) => Err(Error::Silent),
    }
}

/// `RecordPadding`: the engine does not pad, so only 0 and 1, which mean no padding.
pub fn record_padding(configuration: &Configuration, value: &CStr) -> Result<()> {
    const MOST: c_int = 16384;
    match number(value) {
        _ if !configuration.configured().is_some() => Err(Error::Silent),
        0 | 1 => Ok(()),
        2..=MOST => Err(Error::with(
            Reason::UNSUPPORTED,
            "Reprise cannot pad records",
        )),
        _ => Err(Error::Silent),
    }
}

/// `NumTickets`
pub fn num_tickets(configuration: &Configuration, value: &CStr) -> Result<()> {
    let configured = configuration.configured();
    let count = usize::try_from(number(value)).map_err(|_| Error::Silent)?;
    if !configured.is_some() {
        return Err(Error::Silent);
    }
    configured.change(|settings| settings.num_tickets = count);
    Ok(())
}

/// The number that a text begins with, or 0. As in glibc's `atoi(3)`, it is read as a `long`,
/// limited to the range of that type, and its lower half is returned.
fn number(value: &CStr) -> c_int {
    const VERTICAL_TAB: u8 = 0x0b;
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == VERTICAL_TAB;
    let mut text = value.to_bytes();
    while text.first().is_some_and(is_space) {
        text = &text[1..];
    }
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let long = digits.fold(0, |long: i64, digit| {
        let digit = i64::from(digit - b'0');
        long.saturating_mul(10).saturating_add(sign * digit)
    });
    long as c_int
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_as_by_atoi() {
        for text in [
            c"",
            c"0",
            c"7",
            c" \t\n\x0b\x0c\r12",
            c"+3",
            c"-4",
            c"--4",
            c"- 4",
            c"+-4",
            c"12x",
            c"x12",
            c"2147483647",
            c"2147483648",
            c"-2147483648",
            c"-2147483649",
            c"4294967297",
            c"9223372036854775807",
            c"9223372036854775808",
            c"99999999999999999999",
            c"-9223372036854775808",
            c"-9223372036854775809",
            c"-99999999999999999999",
            c"0x10",
            c"\xa05",
        ] {
            // SAFETY: a C string.
            let expected = unsafe { libc::atoi(text.as_ptr()) };
            assert_eq!(number(text), expected, "{text:?}");
        }
    }
}
