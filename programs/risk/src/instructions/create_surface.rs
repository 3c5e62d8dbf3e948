//! `create_surface`: the creator of a market gives it a volatility surface, names its feeders and
//! its expiries.

use crate::errors::RiskError;
use crate::events::SurfaceCreated;
use crate::state::{FeederSet, Market, Surface, SurfaceSettings, SURFACE_BYTES, SURFACE_SEED, SURFACE_VERSION};
use anchor_lang::prelude::*;

/// A surface's parameters, validated as one bundle.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateSurfaceArgs {
    /// Bounds.
    pub settings: SurfaceSettings,
    /// Expiries, unix seconds, increasing; at most sixteen.
    pub grid: Vec<i64>,
    /// Feeders, at most sixteen.
    pub feeders: Vec<Pubkey>,
    /// How many fresh submissions a publication takes.
    pub required: u8,
}

/// Accounts of `create_surface`.
#[derive(Accounts)]
pub struct CreateSurface<'info> {
    /// The market's creator; pays, and becomes the surface's authority.
    #[account(mut, address = market.load()?.creator @ RiskError::SurfaceAuthority)]
    pub authority: Signer<'info>,
    /// The market.
    pub market: AccountLoader<'info, Market>,
    /// The surface.
    #[account(
        init,
        payer = authority,
        space = SURFACE_BYTES,
        seeds = [SURFACE_SEED, market.key().as_ref()],
        bump
    )]
    pub surface: AccountLoader<'info, Surface>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<CreateSurface>, args: CreateSurfaceArgs) -> Result<()> {
    ctx.accounts.market.load()?.check_version()?;
    args.settings.validate()?;
    let now = Clock::get()?.unix_timestamp;
    let (market, authority) = (ctx.accounts.market.key(), ctx.accounts.authority.key());
    let key = ctx.accounts.surface.key();
    let mut surface = ctx.accounts.surface.load_init()?;
    surface.version = SURFACE_VERSION;
    surface.bump = ctx.bumps.surface;
    surface.market = market;
    surface.authority = authority;
    surface.settings = args.settings;
    surface.feeders = FeederSet::new(&key, &args.feeders, args.required, now)?;
    surface.set_grid(&args.grid, now)?;
    emit!(SurfaceCreated {
        market,
        surface: key,
        authority
    });
    Ok(())
}
