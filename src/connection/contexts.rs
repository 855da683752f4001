//! The contexts of a connection.

use std::sync::Arc;

use crate::context::Context;
use crate::reference::{Lease, Lender};

/// The context that a connection has now, and that of its sessions.
pub(super) struct Contexts {
    /// What `SSL_set_SSL_CTX` has set: the current context, if that is not the first.
    switched: Lender<Context>,
    /// The context given to `SSL_new`, whose cache and ticket keys are used for good.
    of_sessions: Arc<Context>,
}

impl Contexts {
    /// Both are the context given to `SSL_new`.
    pub fn new(context: &Arc<Context>) -> Self {
        Self {
            switched: Lender::default(),
            of_sessions: context.clone(),
        }
    }

    /// The current context (`SSL_get_SSL_CTX`). The lease may be held while the program runs, and
    /// switches.
    #[inline]
    pub fn current(&self) -> Lease<'_, Context> {
        self.switched.lend(&self.of_sessions)
    }

    /// Puts another context in the place of the current one.
    pub fn switch(&self, context: Arc<Context>) {
        self.switched.replace(context);
    }

    /// The context whose cache, ticket keys and session callbacks are used.
    pub fn of_sessions(&self) -> &Arc<Context> {
        &self.of_sessions
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
        contexts.switch(other.clone());
        assert!(std::ptr::eq(
            &raw const *contexts.current(),
            Arc::as_ptr(&other)
        ));
        assert!(Arc::ptr_eq(contexts.of_sessions(), &first));
    }

    #[test]
    fn a_context_that_is_left_while_it_is_used_lives_until_the_use_ends() {
        let (first, left) = (context(), context());
        let contexts = Contexts::new(&first);
        contexts.switch(left.clone());
        let in_use = contexts.current();
        contexts.switch(first.clone());
        assert_eq!(Arc::strong_count(&left), 2);
        assert!(std::ptr::eq(&raw const *in_use, Arc::as_ptr(&left)));
        drop(in_use);
        assert_eq!(Arc::strong_count(&left), 1);
    }
}
