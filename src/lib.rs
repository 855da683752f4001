//! Reprise: a libssl for Linux whose speciality is TLS sessions.
