//! `create_market`: anyone may; the address contains the creator.

use crate::errors::RiskError;
use crate::events::MarketCreated;
use crate::state::{
    validate_initial_variance, ExitHaircutParams, Fixed, Market, PriceSource, SignalSettings, StoredSignals,
    UseSettings, MARKET_SEED, MARKET_VERSION,
};
use anchor_lang::prelude::*;

/// A market's parameters, validated as one bundle.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateMarketArgs {
    /// ASCII name, padded with zeros.
    pub name: [u8; 16],
    /// Price source.
    pub source: PriceSource,
    /// Limits for `Trade`, `Nav`, `Exit`, `Settle`.
    pub uses: [UseSettings; 4],
    /// Signal parameters.
    pub signal_settings: SignalSettings,
    /// Exit haircut.
    pub exit_haircut: ExitHaircutParams,
    /// Variance per year to start from.
    pub initial_variance: Fixed,
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
        space = 8 + Market::INIT_SPACE,
        seeds = [MARKET_SEED, creator.key().as_ref(), args.name.as_ref()],
        bump
    )]
    pub market: Box<Account<'info, Market>>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
    validate(&args)?;
    let creator = ctx.accounts.creator.key();
    let bump = ctx.bumps.market;
    let market = &mut ctx.accounts.market;
    market.set_inner(Market {
        version: MARKET_VERSION,
        bump,
        creator,
        name: args.name,
        source: args.source,
        uses: args.uses,
        signal_settings: args.signal_settings,
        exit_haircut: args.exit_haircut,
        signals: StoredSignals {
            variance: args.initial_variance,
            ..StoredSignals::default()
        },
        reserved: [0; 128],
    });
    market.check_invariants()?;
    emit!(MarketCreated {
        market: market.key(),
        creator
    });
    Ok(())
}

fn validate(args: &CreateMarketArgs) -> Result<()> {
    let text = args.name.iter().take_while(|byte| **byte != 0).count();
    let printable = args.name.iter().take(text).all(u8::is_ascii_graphic);
    let padded = args.name.iter().skip(text).all(|byte| *byte == 0);
    require!(text > 0 && printable && padded, RiskError::MarketName);
    args.source.validate()?;
    for limits in &args.uses {
        limits.validate()?;
    }
    args.signal_settings.validate()?;
    args.exit_haircut.validate()?;
    validate_initial_variance(args.initial_variance.ratio())
}
