//! How a volatility surface is agreed on: the median of what feeders say, approached no faster than
//! a rate, and made free of arbitrage. A publication is limited and cannot fail for what was said:
//! a market, however wild, can always be published.
//!
//! # Levels are rates
//! A slice is said and stored with its variance σ² per year, not with its total variance θ = σ²T.
//! Sayings of different moments are then comparable, and a published surface ages by itself: at a
//! later moment every θ is σ² times what is left. That keeps it free of arbitrage. Time shrinks θ
//! by c = (T − d)/T, which grows with T, so θ, θφ(1−ρ) and θφ(1+ρ) still do not fall from expiry to
//! expiry, φ has not moved, and the butterfly rules only loosen.
//!
//! # The median
//! Of m fresh submissions each parameter of each slice takes its lower median, the ⌈m/2⌉-th
//! smallest. Fewer than m/2 liars cannot move it beyond what honest feeders said. One rank for
//! every slice keeps orders: where θ does not fall and φ does not rise in any submission, neither
//! does in the medians.
//!
//! # The walk and the lift
//! Each parameter moves from what is published towards its median, σ² and φσ as logarithms, by at
//! most the rate times the hours between, of which one counts. There is no allowance without time,
//! so no sequence of walks is faster than the rate, and within an hour no number of them slower.
//! What comes out mixes parameters of different moments and may have arbitrage, as medians may: one
//! pass from near to far then lifts each θ to that of the slice before, and no further, and cuts
//! shapes to what is legal there. No variance moves beyond its rate by it; a shape may. What was
//! said too far away is reached later, and until then the surface is on its way, and fresh.

mod lift;
mod median;
mod slices;
mod walk;

pub use median::medians;
pub use slices::{at, padded, FeedSlice, FeedSurface, MAX_TIME_TO_EXPIRY, MIN_TIME_TO_EXPIRY};

use ballast_core_math::black_scholes::Volatility;
use ballast_core_math::surface::SurfaceError;
use ballast_core_types::Ratio;
use lift::lift;
use walk::walk;

pub use ballast_core_math::surface::MAX_SLICES;

/// Most submissions one publication takes.
pub const MAX_SUBMISSIONS: usize = 16;

/// Why a submission or a publication is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedError {
    /// Less than the least interval since the last publication.
    TooSoon,
    /// Fewer submissions than required.
    TooFew,
    /// More than [`MAX_SUBMISSIONS`].
    TooMany,
    /// The slices are not those of the grid.
    Grid,
    /// The surface is not free of arbitrage, or out of range.
    Surface(SurfaceError),
}

/// How far a surface may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedBounds {
    /// Least time between two publications, seconds.
    pub min_interval_seconds: u32,
    /// Time to expiry at which volatility at the money is observed, seconds.
    pub average_tenor_seconds: u32,
    /// Most change of the logarithm of variance at the money in an hour.
    pub variance_change_per_hour: Ratio,
    /// Most change of ρ in an hour.
    pub skew_change_per_hour: Ratio,
    /// Most change of the logarithm of φσ in an hour; where φ is below 1, of one that is 1.
    pub curvature_change_per_hour: Ratio,
}

/// What a publication starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published<'a> {
    /// When, unix seconds.
    pub at: i64,
    /// The slices, by expiry; some may have expired since.
    pub slices: &'a FeedSurface,
}

/// A surface to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its slices.
    pub slices: FeedSurface,
    /// Slices that are still on their way to the medians.
    pub limited: u8,
    /// Slices that were moved to have no arbitrage: their shapes as far as that takes, their
    /// variance within its rate.
    pub lifted: u8,
    /// Volatility at the money at [`FeedBounds::average_tenor_seconds`].
    pub at_the_money: Volatility,
}

/// Returns the expiries of a grid that a surface has at `now`: the first eight of those at least
/// `min_time_to_expiry` ahead. The grid increases.
pub fn active(grid: &[i64], now: i64, min_time_to_expiry: u32) -> &[i64] {
    let least = now.saturating_add(i64::from(min_time_to_expiry));
    let gone = grid.iter().take_while(|expiry| **expiry < least).count();
    let ahead = grid.get(gone..).unwrap_or_default();
    ahead.get(..MAX_SLICES).unwrap_or(ahead)
}

/// Returns whether something of the moment `at` is no older than `max_age`, and not from the
/// future.
pub fn is_fresh(at: i64, now: i64, max_age: u32) -> bool {
    (0..=i64::from(max_age)).contains(&now.saturating_sub(at))
}

/// Returns what to publish at `now`, from fresh submissions that are
/// [aligned](FeedSurface::aligned) to the same expiries.
///
/// # Errors
/// [`FeedError::TooSoon`], [`FeedError::TooFew`], [`FeedError::TooMany`], [`FeedError::Grid`]:
/// never for what was said.
pub fn publish(
    before: Option<Published>,
    submissions: &[FeedSurface],
    required: usize,
    bounds: &FeedBounds,
    now: i64,
) -> Result<Publication, FeedError> {
    let elapsed = before.map_or(0, |before| now.saturating_sub(before.at));
    if before.is_some() && elapsed < i64::from(bounds.min_interval_seconds) {
        return Err(FeedError::TooSoon);
    }
    let mut slices = medians(submissions, required)?;
    let limited = match before {
        Some(before) => walk(before.slices.slices(), slices.slices_mut(), bounds, elapsed),
        None => 0,
    };
    let lifted = lift(&mut slices, now);
    Ok(Publication {
        at_the_money: slices.at_the_money(now, bounds.average_tenor_seconds)?,
        slices,
        limited,
        lifted,
    })
}

#[cfg(test)]
mod tests;
