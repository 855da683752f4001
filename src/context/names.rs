//! Lists of certificate authorities that a side sends to its peer (SSL_CTX_set0_CA_list(3)).

use std::sync::Arc;

use crate::cipher::Role;
use crate::error::Result;
use crate::libcrypto::name::NameStack;

/// The lists of a context or of a connection. A connection's own come before its context's.
///
/// The first two are lent to C as they are, and grow in place, so each has one owner.
#[derive(Default)]
pub struct Names {
    /// `SSL_CTX_set_client_CA_list`: sent by servers only.
    pub client_ca: Option<NameStack>,
    /// `SSL_CTX_set0_CA_list`: sent by either side.
    pub ca: Option<NameStack>,
    /// The list that the peer has sent.
    pub received: Option<Arc<NameStack>>,
}

impl Names {
    /// The lists of a new context: empty ones, to which programs may add.
    pub fn empty() -> Result<Self> {
        Ok(Self {
            client_ca: Some(NameStack::new()?),
            ca: Some(NameStack::new()?),
            received: None,
        })
    }

    /// The same lists for another connection, without what the peer has sent.
    pub fn duplicate(&self) -> Result<Self> {
        let copy = |list: &Option<NameStack>| list.as_ref().map(NameStack::duplicate).transpose();
        Ok(Self {
            client_ca: copy(&self.client_ca)?,
            ca: copy(&self.ca)?,
            received: None,
        })
    }

    /// The names that `role` sends, in DER. A server prefers the list for clients. A missing list
    /// is replaced by that of `context`.
    pub fn for_peer(&self, role: Role, context: &Self) -> Vec<Vec<u8>> {
        let client_ca = self.client_ca.as_ref().or(context.client_ca.as_ref());
        let for_clients = match role {
            Role::Server => client_ca.filter(|list| !list.is_empty()),
            Role::Client => None,
        };
        match for_clients.or(self.ca.as_ref()).or(context.ca.as_ref()) {
            Some(list) => list.iter().filter_map(|name| name.to_der().ok()).collect(),
            None => Vec::new(),
        }
    }
}
