//! Ballast's vault: custody, shares, and rebalances that anyone may propose and the program proves.
//!
//! # What an attacker would try
//! * *Redirect money.* Every token account that receives is a program address of this vault, the
//!   venue's own, or named by the ticket; only its holder may name another. Keepers get what
//!   requests paid for pricing and claim, in lamports, and of the pool what `payment` says, by
//!   numbers that none of them chooses.
//! * *Lie about the book.* Positions are read from the venues' accounts named at creation, all of
//!   them in their order, by owner and address.
//! * *Trade badly on purpose.* Every fill is held to a band around the oracle price, the whole
//!   trade to a cost budget, and the result to the proof in `ballast_core_vault::rebalance` or
//!   `ballast_core_vault::unwind`.
//! * *Play the share price.* Whoever comes or goes is priced by news that came after they asked,
//!   with everybody in the same minute; deposits pay the high net asset value, redemptions get the
//!   low one; gains count only as far as the slow price confirms them; no batch is priced in the
//!   slot of a trade.
//! * *Make the others trade.* A flow that moves the book out of its band pays for what that makes
//!   due: see `ballast_core_vault::levy`.
//! * *Keep others in.* Nothing on the way out has a gate: see `ballast_core_vault::batch::advance`.
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
use ballast_core_vault::batch::Side;
use state::VaultBreaker;

mod creation;
pub mod errors;
pub mod events;
pub mod instructions;
mod payment;
pub mod quote_mint;
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
    pub fn create_vault<'info>(ctx: Context<'info, CreateVault<'info>>, args: CreateVaultArgs) -> Result<()> {
        instructions::create_vault::handler(ctx, args)
    }

    /// Makes the account of the batch that takes requests, or of the next. Anyone may call it.
    pub fn open_batch(ctx: Context<OpenBatch>, number: u64) -> Result<()> {
        instructions::open_batch::handler(ctx, number)
    }

    /// Puts quote tokens into the open batch, for shares at its price.
    pub fn request_deposit(ctx: Context<MakeRequest>, args: RequestArgs) -> Result<()> {
        instructions::request::handler(ctx, args, Side::Deposit)
    }

    /// Puts shares into the open batch, for quote tokens at its price.
    pub fn request_redeem(ctx: Context<MakeRequest>, args: RequestArgs) -> Result<()> {
        instructions::request::handler(ctx, args, Side::Redemption)
    }

    /// Prices a closed batch from its totals, or fills one that waits further. Anyone may call it.
    pub fn price_batch<'info>(ctx: Context<'info, PriceBatch<'info>>) -> Result<()> {
        instructions::price_batch::handler(ctx)
    }

    /// Pays a ticket its part of what its batch was given. Anyone may call it.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        instructions::claim::handler(ctx)
    }

    /// Mints what the manager has earned to where the collector says.
    pub fn claim_fees(ctx: Context<ClaimFees>) -> Result<()> {
        instructions::claim_fees::handler(ctx)
    }

    /// Lets somebody ask, take back and claim for a holder, or no longer.
    pub fn set_operator(ctx: Context<SetOperator>, approved: bool) -> Result<()> {
        instructions::set_operator::handler(ctx, approved)
    }

    /// Takes a request back that nobody could price for ten minutes.
    pub fn cancel(ctx: Context<Cancel>) -> Result<()> {
        instructions::cancel::handler(ctx)
    }

    /// Gives a batch what came back from a venue in quarantine for its burnt shares. Anyone may
    /// call it.
    pub fn collect(ctx: Context<Collect>) -> Result<()> {
        instructions::collect::handler(ctx)
    }

    /// Makes a ticket somebody else's, with all that it has coming.
    pub fn assign(ctx: Context<Assign>) -> Result<()> {
        instructions::assign::handler(ctx)
    }

    /// Gives the rent of a batch back that nobody waits for. Anyone may call it.
    pub fn close_batch(ctx: Context<CloseBatch>) -> Result<()> {
        instructions::close_batch::handler(ctx)
    }

    /// Advances a batch that has waited for an hour its part of what is liquid, in any state.
    /// Anyone may call it.
    pub fn exit_liquid(ctx: Context<ExitLiquid>) -> Result<()> {
        instructions::exit_liquid::handler(ctx)
    }

    /// Trades the book back into its limits. Anyone may call it; the result is proven.
    pub fn rebalance<'info>(ctx: Context<'info, Rebalance<'info>>, orders: Vec<Order>) -> Result<()> {
        instructions::rebalance::handler(ctx, &orders)
    }

    /// Trades down what belongs to a batch whose holders leave. Anyone may call it; the result is
    /// proven.
    pub fn unwind<'info>(ctx: Context<'info, Unwind<'info>>, order: Order) -> Result<()> {
        instructions::unwind::handler(ctx, order)
    }

    /// Moves collateral to or from the venue of a leg, by an amount that only the book decides.
    /// Anyone may call it.
    pub fn move_collateral<'info>(ctx: Context<'info, MoveCollateral<'info>>, leg: u8) -> Result<()> {
        instructions::move_collateral::handler(ctx, leg)
    }

    /// Observes the vault, so that its breakers trip, cool down and resume. Anyone may call it.
    pub fn mark<'info>(ctx: Context<'info, Mark<'info>>) -> Result<()> {
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

    /// Collects a withdrawal that the venue of a leg had queued. Anyone may call it.
    pub fn collect_withdrawal(ctx: Context<CollectWithdrawal>, leg: u8) -> Result<()> {
        instructions::collect_withdrawal::handler(ctx, leg)
    }
}
