//! The session cache of a context.

mod entries;
mod entry;
#[cfg(not(loom))]
mod fork;
mod index;
#[cfg(not(loom))]
mod lock;
mod node;
mod order;
mod reclaim;
mod sync;

pub use entries::{Cache, Due, Figures, Inserted};
pub use entry::{Entry, Expiry, Key};
pub use reclaim::{Garbage, Guard, garbage, pin, retire};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod model_tests;
#[cfg(all(test, not(loom)))]
mod stress_tests;
#[cfg(test)]
mod test_entry;
#[cfg(all(test, not(loom)))]
mod tests;
