//! The contexts of a connection.

use std::cell::{Ref, RefCell};
use std::sync::Arc;

use crate::context::Context;

/// The context that a connection has now, and that of its sessions.
pub(super) struct Contexts {
    /// `SSL_get_SSL_CTX`; changed by `SSL_set_SSL_CTX`.
    current: RefCell<Arc<Context>>,
    /// The context given to `SSL_new`, whose cache and ticket keys are used for good.
    of_sessions: Arc<Context>,
}

impl Contexts {
    /// Both are the context given to `SSL_new`.
    pub fn new(context: &Arc<Context>) -> Self {
        Self {
            current: RefCell::new(context.clone()),
            of_sessions: context.clone(),
        }
    }

    /// The current context in place. Not to be held while the program runs.
    pub fn current(&self) -> Ref<'_, Arc<Context>> {
        self.current.borrow()
    }

    /// Puts another context in the place of the current one.
    pub fn switch(&self, context: Arc<Context>) {
        let old = self.current.replace(context);
        drop(old);
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

    #[test]
    fn sessions_stay_with_the_first_context() {
        let context = || Context::new(LibraryContext::default(), &Method::TLS).unwrap();
        let (first, other) = (context(), context());
        let contexts = Contexts::new(&first);
        contexts.switch(other.clone());
        assert!(Arc::ptr_eq(&contexts.current(), &other));
        assert!(Arc::ptr_eq(contexts.of_sessions(), &first));
    }
}
