use crate::engine::hostile::server_certificate;

/// The records of a server, in which a client looks for the certificate before its engine has verified that.
pub fn server_flight(data: &[u8]) {
    for tls13 in [false, true] {
        if let Some(found) = server_certificate(records(data), tls13) {
            let all: usize = found.chain.iter().map(Vec::len).sum();
            assert!(!found.chain.is_empty());
            assert!(all + found.ocsp_response.len() <= data.len());
        }
    }
}

#[cfg(test)]
pub(super) fn finds_certificate(data: &[u8]) -> bool {
    server_certificate(records(data), false).is_some()
}

/// Whole ones, with their headers.
fn records(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = u16::from_be_bytes([*bytes.get(3)?, *bytes.get(4)?]);
        let (record, rest) = bytes.split_at_checked(5 + usize::from(length))?;
        bytes = rest;
        Some(record)
    })
}
