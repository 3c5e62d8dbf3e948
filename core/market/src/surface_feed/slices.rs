//! What feeders say: slices with a rate of variance, which age by themselves.

use super::{FeedError, MAX_SLICES};
use ballast_core_math::black_scholes::{Volatility, Years};
use ballast_core_math::surface::{precise, LogMoneyness, Slice, SliceError, Surface, SurfaceError};
use ballast_core_math::Magnitude;
use ballast_core_types::SECONDS_PER_YEAR;
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};

/// The shortest time to expiry a slice can have, seconds; one above the slices' minute, which is
/// rounded up.
pub const MIN_TIME_TO_EXPIRY: i64 = 61;
/// The longest, seconds: five years.
pub const MAX_TIME_TO_EXPIRY: i64 = 5 * SECONDS_PER_YEAR;
/// One expiry, as feeders say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedSlice {
    /// Expiry, unix seconds.
    pub expiry: i64,
    /// σ²: variance at the money, per year. 10⁻⁴ … 25.
    pub variance: U8F56,
    /// ρ: the skew. |ρ| ≤ 1 − 2⁻¹⁰.
    pub skew: I2F62,
    /// φ: the curvature.
    pub curvature: U16F48,
}

/// Up to eight of them, by expiry. The first `count` are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedSurface {
    pub(super) slices: [FeedSlice; MAX_SLICES],
    pub(super) count: usize,
}

/// `seconds` in years with 61 fraction bits, rounded down; exact in 64 bits for up to five years.
pub(super) const fn years(seconds: i64) -> u64 {
    const ONE: u64 = 1 << 61;
    const YEAR: u64 = SECONDS_PER_YEAR as u64;
    let seconds = seconds as u64;
    seconds
        .wrapping_mul(ONE / YEAR)
        .wrapping_add(seconds.wrapping_mul(ONE % YEAR) / YEAR)
}

impl FeedSlice {
    /// From stored bits: expiry, σ² with 56 fraction bits, ρ with 62, φ with 48.
    pub const fn from_bits(expiry: i64, variance: u64, skew: i64, curvature: u64) -> Self {
        Self {
            expiry,
            variance: U8F56::from_bits(variance),
            skew: I2F62::from_bits(skew),
            curvature: U16F48::from_bits(curvature),
        }
    }

    /// Returns the slice with its time and total variance counted from `now`. `None` unless its
    /// expiry is 61 seconds to five years ahead.
    pub fn slice(&self, now: i64) -> Option<Slice> {
        let ahead = self.expiry.checked_sub(now)?;
        if !(MIN_TIME_TO_EXPIRY..=MAX_TIME_TO_EXPIRY).contains(&ahead) {
            return None;
        }
        let time = years(ahead);
        let total = u128::from(self.variance.to_bits()).wrapping_mul(u128::from(time)) >> U3F61::FRAC_NBITS;
        Some(Slice {
            time: U3F61::from_bits(time),
            total_variance: U8F56::from_bits(u64::try_from(total).ok()?),
            skew: self.skew,
            curvature: self.curvature,
        })
    }
}

impl FeedSurface {
    /// Up to eight slices; `None` for more.
    pub fn new(slices: &[FeedSlice]) -> Option<Self> {
        let mut surface = Self {
            count: slices.len(),
            ..Self::default()
        };
        surface.slices.get_mut(..slices.len())?.copy_from_slice(slices);
        Some(surface)
    }

    /// Returns the first `count` of these; at most eight.
    pub fn from_padded(slices: [FeedSlice; MAX_SLICES], count: usize) -> Self {
        Self {
            slices,
            count: count.min(MAX_SLICES),
        }
    }

    /// Returns the slices.
    pub fn slices(&self) -> &[FeedSlice] {
        self.slices.get(..self.count).unwrap_or(&self.slices)
    }

