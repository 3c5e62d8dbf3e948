//! Ballast's vault: custody, shares, and rebalances that anyone may propose and the program proves.
//!
//! # What an attacker would try
//! * *Redirect money.* Every token account that receives is either a program address of this vault,
//!   the venue's own, or belongs to the person whose shares are burnt. Keepers sign for nothing and
//!   receive nothing.
//! * *Lie about the book.* The position is read from the one venue account named at creation, by
//!   owner and address.
//! * *Trade badly on purpose.* Every fill is held to a band around the oracle price, the whole
//!   rebalance to a cost budget, and the result to the proof in `ballast_core_vault::rebalance`.
//! * *Play the share price.* Deposits pay the high net asset value, redemptions get the low one;
//!   gains count only as far as the slow price confirms them; the redemption price rises at a
//!   limited rate; nobody enters or leaves in the slot of a rebalance.
//! * *Withhold a crash.* See `ballast_core_market::MarketView::exit_price`.
//! * *Donate.* Only the ledger counts.
//!
//! * *Trip a breaker out of malice, or let one cool down.* Observations rest on a live price and on
//!   accounts pinned by address; cooldown is observed time. See `ballast_core_vault::monitor`.
//!
//! There is no administrator: a vault's policy is fixed when it is created, inside hard-coded
//! bounds. Its guardian, if it has one, may trip its breakers, and resume those that wait for them;
//! no breaker is active in the way of an exit.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

use anchor_lang::prelude::*;
use ballast_core_types::Shares;
use state::VaultBreaker;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod state;
mod tokens;
pub mod valuation;
pub mod venue;

pub use instructions::*;

declare_id!("hn7uyKKmVJ64xB3H85xzmK7K8y8vTrVYjK8CoBGwRAS");

/// The vault's instructions.
#[program]
pub mod ballast_vault {
    use super::*;

    /// Creates a vault with a policy that cannot be changed afterwards.
    pub fn create_vault(ctx: Context<CreateVault>, args: CreateVaultArgs) -> Result<()> {
        instructions::create_vault::handler(ctx, args)
    }

    /// Pays quote tokens in for shares, at the high net asset value.
    pub fn deposit(ctx: Context<Deposit>, amount: u64, min_shares: u64) -> Result<()> {
        instructions::deposit::handler(ctx, amount, Shares(min_shares))
    }

    /// Burns shares for quote tokens at the low net asset value, out of what is liquid.
    pub fn redeem(ctx: Context<Redeem>, request: RedeemRequest) -> Result<()> {
        instructions::redeem::handler(ctx, request)
    }

    /// Sets shares aside to be redeemed once the book has come down.
    pub fn request_redemption(ctx: Context<RequestRedemption>, shares: u64) -> Result<()> {
        instructions::request_redemption::handler(ctx, shares)
    }

    /// Pays a requested redemption, whole or as far as the liquid part goes. Anyone may call it.
    pub fn complete_redemption(ctx: Context<CompleteRedemption>) -> Result<()> {
        instructions::complete_redemption::handler(ctx)
    }

    /// Trades the book back into its limits. Anyone may call it; the result is proven.
    pub fn rebalance(ctx: Context<Rebalance>, orders: Vec<Order>) -> Result<()> {
        instructions::rebalance::handler(ctx, &orders)
    }

    /// Brings the book down for holders who wait to leave. Anyone may call it; the result is
    /// proven.
    pub fn unwind(ctx: Context<Rebalance>, orders: Vec<Order>) -> Result<()> {
        instructions::unwind::handler(ctx, &orders)
    }

    /// Moves collateral to or from the venue, by an amount that only the book decides. Anyone may
    /// call it.
    pub fn move_collateral(ctx: Context<MoveCollateral>) -> Result<()> {
        instructions::move_collateral::handler(ctx)
    }

    /// Observes the vault, so that its breakers trip, cool down and resume. Anyone may call it.
    pub fn mark(ctx: Context<Mark>) -> Result<()> {
        instructions::mark::handler(ctx)
    }

    /// The guardian trips a breaker by hand.
    pub fn trip_breaker(ctx: Context<Guard>, breaker: VaultBreaker) -> Result<()> {
        instructions::guard::trip(ctx, breaker)
    }

    /// The guardian resumes a breaker that waits for them, once it has been under its reset for its
    /// cooldown. `mark` has to come before it in the same slot.
    pub fn resume_breaker(ctx: Context<Guard>, breaker: VaultBreaker) -> Result<()> {
        instructions::guard::resume(ctx, breaker)
    }

    /// Collects a withdrawal that the venue had queued. Anyone may call it.
    pub fn collect_withdrawal(ctx: Context<CollectWithdrawal>) -> Result<()> {
        instructions::collect_withdrawal::handler(ctx)
    }
}
