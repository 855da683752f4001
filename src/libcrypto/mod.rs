//! The only room that calls libcrypto: safe owning types for its objects, and the error queue.

pub mod error_queue;
