//! The venue's accounts. Each type owns its invariants.

mod faults;
mod market;
mod params;
mod trader;

pub use faults::*;
pub use market::*;
pub use params::*;
pub use trader::*;

/// Layout version of every account of this program.
pub const VERSION: u8 = 1;
