//! Ballast's options clearing house: European options, cash-settled in a quote token, with
//! portfolio margin.
//!
//! Handlers are thin: every decision is a pure function of [`ballast_core_clearing`], and every
//! loss or gain between accounts is made there. Here accounts are found to be the right ones,
//! prices are admitted, tokens move, and events are announced.
//!
//! # What an attacker would try
//! * *Somebody else's money.* What leaves an account, or adds risk to it, needs its owner's
//!   signature, or that of the key which quotes for it.
//! * *A signature made for something else.* A quote names program, cluster, house, account, nonce,
//!   taker, slot, spots, fills and legs, begins with a byte that no transaction begins with, and
//!   has to lie in one ed25519 instruction in the one form that cannot be misread.
//! * *The same signature again.* A nonce is filled once, and the address of an account that was
//!   closed never comes back.
//! * *A stolen quote signer.* It can lose what the owner allowed in a minute, until they name
//!   another.
//! * *The profitable leg of a package.* All legs are traded together, or none.
//! * *A market or a surface of their own.* Those of a house are pinned when it is created, for
//!   good.
//! * *Leaving a losing market out.* A position on a market that was not passed is refused.
//! * *Picking the best of a failing account.* What is taken of it is the same share of everything,
//!   and no more than suffices.
//! * *Dust on a silent market.* It stays where it is; everything else is taken.
//! * *Withdrawing a gain of the moment.* Withdrawals count marks at the worse of the live and the
//!   slow price.
//! * *Not paying on the day.* What expires soon needs cash; who still owes is in debt, and every
//!   credit repays it first.
//! * *Tokens sent to the custody.* Nobody's: the ledger counts what was deposited.
//! * *A house of their own with harmless-looking zeros.* Every parameter is bounded on both sides,
//!   and its creator has no rights afterwards.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

use anchor_lang::prelude::*;

pub mod batch;
pub mod clearing;
pub mod errors;
pub mod events;
pub mod instructions;
pub mod markets;
pub mod state;
mod tokens;

use crate::state::{SeriesKey, StoredPosition};
pub use errors::OptionsError;
pub use instructions::*;

declare_id!("6hgZximJzkyUcia9DiXNXq6WNKVrbq5HEYUopekxseYN");

/// The clearing house's instructions.
#[program]
pub mod ballast_options {
    use super::*;

