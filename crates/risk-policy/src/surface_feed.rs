//! How a volatility surface is agreed on: the median of what feeders say, held to the arbitrage gate, to a greatest change an
//! hour, and to a floor under realised volatility.
//!
//! # Levels are rates
//! A slice is said and stored with its variance σ² per year, not with its total variance θ = σ²T. Sayings of different
//! moments are then comparable, and a published surface ages by itself: at a later moment every θ is σ² times what is left. That
//! keeps it free of arbitrage. Time shrinks θ by c = (T − d)/T, which grows with T, so θ, θφ(1−ρ) and θφ(1+ρ) still do not
//! fall from expiry to expiry, φ has not moved, and the butterfly rules only loosen.
//!
//! # The median
//! Of m fresh submissions each parameter of each slice takes its lower median, the ⌈m/2⌉-th smallest. Fewer than m/2 liars cannot
//! move it beyond what honest feeders said. One rank for every slice keeps orders: where θ does not fall and φ does not
//! rise in any submission, neither does in the medians. The rules on the wings mix parameters and may break by a little
//! where submissions sit on them, as tight fits do. Then the whole submission is taken that is nearest to the medians, by
//! its worst parameter ([`Choice::Nearest`]). It passed the gate when it was submitted, and a liar's is taken only if no parameter of it is
//! further from the median than the worst of the best honest one.
//!
//! # The bounds
//! A publication may differ from the one before by the hourly bound times the hours between, parameter by parameter. There is no
//! allowance without time, so no sequence of publications is faster than the bound. What is further away is refused, not
//! cut: a cut surface would neither be what anyone said nor free of arbitrage. The allowance grows until it is accepted, and until
//! then readers see the surface's age.

use ballast_risk_math::black_scholes::{Volatility, Years};
use ballast_risk_math::surface::{precise, LogMoneyness, Rule, Slice, Surface, SurfaceError};
use ballast_risk_math::{Magnitude, Ratio, I80F48, SECONDS_PER_HOUR, SECONDS_PER_YEAR};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};

pub use ballast_risk_math::surface::MAX_SLICES;

