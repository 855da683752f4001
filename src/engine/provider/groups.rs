//! The peer's public key of the key exchange, which rustls does not show but hands to its
//! provider's groups. Each group is wrapped, and records what it is given.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustls::crypto::kx::{
    ActiveKeyExchange, NamedGroup, SharedSecret, StartedKeyExchange, SupportedKxGroup,
};
use rustls::enums::ProtocolVersion;
use rustls::error::{Error, PeerMisbehaved};
use rustls_aws_lc_rs::ALL_KX_GROUPS;

use super::library;
use crate::engine::thread;
use crate::libcrypto::error_queue;
use crate::libcrypto::key_exchange::KeyShare;

fn record(peer_pub_key: &[u8]) {
    thread::with(|driven| driven.peer_key_share = peer_pub_key.to_vec());
}

/// The group of this TLS number, if the engine knows it.
pub(in crate::engine) fn group(number: u16) -> Option<&'static dyn SupportedKxGroup> {
    static GROUPS: LazyLock<Vec<RecordingGroup>> = LazyLock::new(|| {
        let recording = |group| RecordingGroup(group);
        ALL_KX_GROUPS.iter().copied().map(recording).collect()
    });
    GROUPS
        .iter()
        .find(|group| group.name().0 == number)
        .map(|group| group as &dyn SupportedKxGroup)
}

/// The group of this TLS number as a provider of the connection's library context has it.
pub(in crate::engine) fn provided_group(number: u16) -> &'static dyn SupportedKxGroup {
    // As many as there are numbers at most, and as many as providers have in fact.
    static GROUPS: Mutex<BTreeMap<u16, &'static RecordingGroup>> = Mutex::new(BTreeMap::new());
    let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    *groups.entry(number).or_insert_with(|| {
        let group = Box::leak(Box::new(ProvidedGroup(NamedGroup(number))));
        Box::leak(Box::new(RecordingGroup(group)))
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

/// A group that records the peer's public key.
#[derive(Debug)]
struct RecordingGroup(&'static dyn SupportedKxGroup);

impl SupportedKxGroup for RecordingGroup {
    fn start(&self) -> Result<StartedKeyExchange, Error> {
        Ok(match self.0.start()? {
            StartedKeyExchange::Single(inner) => {
                StartedKeyExchange::Single(Box::new(RecordingExchange(inner)))
            }
            // Two public keys in one: nothing that libcrypto could make a key of.
            hybrid => hybrid,
        })
    }

    fn name(&self) -> NamedGroup {
        self.0.name()
    }
}

struct RecordingExchange(Box<dyn ActiveKeyExchange>);

impl ActiveKeyExchange for RecordingExchange {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        record(peer_pub_key);
        self.0.complete(peer_pub_key)
    }

    fn complete_for_tls_version(
        self: Box<Self>,
        peer_pub_key: &[u8],
        tls_version: ProtocolVersion,
    ) -> Result<SharedSecret, Error> {
        record(peer_pub_key);
        self.0.complete_for_tls_version(peer_pub_key, tls_version)
    }

    fn pub_key(&self) -> &[u8] {
        self.0.pub_key()
    }

    fn group(&self) -> NamedGroup {
        self.0.group()
    }
}
