//! The peer's public key of the key exchange, which rustls does not show but hands to its
//! provider's groups. Each group is wrapped; while a record is digested, what it is given on this
//! thread is noted.

use std::sync::LazyLock;

use rustls::crypto::kx::{
    ActiveKeyExchange, NamedGroup, SharedSecret, StartedKeyExchange, SupportedKxGroup,
};
use rustls::enums::ProtocolVersion;
use rustls::error::Error;
use rustls_aws_lc_rs::ALL_KX_GROUPS;

use super::note::{Note, OnThread};

thread_local! {
    static NOTED: Note<Vec<u8>> = const { Note::new() };
}

/// Takes what was noted on this thread since the last time, if anything.
pub(super) fn collect(key_share: &mut Vec<u8>) {
    if let Some(noted) = NOTED.take() {
        *key_share = noted;
    }
}

/// Takes what was noted and not collected.
pub(super) fn take_noted() -> Option<Vec<u8>> {
    NOTED.take()
}

/// Puts back what [`take_noted`] took.
pub(super) fn put_back(noted: Option<Vec<u8>>) {
    NOTED.set(noted);
}

fn note(peer_pub_key: &[u8]) {
    NOTED.set(Some(peer_pub_key.to_vec()));
}

/// The group of this TLS number, if the engine knows it.
pub(super) fn group(number: u16) -> Option<&'static dyn SupportedKxGroup> {
    static GROUPS: LazyLock<Vec<NotingGroup>> =
        LazyLock::new(|| ALL_KX_GROUPS.iter().copied().map(NotingGroup).collect());
    GROUPS
        .iter()
        .find(|group| group.name().0 == number)
        .map(|group| group as &dyn SupportedKxGroup)
}

/// A group that notes the peer's public key.
#[derive(Debug)]
struct NotingGroup(&'static dyn SupportedKxGroup);

impl SupportedKxGroup for NotingGroup {
    fn start(&self) -> Result<StartedKeyExchange, Error> {
        Ok(match self.0.start()? {
            StartedKeyExchange::Single(inner) => {
                StartedKeyExchange::Single(Box::new(NotingExchange(inner)))
            }
            // Two public keys in one: nothing that libcrypto could make a key of.
            hybrid => hybrid,
        })
    }

    fn name(&self) -> NamedGroup {
        self.0.name()
    }
}

struct NotingExchange(Box<dyn ActiveKeyExchange>);

impl ActiveKeyExchange for NotingExchange {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        note(peer_pub_key);
        self.0.complete(peer_pub_key)
    }

    fn complete_for_tls_version(
        self: Box<Self>,
        peer_pub_key: &[u8],
        tls_version: ProtocolVersion,
    ) -> Result<SharedSecret, Error> {
        note(peer_pub_key);
        self.0.complete_for_tls_version(peer_pub_key, tls_version)
    }

    fn pub_key(&self) -> &[u8] {
        self.0.pub_key()
    }

    fn group(&self) -> NamedGroup {
        self.0.group()
    }
}
