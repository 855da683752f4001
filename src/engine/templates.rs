//! rustls's configurations.
//!
//! rustls reads plain values of the configuration that a connection is made with, and calls its
//! hooks. The hooks have no state (`client`, `server`): they find the connection on their thread. So
//! connections with the same profile and the same values share a configuration.
//!
//! Each thread keeps those that it has used last, so that threads do not count references to the
//! same one. They hold no secrets. A profile may be a single connection's, so its first connection
//! leaves nothing behind. Making a configuration from nothing checks the whole provider and
//! allocates session stores that are dropped at once, so it is cloned from the profile's template.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;
use std::thread::LocalKey;

use once_cell::sync::OnceCell;
use rustls::client::{Resumption, Tls12Resumption};
use rustls::crypto::{CryptoProvider, TicketProducer};
use rustls::enums::ApplicationProtocol;
use rustls::server::{InvalidSniPolicy, Tls13Tickets};
use rustls::{ClientConfig, Error, ServerConfig};

use super::client::ClientHooks;
use super::group_choice::GroupChoice;
use super::hooks::fragment_size;
use super::server::ServerHooks;
use super::suite_selection::SuiteSelection;

/// How many configurations a thread keeps for each role.
const MOST: usize = 16;

/// The configurations that others are cloned from.
#[derive(Default)]
pub(super) struct Templates {
    client: OnceCell<ClientConfig>,
    server: OnceCell<ServerConfig>,
}

/// What rustls reads of a client's configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ClientValues {
    /// Send early data, if the session is good for it.
    pub(super) early_data: bool,
    /// Accept TLS 1.2 tickets.
    pub(super) tls12_tickets: bool,
    /// Largest plaintext of a record, in bytes.
    pub(super) max_fragment: usize,
}

/// What rustls reads of a server's configuration.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ServerValues<'a> {
    /// The protocol that has been chosen.
    pub(super) alpn: Option<Cow<'a, [u8]>>,
    /// Most early data that is accepted or skipped, in bytes.
    pub(super) max_early_data: u32,
    /// Application data may be sent before the client has finished.
    pub(super) early_answer: bool,
    /// Tickets of TLS 1.3 that the client may ask for.
    pub(super) tickets: usize,
    /// Tickets are opened and made.
    pub(super) with_ticketer: bool,
    /// Largest plaintext of a record, in bytes.
    pub(super) max_fragment: usize,
}

impl Templates {
    /// For a client.
    pub(super) fn client(
        &self,
        provider: &Arc<CryptoProvider>,
        values: ClientValues,
    ) -> Result<Arc<ClientConfig>, Error> {
        let same = |known: &ClientValues, config: &ClientConfig| {
            *known == values && Arc::ptr_eq(config.provider(), provider)
        };
        let Some(template) = self.client.get() else {
            let template = self.client.get_or_try_init(|| new_client(provider))?;
            return Ok(Arc::new(values.put_into(template.clone())));
        };
        Ok(kept(&CLIENTS, same, || {
            (values, values.put_into(template.clone()))
        }))
    }

    /// For a server.
    pub(super) fn server(
        &self,
        provider: &Arc<CryptoProvider>,
        values: &ServerValues<'_>,
    ) -> Result<Arc<ServerConfig>, Error> {
        let same = |known: &ServerValues<'_>, config: &ServerConfig| {
            known == values && Arc::ptr_eq(config.provider(), provider)
        };
        let Some(template) = self.server.get() else {
            let template = self.server.get_or_try_init(|| new_server(provider))?;
            return Ok(Arc::new(values.put_into(template.clone())));
        };
        Ok(kept(&SERVERS, same, || {
            (values.to_owned(), values.put_into(template.clone()))
        }))
    }
}

