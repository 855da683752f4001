//! The signature schemes in force: those of the settings for which there are algorithms, and those
//! of them that the security policy permits.
//!
//! They are made when first needed, and kept until a setting is changed. A security callback is
//! asked in each handshake.

use std::ffi::c_int;
use std::sync::Arc;

use once_cell::sync::OnceCell;

use super::Settings;
use crate::callback::Asker;
use crate::cipher::security::operation::SIGALG_SUPPORTED;
use crate::cipher::signature::DEFAULT_SIGNATURE_ALGORITHMS;

/// The lists that are kept, by signer.
#[derive(Clone, Default)]
pub(super) struct Schemes {
    servers: Lists,
    clients: Lists,
}

#[derive(Clone, Default)]
struct Lists {
    all: OnceCell<Arc<[u16]>>,
    /// Those that the security level permits for `SIGALG_SUPPORTED`.
    supported: OnceCell<Arc<[u16]>>,
    /// Those that it permits for `SIGALG_SHARED`.
    shared: OnceCell<Arc<[u16]>>,
}

/// Whose signatures the schemes are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// A server: this side, or the peer of a client.
    Server,
    /// A client, likewise.
    Client,
}

impl Settings {
    /// Signature schemes as set, by TLS number, best first. The security policy is not considered.
    pub fn signature_schemes(&self) -> &[u16] {
        self.schemes.servers.all.get_or_init(|| {
            let schemes = match (self.suite_b(), &self.signature_schemes) {
                (Some(profile), _) => profile.signature_schemes(),
                (None, Some(schemes)) => schemes,
                (None, None) => &DEFAULT_SIGNATURE_ALGORITHMS[..],
            };
            self.with_algorithms(schemes)
        })
    }

    /// Signature schemes for a client's signature: what a client signs with, and what a server
    /// requests of clients. The security policy is not considered.
    pub fn client_signature_schemes(&self) -> &[u16] {
        match (self.suite_b(), &self.client_signature_schemes) {
            (None, Some(schemes)) => {
                let all = &self.schemes.clients.all;
                all.get_or_init(|| self.with_algorithms(schemes))
            }
            _ => self.signature_schemes(),
        }
    }

    /// Those of the schemes that are `wanted` and that the security policy permits for this
    /// operation.
    pub(crate) fn permitted_schemes(
        &self,
        signer: Signer,
        operation: c_int,
        asker: Asker<'_>,
        wanted: impl Fn(u16) -> bool,
    ) -> Vec<u16> {
        let (all, lists) = match signer {
            Signer::Server => (self.signature_schemes(), &self.schemes.servers),
            Signer::Client => (self.client_signature_schemes(), &self.schemes.clients),
        };
        let permits = |scheme: u16| self.permits_signature(asker, operation, scheme);
        let kept = match operation {
            SIGALG_SUPPORTED => &lists.supported,
            _ => &lists.shared,
        };
        match self.security_callback.is_set() {
            true => chosen(all, |scheme| wanted(scheme) && permits(scheme)),
            false => chosen(kept.get_or_init(|| chosen(all, permits).into()), wanted),
        }
    }

    fn with_algorithms(&self, schemes: &[u16]) -> Arc<[u16]> {
        chosen(schemes, |scheme| self.has_algorithms_of_scheme(scheme)).into()
    }
}

fn chosen(schemes: &[u16], is_good: impl Fn(u16) -> bool) -> Vec<u16> {
    let mut chosen = Vec::with_capacity(schemes.len());
    chosen.extend(schemes.iter().copied().filter(|scheme| is_good(*scheme)));
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Context, Method};

    fn permitted(settings: &Settings) -> Vec<u16> {
        let context = Context::new(Default::default(), &Method::TLS).unwrap();
        settings.permitted_schemes(Signer::Client, SIGALG_SUPPORTED, context.asker(), |_| true)
    }

    #[test]
    fn a_change_of_any_setting_counts() {
        let mut settings = Settings::default();
        assert_eq!(settings.signature_schemes()[0], 0x0403);
        assert!(permitted(&settings).contains(&0x0804));
        settings.changing().signature_schemes = Some(Arc::new([0x0804, 0x0403]));
        assert_eq!(settings.signature_schemes(), [0x0804, 0x0403]);
        assert_eq!(permitted(&settings), [0x0804, 0x0403]);
        settings.changing().client_signature_schemes = Some(Arc::new([0x0401]));
        assert_eq!(settings.client_signature_schemes(), [0x0401]);
        assert_eq!(permitted(&settings), [0x0401]);
        assert_eq!(settings.signature_schemes(), [0x0804, 0x0403]);
        settings.changing().security_level = 5;
        assert_eq!(permitted(&settings), []);
    }
}
