//! Methods (TLS_method(3)): what a context is made for.
//!
//! A `SSL_METHOD` is one of a few that never change: pointers to it are valid for ever, are never
//! freed, and may be used by any number of threads.

pub use crate::cipher::Method;

use crate::cipher::Role;
use crate::wire::Version;

/// Returns the method for contexts of either role that negotiate the version: TLS 1.2 or TLS 1.3,
/// within the limits that the context sets (TLS_method(3)). Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn TLS_method() -> *const Method {
    static METHOD: Method = Method::TLS;
    &METHOD
}

/// Returns the method for contexts of clients that negotiate the version: TLS 1.2 or TLS 1.3,
/// within the limits that the context sets (TLS_client_method(3)). Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn TLS_client_method() -> *const Method {
    static METHOD: Method = Method::TLS_CLIENT;
    &METHOD
}

/// Returns the method for contexts of servers that negotiate the version: TLS 1.2 or TLS 1.3,
/// within the limits that the context sets (TLS_server_method(3)). Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn TLS_server_method() -> *const Method {
    static METHOD: Method = Method::TLS_SERVER;
    &METHOD
}

/// Returns the method for contexts of either role that speak TLS 1.2 only (TLSv1_2_method(3)).
/// Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_2_method() -> *const Method {
    static METHOD: Method = Method::new("TLSv1_2_method", None, Some(Version::TLS1_2));
    &METHOD
}

/// Returns the method for contexts of clients that speak TLS 1.2 only (TLSv1_2_client_method(3)).
/// Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_2_client_method() -> *const Method {
    static METHOD: Method = Method::new(
        "TLSv1_2_client_method",
        Some(Role::Client),
        Some(Version::TLS1_2),
    );
    &METHOD
}

/// Returns the method for contexts of servers that speak TLS 1.2 only (TLSv1_2_server_method(3)).
/// Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_2_server_method() -> *const Method {
    static METHOD: Method = Method::new(
        "TLSv1_2_server_method",
        Some(Role::Server),
        Some(Version::TLS1_2),
    );
    &METHOD
}

/// Returns the method for contexts of either role that speak TLS 1.1 only (TLSv1_1_method(3)).
/// Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
///
/// Lifetime: static.
///
/// Status: partial (its connections fail when they begin)
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_1_method() -> *const Method {
    static METHOD: Method = Method::new("TLSv1_1_method", None, Some(Version::TLS1_1));
    &METHOD
}

/// Returns the method for contexts of clients that speak TLS 1.1 only (TLSv1_1_client_method(3)).
/// Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
///
/// Lifetime: static.
///
/// Status: partial (its connections fail when they begin)
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_1_client_method() -> *const Method {
    static METHOD: Method = Method::new(
        "TLSv1_1_client_method",
        Some(Role::Client),
        Some(Version::TLS1_1),
    );
    &METHOD
}

/// Returns the method for contexts of servers that speak TLS 1.1 only (TLSv1_1_server_method(3)).
/// Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
///
/// Lifetime: static.
///
/// Status: partial (its connections fail when they begin)
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_1_server_method() -> *const Method {
    static METHOD: Method = Method::new(
        "TLSv1_1_server_method",
        Some(Role::Server),
        Some(Version::TLS1_1),
    );
    &METHOD
}

/// Returns the method for contexts of either role that speak TLS 1.0 only (TLSv1_method(3)). Never
/// NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
///
/// Lifetime: static.
///
/// Status: partial (its connections fail when they begin)
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_method() -> *const Method {
    static METHOD: Method = Method::new("TLSv1_method", None, Some(Version::TLS1));
    &METHOD
}

/// Returns the method for contexts of clients that speak TLS 1.0 only (TLSv1_client_method(3)).
/// Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
///
/// Lifetime: static.
///
/// Status: partial (its connections fail when they begin)
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_client_method() -> *const Method {
    static METHOD: Method = Method::new(
        "TLSv1_client_method",
        Some(Role::Client),
        Some(Version::TLS1),
    );
    &METHOD
}

/// Returns the method for contexts of servers that speak TLS 1.0 only (TLSv1_server_method(3)).
/// Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
///
/// Lifetime: static.
///
/// Status: partial (its connections fail when they begin)
#[unsafe(no_mangle)]
pub extern "C" fn TLSv1_server_method() -> *const Method {
    static METHOD: Method = Method::new(
        "TLSv1_server_method",
        Some(Role::Server),
        Some(Version::TLS1),
    );
    &METHOD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_bears_the_name_of_its_function() {
        let methods = [
            (TLS_method(), "TLS_method"),
            (TLS_client_method(), "TLS_client_method"),
            (TLS_server_method(), "TLS_server_method"),
            (TLSv1_2_client_method(), "TLSv1_2_client_method"),
            (TLSv1_1_server_method(), "TLSv1_1_server_method"),
            (TLSv1_method(), "TLSv1_method"),
        ];
        for (method, name) in methods {
            // SAFETY: methods are static.
            assert_eq!(unsafe { &*method }.name, name);
        }
        assert_eq!(TLS_method(), TLS_method());
    }
}
