//! Ballast's risk engine: it admits prices, observes markets, and holds what it learns where anyone can read it.
//!
//! # What a thief would try
//! * *A price account of his own.* The source's owner, feed and verification level are pinned in the market.
//! * *An old price, chosen from many valid ones.* Ages in seconds and slots, and never older than the stored one.
//! * *The same price twice*, to drag an average. An observation has to be strictly newer, and at most one per interval.
//! * *Creating a market with harmless-looking zeros.* Every parameter is bounded on both sides; zero is refused.
//!
//! There is no instruction that changes a market: in this version its parameters are fixed when it is created, and
//! the market's address contains its creator, so that nobody can squat on another's.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

use anchor_lang::prelude::*;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod oracle;
pub mod read;
pub mod state;

pub use instructions::*;

declare_id!("DLwaMn9okvuZrqArXqpnypKsrzrbqZEugnG9CCyBxtPZ");

/// The risk engine's instructions.
#[program]
pub mod ballast_risk {
    use super::*;

    /// Creates a market with its price source, its limits per use and its signal parameters.
    pub fn create_market(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
        instructions::create_market::handler(ctx, args)
    }

    /// Takes in one newer price. Anyone may call it.
    pub fn observe(ctx: Context<Observe>) -> Result<()> {
        instructions::observe::handler(ctx)
    }
}
