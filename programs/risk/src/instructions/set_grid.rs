//! `set_grid`: the surface's authority lists the expiries ahead. One that is published stays until
//! it expires.

use crate::errors::RiskError;
use crate::events::GridSet;
use crate::state::Surface;
use anchor_lang::prelude::*;

/// Accounts of `set_grid`.
#[derive(Accounts)]
pub struct SetGrid<'info> {
    /// The surface's authority.
    pub authority: Signer<'info>,
    /// The surface.
    #[account(mut, has_one = authority @ RiskError::SurfaceAuthority)]
    pub surface: AccountLoader<'info, Surface>,
}

pub(crate) fn handler(ctx: Context<SetGrid>, grid: Vec<i64>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let key = ctx.accounts.surface.key();
    let mut surface = ctx.accounts.surface.load_mut()?;
    surface.check_version()?;
    let before = surface.grid().to_vec();
    surface.set_grid(&grid, now)?;
    emit!(GridSet {
        surface: key,
        before,
        after: grid,
    });
    Ok(())
}
