//! Lists of certificate authorities that a side names to its peer (SSL_CTX_set0_CA_list(3)).

use std::sync::Arc;

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
