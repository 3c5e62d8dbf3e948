//! `set_feeders`: the surface's authority says whose submissions count, and how many it takes.

use crate::errors::RiskError;
use crate::events::FeedersSet;
use crate::state::{Surface, SURFACE_VERSION};
use anchor_lang::prelude::*;

/// Accounts of `set_feeders`.
#[derive(Accounts)]
pub struct SetFeeders<'info> {
    /// The surface's authority.
    pub authority: Signer<'info>,
    /// The surface.
    #[account(mut, has_one = authority @ RiskError::SurfaceAuthority)]
    pub surface: Box<Account<'info, Surface>>,
}

pub(crate) fn handler(ctx: Context<SetFeeders>, feeders: Vec<Pubkey>, required: u8) -> Result<()> {
    let surface = &mut ctx.accounts.surface;
    require!(surface.version == SURFACE_VERSION, RiskError::SurfaceVersion);
    let (feeders_before, required_before) = (surface.feeders().to_vec(), surface.required);
    surface.set_feeders(&feeders, required)?;
    emit!(FeedersSet {
        surface: surface.key(),
        feeders_before,
        required_before,
        feeders,
        required,
    });
    Ok(())
}
