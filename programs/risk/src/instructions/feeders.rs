//! `propose_feeders`, `cancel_feeders`, `apply_feeders`: whose submissions count, and how many a
//! publication takes. A change waits for two days, in which whoever relies on the surface can
//! leave.

use crate::errors::RiskError;
use crate::events::{FeedersApplied, FeedersProposed};
use crate::state::{FeederSet, Surface, FEEDER_DELAY};
use anchor_lang::prelude::*;

/// Accounts of `propose_feeders` and `cancel_feeders`.
#[derive(Accounts)]
pub struct ProposeFeeders<'info> {
    /// The surface's authority.
    pub authority: Signer<'info>,
    /// The surface.
    #[account(mut, has_one = authority @ RiskError::SurfaceAuthority)]
    pub surface: AccountLoader<'info, Surface>,
}

/// Accounts of `apply_feeders`. Permissionless: the delay is what protects.
#[derive(Accounts)]
pub struct ApplyFeeders<'info> {
    /// The surface.
    #[account(mut)]
    pub surface: AccountLoader<'info, Surface>,
}

/// Proposes `feeders`; none takes a proposal back. A new proposal replaces the one before, and
/// waits anew.
pub(crate) fn propose(ctx: Context<ProposeFeeders>, feeders: &[Pubkey], required: u8) -> Result<()> {
    let since = Clock::get()?.unix_timestamp.saturating_add(FEEDER_DELAY);
    let key = ctx.accounts.surface.key();
    let proposed = FeederSet::new(&key, feeders, required, since)?;
    store(&ctx.accounts.surface, proposed)
}

pub(crate) fn cancel(ctx: Context<ProposeFeeders>) -> Result<()> {
    require!(
        ctx.accounts.surface.load()?.proposed.count > 0,
        RiskError::FeedersNotProposed
    );
    store(&ctx.accounts.surface, FeederSet::none())
}

fn store(account: &AccountLoader<Surface>, proposed: FeederSet) -> Result<()> {
    let mut surface = account.load_mut()?;
    surface.check_version()?;
    surface.proposed = proposed;
    emit!(FeedersProposed {
        surface: account.key(),
        feeders: proposed.keys(),
        required: u8::try_from(proposed.required).unwrap_or(u8::MAX),
        since: proposed.since,
    });
    Ok(())
}

pub(crate) fn apply(ctx: Context<ApplyFeeders>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let key = ctx.accounts.surface.key();
    let mut surface = ctx.accounts.surface.load_mut()?;
    surface.check_version()?;
    let (feeders_before, required_before) = (surface.feeders.keys(), surface.feeders.required);
    surface.apply_feeders(now)?;
    emit!(FeedersApplied {
        surface: key,
        feeders_before,
        required_before,
        feeders: surface.feeders.keys(),
        required: surface.feeders.required,
    });
    Ok(())
}
