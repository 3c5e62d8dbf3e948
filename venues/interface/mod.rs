//! What every venue's folder is made of.

mod adapter;
mod kind;
mod liquidity;
mod refusal;

pub use adapter::{
    AccountMeta, AccountRole, Address, EncodedInstruction, MarketPins, PositionAccounts, Venue, VenueAction, MAX_DATA,
};
pub use kind::VenueKind;
pub use liquidity::{impact_ceil, share_ceil, Billionths, Liquidity};
pub use refusal::VenueError;
