//! Reads numbers and vectors (RFC 8446, section 3) from borrowed bytes.

/// The bytes that are still to be read. A read that fails leaves them as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the front of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What has not been read.
    pub const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Whether all has been read.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(bytes)
    }

    /// A number of one byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| *byte)
    }

    /// A number of two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// The number that [`u16`](Self::u16) would read, which stays.
    pub fn peek_u16(mut self) -> Option<u16> {
        self.u16()
    }

    /// A number of four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }

    /// A number of eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }

    /// A vector whose length has one byte.
    pub fn vector8(&mut self) -> Option<&'a [u8]> {
        self.vector(|reader| reader.u8().map(usize::from))
    }

    /// A vector whose length has two bytes.
    pub fn vector16(&mut self) -> Option<&'a [u8]> {
        self.vector(|reader| reader.u16().map(usize::from))
    }

    /// A vector whose length has three bytes.
    pub fn vector24(&mut self) -> Option<&'a [u8]> {
        self.vector(|reader| reader.array().map(|bytes| from_u24(*bytes)))
    }

    fn vector(&mut self, length: impl FnOnce(&mut Self) -> Option<usize>) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = length(&mut ahead)?;
        let contents = ahead.take(length)?;
        *self = ahead;
        Some(contents)
    }

    /// What `read` makes of `bytes`, if it reads all of them.
    pub fn whole<T>(bytes: &'a [u8], read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut reader = Self(bytes);
        let value = read(&mut reader)?;
        reader.is_empty().then_some(value)
    }

    /// The items of a list, one after the other. The last is `None` when what is left is no item.
    pub fn items<T>(
        bytes: &'a [u8],
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> impl Iterator<Item = Option<T>> {
        let mut reader = Self(bytes);
        std::iter::from_fn(move || {
            if reader.is_empty() {
                return None;
            }
            let item = read(&mut reader);
            if item.is_none() {
                reader = Self::default();
            }
            Some(item)
        })
    }
}

/// A number of three bytes.
pub const fn from_u24(bytes: [u8; 3]) -> usize {
    u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]) as usize
}

/// The numbers of a list of pairs of bytes. A byte behind the last pair does not count.
pub fn numbers(list: &[u8]) -> impl Iterator<Item = u16> {
    list.as_chunks().0.iter().copied().map(u16::from_be_bytes)
}

/// A list of numbers of two bytes, as on the wire. A byte behind the last does not count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    /// The numbers in these bytes.
    pub fn new(list: &'a [u8]) -> Self {
        Self(list)
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        let pairs = self.0.as_chunks().0.iter();
        pairs.copied().map(u16::from_be_bytes)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0.len() < 2
    }

    /// Whether this one is among them.
    pub fn contains(self, number: u16) -> bool {
        self.iter().any(|one| one == number)
    }

    /// A copy.
    pub fn to_vec(self) -> Vec<u16> {
        self.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pairs_of_bytes() {
        let numbers = Numbers::new(&[0, 29, 1, 2, 7]);
        assert_eq!(numbers.to_vec(), [29, 0x102]);
        assert!(numbers.contains(29) && !numbers.contains(7) && !numbers.is_empty());
        assert!(Numbers::new(&[7]).is_empty());
    }

    #[test]
    fn what_is_read_is_taken_off_the_front() {
        let mut reader = Reader::new(&[1, 0, 2, 1, 7, 0, 1, 8, 0, 0, 1, 9, 0, 0, 0, 3, 4]);
        assert_eq!(reader.u8(), Some(1));
        assert_eq!(reader.u16(), Some(2));
        assert_eq!(reader.vector8(), Some(&[7][..]));
        assert_eq!(reader.vector16(), Some(&[8][..]));
        assert_eq!(reader.vector24(), Some(&[9][..]));
        assert_eq!(reader.u32(), Some(3));
        assert_eq!(reader.rest(), [4]);
    }

    #[test]
    fn a_read_that_fails_takes_nothing() {
        for bytes in [&[][..], &[0], &[2, 7], &[0, 0, 3]] {
            let mut reader = Reader::new(bytes);
            assert_eq!(reader.u32(), None);
            assert_eq!(reader.vector24(), None);
            assert_eq!(reader.take(4), None);
            assert_eq!(reader.rest(), bytes);
        }
    }

    #[test]
    fn a_whole_vector_has_nothing_behind_it() {
        let whole = |bytes| Reader::whole(bytes, Reader::vector8);
        assert_eq!(whole(&[1, 7]), Some(&[7][..]));
        assert_eq!(whole(&[1, 7, 8]), None);
        assert_eq!(whole(&[2, 7]), None);
    }

    #[test]
    fn a_list_ends_with_none_where_it_is_malformed() {
        let items = |bytes| Reader::items(bytes, Reader::vector8).collect::<Vec<_>>();
        assert_eq!(items(&[1, 7, 0]), [Some(&[7][..]), Some(&[])]);
        assert_eq!(items(&[1, 7, 2, 9]), [Some(&[7][..]), None]);
        assert_eq!(items(&[]), []);
    }
}
