//! Whether a published price may be used, and for what.
//!
//! A price is admitted *per use*, because a trade, a valuation and an exit can bear different ages
//! and widths. A price that breaks any rule is refused with that rule; the refused number is never
//! used.

use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, PriceBounds, Ratio, I80F48};

/// What a price is wanted for; each use has its own [`UseLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceUse {
    /// Taking on risk, and observing.
    Trade,
    /// Valuing the book when somebody deposits.
    Nav,
    /// Redeeming, reducing, liquidating.
    Exit,
    /// Settling a contract at a final price.
    Settle,
}

impl PriceUse {
    /// Every use, in the order a market stores its limits.
    pub const ALL: [Self; 4] = [Self::Trade, Self::Nav, Self::Exit, Self::Settle];
}

/// What a price has to satisfy for one use. A zero forbids the use; it never switches a rule off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseLimits {
    /// Greatest age by the chain's clock, seconds.
    pub max_age_seconds: u32,
    /// Greatest age by slots since the price was posted.
    pub max_age_slots: u32,
    /// Greatest confidence interval as a share of the price.
    pub max_confidence: Ratio,
    /// Greatest distance from the market's slow price, as a share of the slow price.
    pub max_deviation: Ratio,
    /// Greatest distance from the second source, as a share of the lower price.
    pub max_divergence: BasisPoints,
    /// Whether the use is refused while the second source has no price that is fresh enough for it.
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

/// How a price's publication must relate to the one the market stored last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recency {
    /// Strictly newer, as `observe` demands: the same news is not counted twice.
    Newer,
    /// Not older: the market's own last observation may be used again while it is fresh.
    NotOlder,
}

/// What the market remembers and a price is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Publication time of the last observed price, unix seconds.
    pub publish_time: i64,
    /// The rate-limited slow price; `None` before the first observation.
    pub slow_price: Option<Price>,
}

/// The rule a refused price broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceError {
    /// The market has never been observed.
    NothingObserved,
    /// No price could be decoded.
    Unreadable,
    /// Zero or negative.
    NotPositive,
    /// The exponent is outside [`EXPONENTS`].
    ExponentOutOfRange,
    /// Published or posted later than the chain's present.
    FromTheFuture,
    /// Published before (or, for an observation, not after) the stored price.
    OlderThanStored,
    /// Older in seconds than the use allows.
    TooOld,
    /// Older in slots than the use allows.
    TooManySlotsOld,
    /// Confidence interval wider than the use allows.
    TooWide,
    /// Further from the slow price than the use allows.
    TooFarFromSlowPrice,
    /// The use requires a second source, which has no price as fresh as the use demands.
    NoSecondSource,
    /// The two sources are further apart than the use allows.
    SourcesDiverge,
    /// A value does not fit the fixed-point format.
    OutOfRange,
}

/// Decimal exponents a price may carry.
pub const EXPONENTS: core::ops::RangeInclusive<i32> = -12..=0;

/// A price that passed every rule of its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmittedPrice {
    /// The three prices a valuation uses.
    pub bounds: PriceBounds,
    /// Confidence interval as a share of the price.
    pub confidence: Ratio,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
}