    /// Returns the slices at these expiries, if it says one for each of them and none beyond; those
    /// nearer than the first, which have left the grid since they were said, do not matter.
    pub fn aligned(&self, expiries: &[i64]) -> Option<Self> {
        let first = expiries.first()?;
        let gone = self.slices().iter().take_while(|slice| slice.expiry < *first).count();
        let ahead = self.slices().get(gone..)?;
        let same = ahead.len() == expiries.len() && ahead.iter().zip(expiries).all(|(slice, at)| slice.expiry == *at);
        if same {
            Self::new(ahead)
        } else {
            None
        }
    }

    /// Returns the slices, to be changed.
    pub(super) fn slices_mut(&mut self) -> &mut [FeedSlice] {
        let count = self.count.min(MAX_SLICES);
        self.slices.get_mut(..count).unwrap_or_default()
    }

    /// Checks whether these slices hold the no-arbitrage check at `now`.
    ///
    /// # Errors
    /// [`FeedError::Surface`] with the rule and the slice.
    #[inline(never)]
    pub fn check(&self, now: i64) -> Result<(), FeedError> {
        let (slices, count) = self.converted(now)?;
        Surface::new(slices.get(..count).unwrap_or(&slices)).map_err(FeedError::Surface)?;
        Ok(())
    }

    /// Returns the volatility at the money `tenor` seconds after `now`, of slices that hold the
    /// check.
    ///
    /// # Errors
    /// [`FeedError::Surface`] for what is out of its range.
    // A surface is large, and the chain's stack frames are small: it stays in this one.
    #[inline(never)]
    pub(super) fn at_the_money(&self, now: i64, tenor: u32) -> Result<Volatility, FeedError> {
        let (slices, count) = self.converted(now)?;
        let surface = Surface::restore(slices.get(..count).unwrap_or(&slices)).map_err(FeedError::Surface)?;
        let time = Magnitude::from_parts(years(i64::from(tenor)), -61).unwrap_or(Magnitude::ONE);
        Ok(precise::nearest_volatility(
            &surface,
            LogMoneyness(I7F57::ZERO),
            Years(time),
        ))
    }

    fn converted(&self, now: i64) -> Result<([Slice; MAX_SLICES], usize), FeedError> {
        converted(self.slices().iter().copied(), |index, slice| {
            slice.slice(now).ok_or(FeedError::Surface(SurfaceError::Slice {
                slice: index,
                error: SliceError::Time,
            }))
        })
    }
}

/// Returns the slices as an account stores them: those in use, then zeros.
pub fn padded(surface: &FeedSurface) -> [FeedSlice; MAX_SLICES] {
    let mut slices = [FeedSlice::default(); MAX_SLICES];
    for (place, slice) in slices.iter_mut().zip(surface.slices()) {
        *place = *slice;
    }
    slices
}

/// Up to eight slices, each converted; and how many there are.
fn converted<E>(
    list: impl Iterator<Item = FeedSlice>,
    convert: impl Fn(usize, &FeedSlice) -> Result<Slice, E>,
) -> Result<([Slice; MAX_SLICES], usize), E> {
    let none = Slice {
        time: U3F61::ZERO,
        total_variance: U8F56::ZERO,
        skew: I2F62::ZERO,
        curvature: U16F48::ZERO,
    };
    let (mut slices, mut count) = ([none; MAX_SLICES], 0usize);
    for (place, slice) in slices.iter_mut().zip(list) {
        *place = convert(count, &slice)?;
        count = count.wrapping_add(1);
    }
    Ok((slices, count))
}

/// Returns a published surface as it stands at `now`, without expiries that have passed or are
/// about to. `None` if nothing is left. The no-arbitrage check is not asked again: ageing keeps
/// what it found (see the module's head).
pub fn at(slices: impl Iterator<Item = FeedSlice>, now: i64) -> Option<Surface> {
    let ahead = slices.filter(|slice| slice.expiry.saturating_sub(now) >= MIN_TIME_TO_EXPIRY);
    let (slices, count) = converted(ahead, |_, slice| slice.slice(now).ok_or(())).ok()?;
    Surface::restore(slices.get(..count)?).ok()
}
