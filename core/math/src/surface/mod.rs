//! The implied-volatility surface: up to eight eSSVI slices, free of static arbitrage by
//! construction.
//!
//! A slice gives the total variance w = σ²T of one expiry over log-forward-moneyness k = ln(K/F):
//! w(k) = θ/2 · (1 + ρφk + √((φk+ρ)² + 1 − ρ²)) (Gatheral and Jacquier 2014, eq. 4.1, with a ρ of
//! its own for each expiry: Hendriks and Martini 2019). A [`Surface`] exists only after the
//! no-arbitrage check ([`SliceError`]) let it through.
//!
//! Between two expiries total variance is linear in time at fixed k. Before the first and after the
//! last the volatility at fixed k is that of the first and of the last: total variance is scaled by
//! the time. Ranges, error bounds and what the no-arbitrage check guarantees are in
//! `docs/concepts/surface.md`.

pub mod fast;
mod no_arbitrage;
mod point;
pub mod precise;
mod slice;
mod slice_error;
mod wide;

#[cfg(test)]
mod tests;

use core::fmt;

pub use slice::{LogMoneyness, Slice};
pub use slice_error::SliceError;

use slice::Node;

/// Most slices a surface holds.
pub const MAX_SLICES: usize = 8;

/// One to eight slices, sorted by expiry, that passed the no-arbitrage check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surface {
    /// The first `count` are the surface's; the rest repeat the last.
    nodes: [Node; MAX_SLICES],
    count: usize,
}

impl Surface {
    /// Returns the surface of these slices, if each is in range, they are sorted by expiry, and the
    /// whole is free of arbitrage.
    ///
    /// The no-arbitrage check compares exact products of the parameters, with no rounding: it
    /// accepts what the rational inequalities accept and nothing else.
    ///
    /// # Errors
    /// [`SurfaceError`]: the first slice that breaks a rule, and the rule; ranges come before
    /// arbitrage.
    pub fn new(slices: &[Slice]) -> Result<Self, SurfaceError> {
        let surface = Self::restore(slices)?;
        check_arbitrage(slices)?;
        Ok(surface)
    }

    /// As [`Self::new`] without the no-arbitrage check, for slices that a program wrote to its own
    /// account after the no-arbitrage check had let them through. Ranges and order are checked, so
    /// that nothing here can be evaluated wrongly.
    ///
    /// # Errors
    /// [`SurfaceError`], for ranges, order and number.
    pub fn restore(slices: &[Slice]) -> Result<Self, SurfaceError> {
        let first = slices.first().ok_or(SurfaceError::Count)?;
        if slices.len() > MAX_SLICES {
            return Err(SurfaceError::Count);
        }
        let broken = |slice, error| SurfaceError::Slice { slice, error };
        let mut nodes = [Node::new(first, None).map_err(|error| broken(0, error))?; MAX_SLICES];
        let mut last = *first;
        for (index, slice) in slices.iter().enumerate().skip(1) {
            let node = Node::new(slice, Some(&last)).map_err(|error| broken(index, error))?;
            for later in nodes.iter_mut().skip(index) {
                *later = node;
            }
            last = *slice;
        }
        Ok(Self {
            nodes,
            count: slices.len(),
        })
    }

    /// Returns the slices, by expiry.
    pub fn slices(&self) -> impl Iterator<Item = Slice> + '_ {
        self.nodes().iter().map(|node| node.slice)
    }

    fn nodes(&self) -> &[Node] {
        self.nodes.get(..self.count).unwrap_or(&self.nodes)
    }
}

/// The rules of [`Surface::new`] for any number of slices, as a fit may have before it chooses
/// which to publish.
///
/// # Errors
/// [`SurfaceError`]: the first slice that breaks a rule, and the rule; ranges before arbitrage.
pub fn check(slices: &[Slice]) -> Result<(), SurfaceError> {
    let mut before = None;
    for (index, slice) in slices.iter().enumerate() {
        Node::new(slice, before).map_err(|error| SurfaceError::Slice { slice: index, error })?;
        before = Some(slice);
    }
    check_arbitrage(slices)
}

fn check_arbitrage(slices: &[Slice]) -> Result<(), SurfaceError> {
    no_arbitrage::check(slices).map_err(|(slice, error)| SurfaceError::Slice { slice, error })
}

/// Why slices do not make a surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurfaceError {
    /// There is no slice, or there are more than [`MAX_SLICES`].
    Count,
    /// A slice breaks a rule; of two neighbours, the later is named.
    Slice {
        /// Its index, from zero.
        slice: usize,
        /// The rule.
        error: SliceError,
    },
}

impl fmt::Display for SurfaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => write!(f, "a surface has one to {MAX_SLICES} slices"),
            Self::Slice { slice, error } => write!(f, "slice {slice}: {error}"),
        }
    }
}

impl core::error::Error for SurfaceError {}

/// Why a surface has no volatility at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointError {
    /// The log-moneyness is not within ±5.
    LogMoneyness,
    /// The time is above five years, or two times do not follow each other.
    Time,
    /// The volatility there is not within 1…500 %, the domain of
    /// [`Volatility`](crate::black_scholes::Volatility).
    Volatility,
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogMoneyness => "the log-moneyness must be within -5 and 5",
            Self::Time => "the time must be within 0 and 5 years, the later one after the earlier",
            Self::Volatility => "the surface's volatility there is not within 0.01 and 5",
        })
    }
}

impl core::error::Error for PointError {}