/// Applies every rule of a use to a published price.
///
/// # Errors
/// The first rule that failed, in the order of [`PriceError`]'s variants.
pub fn admit(
    raw: &RawPrice,
    limits: &UseLimits,
    reference: &Reference,
    recency: Recency,
    now: Now,
) -> Result<AdmittedPrice, PriceError> {
    if raw.price <= 0 {
        return Err(PriceError::NotPositive);
    }
    if !EXPONENTS.contains(&raw.exponent) {
        return Err(PriceError::ExponentOutOfRange);
    }
    if raw.publish_time > now.unix_time || raw.slot > now.slot {
        return Err(PriceError::FromTheFuture);
    }
    let old = match recency {
        Recency::Newer => raw.publish_time <= reference.publish_time,
        Recency::NotOlder => raw.publish_time < reference.publish_time,
    };
    if old {
        return Err(PriceError::OlderThanStored);
    }
    if now.unix_time.saturating_sub(raw.publish_time) > i64::from(limits.max_age_seconds) {
        return Err(PriceError::TooOld);
    }
    if now.slot.saturating_sub(raw.slot) > u64::from(limits.max_age_slots) {
        return Err(PriceError::TooManySlotsOld);
    }
    let mid = scale(
        u64::try_from(raw.price).map_err(|_| PriceError::NotPositive)?,
        raw.exponent,
    )?;
    let confidence = scale(raw.confidence, raw.exponent)?;
    let relative = confidence.checked_div(mid).ok_or(PriceError::OutOfRange)?;
    if relative > limits.max_confidence.fixed() {
        return Err(PriceError::TooWide);
    }
    let bounds = bounds(mid, confidence)?;
    if let Some(slow) = reference.slow_price {
        let distance = mid.checked_sub(slow.fixed()).and_then(I80F48::checked_abs);
        let allowed = slow.fixed().checked_mul(limits.max_deviation.fixed());
        match (distance, allowed) {
            (Some(distance), Some(allowed)) if distance <= allowed => {}
            (Some(_), Some(_)) => return Err(PriceError::TooFarFromSlowPrice),
            _ => return Err(PriceError::OutOfRange),
        }
    }
    Ok(AdmittedPrice {
        bounds,
        confidence: Ratio::from_fixed(relative),
        publish_time: raw.publish_time,
        slot: raw.slot,
    })
}

/// What a market remembers of its second source, admitted when it was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondPrice {
    /// The three prices a valuation uses.
    pub bounds: PriceBounds,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// The slot in which it reached the chain.
    pub slot: u64,
}

impl SecondPrice {
    /// Returns whether it is as fresh as a use demands of any price.
    pub fn is_fresh(&self, limits: &UseLimits, now: Now) -> bool {
        let seconds = now.unix_time.saturating_sub(self.publish_time);
        let slots = now.slot.saturating_sub(self.slot);
        (0..=i64::from(limits.max_age_seconds)).contains(&seconds) && slots <= u64::from(limits.max_age_slots)
    }
}

impl From<&AdmittedPrice> for SecondPrice {
    fn from(price: &AdmittedPrice) -> Self {
        Self {
            bounds: price.bounds,
            publish_time: price.publish_time,
            slot: price.slot,
        }
    }
}

/// Compares an admitted price with the market's second source.
///
/// A fresh second price has to agree, and then widens the adverse sides to the worse of both
/// sources: whoever controls one of them gains nothing. One that is not fresh is no help, and is
/// only missed where the use requires it.
///
/// # Errors
/// [`PriceError::NoSecondSource`], [`PriceError::SourcesDiverge`].
pub fn confirm(
    price: &AdmittedPrice,
    second: Option<&SecondPrice>,
    limits: &UseLimits,
    now: Now,
) -> Result<AdmittedPrice, PriceError> {
    match second.filter(|second| second.is_fresh(limits, now)) {
        None if limits.requires_second => Err(PriceError::NoSecondSource),
        None => Ok(*price),
        Some(second) if BasisPoints::divergence(price.bounds.mid, second.bounds.mid) > limits.max_divergence => {
            Err(PriceError::SourcesDiverge)
        }
        Some(second) => Ok(price.widened(&second.bounds)),
    }
}

impl AdmittedPrice {
    /// With each adverse side at the worse of its own and another's.
    #[must_use]
    pub fn widened(&self, other: &PriceBounds) -> Self {
        Self {
            bounds: PriceBounds {
                low: self.bounds.low.min(other.low),
                mid: self.bounds.mid,
                high: self.bounds.high.max(other.high),
            },
            ..*self
        }
    }
}

/// `mantissa × 10^exponent` for an exponent in [`EXPONENTS`], rounded toward zero.
fn scale(mantissa: u64, exponent: i32) -> Result<I80F48, PriceError> {
    let divisor = 10i128
        .checked_pow(exponent.unsigned_abs())
        .ok_or(PriceError::ExponentOutOfRange)?;
    I80F48::from_num(mantissa)
        .checked_div_int(divisor)
        .ok_or(PriceError::OutOfRange)
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
