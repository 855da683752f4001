//! What SSL_CTX points to.