fn new_client(provider: &Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    let hooks = Arc::new(ClientHooks);
    let mut config = ClientConfig::builder(provider.clone())
        .dangerous()
        .with_custom_certificate_verifier(hooks.clone())
        .with_client_credential_resolver(hooks.clone())?;
    config.resumption = Resumption::store(hooks.clone());
    config.key_log = hooks;
    // OpenSSL 3.0 does not compress chains; the caches for it would only cost memory.
    config.cert_decompressors = Vec::new();
    config.cert_compressors = Vec::new();
    Ok(config)
}

fn new_server(provider: &Arc<CryptoProvider>) -> Result<ServerConfig, Error> {
    let hooks = Arc::new(ServerHooks);
    let mut config = ServerConfig::builder(provider.clone())
        .with_client_cert_verifier(hooks.clone())
        .with_server_credential_resolver(hooks.clone())?;
    config.session_storage = hooks.clone();
    config.key_log = hooks;
    config.cipher_suite_selector = &SuiteSelection;
    config.kx_selector = &GroupChoice;
    config.invalid_sni_policy = InvalidSniPolicy::IgnoreAll;
    config.cert_compressors = Vec::new();
    config.cert_decompressors = Vec::new();
    Ok(config)
}

impl ClientValues {
    fn put_into(self, mut config: ClientConfig) -> ClientConfig {
        config.resumption = config
            .resumption
            .tls12_resumption(match self.tls12_tickets {
                true => Tls12Resumption::SessionIdOrTickets,
                false => Tls12Resumption::SessionIdOnly,
            });
        config.enable_early_data = self.early_data;
        config.max_fragment_size = fragment_size(self.max_fragment);
        config
    }
}

impl ServerValues<'_> {
    fn put_into(&self, mut config: ServerConfig) -> ServerConfig {
        // The tickets of TLS 1.3 are our own; `put` and `encrypt` keep those back that rustls
        // would send.
        config.send_tls13_tickets = Tls13Tickets {
            default: 0,
            max: self.tickets,
        };
        let ticketer = || Arc::new(ServerHooks) as Arc<dyn TicketProducer>;
        config.ticketer = self.with_ticketer.then(ticketer);
        let protocol = self.alpn.iter();
        config.alpn_protocols = protocol
            .map(|name| ApplicationProtocol::from(&**name).to_owned())
            .collect();
        config.max_early_data_size = self.max_early_data;
        config.send_half_rtt_data = self.early_answer;
        config.max_fragment_size = fragment_size(self.max_fragment);
        config
    }

    fn to_owned(&self) -> ServerValues<'static> {
        let alpn = self.alpn.as_deref();
        ServerValues {
            alpn: alpn.map(|name| Cow::Owned(name.to_vec())),
            ..*self
        }
    }
}

/// Configurations of one thread, with their values.
struct Kept<Values, Config> {
    configurations: Vec<(Values, Arc<Config>)>,
    /// The place of the oldest, once there are as many as are kept.
    oldest: usize,
}

impl<Values, Config> Default for Kept<Values, Config> {
    fn default() -> Self {
        Self {
            configurations: Vec::new(),
            oldest: 0,
        }
    }
}

type Place<Values, Config> = Cell<Option<Box<Kept<Values, Config>>>>;

thread_local! {
    static CLIENTS: Place<ClientValues, ClientConfig> = const { Cell::new(None) };
    static SERVERS: Place<ServerValues<'static>, ServerConfig> = const { Cell::new(None) };
}

/// The configuration of this thread for which `same` is true, or one that is made now.
fn kept<Values, Config>(
    place: &'static LocalKey<Place<Values, Config>>,
    same: impl Fn(&Values, &Config) -> bool,
    make: impl FnOnce() -> (Values, Config),
) -> Arc<Config> {
    // A thread that is ending keeps none.
    let mut kept = place
        .try_with(Cell::take)
        .ok()
        .flatten()
        .unwrap_or_default();
    let mut known = kept.configurations.iter();
    let config = match known.find(|(values, config)| same(values, config)) {
        Some((_, config)) => config.clone(),
        None => kept.add(make()),
    };
    let _ = place.try_with(|place| place.set(Some(kept)));
    config
}

