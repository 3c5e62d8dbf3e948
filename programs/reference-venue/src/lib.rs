//! # A reference perpetual venue. LOCAL NETWORKS AND TESTS ONLY.
//!
//! **This is not an exchange. Never deploy it where tokens have value.** It exists so that the
//! vault, its keeper and its drills have a venue whose rules are known to the last base unit and
//! whose failures can be switched on: paused, stale, filling partially, filling late, paying late,
//! deleveraging without consent. Every market carries the notice in its account and logs it when
//! it is created.
//!
//! ## Model
//! - A market is priced from one market of the risk program; nothing here decodes an oracle.
//! - Orders fill at once, whole, at the oracle's price moved by half the spread and by an impact
//!   linear in the order's notional ([`math::pricing::fill_price`]).
//! - Every trader's counterparty is the insurance fund. Losses, fees and funding go in; profits and
//!   funding received come out, and never more than is there: `ProfitUnpaid` announces the rest.
//! - Invariant: collateral + queued withdrawals + insurance fund ≤ tokens in the vault. It ends
//!   every instruction that moves value ([`state::Market::check_invariants`]).
//! - All roundings go against the trader.
//!
//! ## What could go wrong, and what stops it
//! - *Someone else's money*: the owner of a trader account signs for what leaves it; the vault and
//!   the mint are pinned in the market, the market in the trader.
//! - *A false price*: the risk market is pinned; its admission pins the feed, its owner and its
//!   content. Opening needs a price good enough to trade on, leaving one good enough to exit.
//! - *A marked-up profit*: a withdrawal counts unrealised profit as zero.
//! - *The market's creator* switches faults. That is the point, and why this is no venue for money.
//! - Not defended: impact has no memory, so slicing an order avoids it.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod errors;
pub mod events;
pub mod execution;
pub mod instructions;
pub mod math;
pub mod prices;
pub mod state;
mod transfers;

use anchor_lang::prelude::*;

pub use errors::PerpError;
pub use execution::{FillReceipt, OrderArgs};
use instructions::*;
use state::{Faults, MarketParams};

declare_id!("B3YT21gAyiwynvfMCEGyGn6YwtUJoU9hB5aZyQ9bQKsr");

/// Logged whenever a market is created.
pub const NOTICE: &str = "BALLAST PERP: LOCAL NETWORKS AND TESTS ONLY. Not a venue for tokens of value.";

/// The program's security text, in the format that explorers search a binary for.
#[used]
pub static SECURITY_TEXT: &str = concat!(
    "=======BEGIN SECURITY.TXT V1=======\0",
    "name\0Ballast reference perpetual venue (LOCAL NETWORKS AND TESTS ONLY)\0",
    "contacts\0see SECURITY.md in the source repository\0",
    "policy\0LOCAL NETWORKS AND TESTS ONLY. This program has faults that its market's creator ",
    "switches on. Tokens of value must never be sent to it.\0",
    "=======END SECURITY.TXT V1=======\0",
);

#[program]
pub mod ballast_reference_venue {
    use super::*;

    /// Create a market priced from `risk_market` and settled in `quote_mint`.
    pub fn create_market(ctx: Context<CreateMarket>, params: MarketParams) -> Result<()> {
        CreateMarket::handle(ctx, params)
    }

    /// Switch the market's faults on or off, all at once.
    pub fn set_faults(ctx: Context<SetFaults>, faults: Faults) -> Result<()> {
        SetFaults::handle(ctx, faults)
    }

    /// Give tokens to the insurance fund.
    pub fn fund_insurance(ctx: Context<FundInsurance>, amount: u64) -> Result<()> {
        FundInsurance::handle(ctx, amount)
    }

    /// Open a trader account for any owner.
    pub fn create_trader(ctx: Context<CreateTrader>) -> Result<()> {
        CreateTrader::handle(ctx)
    }

    /// Add collateral to a trader account.
    pub fn deposit(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        Deposit::handle(ctx, amount)
    }

    /// Take collateral out, at once or into the withdrawal queue.
    pub fn withdraw(ctx: Context<Withdraw>, amount: u64) -> Result<()> {
        Withdraw::handle(ctx, amount)
    }

    /// Take out a queued withdrawal whose delay is over.
    pub fn collect_withdrawal(ctx: Context<CollectWithdrawal>) -> Result<()> {
        CollectWithdrawal::handle(ctx)
    }

    /// Trade at once, or leave an order to be fulfilled when the venue is slow.
    pub fn place_order(ctx: Context<PlaceOrder>, order: OrderArgs) -> Result<FillReceipt> {
        PlaceOrder::handle(ctx, order)
    }

    /// Execute a waiting order.
    pub fn fulfil(ctx: Context<Fulfil>) -> Result<FillReceipt> {
        Fulfil::handle(ctx)
    }

    /// Forget a waiting order.
    pub fn cancel_pending(ctx: Context<CancelPending>) -> Result<()> {
        CancelPending::handle(ctx)
    }

    /// Close the position of a trader below maintenance margin, for a fee.
    pub fn liquidate(ctx: Context<Liquidate>) -> Result<()> {
        Liquidate::handle(ctx)
    }

    /// Reduce a trader's position without consent, while that fault is on.
    pub fn auto_deleverage(ctx: Context<AutoDeleverage>, lots: i64) -> Result<()> {
        AutoDeleverage::handle(ctx, lots)
    }
}
