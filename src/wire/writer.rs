//! Appends vectors (RFC 8446, section 3) to bytes. Contents must fit the length.

/// A vector whose length has one byte.
pub fn put_vector8(out: &mut Vec<u8>, contents: &[u8]) {
    out.push(contents.len() as u8);
    out.extend_from_slice(contents);
}

/// A vector whose length has two bytes.
pub fn put_vector16(out: &mut Vec<u8>, contents: &[u8]) {
    out.extend_from_slice(&(contents.len() as u16).to_be_bytes());
    out.extend_from_slice(contents);
}

/// A vector whose length has three bytes.
pub fn put_vector24(out: &mut Vec<u8>, contents: &[u8]) {
    let [_, length @ ..] = (contents.len() as u32).to_be_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(contents);
}
