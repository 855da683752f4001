//! Controls of protocol versions, modes and sizes (SSL_CTX_set_min_proto_version(3),
//! SSL_CTX_set_mode(3), SSL_CTX_set_split_send_fragment(3), SSL_CTX_set_max_cert_list(3),
//! SSL_CTX_set_read_ahead(3)).

use std::ffi::{c_int, c_long};

use super::target::Target;
use crate::context::VersionRange;
use crate::error::Result;
use crate::flags::Mode;
use crate::wire::Version;

const SMALLEST_FRAGMENT: usize = 512;
const LARGEST_FRAGMENT: usize = 16384;
const MOST_PIPELINES: usize = 32;

/// Which end of the range of versions.
#[derive(Clone, Copy)]
pub enum Limit {
    /// The lowest version.
    Min,
    /// The highest version.
    Max,
}

impl Limit {
    fn of(self, range: &mut VersionRange) -> &mut Version {
        match self {
            Self::Min => &mut range.min,
            Self::Max => &mut range.max,
        }
    }
}

/// Sets a version limit, 0 for none. It changes nothing for a method with a fixed version, nor when
/// it is a version of DTLS. 0 for an unknown version, and for TLS together with DTLS.
pub fn set_version(target: Target<'_>, limit: Limit, version: c_long) -> Result<c_long> {
    let is_version =
        |version: &Version| *version == Version::NONE || version.is_tls() || version.is_dtls();
    let Some(version) = Version::from_c(version).filter(is_version) else {
        return Ok(0);
    };
    let mut other = target.settings().versions;
    *limit.of(&mut other) = Version::NONE;
    let other = other.min.max(other.max);
    if version.is_dtls() {
        return Ok((other == Version::NONE).into());
    }
    let flexible = match target {
        Target::Context(context) => context.method().version.is_none(),
        Target::Connection(connection) => connection.context().method().version.is_none(),
    };
    if version == Version::NONE || flexible {
        target.change(|settings| *limit.of(&mut settings.versions) = version)?;
    }
    Ok(1)
}

/// A version limit as it was set, or 0.
pub fn version(target: Target<'_>, limit: Limit) -> c_long {
    limit.of(&mut target.settings().versions.clone()).0.into()
}

/// Sets `SSL_MODE_…` bits and returns the mode.
pub fn add_mode(target: Target<'_>, bits: c_long) -> Result<c_long> {
    target.change(|settings| {
        settings.mode.set(Mode(bits as u32), true);
        settings.mode.0.into()
    })
}

/// Clears `SSL_MODE_…` bits and returns the mode.
pub fn clear_mode(target: Target<'_>, bits: c_long) -> Result<c_long> {
    target.change(|settings| {
        settings.mode.set(Mode(bits as u32), false);
        settings.mode.0.into()
    })
}

/// Stores the flag for reading ahead and returns the old one.
pub fn set_read_ahead(target: Target<'_>, flag: c_long) -> Result<c_long> {
    target.change(|settings| std::mem::replace(&mut settings.read_ahead, flag as c_int).into())
}

/// Sets how long a peer's Certificate message, or a server's CertificateRequest, may be, and
/// returns the old limit; 0 for a negative one.
pub fn set_max_cert_list(target: Target<'_>, bytes: c_long) -> Result<c_long> {
    match usize::try_from(bytes) {
        Ok(bytes) => target
            .change(|settings| std::mem::replace(&mut settings.max_cert_list, bytes) as c_long),
        Err(_) => Ok(0),
    }
}

/// Sets how many bytes of data a record carries at most.
pub fn set_max_send_fragment(target: Target<'_>, bytes: c_long) -> Result<c_long> {
    let Some(bytes) = within(bytes, SMALLEST_FRAGMENT, LARGEST_FRAGMENT) else {
        return Ok(0);
    };
    target.change(|settings| {
        settings.max_send_fragment = bytes;
        settings.split_send_fragment = settings.split_send_fragment.min(bytes);
        1
    })
}

/// Stores how many bytes go into one of several pipelines.
pub fn set_split_send_fragment(target: Target<'_>, bytes: c_long) -> Result<c_long> {
    target.change(
        |settings| match within(bytes, 1, settings.max_send_fragment) {
            Some(bytes) => {
                settings.split_send_fragment = bytes;
                1
            }
            None => 0,
        },
    )
}

/// Stores how many pipelines may be used. It has no effect: the engine encrypts record by record.
pub fn set_max_pipelines(target: Target<'_>, count: c_long) -> Result<c_long> {
    match within(count, 1, MOST_PIPELINES) {
        Some(count) => target.change(|settings| {
            settings.max_pipelines = count;
            if count > 1 && matches!(target, Target::Connection(_)) {
                settings.read_ahead = 1;
            }
            1
        }),
        None => Ok(0),
    }
}

fn within(number: c_long, least: usize, most: usize) -> Option<usize> {
    usize::try_from(number)
        .ok()
        .filter(|number| (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::Method;
    use crate::context::Context;

    #[test]
    fn versions_are_limited_as_with_openssl() {
        static METHOD: Method = Method::TLS;
        let context = Context::new(Default::default(), &METHOD).unwrap();
        let target = Target::Context(&context);
        for version in [0x0302, 0x0303, 0x0304, 0] {
            assert_eq!(set_version(target, Limit::Min, version), Ok(1));
            assert_eq!(super::version(target, Limit::Min), version);
        }
        for version in [-1, 1, 0x0305, 0x7fff, 0x1_0000_0303] {
            assert_eq!(set_version(target, Limit::Max, version), Ok(0), "{version}");
        }
        assert_eq!(set_version(target, Limit::Max, 0xfefd), Ok(1));
        assert_eq!(super::version(target, Limit::Max), 0);
        set_version(target, Limit::Min, 0x0303).unwrap();
        assert_eq!(set_version(target, Limit::Max, 0xfefd), Ok(0));
    }

    #[test]
    fn fragments_keep_their_order() {
        static METHOD: Method = Method::TLS;
        let context = Context::new(Default::default(), &METHOD).unwrap();
        let target = Target::Context(&context);
        assert_eq!(set_max_send_fragment(target, 511), Ok(0));
        assert_eq!(set_max_send_fragment(target, 16385), Ok(0));
        assert_eq!(set_max_send_fragment(target, 4096), Ok(1));
        assert_eq!(context.settings().split_send_fragment, 4096);
        assert_eq!(set_split_send_fragment(target, 4097), Ok(0));
        assert_eq!(set_split_send_fragment(target, 0), Ok(0));
        assert_eq!(set_split_send_fragment(target, 100), Ok(1));
    }
}
