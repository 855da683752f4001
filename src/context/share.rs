//! What a connection has of its context: the context, and its settings as `SSL_new(3)` copies them.
//!
//! The connections that a thread makes between two changes of the settings have one [`Share`], so
//! that making and freeing them counts on lines that no other thread writes
//! ([`Stripes`](crate::reference::Stripes)).

use std::ops::Deref;
use std::sync::Arc;

use super::{Context, Settings};
use crate::cipher::Method;

/// A reference to a context, with the settings that it had.
pub struct Share {
    context: Arc<Context>,
    settings: Arc<Settings>,
    method: &'static Method,
    generation: u64,
}

impl Share {
    /// The settings that the context had when the share was made.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// The method that the context had when the share was made.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// The settings that the context has now.
    pub fn with_present_settings<R>(&self, work: impl FnOnce(&Settings) -> R) -> R {
        if self.context.stripes.generation() == self.generation {
            return work(&self.settings);
        }
        work(&self.context.settings())
    }
}

impl Deref for Share {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

impl Context {
    /// What a connection has that is made now.
    pub fn for_connection(&self) -> Arc<Share> {
        self.stripes.share(|generation| {
            let method = self.method();
            let settings = self.settings();
            // Besides the context and this thread, another stripe has them.
            let settings = match Arc::strong_count(&settings) {
                ..=2 => settings,
                _ => Arc::new(settings.replica()),
            };
            Arc::new(Share {
                context: self.share(),
                settings,
                method,
                generation,
            })
        })
    }

    /// The program gets a reference to the context. As long as it has one, stripes keep shares.
    pub fn add_owner(&self) {
        self.stripes.add_owner();
    }

    /// The program drops a reference.
    pub fn drop_owner(&self) {
        self.stripes.drop_owner();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::Role;
    use crate::flags::Mode;
    use crate::libcrypto::library::LibraryContext;

    fn context() -> Arc<Context> {
        let context = Context::new(LibraryContext::default(), &Method::TLS).unwrap();
        context.add_owner();
        context
    }

    #[test]
    fn connections_have_the_settings_of_their_time() {
        let context = context();
        let before = context.for_connection();
        assert!(Arc::ptr_eq(&before, &context.for_connection()));
        context.change_settings(|settings| settings.mode = Mode(0x77));
        let after = context.for_connection();
        assert_ne!(before.settings().mode, Mode(0x77));
        assert_eq!(after.settings().mode, Mode(0x77));
        let present = |share: &Share| share.with_present_settings(|settings| settings.mode);
        assert_eq!(
            (present(&before), present(&after)),
            (Mode(0x77), Mode(0x77))
        );
        context.set_method(&Method::TLS_CLIENT);
        let role = |share: &Share| share.method().role;
        assert_eq!(
            (role(&before), role(&context.for_connection())),
            (None, Some(Role::Client))
        );
        context.drop_owner();
    }

    #[test]
    fn replaced_settings_end_with_the_last_connection_that_has_them() {
        let context = context();
        let share = context.for_connection();
        let settings = Arc::downgrade(share.settings());
        context.change_settings(|settings| settings.mode = Mode(0x77));
        assert!(settings.upgrade().is_some());
        drop(share);
        assert!(settings.upgrade().is_none());
        context.drop_owner();
    }

    #[test]
    fn a_context_ends_with_the_last_connection_after_its_owner() {
        let context = context();
        let (share, weak) = (context.for_connection(), Arc::downgrade(&context));
        context.drop_owner();
        drop(context);
        assert!(weak.upgrade().is_some());
        drop(share);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn another_thread_has_settings_of_its_own_with_the_same_suites() {
        let context = context();
        let share = context.for_connection();
        let theirs = std::thread::scope(|scope| {
            let other = scope.spawn(|| context.for_connection());
            other.join().unwrap()
        });
        assert!(!Arc::ptr_eq(share.settings(), theirs.settings()));
        assert!(theirs.settings().has_ciphers_of(share.settings()));
        assert_eq!(
            theirs.settings().session_id_context,
            share.settings().session_id_context
        );
        context.drop_owner();
    }
}
