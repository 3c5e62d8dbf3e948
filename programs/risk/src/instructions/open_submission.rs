//! `open_submission`: a registered feeder makes the account that its submissions are written to,
//! once.

use crate::errors::RiskError;
use crate::state::{StoredSlice, Submission, Surface, SUBMISSION_SEED, SURFACE_VERSION};
use anchor_lang::prelude::*;
use ballast_core_market::surface_feed::MAX_SLICES;

/// Accounts of `open_submission`.
#[derive(Accounts)]
pub struct OpenSubmission<'info> {
    /// The feeder; pays.
    #[account(mut)]
    pub feeder: Signer<'info>,
    /// The surface.
    pub surface: AccountLoader<'info, Surface>,
    /// The account.
    #[account(
        init,
        payer = feeder,
        space = 8 + Submission::INIT_SPACE,
        seeds = [SUBMISSION_SEED, surface.key().as_ref(), feeder.key().as_ref()],
        bump
    )]
    pub submission: Box<Account<'info, Submission>>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<OpenSubmission>) -> Result<()> {
    let (key, feeder) = (ctx.accounts.surface.key(), ctx.accounts.feeder.key());
    let surface = ctx.accounts.surface.load()?;
    surface.check_version()?;
    // Those who were proposed may say something before they are in force.
    require!(
        surface.feeders.has(&feeder) || surface.proposed.has(&feeder),
        RiskError::NotAFeeder
    );
    ctx.accounts.submission.set_inner(Submission {
        version: SURFACE_VERSION,
        bump: ctx.bumps.submission,
        slice_count: 0,
        padding: [0; 5],
        surface: key,
        feeder,
        submitted_at: 0,
        slices: [StoredSlice::default(); MAX_SLICES],
    });
    Ok(())
}
