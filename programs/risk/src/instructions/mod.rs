//! One file per instruction, named by its verb.

pub mod create_market;
pub mod observe;

pub use create_market::*;
pub use observe::*;
