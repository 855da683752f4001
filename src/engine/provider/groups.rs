//! The peer's public key of the key exchange, which rustls does not show but hands to its
//! provider's groups. Each group is wrapped; while a record is digested, what it is given on this
//! thread is noted.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustls::crypto::kx::{
    ActiveKeyExchange, NamedGroup, SharedSecret, StartedKeyExchange, SupportedKxGroup,
};
use rustls::enums::ProtocolVersion;
use rustls::error::{Error, PeerMisbehaved};
use rustls_aws_lc_rs::ALL_KX_GROUPS;

use crate::engine::library;
use crate::engine::note::{Note, OnThread};
use crate::libcrypto::error_queue;
use crate::libcrypto::key_exchange::KeyShare;

thread_local! {
    static NOTED: Note<Vec<u8>> = const { Note::new() };
}

/// Takes what was noted on this thread since the last time, if anything.
pub(in crate::engine) fn collect(key_share: &mut Vec<u8>) {
    if let Some(noted) = NOTED.take() {
        *key_share = noted;
    }
}

/// Takes what was noted and not collected.
pub(in crate::engine) fn take_noted() -> Option<Vec<u8>> {
    NOTED.take()
}

/// Puts back what [`take_noted`] took.
pub(in crate::engine) fn put_back(noted: Option<Vec<u8>>) {
    NOTED.set(noted);
}

fn note(peer_pub_key: &[u8]) {
    NOTED.set(Some(peer_pub_key.to_vec()));
}

/// The group of this TLS number, if the engine knows it.
pub(in crate::engine) fn group(number: u16) -> Option<&'static dyn SupportedKxGroup> {
    static GROUPS: LazyLock<Vec<NotingGroup>> = LazyLock::new(|| {
        let noting = |group| NotingGroup(group);
        ALL_KX_GROUPS.iter().copied().map(noting).collect()
    });
    GROUPS
        .iter()
        .find(|group| group.name().0 == number)
        .map(|group| group as &dyn SupportedKxGroup)
}

/// The group of this TLS number as a provider of the connection's library context has it.
pub(in crate::engine) fn provided_group(number: u16) -> &'static dyn SupportedKxGroup {
    // As many as there are numbers at most, and as many as providers have in fact.
    static GROUPS: Mutex<BTreeMap<u16, &'static NotingGroup>> = Mutex::new(BTreeMap::new());
    let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    *groups.entry(number).or_insert_with(|| {
        let group = Box::leak(Box::new(ProvidedGroup(NamedGroup(number))));
        Box::leak(Box::new(NotingGroup(group)))
    })
}

/// A group in which libcrypto exchanges keys.
#[derive(Debug)]
struct ProvidedGroup(NamedGroup);

impl SupportedKxGroup for ProvidedGroup {
    fn start(&self) -> Result<StartedKeyExchange, Error> {
        let failed = || Error::General("the key exchange could not be started".into());
        let algorithms = library::current().ok_or_else(failed)?;
        let (Some(library), Some(group)) = (algorithms.source(), algorithms.group(self.0.0)) else {
            return Err(failed());
        };
        let share = KeyShare::generate(library, group).map_err(|_| failed())?;
        Ok(StartedKeyExchange::Single(Box::new(ProvidedExchange {
            share,
            group: self.0,
        })))
    }

    fn name(&self) -> NamedGroup {
        self.0
    }
}

struct ProvidedExchange {
    share: KeyShare,
    group: NamedGroup,
}

impl ActiveKeyExchange for ProvidedExchange {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        let secret = error_queue::quietly(|| self.share.derive(peer_pub_key));
        let secret = secret.map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        Ok(SharedSecret::from(&secret[..]))
    }

    fn pub_key(&self) -> &[u8] {
        self.share.public()
    }

    fn group(&self) -> NamedGroup {
        self.group
    }
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