impl<Values, Config> Kept<Values, Config> {
    fn add(&mut self, (values, config): (Values, Config)) -> Arc<Config> {
        let config = Arc::new(config);
        let entry = (values, config.clone());
        match self.configurations.len() < MOST {
            true => self.configurations.push(entry),
            false => {
                self.configurations[self.oldest] = entry;
                self.oldest = (self.oldest + 1) % MOST;
            }
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: ClientValues = ClientValues {
        early_data: false,
        tls12_tickets: true,
        max_fragment: 16384,
    };
    const SERVER: ServerValues<'static> = ServerValues {
        alpn: None,
        max_early_data: 0,
        early_answer: false,
        tickets: 2,
        with_ticketer: true,
        max_fragment: 16384,
    };

    fn provider() -> Arc<CryptoProvider> {
        Arc::new(rustls_aws_lc_rs::DEFAULT_PROVIDER)
    }

    #[test]
    fn equal_connections_of_a_thread_share_a_configuration() {
        let (templates, provider) = (Templates::default(), provider());
        let client = || templates.client(&provider, CLIENT).unwrap();
        let server = || templates.server(&provider, &SERVER).unwrap();
        let first = (client(), server());
        let second = (client(), server());
        assert!(!Arc::ptr_eq(&first.0, &second.0) && !Arc::ptr_eq(&first.1, &second.1));
        assert!(Arc::ptr_eq(&second.0, &client()) && Arc::ptr_eq(&second.1, &server()));
        std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| (client(), server())).join().unwrap();
            assert!(!Arc::ptr_eq(&second.0, &elsewhere.0));
            assert!(!Arc::ptr_eq(&second.1, &elsewhere.1));
        });
    }

    #[test]
    fn whatever_rustls_reads_makes_another_configuration() {
        let (templates, provider) = (Templates::default(), provider());
        let of = |values: &ServerValues<'_>| templates.server(&provider, values).unwrap();
        of(&SERVER);
        let usual = of(&SERVER);
        let changes: [fn(&mut ServerValues<'_>); 6] = [
            |it| it.alpn = Some(Cow::Borrowed(b"h2")),
            |it| it.max_early_data = 1,
            |it| it.early_answer = true,
            |it| it.tickets = 3,
            |it| it.with_ticketer = false,
            |it| it.max_fragment = 512,
        ];
        for change in changes {
            let mut values = SERVER;
            change(&mut values);
            let config = of(&values);
            assert!(!Arc::ptr_eq(&usual, &config));
            assert_eq!(
                config.alpn_protocols.len(),
                usize::from(values.alpn.is_some())
            );
            assert_eq!(config.max_early_data_size, values.max_early_data);
            assert_eq!(config.send_half_rtt_data, values.early_answer);
            assert_eq!(config.send_tls13_tickets.max, values.tickets);
            assert_eq!(config.ticketer.is_some(), values.with_ticketer);
            assert_eq!(config.max_fragment_size, fragment_size(values.max_fragment));
        }
        let other = Templates::default();
        let other_provider = self::provider();
        other.server(&other_provider, &SERVER).unwrap();
        assert!(!Arc::ptr_eq(
            &usual,
            &other.server(&other_provider, &SERVER).unwrap()
        ));
        assert!(Arc::ptr_eq(&usual, &of(&SERVER)));
    }

    #[test]
    fn a_thread_keeps_those_that_it_has_used_last() {
        let (templates, provider) = (Templates::default(), provider());
        let of = |max_fragment| {
            let values = ClientValues {
                max_fragment,
                ..CLIENT
            };
            templates.client(&provider, values).unwrap()
        };
        of(512);
        let first = of(512);
        assert!(Arc::ptr_eq(&first, &of(512)));
        for more in 1..=MOST {
            of(512 + more);
        }
        assert_eq!(Arc::strong_count(&first), 1, "the thread has dropped it");
    }
}
