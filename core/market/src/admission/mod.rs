//! Whether a published price is taken in, and what it has to satisfy before it is used.
//!
//! Prices come in by one door: an observation [`admit`]s a print, and the market keeps the newest.
//! Whoever acts reads what the market keeps, *per use*, because a trade, a valuation and an exit
//! can bear different ages and widths. A price that breaks any rule is refused with that rule; the
//! refused number is never used.

use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, PriceBounds, Ratio, I80F48};

/// What a price is wanted for; each use has its own [`UseLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceUse {
    /// Trading against a pool.
    Trade,
    /// Valuing the book when somebody deposits.
    Nav,
    /// Redeeming, reducing, liquidating.
    Exit,
    /// Valuing a book whose other side is not a pool: trades between members, margin, what-if.
    Margin,
}

impl PriceUse {
    /// Every use, in the order a market stores its limits.
    pub const ALL: [Self; 4] = [Self::Trade, Self::Nav, Self::Exit, Self::Margin];

    /// Returns the greatest age that any market may permit for it, seconds: 10 where a pool or a
    /// failing account is on the other side, 60 elsewhere. Whoever acts on a stored price that they
    /// need not refresh holds an option on its age.
    pub const fn oldest_permitted(self) -> u32 {
        match self {
            Self::Trade | Self::Nav | Self::Exit => 10,
            Self::Margin => 60,
        }
    }
}

/// What a price has to satisfy for one use. A zero forbids the use; it never switches a rule off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseLimits {
    /// Greatest age, seconds: see [`ClockParams::age`](crate::price_clock::ClockParams::age).
    pub max_age_seconds: u32,
    /// Greatest confidence interval as a share of the price.
    pub max_confidence: Ratio,
    /// Greatest distance from the market's slow price, as a share of the slow price.
    pub max_deviation: Ratio,
    /// Greatest distance from the second source, as a share of the lower price.
    pub max_divergence: BasisPoints,
    /// Whether the use is refused unless the two sources have agreed of late.
    pub requires_second: bool,
}

/// A price as its publisher wrote it: `price × 10^exponent`, give or take `confidence ×
/// 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawPrice {
    /// Mantissa of the price.
    pub price: i64,
    /// Mantissa of the confidence interval (one standard deviation or the publisher's equivalent).
    pub confidence: u64,
    /// Decimal exponent of both.
    pub exponent: i32,
    /// When the publishers agreed on it, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
}

/// The chain's own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Unix seconds.
    pub unix_time: i64,
    /// Current slot.
    pub slot: u64,
}

/// The rule a refused price broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceError {
    /// The market has never been observed.
    NothingObserved,
    /// Zero or negative.
    NotPositive,
    /// The exponent is outside [`EXPONENTS`].
    ExponentOutOfRange,
    /// Published further ahead of the chain's clock than the market tolerates, or posted in a slot
    /// to come.
    FromTheFuture,
    /// Older than an observation takes in, or than the use allows.
    TooOld,
    /// Confidence interval wider than the use allows.
    TooWide,
    /// Further from the slow price than the use allows.
    TooFarFromSlowPrice,
    /// The use requires that two sources agreed of late, and they did not.
    NoSecondSource,
    /// The two sources are further apart than the use allows.
    SourcesDiverge,
    /// A value does not fit the fixed-point format.
    OutOfRange,
}

/// Decimal exponents a price may carry.
pub const EXPONENTS: core::ops::RangeInclusive<i32> = -12..=0;

/// A published price that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// The three prices a valuation uses.
    pub bounds: PriceBounds,
    /// Confidence interval as a share of the price.
    pub confidence: Ratio,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
}

/// What a print has to satisfy to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintLimits {
    /// When the one that is kept was published, unix seconds; `None` if none is.
    pub newer_than: Option<i64>,
    /// The latest publication that is not from the future, unix seconds.
    pub latest: i64,
    /// Greatest age, seconds.
    pub max_age_seconds: u32,
    /// Greatest confidence interval as a share of the price.
    pub max_confidence: Ratio,
}

/// Returns the print of a published price of this age; `None` if one as new is kept already, which
/// is no error: nobody can spoil an observation by coming first.
///
/// # Errors
/// The first rule that failed, in the order of [`PriceError`]'s variants.
pub fn admit(raw: &RawPrice, limits: &PrintLimits, age_seconds: u32, now: Now) -> Result<Option<Print>, PriceError> {
    if limits.newer_than.is_some_and(|kept| raw.publish_time <= kept) {
        return Ok(None);
    }
    let mantissa = u64::try_from(raw.price).unwrap_or(0);
    if mantissa == 0 {
        return Err(PriceError::NotPositive);
    }
    if !EXPONENTS.contains(&raw.exponent) {
        return Err(PriceError::ExponentOutOfRange);
    }
    if raw.publish_time > limits.latest || raw.slot > now.slot {
        return Err(PriceError::FromTheFuture);
    }
    if age_seconds > limits.max_age_seconds {
        return Err(PriceError::TooOld);
    }
    let relative = Ratio::from_fixed(quotient_floor(raw.confidence, mantissa));
    if relative > limits.max_confidence {
        return Err(PriceError::TooWide);
    }
    let mid = scale(mantissa, raw.exponent)?;
    let confidence = scale(raw.confidence, raw.exponent)?;
    Ok(Some(Print {
        bounds: bounds(mid, confidence)?,
        confidence: relative,
        publish_time: raw.publish_time,
        slot: raw.slot,
    }))
}

/// `mantissa × 10^exponent` for an exponent in [`EXPONENTS`], rounded toward zero.
fn scale(mantissa: u64, exponent: i32) -> Result<I80F48, PriceError> {
    let divisor = 10u64.checked_pow(exponent.unsigned_abs());
    let divisor = divisor.ok_or(PriceError::ExponentOutOfRange)?;
    Ok(quotient_floor(mantissa, divisor))
}

/// `a / b`, rounded down to 48 fraction bits, for b below 2⁶³; zero if b is. By long division, as
/// many bits at a time as fit: the machine has no wide one.
fn quotient_floor(a: u64, b: u64) -> I80F48 {
    let (Some(whole), Some(mut rest)) = (a.checked_div(b), a.checked_rem(b)) else {
        return I80F48::ZERO;
    };
    let (mut fraction, mut left) = (0u64, I80F48::FRAC_NBITS);
    while left > 0 {
        // The rest is below b, so this many more of its bits fit.
        let bits = b.leading_zeros().clamp(1, left);
        let scaled = rest.wrapping_shl(bits);
        fraction = fraction.wrapping_shl(bits) | scaled.checked_div(b).unwrap_or(0);
        rest = scaled.checked_rem(b).unwrap_or(0);
        left = left.wrapping_sub(bits);
    }
    I80F48::from_bits((i128::from(whole) << I80F48::FRAC_NBITS) | i128::from(fraction))
}

fn bounds(mid: I80F48, confidence: I80F48) -> Result<PriceBounds, PriceError> {
    let price = |value: Option<I80F48>| value.and_then(Price::from_fixed);
    match (
        price(mid.checked_sub(confidence)),
        price(Some(mid)),
        price(mid.checked_add(confidence)),
    ) {
        (Some(low), Some(mid), Some(high)) => Ok(PriceBounds { low, mid, high }),
        (_, None, _) => Err(PriceError::NotPositive),
        (None, ..) => Err(PriceError::TooWide),
        (.., None) => Err(PriceError::OutOfRange),
    }
}

#[cfg(test)]
mod tests;
