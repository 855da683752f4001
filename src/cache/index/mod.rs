//! The linked structure of a cache: its nodes, the chains that lead from a key to a node, and the order of expiry.
//!
//! | part         | what it is                                                               |
//! |--------------|--------------------------------------------------------------------------|
//! | `node`       | one cached object: key, reference, links                                 |
//! | `own_node`   | nodes that stay with their objects, as most do                           |
//! | `chains`     | from a key to its node, read without a lock; its size changes            |
//! | `table`      | one table of chains, and how chains move from one table into another     |
//! | `order`      | which object leaves first: a skip list by expiry                         |
//! | `repair`     | how a forked child repairs what a vanished thread was changing           |
//! | `sync`       | what loom replaces                                                       |

pub mod chains;
pub mod node;
pub mod order;
pub mod own_node;
mod repair;
pub mod sync;
pub mod table;
