//! What `SSL_METHOD` points to: which role and versions a context is for (TLS_method(3)).

/// Which roles a method allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodRole {
    /// `TLS_client_method` and its like.
    Client,
    /// `TLS_server_method` and its like.
    Server,
    /// `TLS_method` and its like: the program says later.
    Either,
}

/// `SSL_METHOD`: static, compared by address.
#[derive(Debug)]
pub struct Method {
    /// Roles.
    pub role: MethodRole,
    /// The one version it speaks, or 0 for all of TLS.
    pub version: i32,
    /// False for versions that this library does not speak: contexts with it can be made, but
    /// handshakes fail.
    pub supported: bool,
}
