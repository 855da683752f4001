//! How far a connection has come, and what a call waits for.

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has been sent or read.
    Before,
    /// The handshake is under way.
    Handshake,
    /// The handshake pauses, and early data may flow.
    EarlyData,
    /// Server: the handshake is done, and tickets are to be sent before anything else.
    Tickets,
    /// Application data may flow.
    Open,
    /// A fatal error has ended it.
    Failed,
}

impl Stage {
    /// Whether both sides have sent Finished, and nothing has failed.
    pub fn is_past_finished(self) -> bool {
        matches!(self, Self::Tickets | Self::Open)
    }
}

/// What a suspended call waits for (`SSL_want(3)`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Want {
    /// Nothing.
    #[default]
    Nothing,
    /// The read BIO.
    Read,
    /// The write BIO.
    Write,
    /// A certificate callback.
    X509Lookup,
    /// The ClientHello callback.
    ClientHelloCallback,
}
