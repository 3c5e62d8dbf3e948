//! What every venue's folder is made of.

mod kind;
mod liquidity;
mod refusal;

pub use kind::{Venue, VenueKind};
pub use liquidity::{impact_ceil, share_ceil, Billionths, Liquidity};
pub use refusal::VenueRefusal;
