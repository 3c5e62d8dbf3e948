//! What a feeder says of a chain: fitted, put on the grid, and accepted by the chain's own gate.
//! Pure.

use super::grid;
use ballast_core_market::surface_feed::{self, FeedError, FeedSlice, FeedSurface};
use ballast_core_math::fit::errors::{Errors, Summary};
use ballast_core_math::fit::judge::{self, Warning};
use ballast_core_math::fit::quotes::{Census, Expiry};
use ballast_core_math::fit::{self, publish, FittedExpiry, MIN_QUOTES};
use ballast_core_math::surface::SurfaceError;
use ballast_core_types::SECONDS_PER_YEAR;
use fixed::types::U8F56;

/// Seconds of a year of 365 days.
const YEAR: f64 = SECONDS_PER_YEAR as f64;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The options of one underlying at one time.
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a> {
    /// When they were quoted, unix seconds.
    pub unix_time: i64,
    /// The expiries that lay ahead then, by time.
    pub expiries: &'a [Expiry],
}

/// What a feeder takes for granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Oldest chain that is said, seconds before the chain's present.
    pub max_chain_age: u32,
    /// Take the chain as if it had been taken now: its times to expiry count from the chain's
    /// present.
    pub as_of_now: bool,
    /// How many times the last fitted expiry's time the grid may reach.
    pub max_extrapolation: f64,
}

/// A surface to submit.
#[derive(Clone, Debug)]
pub struct SurfaceSubmission {
    /// The moment from which times to expiry count, unix seconds.
    pub as_of: i64,
    /// Expiries in the chain.
    pub listed: usize,
    /// Those with enough quotes.
    pub fitted: usize,
    /// How far the slices on the grid are from the chain's quotes, in the chain's own arithmetic;
    /// `None` where it prices none.
    pub distance: Option<Summary>,
    /// What is wrong with the fit: a feeder sends it only when told to.
    pub warnings: Vec<Warning>,
    /// One slice for each expiry of the grid.
    pub slices: Vec<FeedSlice>,
}

/// Why a chain is not said. Each is one line that names the rule and the value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubmissionError {
    /// Taken too long ago.
    #[error("the chain of {unix_time} is {age} s old, and --max-chain-age allows {limit} s; with --as-of-now it counts as of now")]
    Old {
        /// When it was taken, unix seconds.
        unix_time: i64,
        /// Seconds since.
        age: i64,
        /// The limit.
        limit: u32,
    },
    /// Taken after the chain's present.
    #[error("the chain of {unix_time} is {ahead} s ahead of the network's clock; check its times and the clock")]
    Future {
        /// When it was taken, unix seconds.
        unix_time: i64,
        /// Seconds until then.
        ahead: i64,
    },
    /// Nothing to fit.
    #[error(
        "no expiry of the chain of {unix_time} has {MIN_QUOTES} usable quotes; it lists {listed} expiries: {census}"
    )]
    Quotes {
        /// When it was taken, unix seconds.
        unix_time: i64,
        /// Expiries in it.
        listed: usize,
        /// What became of its quotes.
        census: Census,
    },
    /// The surface has no expiry to speak of.
    #[error("the surface's grid has no expiry ahead; its authority has to list some (set_grid)")]
    Grid,
    /// The grid reaches further than the quotes do.
    #[error("the grid's expiry of {expiry} is {days:.1} days ahead, and the chain's last fitted one {last:.1}: more than --max-extrapolation {most}")]
    Beyond {
        /// The grid's expiry, unix seconds.
        expiry: i64,
        /// Days to it.
        days: f64,
        /// Days to the last fitted one.
        last: f64,
        /// The largest ratio.
        most: f64,
    },
    /// The fit gave what no surface holds.
    #[error("the fit is no surface: {0}")]
    Fit(#[from] SurfaceError),
    /// The slices on the grid are refused, as the chain would.
    #[error("slice {slice} (from 0) on the grid is refused: {why}")]
    Slice {
        /// Which.
        slice: usize,
        /// The rule.
        why: String,
    },
}

