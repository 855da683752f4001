//! The contexts of a connection.

use std::sync::Arc;

use crate::context::{Context, Share};
use crate::reference::{Lease, Lender};

/// The context that a connection has now, and that of its sessions.
pub(super) struct Contexts {
    /// What `SSL_set_SSL_CTX` has set: the current context, if that is not the first.
    switched: Lender<Share>,
    /// Of the context given to `SSL_new`, whose cache and ticket keys are used for good.
    first: Arc<Share>,
}

impl Contexts {
    /// Both are the context given to `SSL_new`.
    pub fn new(context: &Context) -> Self {
        Self {
            switched: Lender::default(),
            first: context.for_connection(),
        }
    }

    /// What the connection has of its first context.
    pub fn first(&self) -> &Share {
        &self.first
    }

    /// What the connection has of the current context.
    #[inline]
    pub fn current_share(&self) -> Lease<'_, Share> {
        self.switched.lend(&self.first)
    }

    /// The current context (`SSL_get_SSL_CTX`). The lease may be held while the program runs, and
    /// switches.
    #[inline]
    pub fn current(&self) -> Lease<'_, Context, Share> {
        self.current_share()
            .map(|share: &Share| -> &Context { share })
    }

    /// Puts another context in the place of the current one.
    pub fn switch(&self, context: Arc<Share>) {
        self.switched.replace(context);
    }

    /// The context whose cache, ticket keys and session callbacks are used.
    pub fn of_sessions(&self) -> &Context {
        &self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::Method;
    use crate::libcrypto::library::LibraryContext;

    fn context() -> Arc<Context> {
        Context::new(LibraryContext::default(), &Method::TLS).unwrap()
    }

    #[test]
    fn sessions_stay_with_the_first_context() {
        let (first, other) = (context(), context());
        let contexts = Contexts::new(&first);
        contexts.switch(other.for_connection());
        assert!(std::ptr::eq(
            &raw const *contexts.current(),
            Arc::as_ptr(&other)
        ));
        assert!(std::ptr::eq(contexts.of_sessions(), Arc::as_ptr(&first)));
    }

    #[test]
    fn a_context_that_is_left_while_it_is_used_lives_until_the_use_ends() {
        let (first, left) = (context(), context());
        let contexts = Contexts::new(&first);
        contexts.switch(left.for_connection());
        let in_use = contexts.current();
        contexts.switch(first.for_connection());
        assert_eq!(Arc::strong_count(&left), 2);
        assert!(std::ptr::eq(&raw const *in_use, Arc::as_ptr(&left)));
        drop(in_use);
        assert_eq!(Arc::strong_count(&left), 1);
    }
}
