//! The options clearing house.

mod auctions;
mod layout;
mod life;
mod liquidation;
mod margin;
mod packages;
mod quotes;
mod settlement;
mod what_if;
