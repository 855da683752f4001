//! Our certificate chains as they are lent to C (SSL_CTX_get0_chain_certs(3)).
//!
//! OpenSSL lends the lists that it uses: a certificate that is added later appears in a list that
//! was lent before, and the list lives until it is replaced. Here a list in use never changes,
//! since connections and threads share it. C gets a second list, made when first asked for, to
//! which later certificates are added too. No two contexts or connections share such a list.

use std::sync::Arc;

use super::credentials::SLOTS;
use crate::error::Result;
use crate::libcrypto::x509::X509Chain;

/// The place of the extra chain; the others are numbers of slots.
pub const EXTRA: usize = SLOTS;

/// The list that was lent for each chain. The caller drops lists that a method returns with nothing
/// locked or borrowed: functions of the program may run when certificates end.
#[derive(Default)]
pub struct LentChains {
    places: [Option<X509Chain>; SLOTS + 1],
}

/// A list that is no longer in use.
pub type Former = Option<X509Chain>;

impl LentChains {
    /// The list for C, and the one that it replaced. C is lent the same list as long as `chain`
    /// only grows.
    pub fn lend<S>(&mut self, place: usize, chain: &Arc<X509Chain>) -> Result<(*mut S, Former)> {
        let former = match &mut self.places[place] {
            Some(list) if begins_with(chain, list) => {
                for added in chain.iter().skip(list.len()) {
                    list.push(added.clone())?;
                }
                None
            }
            other => other.replace(chain.duplicate()?),
        };
        let list = self.places[place].as_ref().map(X509Chain::as_ptr);
        Ok((list.unwrap_or(std::ptr::null_mut()), former))
    }

    /// Extends the lent list when its chain has grown, and replaces or drops it when the chain has
    /// been replaced or removed.
    pub fn follow(&mut self, place: usize, chain: Option<&Arc<X509Chain>>) -> Result<Former> {
        match (chain, &self.places[place]) {
            (_, None) => Ok(None),
            (None, _) => Ok(self.places[place].take()),
            (Some(chain), _) => Ok(self.lend::<std::ffi::c_void>(place, chain)?.1),
        }
    }

    /// Keeps `list`, of which the library uses a copy: C has set it, and is lent the same list
    /// again.
    pub fn keep(&mut self, place: usize, list: X509Chain) -> Former {
        self.places[place].replace(list)
    }
}

fn begins_with(chain: &X509Chain, list: &X509Chain) -> bool {
    list.len() <= chain.len()
        && chain
            .iter()
            .zip(list.iter())
            .all(|(one, other)| one.as_ptr() == other.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;
    use crate::libcrypto::x509::X509;
    use std::ffi::c_void;

    fn chain(certificates: &[&X509]) -> Arc<X509Chain> {
        Arc::new(X509Chain::from_items(certificates.iter().map(|one| (*one).clone())).unwrap())
    }

    #[test]
    fn what_is_lent_grows_with_the_chain_and_is_replaced_with_it() {
        let one = testing::self_signed("one.test").certificate;
        let two = testing::self_signed("two.test").certificate;
        let mut lent = LentChains::default();
        assert!(lent.follow(EXTRA, Some(&chain(&[&one]))).unwrap().is_none());
        let (list, former) = lent.lend::<c_void>(EXTRA, &chain(&[&one])).unwrap();
        assert!(former.is_none());
        let longer = chain(&[&one, &two]);
        assert!(lent.follow(EXTRA, Some(&longer)).unwrap().is_none());
        assert_eq!(lent.places[EXTRA].as_ref().unwrap().len(), 2);
        assert_eq!(lent.lend::<c_void>(EXTRA, &longer).unwrap().0, list);
        assert_ne!(list, longer.as_ptr());

        let former = lent.follow(EXTRA, Some(&chain(&[&two]))).unwrap().unwrap();
        assert_eq!(former.as_ptr::<c_void>(), list);
        assert!(lent.follow(EXTRA, None).unwrap().is_some());
        assert!(lent.places[EXTRA].is_none());
    }

    #[test]
    fn a_list_that_was_given_is_what_is_lent() {
        let one = testing::self_signed("one.test").certificate;
        let given = X509Chain::from_items([one]).unwrap();
        let raw: *mut c_void = given.as_ptr();
        let copy = Arc::new(given.duplicate().unwrap());
        let mut lent = LentChains::default();
        assert!(lent.keep(0, given).is_none());
        assert_eq!(lent.lend::<c_void>(0, &copy).unwrap().0, raw);
    }
}