/// Most submissions one publication takes.
pub const MAX_SUBMISSIONS: usize = 16;
/// The shortest time to expiry a slice can have, seconds; one above the slices' minute, which is rounded up.
pub const LEAST_TIME_TO_EXPIRY: i64 = 61;
/// The longest, seconds: five years.
pub const GREATEST_TIME_TO_EXPIRY: i64 = 5 * SECONDS_PER_YEAR;
/// The longest silence the allowance for change grows with.
const LONGEST_SILENCE: i64 = 30 * 86_400;
/// Below this curvature, the allowance is that of this curvature: from a flat smile there has to be a way.
const LEAST_CURVATURE: U16F48 = U16F48::ONE;

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
    slices: [FeedSlice; MAX_SLICES],
    count: usize,
}

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
pub enum FeedRefusal {
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
    /// Time to expiry at which volatility at the money is looked at, seconds.
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

/// `seconds` in years with 61 fraction bits, rounded down; exact in 64 bits for up to five years.
const fn years(seconds: i64) -> u64 {
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

    /// The slice with its time and total variance counted from `now`. `None` unless its expiry is 61 seconds to five years ahead.
    pub fn slice(&self, now: i64) -> Option<Slice> {
        let ahead = self.expiry.checked_sub(now)?;
        if !(LEAST_TIME_TO_EXPIRY..=GREATEST_TIME_TO_EXPIRY).contains(&ahead) {
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

    /// The first `count` of these; at most eight.
    pub fn from_padded(slices: [FeedSlice; MAX_SLICES], count: usize) -> Self {
        Self {
            slices,
            count: count.min(MAX_SLICES),
        }
    }

    /// The slices.
    pub fn slices(&self) -> &[FeedSlice] {
        self.slices.get(..self.count).unwrap_or(&self.slices)
    }

    /// The slices at these expiries, if it says one for each of them and none beyond; those nearer than the first, which have
    /// left the grid since they were said, do not matter.
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

    /// Whether these slices hold the arbitrage gate at `now`.
    ///
    /// # Errors
    /// [`FeedRefusal::Surface`] with the rule and the slice.
    pub fn check(&self, now: i64) -> Result<(), FeedRefusal> {
        self.gate(now, None).map(|_| ())
    }

    /// As [`Self::check`], and the volatility at the money `tenor` seconds after `now`.
    ///
    /// # Errors
    /// As [`Self::check`]; [`FeedRefusal::OutOfRange`] for a tenor beyond five years, or a volatility there outside 1…500 %.
    pub fn at_the_money(&self, now: i64, tenor: u32) -> Result<Volatility, FeedRefusal> {
        self.gate(now, Some(tenor))?.ok_or(FeedRefusal::OutOfRange)
    }

    // A surface is large, and the chain's stack frames are small: it stays in this one.
    #[inline(never)]
    fn gate(&self, now: i64, tenor: Option<u32>) -> Result<Option<Volatility>, FeedRefusal> {
        let (slices, count) = converted(self.slices().iter().copied(), |index, slice| {
            slice.slice(now).ok_or(FeedRefusal::Surface(SurfaceError::Slice {
                slice: index,
                rule: Rule::Time,
            }))
        })?;
        let surface = Surface::new(slices.get(..count).unwrap_or(&slices)).map_err(FeedRefusal::Surface)?;
        let volatility = |tenor| {
            let time = Magnitude::from_parts(years(i64::from(tenor)), -61)?;
            precise::volatility(&surface, LogMoneyness(I7F57::ZERO), Years(time)).ok()
        };
        Ok(tenor.and_then(volatility))
    }
}

impl FeedRefusal {
    /// The slice it is about, from zero.
    pub const fn slice(&self) -> Option<usize> {
        match self {
            Self::Surface(SurfaceError::Slice { slice, .. })
            | Self::Change { slice, .. }
            | Self::BelowFloor { slice } => Some(*slice),
            _ => None,
        }
    }
}

/// The slices as an account stores them: those in use, then zeros.
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

/// A published surface as it stands at `now`, without expiries that have passed or are about to. `None` if nothing is left. The gate is
/// not asked again: ageing keeps what it found (see the module's head).
pub fn at(slices: impl Iterator<Item = FeedSlice>, now: i64) -> Option<Surface> {
    let ahead = slices.filter(|slice| slice.expiry.saturating_sub(now) >= LEAST_TIME_TO_EXPIRY);
    let (slices, count) = converted(ahead, |_, slice| slice.slice(now).ok_or(())).ok()?;
    Surface::restore(slices.get(..count)?).ok()
}

/// The expiries of a grid that a surface has at `now`: the first eight of those at least `min_time_to_expiry` ahead. The grid increases.
pub fn active(grid: &[i64], now: i64, min_time_to_expiry: u32) -> &[i64] {
    let least = now.saturating_add(i64::from(min_time_to_expiry));
    let gone = grid.iter().take_while(|expiry| **expiry < least).count();
    let ahead = grid.get(gone..).unwrap_or_default();
    ahead.get(..MAX_SLICES).unwrap_or(ahead)
}

/// Whether something of the moment `at` is no older than `max_age`, and not from the future.
pub fn is_fresh(at: i64, now: i64, max_age: u32) -> bool {
    (0..=i64::from(max_age)).contains(&now.saturating_sub(at))
}

/// What to publish at `now`, from fresh submissions that are [aligned](FeedSurface::aligned) to the same expiries.
///
/// # Errors
/// [`FeedRefusal`]: time and number first, then arbitrage, change and floor.
pub fn publish(
    before: Option<Published>,
    submissions: &[FeedSurface],
    required: usize,
    bounds: &FeedBounds,
    realised: Ratio,
    now: i64,
) -> Result<Publication, FeedRefusal> {
    let elapsed = before.map_or(0, |before| now.saturating_sub(before.at));
    if before.is_some() && elapsed < i64::from(bounds.min_interval_seconds) {
        return Err(FeedRefusal::TooSoon);
    }
    let medians = medians(submissions, required)?;
    let tenor = bounds.average_tenor_seconds;
    let (slices, choice, at_the_money) = match medians.at_the_money(now, tenor) {
        Ok(volatility) => (medians, Choice::Medians, volatility),
        Err(_) => {
            let (index, nearest) = nearest(submissions, &medians).ok_or(FeedRefusal::TooFew)?;
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

/// The lower median of each parameter of each slice.
///
/// # Errors
/// [`FeedRefusal::TooFew`], [`FeedRefusal::TooMany`]; [`FeedRefusal::Grid`] if expiries differ.
#[inline(never)]
pub fn medians(submissions: &[FeedSurface], required: usize) -> Result<FeedSurface, FeedRefusal> {
    let first = submissions.first().ok_or(FeedRefusal::TooFew)?;
    if submissions.len() < required {
        return Err(FeedRefusal::TooFew);
    }
    if submissions.len() > MAX_SUBMISSIONS {
        return Err(FeedRefusal::TooMany);
    }
    let same = |other: &FeedSurface| {
        let expiries = |surface: &FeedSurface| surface.slices.map(|slice| slice.expiry);
        other.count == first.count && expiries(other) == expiries(first)
    };
    if !submissions.iter().all(same) {
        return Err(FeedRefusal::Grid);
    }
    let mut result = *first;
    for (index, slice) in result.slices.iter_mut().enumerate().take(first.count) {
        let said = || submissions.iter().filter_map(|surface| surface.slices.get(index));
        slice.variance = lower_median(said().map(|slice| slice.variance));
        slice.skew = lower_median(said().map(|slice| slice.skew));
        slice.curvature = lower_median(said().map(|slice| slice.curvature));
    }
    Ok(result)
}

/// The ⌈m/2⌉-th smallest of m values, of at most sixteen.
fn lower_median<T: Copy + Ord + Default>(values: impl Iterator<Item = T>) -> T {
    let (mut sorted, mut count) = ([T::default(); MAX_SUBMISSIONS], 0usize);
    for value in values.take(MAX_SUBMISSIONS) {
        // Each earlier value that is larger moves up by one place, carried in `greater`.
        let (mut place, mut greater) = (0usize, value);
        for held in sorted.iter_mut().take(count) {
            if greater < *held {
                core::mem::swap(&mut greater, held);
            }
            place = place.wrapping_add(1);
        }
        if let Some(end) = sorted.get_mut(place) {
            *end = greater;
        }
        count = count.wrapping_add(1);
    }
    let middle = count.saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or_default()
}

/// The submission whose worst parameter is nearest to the medians, the first of equals.
#[inline(never)]
fn nearest<'a>(submissions: &'a [FeedSurface], medians: &FeedSurface) -> Option<(usize, &'a FeedSurface)> {
    submissions
        .iter()
        .enumerate()
        .min_by_key(|(_, surface)| distance(surface, medians))
}

/// The largest difference of any parameter, with 24 fraction bits: of σ² and φ as shares of the median, of ρ as it is.
fn distance(surface: &FeedSurface, medians: &FeedSurface) -> u64 {
    let share = |a: u64, b: u64| a.abs_diff(b).checked_div((b >> 24).max(1)).unwrap_or(u64::MAX);
    let of = |(said, median): (&FeedSlice, &FeedSlice)| {
        share(said.variance.to_bits(), median.variance.to_bits())
            .max(said.skew.to_bits().abs_diff(median.skew.to_bits()) >> 38)
            .max(share(said.curvature.to_bits(), median.curvature.to_bits()))
    };
    let pairs = surface.slices().iter().zip(medians.slices());
    pairs.map(of).max().unwrap_or(u64::MAX)
}

/// Whether every slice that was published before is within its bound for the `elapsed` seconds since. An expiry that was not is
/// bounded by its neighbours only, through the gate.
///
/// # Errors
/// [`FeedRefusal::Change`] with the first slice of `after` that is beyond, and the parameter.
#[inline(never)]
pub fn check_change(
    before: &[FeedSlice],
    after: &[FeedSlice],
    bounds: &FeedBounds,
    elapsed: i64,
) -> Result<(), FeedRefusal> {
    let allowed = |ratio: Ratio| allowance(ratio, elapsed).ok_or(FeedRefusal::OutOfRange);
    let variance = allowed(bounds.variance_change_per_hour)?;
    let skew = allowed(bounds.skew_change_per_hour)?;
    let curvature = allowed(bounds.curvature_change_per_hour)?;
    // σ² and φ below 2⁶⁴, the allowance below 2⁶⁰ (see there).
    let share_of = |value: u64, allowed: u64| u128::from(value).wrapping_mul(u128::from(allowed)) >> I80F48::FRAC_NBITS;
    let mut earlier = before.iter().peekable();
    for (index, slice) in after.iter().enumerate() {
        while earlier.next_if(|old| old.expiry < slice.expiry).is_some() {}
        let Some(old) = earlier.next_if(|old| old.expiry == slice.expiry) else {
            continue;
        };
        let refuse = |parameter| FeedRefusal::Change {
            slice: index,
            parameter,
        };
        let (from, to) = (old.variance.to_bits(), slice.variance.to_bits());
        if u128::from(from.abs_diff(to)) > share_of(from, variance) {
            return Err(refuse(Parameter::Variance));
        }
        let moved = old.skew.to_bits().abs_diff(slice.skew.to_bits());
        // From 48 fraction bits to 62.
        if u128::from(moved) > u128::from(skew) << 14 {
            return Err(refuse(Parameter::Skew));
        }
        let (from, to) = (old.curvature.to_bits(), slice.curvature.to_bits());
        if u128::from(from.abs_diff(to)) > share_of(from.max(LEAST_CURVATURE.to_bits()), curvature) {
            return Err(refuse(Parameter::Curvature));
        }
    }
    Ok(())
}

/// `per_hour` × `elapsed`, with 48 fraction bits: at most 30 days of it, and at most 4,096. `None` for a rate that is negative or
/// above 256, or for a time before.
fn allowance(per_hour: Ratio, elapsed: i64) -> Option<u64> {
    let rate = u64::try_from(per_hour.fixed().to_bits())
        .ok()
        .filter(|rate| *rate < 1 << 56)?;
    let elapsed = u64::try_from(elapsed.min(LONGEST_SILENCE)).ok()?;
    const HOUR: u128 = SECONDS_PER_HOUR as u128;
    let hours = u128::from(rate).wrapping_mul(u128::from(elapsed)) / HOUR;
    Some(u64::try_from(hours).unwrap_or(u64::MAX).min(1 << 60))
}

/// # Errors
/// [`FeedRefusal::BelowFloor`] with the first slice whose variance is below `share` of `realised`.
pub fn check_floor(slices: &[FeedSlice], share: Ratio, realised: Ratio) -> Result<(), FeedRefusal> {
    let floor = realised
        .fixed()
        .checked_mul(share.fixed())
        .ok_or(FeedRefusal::OutOfRange)?
        .to_bits();
    // From 48 fraction bits to 56.
    let low = |slice: &FeedSlice| i128::from(slice.variance.to_bits()) >> 8 < floor;
    match slices.iter().position(low) {
        Some(slice) => Err(FeedRefusal::BelowFloor { slice }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
