//! Ballast's risk engine: it admits prices, observes markets, and holds what it learns where anyone
//! can read it.
//!
//! # What an attacker would try
//! * *A price account of their own.* The source's owner, feed and verification level are pinned in
//!   the market.
//! * *An old price, chosen from many valid ones.* Ages in seconds and slots, and never older than
//!   the stored one.
//! * *The same price twice*, to drag an average. An observation has to be strictly newer, and at
//!   most one per interval.
//! * *Creating a market with harmless-looking zeros.* Every parameter is bounded on both sides;
//!   zero is refused.
//! * *A feeder's key, to move the volatility surface.* The median of all fresh submissions, at
//!   least k, and a largest change per hour that no sequence of publications can exceed.
//! * *To stop the surface instead.* A publication is limited and never refused for what was said.
//! * *To choose among the submissions.* Every feeder's account is passed, in order.
//! * *To bring feeders of one's own.* They are in force two days after they were proposed.
//!
//! There is no instruction that changes a market: in this version its parameters are fixed when it
//! is created, and the market's address contains its creator, so that nobody can squat on
//! another's.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

use anchor_lang::prelude::*;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod oracle;
pub mod read;
pub mod report;
pub mod state;

use crate::state::StoredSlice;
pub use instructions::*;
pub use report::*;

declare_id!("DLwaMn9okvuZrqArXqpnypKsrzrbqZEugnG9CCyBxtPZ");

/// The risk engine's instructions.
#[program]
pub mod ballast_risk {
    use super::*;

    /// Creates a market with its price source, its limits per use and its signal parameters.
    pub fn create_market(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
        instructions::create_market::handler(ctx, args)
    }

    /// Takes in what is newer of a market's prices. Anyone may call it; where nothing is newer it
    /// changes nothing, and is no error.
    pub fn observe(ctx: Context<Observe>) -> Result<()> {
        instructions::observe::handler(ctx)
    }

    /// Declares that a source has given nothing for a minute. Anyone may call it; it counts three
    /// minutes later, unless the source is observed until then.
    pub fn declare_silence(ctx: Context<DeclareSilence>, source: SourceName) -> Result<()> {
        instructions::declare_silence::handler(ctx, source)
    }

    /// Gives a market a volatility surface. The market's creator signs, and becomes the surface's
    /// authority.
    pub fn create_surface(ctx: Context<CreateSurface>, args: CreateSurfaceArgs) -> Result<()> {
        instructions::create_surface::handler(ctx, args)
    }

    /// Proposes the feeders of a surface, and how many submissions a publication takes. Its
    /// authority signs; they are in force no sooner than two days later.
    pub fn propose_feeders(ctx: Context<ProposeFeeders>, feeders: Vec<Pubkey>, required: u8) -> Result<()> {
        instructions::feeders::propose(ctx, &feeders, required)
    }

    /// Takes a proposal of feeders back. The surface's authority signs.
    pub fn cancel_feeders(ctx: Context<ProposeFeeders>) -> Result<()> {
        instructions::feeders::cancel(ctx)
    }

    /// Puts proposed feeders in force. Anyone may call it, two days after the proposal.
    pub fn apply_feeders(ctx: Context<ApplyFeeders>) -> Result<()> {
        instructions::feeders::apply(ctx)
    }

    /// Lists the expiries of a surface. Its authority signs; what is published stays until it
    /// expires.
    pub fn set_grid(ctx: Context<SetGrid>, grid: Vec<i64>) -> Result<()> {
        instructions::set_grid::handler(ctx, grid)
    }

    /// Makes a registered feeder's account for its submissions, once.
    pub fn open_submission(ctx: Context<OpenSubmission>) -> Result<()> {
        instructions::open_submission::handler(ctx)
    }

    /// Says what the surface is. A registered feeder signs.
    pub fn submit_surface(ctx: Context<SubmitSurface>, slices: Vec<StoredSlice>) -> Result<()> {
        instructions::submit_surface::handler(ctx, slices)
    }

    /// Takes a feeder's account back, and what it said. The feeder signs.
    pub fn close_submission(ctx: Context<CloseSubmission>) -> Result<()> {
        instructions::close_submission::handler(ctx)
    }

    /// Moves the surface towards the median of the fresh submissions. Anyone may call it.
    pub fn publish_surface(ctx: Context<PublishSurface>) -> Result<()> {
        instructions::publish_surface::handler(ctx)
    }

    /// Assesses a book and returns the answer as return data. Anyone may call it; nothing is
    /// written.
    pub fn assess<'info>(ctx: Context<'info, Assess>, args: AssessArgs) -> Result<AssessReport> {
        instructions::assess::handler(ctx.remaining_accounts, &args)
    }
}
