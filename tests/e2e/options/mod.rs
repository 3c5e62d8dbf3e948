//! The options clearing house.

mod auctions;
mod layout;
mod life;
mod liquidation;
mod margin;
mod quotes;
mod settlement;
