//! Lists of certificate authorities that a side names to its peer (SSL_CTX_set0_CA_list(3)).

use std::sync::Arc;

use crate::connection::Role;
use crate::error::Result;
use crate::libcrypto::name::NameStack;

/// The lists of a context or of a connection. A connection's own come before its context's.
#[derive(Clone, Default)]
pub struct Names {
    /// `SSL_CTX_set_client_CA_list`: sent by servers only.
    pub client_ca: Option<Arc<NameStack>>,
    /// `SSL_CTX_set0_CA_list`: sent by either side.
    pub ca: Option<Arc<NameStack>>,
    /// What the peer has sent.
    pub received: Option<Arc<NameStack>>,
}

impl Names {
    /// What a new context has: empty lists, which programs may add to in place.
    pub fn empty() -> Result<Self> {
        Ok(Self {
            client_ca: Some(Arc::new(NameStack::new()?)),
            ca: Some(Arc::new(NameStack::new()?)),
            received: None,
        })
    }

    /// The lists of a connection, and where it has none those of its context.
    pub fn or(&self, context: &Self) -> Self {
        Self {
            client_ca: self.client_ca.clone().or_else(|| context.client_ca.clone()),
            ca: self.ca.clone().or_else(|| context.ca.clone()),
            received: None,
        }
    }

    /// The names that `role` sends, in DER: a server those for clients, unless there are none.
    pub fn for_peer(&self, role: Role) -> Vec<Vec<u8>> {
        let for_clients = match role {
            Role::Server => self.client_ca.as_ref().filter(|list| !list.is_empty()),
            Role::Client => None,
        };
        match for_clients.or(self.ca.as_ref()) {
            Some(list) => list.iter().filter_map(|name| name.to_der().ok()).collect(),
            None => Vec::new(),
        }
    }
}
