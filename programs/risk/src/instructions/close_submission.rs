//! `close_submission`: a feeder takes back the account of its submissions, and with it the rent and
//! what it said.

use crate::errors::RiskError;
use crate::events::SubmissionClosed;
use crate::state::Submission;
use anchor_lang::prelude::*;

/// Accounts of `close_submission`. The surface is not among them, so that one who was struck off
/// can leave as well.
#[derive(Accounts)]
pub struct CloseSubmission<'info> {
    /// The feeder; gets the rent.
    #[account(mut)]
    pub feeder: Signer<'info>,
    /// Its account for a surface.
    #[account(mut, dup, close = feeder, has_one = feeder @ RiskError::NotAFeeder)]
    pub submission: Box<Account<'info, Submission>>,
}

pub(crate) fn handler(ctx: Context<CloseSubmission>) -> Result<()> {
    emit!(SubmissionClosed {
        surface: ctx.accounts.submission.surface,
        feeder: ctx.accounts.feeder.key(),
    });
    Ok(())
}