    /// Creates a house: quote mint, markets and parameters, for good. Anyone may.
    pub fn create_clearing_house<'info>(
        ctx: Context<'info, CreateClearingHouse<'info>>,
        args: CreateClearingHouseArgs,
    ) -> Result<()> {
        instructions::create_clearing_house::handler(ctx, args)
    }

    /// Gives tokens to a house's insurance fund. Anyone may.
    pub fn fund_insurance(ctx: Context<FundInsurance>, amount: u64) -> Result<()> {
        instructions::fund_insurance::handler(ctx, amount)
    }

    /// Creates an expiry on the listing grid of a market. Anyone may.
    pub fn create_expiry(ctx: Context<CreateExpiry>, market: u8, moment: i64) -> Result<()> {
        instructions::create_series::create_expiry(ctx, market, moment)
    }

    /// Creates a series on the listing grid of a market. Anyone may.
    pub fn create_series(ctx: Context<CreateSeries>, key: SeriesKey) -> Result<()> {
        instructions::create_series::create_series(ctx, key)
    }

    /// Gives the rent of a series back, after all positions of its expiry are settled. Anyone may.
    pub fn close_series(ctx: Context<CloseSeries>) -> Result<()> {
        instructions::create_series::close_series(ctx)
    }

    /// Gives the rent of an expiry back, after all is paid and its series are gone. Anyone may.
    pub fn close_expiry(ctx: Context<CloseExpiry>) -> Result<()> {
        instructions::create_series::close_expiry(ctx)
    }

    /// Opens a margin account for any owner. `number` is a slot of the last 512.
    pub fn open_account(ctx: Context<OpenAccount>, number: u64) -> Result<()> {
        instructions::open_account::open_account(ctx, number)
    }

    /// Closes an empty margin account. Its owner signs; the rent goes to who paid it.
    pub fn close_account(ctx: Context<CloseAccount>) -> Result<()> {
        instructions::open_account::close_account(ctx)
    }

    /// Names the key that signs or posts quotes for an account, and by how many lots they may be
    /// filled in a minute: the greatest `u64` for any number. Its owner signs.
    pub fn set_quote_signer(ctx: Context<SetQuoteSigner>, quote_signer: Pubkey, lots_a_minute: u64) -> Result<()> {
        instructions::open_account::set_quote_signer(ctx, quote_signer, lots_a_minute)
    }

    /// Puts tokens into a margin account. Its owner signs.
    pub fn deposit(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        instructions::deposit::handler(ctx, amount)
    }

    /// Takes tokens out of a margin account, as far as margin allows. Its owner signs.
    pub fn withdraw<'info>(ctx: Context<'info, Withdraw<'info>>, amount: u64) -> Result<()> {
        instructions::withdraw::handler(ctx, amount)
    }

    /// Trades on the maker's quote of that nonce, all its legs together: posted, or carried by an
    /// ed25519 instruction of the transaction. The taker signs.
    pub fn trade_quote<'info>(ctx: Context<'info, TradeQuote<'info>>, nonce: u64, quantity: i64) -> Result<()> {
        instructions::trade_quote::handler(ctx, nonce, quantity)
    }

    /// Posts a quote: the same message as is signed off-chain. Owner or quote signer signs.
    pub fn post_quote(ctx: Context<PostQuote>, nonce: u64, message: Vec<u8>) -> Result<()> {
        instructions::posted_quotes::post_quote(ctx, nonce, message)
    }

    /// Takes a posted quote off the chain: owner or quote signer at any time, anyone when it cannot
    /// be taken any more.
    pub fn close_quote<'info>(ctx: Context<'info, CloseQuote<'info>>) -> Result<()> {
        instructions::posted_quotes::close_quote(ctx)
    }

    /// Cancels one quote by its nonce. Owner or quote signer signs.
    pub fn cancel_quote(ctx: Context<CancelQuotes>, nonce: u64) -> Result<()> {
        instructions::cancel_quotes::cancel_quote(ctx, nonce)
    }

    /// Cancels every quote with a nonce below this one, and lets those hold that follow it. Owner
    /// or quote signer signs.
    pub fn cancel_all_quotes(ctx: Context<CancelQuotes>, below: u64) -> Result<()> {
        instructions::cancel_quotes::cancel_all_quotes(ctx, below)
    }

    /// Returns how an account stands, and would stand with other positions and `cash` more or less:
    /// the house's own answer, as return data. Changes nothing.
    pub fn what_if<'info>(
        ctx: Context<'info, WhatIf<'info>>,
        legs: Vec<StoredPosition>,
        cash: i64,
    ) -> Result<WhatIfReport> {
        instructions::what_if::handler(ctx, legs, cash)
    }

    /// Opens an auction. The owner of the margin account signs.
    pub fn open_auction(ctx: Context<OpenAuction>, args: OpenAuctionArgs) -> Result<()> {
        instructions::auction::open_auction(ctx, args)
    }

    /// Takes part or all of an auction, for no worse than a price. The taker signs.
    pub fn take_auction<'info>(ctx: Context<'info, TakeAuction<'info>>, quantity: i64, limit_price: u64) -> Result<()> {
        instructions::take_auction::handler(ctx, quantity, limit_price)
    }

    /// Ends an auction: by the owner at any time, by anyone when it is over.
    pub fn cancel_auction<'info>(ctx: Context<'info, CancelAuction<'info>>) -> Result<()> {
        instructions::auction::cancel_auction(ctx)
    }

    /// Begins the liquidation of an account below maintenance, or in debt. Anyone may.
    pub fn begin_liquidation<'info>(ctx: Context<'info, Liquidation<'info>>) -> Result<()> {
        instructions::liquidation::begin_liquidation(ctx)
    }

    /// Ends a liquidation whose target is reached. Anyone may.
    pub fn end_liquidation<'info>(ctx: Context<'info, Liquidation<'info>>) -> Result<()> {
        instructions::liquidation::end_liquidation(ctx)
    }

    /// Takes a share, in billionths, of everything that an account which is being liquidated holds
    /// on live markets, or what is permitted if that is less, into an account that holds cash
    /// alone; for no more than `max_payment`, which is negative where the liquidator is to be paid.
    /// The liquidator signs.
    pub fn liquidate<'info>(ctx: Context<'info, Liquidate<'info>>, share: u64, max_payment: i64) -> Result<()> {
        instructions::liquidate::handler(ctx, share, max_payment)
    }

    /// Moves a position, or a part of it, from one account of an owner to another: `quantity` has
    /// its sign. The owner signs.
    pub fn transfer_position<'info>(ctx: Context<'info, TransferPosition<'info>>, quantity: i64) -> Result<()> {
        instructions::transfer_position::handler(ctx, quantity)
    }

    /// Copies what an expiry settles at from the market's averages, and settles its price, for
    /// good, as soon as it is known. Anyone may.
    pub fn settle_expiry(ctx: Context<SettleExpiry>) -> Result<()> {
        instructions::settlement::handler(ctx)
    }

    /// Settles the positions that margin accounts have on an expiry. Anyone may.
    pub fn settle_positions<'info>(ctx: Context<'info, SettlePositions<'info>>) -> Result<()> {
        instructions::settle_positions::handler(ctx)
    }

    /// Has the insurance fund put in its part of what is missing on all expiries of a moment, once
    /// all of them are settled, or a day after it. Anyone may.
    pub fn cover_expiries<'info>(ctx: Context<'info, CoverExpiries<'info>>, moment: i64) -> Result<()> {
        instructions::cover_expiries::handler(ctx, moment)
    }

    /// Pays the claims that margin accounts have on an expiry. Anyone may.
    pub fn pay_claims<'info>(ctx: Context<'info, PayClaims<'info>>) -> Result<()> {
        instructions::pay_claims::handler(ctx)
    }
}
