use crate::engine::hostile::server_certificate;
use crate::wire::records;

/// The records of a server, in which a client looks for the certificate before its engine has verified that.
pub fn server_flight(data: &[u8]) {
    for tls13 in [false, true] {
        if let Some(found) = server_certificate(records(data).map(|record| record.bytes), tls13) {
            let all: usize = found.chain.iter().map(Vec::len).sum();
            assert!(!found.chain.is_empty());
            assert!(all + found.ocsp_response.len() <= data.len());
        }
    }
}

#[cfg(test)]
pub(super) fn finds_certificate(data: &[u8]) -> bool {
    server_certificate(records(data).map(|record| record.bytes), false).is_some()
}
