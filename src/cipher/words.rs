//! Lists of words with colons between them.

/// The elements of `list`, without the white space around them. An element may be empty.
pub fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b':').map(<[u8]>::trim_ascii)
}
