//! `publish_surface`: the median of fresh submissions becomes the surface. Anyone may call it.

use crate::errors::{refused, RiskError};
use crate::events::SurfacePublished;
use crate::state::{Market, StoredGwav, StoredImplied, StoredSlice, SubmissionBytes, Surface, SURFACE_VERSION};
use anchor_lang::prelude::*;
use ballast_core_market::surface_feed::{self, Choice, FeedSurface, Publication, Published};
use ballast_core_math::estimators::{Elapsed, Gwav};

/// Accounts of `publish_surface`; the submissions follow them. Permissionless: the feeders did.
#[derive(Accounts)]
pub struct PublishSurface<'info> {
    /// The surface.
    #[account(mut, has_one = market @ RiskError::SurfaceMarket)]
    pub surface: Box<Account<'info, Surface>>,
    /// Its market: realised variance is read from it, and implied volatility is written to it.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

pub(crate) fn handler(ctx: Context<PublishSurface>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let key = ctx.accounts.surface.key();
    let surface = &mut ctx.accounts.surface;
    let mut market = ctx.accounts.market.load_mut()?;
    require!(surface.version == SURFACE_VERSION, RiskError::SurfaceVersion);
    market.check_version()?;
    require!(market.signals.observations > 0, RiskError::NothingObserved);
    let fresh = fresh_submissions(surface, &key, ctx.remaining_accounts, now)?;
    let publication = agreed(surface, &fresh.submitted, &market, now)?;
    check_observed(surface, &market, now)?;
    let before = surface.published().to_vec();
    let published_before = surface.published_at;
    record(surface, &publication, now)?;
    market.implied = implied(surface, &publication, now)?;
    emit!(SurfacePublished {
        surface: key,
        published_at: now,
        published_before,
        submissions: fresh.feeders.len() as u8,
        nearest: match publication.choice {
            Choice::Medians => None,
            Choice::Nearest(index) => fresh.feeders.get(index).copied(),
        },
        realised_variance: market.realised_variance().into(),
        average_level: surface.average.level,
        before,
        after: surface.published().to_vec(),
    });
    Ok(())
}

/// The floor is a share of realised variance, which is worth no more than the last observation.
fn check_observed(surface: &Surface, market: &Market, now: i64) -> Result<()> {
    let most = surface.settings.max_submission_age_seconds;
    let fresh = surface_feed::is_fresh(market.signals.observed_at, now, most);
    require!(fresh, RiskError::SurfaceNotObserved);
    Ok(())
}

/// Fresh submissions and whose they are, in the order of the accounts.
struct Fresh {
    submitted: Vec<FeedSurface>,
    feeders: Vec<Pubkey>,
}

/// Reads every account passed. One that is no registered feeder's own submission is refused, so
/// that a keeper notices; one that is merely old, or for other expiries, is left out.
fn fresh_submissions(surface: &Surface, key: &Pubkey, accounts: &[AccountInfo], now: i64) -> Result<Fresh> {
    let expiries = surface.active(now);
    let mut fresh = Fresh {
        submitted: Vec::with_capacity(accounts.len()),
        feeders: Vec::with_capacity(accounts.len()),
    };
    let mut seen = 0u32;
    for account in accounts {
        require_keys_eq!(*account.owner, crate::ID, RiskError::SubmissionOwner);
        let data = account.try_borrow_data()?;
        let submission = SubmissionBytes::new(&data)?;
        require!(*submission.surface() == key.to_bytes(), RiskError::SubmissionSurface);
        let feeder = submission.feeder();
        let index = surface.feeders().iter().position(|known| known.as_array() == feeder);
        let bit = 1u32 << index.ok_or(RiskError::NotAFeeder)?.min(31);
        require!(seen & bit == 0, RiskError::SubmissionTwice);
        seen |= bit;
        require!(submission.lives_at(account.key), RiskError::SubmissionAddress);
        if !surface_feed::is_fresh(
            submission.submitted_at(),
            now,
            surface.settings.max_submission_age_seconds,
        ) {
            continue;
        }
        if let Some(submitted) = submission.slices().and_then(|submitted| submitted.aligned(expiries)) {
            fresh.submitted.push(submitted);
            fresh.feeders.push(Pubkey::new_from_array(*feeder));
        }
    }
    Ok(fresh)
}

#[inline(never)]
fn agreed(surface: &Surface, submitted: &[FeedSurface], market: &Market, now: i64) -> Result<Box<Publication>> {
    let slices = surface.feed();
    let before = (surface.slice_count > 0).then_some(Published {
        at: surface.published_at,
        slices: &slices,
    });
    surface_feed::publish(
        before,
        submitted,
        usize::from(surface.required),
        &surface.settings.bounds(),
        market.realised_variance(),
        now,
    )
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
