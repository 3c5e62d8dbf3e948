//! Whether a fit is one: how far it is from its quotes, and what the quotes themselves contradict.

use core::fmt;
use std::vec::Vec;

use super::errors::{Errors, Summary};
use super::quotes::{Expiry, Quote};
use super::FittedExpiry;
use crate::black_scholes::Kind;

/// A median distance up to this is never judged, vol points.
pub const NEAR: f64 = 5.0;
/// Beyond it a median distance may be this many times half the distance of bid and ask.
pub const WIDTHS: f64 = 3.0;
/// A forward may be this far from what calls and puts agree on, beyond what bid and ask allow.
pub const FORWARD_TOLERANCE: f64 = 0.001;
/// Total variance may fall by what this many vol points beyond the quotes' own width make of it.
const VARIANCE_TOLERANCE: f64 = 0.5;
/// Pairs of calls and puts that a forward is judged by, at least.
const MIN_PAIRS: usize = 3;

/// What is wrong with a fit. One line each; expiries are given by their time from the snapshot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Warning {
    /// The median distance from the quotes is too large, vol points.
    Distance {
        /// Years to the expiry; nothing for the whole surface.
        years: Option<f64>,
        /// The median.
        median: f64,
        /// What it may be.
        limit: f64,
    },
    /// The quotes' total variance at the money falls from one expiry to the next: calendar
    /// arbitrage that no surface follows.
    FallingVariance {
        /// Years to both.
        years: [f64; 2],
        /// Total variances.
        variances: [f64; 2],
    },
    /// The forward is not what calls and puts of the same strike agree on.
    StaleForward {
        /// Years to the expiry.
        years: f64,
        /// The forward given.
        forward: f64,
        /// What they agree on.
        implied: f64,
    },
}

/// A time to expiry as people say it.
struct Ahead(f64);

impl fmt::Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0 * 365.0;
        if days < 2.0 {
            write!(f, "{:.1} hours ahead", days * 24.0)
        } else {
            write!(f, "{days:.1} days ahead")
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Distance { years, median, limit } => {
                match years {
                    Some(years) => write!(f, "the expiry {} is fitted", Ahead(years))?,
                    None => f.write_str("the surface is fitted")?,
                }
                write!(f, " {median:.1} vol points from its quotes (median); at most {limit:.1} are a fit")
            }
            Self::FallingVariance {
                years: [before, after],
                variances: [earlier, later],
            } => write!(
                f,
                "calendar arbitrage in the quotes: total variance falls from {earlier:.4} at the expiry {} to {later:.4} at the expiry {}",
                Ahead(before),
                Ahead(after)
            ),
            Self::StaleForward {
                years,
                forward,
                implied,
            } => write!(
                f,
                "the forward of the expiry {} is {forward:.2}, but its calls and puts agree on {implied:.2}: it is stale, or of something else",
                Ahead(years)
            ),
        }
    }
}

/// Returns the warning of a distance that is no fit.
pub fn distance(summary: &Summary, years: Option<f64>) -> Option<Warning> {
    let limit = (WIDTHS * summary.half_width).max(NEAR);
    let median = summary.median;
    (median > limit).then_some(Warning::Distance { years, median, limit })
}

/// Judges a fit by the quotes it was made of.
pub fn judge(fitted: &[FittedExpiry], chain: &[Expiry]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for expiry in fitted {
        warnings.extend(far(expiry));
    }
    for pair in fitted.windows(2) {
        warnings.extend(falling(&pair[0], &pair[1]));
    }
    let is_fitted = |expiry: &&Expiry| fitted.iter().any(|other| other.years == expiry.years);
    warnings.extend(chain.iter().filter(is_fitted).filter_map(stale));
    warnings
}

fn far(expiry: &FittedExpiry) -> Option<Warning> {
    let mut errors = Errors::default();
    for point in &expiry.points {
        errors.add(point, expiry.essvi.volatility(point.k, expiry.years));
    }
    distance(&errors.summary()?, Some(expiry.years))
}

/// Returns half the distance of bid and ask of the quote nearest to the money, as a fraction.
fn half_width(expiry: &FittedExpiry) -> f64 {
    let nearest = expiry.points.iter().min_by(|a, b| a.k.abs().total_cmp(&b.k.abs()));
    nearest.map_or(0.0, |point| point.half_width())
}

fn falling(before: &FittedExpiry, after: &FittedExpiry) -> Option<Warning> {
    let (earlier, later) = (before.unconstrained.theta, after.unconstrained.theta);
    let volatility = |variance: f64| (variance / after.years).sqrt();
    // The earlier quotes' width counts for less at the later expiry.
    let width = half_width(after) + half_width(before) * (before.years / after.years).sqrt();
    let falls = volatility(earlier) - volatility(later) > width + VARIANCE_TOLERANCE / 100.0;
    falls.then_some(Warning::FallingVariance {
        years: [before.years, after.years],
        variances: [earlier, later],
    })
}

/// Judges a forward by put-call parity: in units of the underlying, call − put = 1 − K/F.
fn stale(expiry: &Expiry) -> Option<Warning> {
    let of = |kind: Kind| expiry.quotes.iter().filter(move |quote| quote.kind == kind);
    let mut bounds: Vec<(f64, f64)> = Vec::new();
    let mut forwards: Vec<f64> = Vec::new();
    for call in of(Kind::Call) {
        let Some(put) = of(Kind::Put).find(|put| put.strike == call.strike) else {
            continue;
        };
        if let (Some((call_bid, call_ask)), Some((put_bid, put_ask))) = (sides(call), sides(put)) {
            let forward = |difference: f64| call.strike / (1.0 - difference);
            let (low, high) = (call_bid - put_ask, call_ask - put_bid);
            if high < 1.0 {
                bounds.push((forward(low), forward(high)));
                forwards.push(call.forward);
            }
        }
    }
    if bounds.len() < MIN_PAIRS {
        return None;
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let forward = median(forwards);
    let low = median(bounds.iter().map(|bound| bound.0).collect());
    let high = median(bounds.iter().map(|bound| bound.1).collect());
    let room = FORWARD_TOLERANCE * forward;
    (forward < low - room || forward > high + room).then(|| Warning::StaleForward {
        years: expiry.years,
        forward,
        implied: (low + high) / 2.0,
    })
}

/// Returns bid and ask of a quote that has both, uncrossed.
fn sides(quote: &Quote) -> Option<(f64, f64)> {
    let (bid, ask) = (quote.bid?, quote.ask?);
    (bid > 0.0 && ask > bid).then_some((bid, ask))
}
