//! `publish_surface`: the median of fresh submissions becomes the surface. Anyone may call it.

use crate::errors::{refused, RiskError};
use crate::events::SurfacePublished;
use crate::state::{Market, StoredGwav, StoredImplied, StoredSlice, SubmissionBytes, Surface};
use anchor_lang::prelude::*;
use ballast_core_market::surface_feed::{self, FeedSurface, Publication, Published};
use ballast_core_math::estimators::{Elapsed, Gwav};

/// Accounts of `publish_surface`; the submission account of every feeder follows them, in the order
/// of the feeders, so that nobody chooses among them. Permissionless: the feeders did the saying.
#[derive(Accounts)]
pub struct PublishSurface<'info> {
    /// The surface.
    #[account(mut, has_one = market @ RiskError::SurfaceMarket)]
    pub surface: AccountLoader<'info, Surface>,
    /// Its market: implied volatility is written to it.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

pub(crate) fn handler(ctx: Context<PublishSurface>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let key = ctx.accounts.surface.key();
    let mut surface = ctx.accounts.surface.load_mut()?;
    let mut market = ctx.accounts.market.load_mut()?;
    surface.check_version()?;
    market.check_version()?;
    let fresh = fresh_submissions(&surface, ctx.remaining_accounts, now)?;
    let publication = agreed(&surface, &fresh.submitted, now)?;
    let before = surface.published().to_vec();
    let published_before = surface.published_at;
    record(&mut surface, &publication, now)?;
    market.implied = implied(&surface, &publication, now)?;
    emit!(SurfacePublished {
        surface: key,
        published_at: now,
        published_before,
        fresh: fresh.feeders,
        limited: publication.limited,
        lifted: publication.lifted,
        average_level: surface.average.level,
        before,
        after: surface.published().to_vec(),
    });
    Ok(())
}

/// Fresh submissions, and whose they are: a bit for each feeder.
struct Fresh {
    submitted: Vec<FeedSurface>,
    feeders: u32,
}

/// Reads every feeder's submission account. One that was never opened, was closed, is old, or is
/// about other expiries is left out.
fn fresh_submissions(surface: &Surface, accounts: &[AccountInfo], now: i64) -> Result<Fresh> {
    let feeders = surface.feeders.feeders();
    require!(accounts.len() == feeders.len(), RiskError::SubmissionAccounts);
    let expiries = surface.active(now);
    let mut fresh = Fresh {
        submitted: Vec::with_capacity(accounts.len()),
        feeders: 0,
    };
    for ((feeder, account), bit) in feeders.iter().zip(accounts).zip((0..32).map(|index| 1u32 << index)) {
        require_keys_eq!(*account.key, feeder.submission, RiskError::SubmissionAccounts);
        let data = account.try_borrow_data()?;
        let read = SubmissionBytes::new(&data).filter(|_| *account.owner == crate::ID);
        let Some(submission) = read else { continue };
        let max_age = surface.settings.max_submission_age_seconds;
        if !surface_feed::is_fresh(submission.submitted_at(), now, max_age) {
            continue;
        }
        if let Some(submitted) = submission.slices().and_then(|submitted| submitted.aligned(expiries)) {
            fresh.submitted.push(submitted);
            fresh.feeders |= bit;
        }
    }
    Ok(fresh)
}

#[inline(never)]
fn agreed(surface: &Surface, submitted: &[FeedSurface], now: i64) -> Result<Box<Publication>> {
    let slices = surface.feed();
    let before = (surface.slice_count > 0).then_some(Published {
        at: surface.published_at,
        slices: &slices,
    });
    let required = usize::try_from(surface.feeders.required).map_err(|_| RiskError::OutOfRange)?;
    surface_feed::publish(before, submitted, required, &surface.settings.bounds(), now)
        .map(Box::new)
        .map_err(refused)
}

#[inline(never)]
fn record(surface: &mut Surface, publication: &Publication, now: i64) -> Result<()> {
    let settings = &surface.settings;
    let volatility = publication.at_the_money;
    let average = match surface.average.get() {
        Some(average) => {
            let spacing = Elapsed::capped(i64::from(settings.average_spacing_seconds)).ok_or(RiskError::OutOfRange)?;
            average.update(volatility, now, spacing)
        }
        None => Gwav::first(volatility, now),
    };
    surface.average = average.map(StoredGwav::from).map_err(|_| RiskError::OutOfRange)?;
    surface.slice_count = u8::try_from(publication.slices.slices().len()).map_err(|_| RiskError::OutOfRange)?;
    surface.slices = surface_feed::padded(&publication.slices).map(StoredSlice::from);
    surface.published_at = now;
    surface.publications = surface.publications.saturating_add(1);
    Ok(())
}

/// How many spacings the average that a market shows goes back: as far as there is always history
/// for.
const AVERAGED_SPACINGS: i64 = 7;

/// Returns what the market is told of its surface.
#[inline(never)]
fn implied(surface: &Surface, publication: &Publication, now: i64) -> Result<StoredImplied> {
    let window = i64::from(surface.settings.average_spacing_seconds).saturating_mul(AVERAGED_SPACINGS);
    let average = surface.average.get().zip(Elapsed::capped(window));
    let average = average.and_then(|(average, window)| average.average(window, now).ok());
    Ok(StoredImplied {
        published_at: now,
        volatility: publication.at_the_money.0.basis_points_ceil().0,
        average: average.map_or(0, |volatility| volatility.0.basis_points_ceil().0),
    })
}
