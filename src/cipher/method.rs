//! Methods: which protocol versions and which role a context is made for (TLS_method(3)).

use std::ops::RangeInclusive;

use crate::error::{Error, Reason, Result};
use crate::reference::tag::{FixedTag, Tagged, tagged};
use crate::wire::Version;

/// What `SSL_METHOD` points to. All of them are static.
#[derive(Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Method {
    kind: FixedTag<{ Method::KIND }>,
    /// The function that returns it.
    pub name: &'static str,
    /// The role of connections, or `None` for either.
    pub role: Option<Role>,
    /// The only version, or `None` when it is negotiated.
    pub version: Option<Version>,
}

/// Client or server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sends the ClientHello.
    Client,
    /// Answers it.
    Server,
}

tagged!(Method, kind, 0xa86d_03f7_5ce2_b914);

impl Method {
    /// `TLS_method`
    pub const TLS: Method = Method::new("TLS_method", None, None);
    /// `TLS_client_method`
    pub const TLS_CLIENT: Method = Method::new("TLS_client_method", Some(Role::Client), None);
    /// `TLS_server_method`
    pub const TLS_SERVER: Method = Method::new("TLS_server_method", Some(Role::Server), None);

    /// A method; see the fields.
    pub const fn new(name: &'static str, role: Option<Role>, version: Option<Version>) -> Self {
        Self {
            kind: FixedTag::new(),
            name,
            role,
            version,
        }
    }

    /// The versions that a connection of this method can speak. If there are none, the result is an
    /// error that names the method, and handshakes fail with it. Contexts can be made nevertheless,
    /// since programs try all methods; OpenSSL does the same if its security level forbids the
    /// version.
    pub fn versions(&self) -> Result<RangeInclusive<Version>> {
        match self.version {
            None => Ok(Version::LOWEST_SUPPORTED..=Version::HIGHEST_SUPPORTED),
            Some(version) if version.supported() => Ok(version..=version),
            Some(version) => Err(Error::with(
                Reason::UNSUPPORTED_SSL_VERSION,
                format!(
                    "{}: Reprise speaks TLS 1.2 and TLS 1.3, not {}",
                    self.name,
                    version.name().to_string_lossy()
                ),
            )),
        }
    }

    /// Whether its connections negotiate their version.
    pub fn is_flexible(&self) -> bool {
        self.version.is_none()
    }

    /// Whether its connections may be clients.
    pub fn may_connect(&self) -> bool {
        self.role != Some(Role::Server)
    }

    /// Whether its connections may be servers.
    pub fn may_accept(&self) -> bool {
        self.role != Some(Role::Client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_says_what_it_speaks() {
        assert_eq!(
            Method::TLS.versions(),
            Ok(Version::TLS1_2..=Version::TLS1_3)
        );
        let fixed = Method::new("TLSv1_2_method", None, Some(Version::TLS1_2));
        assert_eq!(fixed.versions(), Ok(Version::TLS1_2..=Version::TLS1_2));
    }

    #[test]
    fn a_method_of_an_old_version_is_an_error_that_names_it() {
        let old = Method::new("TLSv1_1_method", None, Some(Version::TLS1_1));
        let Err(Error::Ssl(reason, detail)) = old.versions() else {
            panic!("accepted");
        };
        assert_eq!(reason, Reason::UNSUPPORTED_SSL_VERSION);
        assert!(detail.starts_with("TLSv1_1_method: "), "{detail}");
    }

    #[test]
    fn a_method_for_one_role_refuses_the_other() {
        assert!(Method::TLS.may_connect() && Method::TLS.may_accept());
        assert!(!Method::TLS_SERVER.may_connect());
        assert!(!Method::TLS_CLIENT.may_accept());
    }
}