/// Fits `chain` and puts it on `expiries`, unix seconds: those a submission has to be about at
/// `now`.
///
/// # Errors
/// [`SubmissionError`].
pub fn prepare(
    chain: Chain<'_>,
    expiries: &[i64],
    now: i64,
    terms: &Terms,
) -> Result<SurfaceSubmission, SubmissionError> {
    let as_of = as_of(chain.unix_time, now, terms)?;
    let last_asked = expiries.last().ok_or(SubmissionError::Grid)?;
    let listed = chain.expiries.len();
    let fitted = fit::fit(chain.expiries)?;
    let last = fitted.last().ok_or(SubmissionError::Quotes {
        unix_time: chain.unix_time,
        listed,
        census: Census::of(chain.expiries),
    })?;
    let years = |expiry: &i64| expiry.saturating_sub(as_of) as f64 / YEAR;
    if years(last_asked) > last.years * terms.max_extrapolation {
        return Err(SubmissionError::Beyond {
            expiry: *last_asked,
            days: years(last_asked) * YEAR / DAY,
            last: last.years * YEAR / DAY,
            most: terms.max_extrapolation,
        });
    }
    let known: Vec<_> = fitted.iter().map(|expiry| (expiry.years, expiry.essvi)).collect();
    let times: Vec<f64> = expiries.iter().map(years).collect();
    let mapped = grid::onto(&known, &times);
    let slices: Vec<FeedSlice> = expiries
        .iter()
        .zip(&times)
        .zip(&mapped)
        .map(|((expiry, years), essvi)| {
            let slice = essvi.to_slice(*years);
            FeedSlice {
                expiry: *expiry,
                variance: U8F56::saturating_from_num(essvi.theta / years),
                skew: slice.skew,
                curvature: slice.curvature,
            }
        })
        .collect();
    let submitted = FeedSurface::new(&slices).ok_or(SubmissionError::Fit(SurfaceError::Count))?;
    // A level is a rate: what had no arbitrage when the chain was taken has none now.
    submitted.check(now).map_err(refused)?;
    let distance = distance(&fitted, &slices, as_of);
    let mut warnings = judge::judge(&fitted, chain.expiries);
    warnings.extend(distance.and_then(|summary| judge::distance(&summary, None)));
    Ok(SurfaceSubmission {
        as_of,
        listed,
        fitted: fitted.len(),
        distance,
        warnings,
        slices,
    })
}

fn as_of(unix_time: i64, now: i64, terms: &Terms) -> Result<i64, SubmissionError> {
    if terms.as_of_now {
        return Ok(now);
    }
    let age = now.saturating_sub(unix_time);
    if age < 0 {
        let ahead = age.saturating_neg();
        return Err(SubmissionError::Future { unix_time, ahead });
    }
    if age > i64::from(terms.max_chain_age) {
        let limit = terms.max_chain_age;
        return Err(SubmissionError::Old { unix_time, age, limit });
    }
    Ok(unix_time)
}

fn refused(refusal: FeedError) -> SubmissionError {
    match refusal {
        FeedError::Surface(SurfaceError::Slice { slice, error }) => SubmissionError::Slice {
            slice,
            why: error.to_string(),
        },
        FeedError::Surface(error) => SubmissionError::Fit(error),
        other => SubmissionError::Slice {
            slice: 0,
            why: format!("{other:?}"),
        },
    }
}

fn distance(fitted: &[FittedExpiry], slices: &[FeedSlice], as_of: i64) -> Option<Summary> {
    let surface = surface_feed::at(slices.iter().copied(), as_of)?;
    let mut errors = Errors::default();
    for expiry in fitted {
        for point in &expiry.points {
            if let Some(volatility) = publish::volatility(&surface, point.k, expiry.years) {
                errors.add(point, volatility);
            }
        }
    }
    errors.summary()
}
