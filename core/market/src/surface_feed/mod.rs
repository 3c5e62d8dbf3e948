//! How a volatility surface is agreed on: the median of what feeders say, held to the no-arbitrage
//! check, to a largest change an hour, and to a floor under realised volatility.
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
//! does in the medians. The rules on the wings mix parameters and may break by a little where
//! submissions sit on them, as tight fits do. Then the whole submission is taken that is nearest to
//! the medians, by its worst parameter ([`Choice::Nearest`]). It passed the no-arbitrage check when
//! it was submitted, and a liar's is taken only if no parameter of it is further from the median
//! than the worst of the best honest one.
//!
//! # The bounds
//! A publication may differ from the one before by the hourly bound times the hours between,
//! parameter by parameter. There is no allowance without time, so no sequence of publications is
//! faster than the bound. What is further away is refused, not cut: a cut surface would neither be
//! what anyone said nor free of arbitrage. The allowance grows until it is accepted, and until then
//! readers see the surface's age.

mod change;
mod median;
mod slices;

pub use change::{check_change, check_floor};
pub use median::medians;
pub use slices::{at, padded, FeedSlice, FeedSurface, MAX_TIME_TO_EXPIRY, MIN_TIME_TO_EXPIRY};

use ballast_core_math::black_scholes::Volatility;
use ballast_core_math::surface::SurfaceError;
use ballast_core_types::Ratio;
use median::nearest;

pub use ballast_core_math::surface::MAX_SLICES;

/// Most submissions one publication takes.
pub const MAX_SUBMISSIONS: usize = 16;
/// A parameter of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Variance at the money.
    Variance,
    /// ρ.
    Skew,
    /// φ.
    Curvature,
}

/// Why a submission or a publication is refused. Slices are counted from zero.
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
    /// A parameter differs from the published one by more than the time since then allows.
    Change {
        /// Which slice.
        slice: usize,
        /// Which parameter.
        parameter: Parameter,
    },
    /// Variance at the money is below its share of realised variance.
    BelowFloor {
        /// Which slice.
        slice: usize,
    },
    /// A value does not fit.
    OutOfRange,
}

/// How far a surface may move, and how low it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedBounds {
    /// Least time between two publications, seconds.
    pub min_interval_seconds: u32,
    /// Time to expiry at which volatility at the money is observed, seconds.
    pub average_tenor_seconds: u32,
    /// Most change of variance at the money in an hour, as a share of itself.
    pub variance_change_per_hour: Ratio,
    /// Most change of ρ in an hour.
    pub skew_change_per_hour: Ratio,
    /// Most change of φ in an hour, as a share of itself, or of 1 if it is less.
    pub curvature_change_per_hour: Ratio,
    /// Least variance at the money, as a share of realised variance.
    pub floor_share: Ratio,
}

/// What a publication is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published<'a> {
    /// When, unix seconds.
    pub at: i64,
    /// The slices, by expiry; some may have expired since.
    pub slices: &'a FeedSurface,
}

/// Where a published surface comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The medians of every parameter.
    Medians,
    /// The medians had arbitrage; the submission of this index is nearest to them.
    Nearest(usize),
}

/// A surface to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its slices.
    pub slices: FeedSurface,
    /// Where they come from.
    pub choice: Choice,
    /// Volatility at the money at [`FeedBounds::average_tenor_seconds`].
    pub at_the_money: Volatility,
}

impl FeedError {
    /// Returns the slice it is about, from zero.
    pub const fn slice(&self) -> Option<usize> {
        match self {
            Self::Surface(SurfaceError::Slice { slice, .. })
            | Self::Change { slice, .. }
            | Self::BelowFloor { slice } => Some(*slice),
            _ => None,
        }
    }
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
/// [`FeedError`]: time and number first, then arbitrage, change and floor.
pub fn publish(
    before: Option<Published>,
    submissions: &[FeedSurface],
    required: usize,
    bounds: &FeedBounds,
    realised: Ratio,
    now: i64,
) -> Result<Publication, FeedError> {
    let elapsed = before.map_or(0, |before| now.saturating_sub(before.at));
    if before.is_some() && elapsed < i64::from(bounds.min_interval_seconds) {
        return Err(FeedError::TooSoon);
    }
    let medians = medians(submissions, required)?;
    let tenor = bounds.average_tenor_seconds;
    let (slices, choice, at_the_money) = match medians.at_the_money(now, tenor) {
        Ok(volatility) => (medians, Choice::Medians, volatility),
        Err(_) => {
            let (index, nearest) = nearest(submissions, &medians).ok_or(FeedError::TooFew)?;
            (*nearest, Choice::Nearest(index), nearest.at_the_money(now, tenor)?)
        }
    };
    if let Some(before) = before {
        check_change(before.slices.slices(), slices.slices(), bounds, elapsed)?;
    }
    check_floor(slices.slices(), bounds.floor_share, realised)?;
    Ok(Publication {
        slices,
        choice,
        at_the_money,
    })
}

#[cfg(test)]
mod tests;
