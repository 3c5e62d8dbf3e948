//! `submit_surface`: a registered feeder says what the surface is, over what it said before.

use crate::errors::{refused, RiskError};
use crate::events::SurfaceSubmitted;
use crate::state::{StoredSlice, Submission, Surface, SURFACE_VERSION};
use anchor_lang::prelude::*;
use ballast_core_market::surface_feed::{self, FeedError, FeedSlice, FeedSurface};

/// Accounts of `submit_surface`.
#[derive(Accounts)]
pub struct SubmitSurface<'info> {
    /// The feeder.
    pub feeder: Signer<'info>,
    /// The surface.
    pub surface: AccountLoader<'info, Surface>,
    /// The feeder's account for this surface; only `open_submission` makes one, at the one address
    /// of both.
    #[account(mut, dup, has_one = surface @ RiskError::SubmissionSurface, has_one = feeder @ RiskError::NotAFeeder)]
    pub submission: Box<Account<'info, Submission>>,
}

pub(crate) fn handler(ctx: Context<SubmitSurface>, slices: Vec<StoredSlice>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let surface = ctx.accounts.surface.load()?;
    surface.check_version()?;
    let submission = &mut ctx.accounts.submission;
    require!(submission.version == SURFACE_VERSION, RiskError::SurfaceVersion);
    let (now_fed, later) = (&surface.feeders, &surface.proposed);
    require!(
        now_fed.has(&submission.feeder) || later.has(&submission.feeder),
        RiskError::NotAFeeder
    );
    let submitted: Vec<FeedSlice> = slices.iter().map(|slice| FeedSlice::from(*slice)).collect();
    let submitted = FeedSurface::new(&submitted)
        .and_then(|submitted| submitted.aligned(surface.active(now)))
        .filter(|aligned| aligned.slices().len() == submitted.len())
        .ok_or_else(|| refused(FeedError::Grid))?;
    submitted.check(now).map_err(refused)?;
    submission.slice_count = u8::try_from(slices.len()).map_err(|_| RiskError::OutOfRange)?;
    submission.submitted_at = now;
    submission.slices = surface_feed::padded(&submitted).map(StoredSlice::from);
    emit!(SurfaceSubmitted {
        surface: submission.surface,
        feeder: submission.feeder,
        submitted_at: now,
        slices,
    });
    Ok(())
}
