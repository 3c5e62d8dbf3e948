//! `create_market`: anyone may; the address contains the creator.

use crate::errors::RiskError;
use crate::events::MarketCreated;
use crate::state::{
    stored_variance, validate_initial_variance, Fixed, Market, MarketParams, MARKET_BYTES, MARKET_SEED, MARKET_VERSION,
};
use anchor_lang::prelude::*;
use ballast_core_market::worst_day::{initial_worst_day, WorstDay};

/// A market's name and parameters, validated as one bundle.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateMarketArgs {
    /// ASCII name, padded with zeros.
    pub name: [u8; 16],
    /// Variance per year to start from.
    pub initial_variance: Fixed,
    /// The largest log move of a day that is known of it: counts for a year.
    pub worst_day: Fixed,
    /// Parameters.
    pub params: MarketParams,
}

/// Accounts of `create_market`.
#[derive(Accounts)]
#[instruction(args: CreateMarketArgs)]
pub struct CreateMarket<'info> {
    /// Pays, and becomes part of the address.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// The market.
    #[account(
        init,
        payer = creator,
        space = MARKET_BYTES,
        seeds = [MARKET_SEED, creator.key().as_ref(), args.name.as_ref()],
        bump
    )]
    pub market: AccountLoader<'info, Market>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
    validate(&args)?;
    let creator = ctx.accounts.creator.key();
    let mut market = ctx.accounts.market.load_init()?;
    market.version = MARKET_VERSION;
    market.bump = ctx.bumps.market;
    market.creator = creator;
    market.name = args.name;
    market.params = args.params;
    market.signals.slow_variance = stored_variance(args.initial_variance)?;
    market.worst_day = first_worst_day(&args)?.into();
    market.check_invariants()?;
    emit!(MarketCreated {
        market: ctx.accounts.market.key(),
        creator,
        initial_variance: args.initial_variance,
        worst_day: args.worst_day,
        params: args.params,
    });
    Ok(())
}

fn first_worst_day(args: &CreateMarketArgs) -> Result<WorstDay> {
    let size = initial_worst_day(args.worst_day.ratio()).ok_or(RiskError::WorstDay)?;
    Ok(WorstDay::first(size, Clock::get()?.unix_timestamp))
}

#[inline(never)]
fn validate(args: &CreateMarketArgs) -> Result<()> {
    let text = args.name.iter().take_while(|byte| **byte != 0).count();
    let printable = args.name.iter().take(text).all(u8::is_ascii_graphic);
    let padded = args.name.iter().skip(text).all(|byte| *byte == 0);
    require!(text > 0 && printable && padded, RiskError::MarketName);
    args.params.validate()?;
    validate_initial_variance(args.initial_variance.ratio())
}
