//! Whether a published price may be used, and for what.
//!
//! A price is admitted *per use*, because a trade, a valuation and an exit can bear different ages and widths. A price
//! that breaks any rule is refused with that rule; the refused number is never used.

use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, Ratio, I80F48};

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

/// A price as its publisher wrote it: `price × 10^exponent`, give or take `confidence × 10^exponent`.
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
pub enum PriceRefusal {
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

/// A price with its adverse sides: assets are worth `low`, liabilities cost `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBounds {
    /// Price less confidence.
    pub low: Price,
    /// The published price.
    pub mid: Price,
    /// Price plus confidence.
    pub high: Price,
}

/// Applies every rule of a use to a published price.
///
/// # Errors
/// The first rule that failed, in the order of [`PriceRefusal`]'s variants.
pub fn admit(
    raw: &RawPrice,
    limits: &UseLimits,
    reference: &Reference,
    recency: Recency,
    now: Now,
) -> Result<AdmittedPrice, PriceRefusal> {
    if raw.price <= 0 {
        return Err(PriceRefusal::NotPositive);
    }
    if !EXPONENTS.contains(&raw.exponent) {
        return Err(PriceRefusal::ExponentOutOfRange);
    }
    if raw.publish_time > now.unix_time || raw.slot > now.slot {
        return Err(PriceRefusal::FromTheFuture);
    }
    let old = match recency {
        Recency::Newer => raw.publish_time <= reference.publish_time,
        Recency::NotOlder => raw.publish_time < reference.publish_time,
    };
    if old {
        return Err(PriceRefusal::OlderThanStored);
    }
    if now.unix_time.saturating_sub(raw.publish_time) > i64::from(limits.max_age_seconds) {
        return Err(PriceRefusal::TooOld);
    }
    if now.slot.saturating_sub(raw.slot) > u64::from(limits.max_age_slots) {
        return Err(PriceRefusal::TooManySlotsOld);
    }
    let mid = scale(
        u64::try_from(raw.price).map_err(|_| PriceRefusal::NotPositive)?,
        raw.exponent,
    )?;
    let confidence = scale(raw.confidence, raw.exponent)?;
    let relative = confidence.checked_div(mid).ok_or(PriceRefusal::OutOfRange)?;
    if relative > limits.max_confidence.fixed() {
        return Err(PriceRefusal::TooWide);
    }
    let bounds = bounds(mid, confidence)?;
    if let Some(slow) = reference.slow_price {
        let distance = mid.checked_sub(slow.fixed()).and_then(I80F48::checked_abs);
        let allowed = slow.fixed().checked_mul(limits.max_deviation.fixed());
        match (distance, allowed) {
            (Some(distance), Some(allowed)) if distance <= allowed => {}
            (Some(_), Some(_)) => return Err(PriceRefusal::TooFarFromSlowPrice),
            _ => return Err(PriceRefusal::OutOfRange),
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
    /// Whether it is as fresh as a use demands of any price.
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
/// A fresh second price has to agree, and then widens the adverse sides to the worse of both sources: whoever controls one of them
/// gains nothing. One that is not fresh is no help, and is only missed where the use requires it.
///
/// # Errors
/// [`PriceRefusal::NoSecondSource`], [`PriceRefusal::SourcesDiverge`].
pub fn confirm(
    price: &AdmittedPrice,
    second: Option<&SecondPrice>,
    limits: &UseLimits,
    now: Now,
) -> Result<AdmittedPrice, PriceRefusal> {
    match second.filter(|second| second.is_fresh(limits, now)) {
        None if limits.requires_second => Err(PriceRefusal::NoSecondSource),
        None => Ok(*price),
        Some(second) if BasisPoints::divergence(price.bounds.mid, second.bounds.mid) > limits.max_divergence => {
            Err(PriceRefusal::SourcesDiverge)
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
fn scale(mantissa: u64, exponent: i32) -> Result<I80F48, PriceRefusal> {
    let divisor = 10i128
        .checked_pow(exponent.unsigned_abs())
        .ok_or(PriceRefusal::ExponentOutOfRange)?;
    I80F48::from_num(mantissa)
        .checked_div_int(divisor)
        .ok_or(PriceRefusal::OutOfRange)
}

fn bounds(mid: I80F48, confidence: I80F48) -> Result<PriceBounds, PriceRefusal> {
    let price = |value: Option<I80F48>| value.and_then(Price::from_fixed);
    match (
        price(mid.checked_sub(confidence)),
        price(Some(mid)),
        price(mid.checked_add(confidence)),
    ) {
        (Some(low), Some(mid), Some(high)) => Ok(PriceBounds { low, mid, high }),
        (_, None, _) => Err(PriceRefusal::NotPositive),
        (None, ..) => Err(PriceRefusal::TooWide),
        (.., None) => Err(PriceRefusal::OutOfRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::{price, ratio};

    const NOW: Now = Now {
        unix_time: 1_000_000,
        slot: 5_000,
    };

    fn raw() -> RawPrice {
        RawPrice {
            price: 6_000_000_000_000,
            confidence: 3_000_000_000,
            exponent: -8,
            publish_time: 999_990,
            slot: 4_990,
        }
    }

    fn limits() -> UseLimits {
        UseLimits {
            max_age_seconds: 30,
            max_age_slots: 100,
            max_confidence: ratio("0.01"),
            max_deviation: ratio("0.2"),
            max_divergence: BasisPoints(100),
            requires_second: true,
        }
    }

    fn reference() -> Reference {
        Reference {
            publish_time: 999_980,
            slow_price: Some(price("58000")),
        }
    }

    #[test]
    fn a_sound_price_is_admitted_with_its_bounds() {
        let admitted = admit(&raw(), &limits(), &reference(), Recency::Newer, NOW).unwrap();
        assert_eq!(admitted.bounds.mid, price("60000"));
        assert_eq!(admitted.bounds.low, price("59970"));
        assert_eq!(admitted.bounds.high, price("60030"));
        assert_eq!(admitted.publish_time, 999_990);
    }

    #[test]
    fn each_rule_refuses_just_past_its_limit() {
        use PriceRefusal::*;
        let edit = |change: fn(&mut RawPrice)| {
            let mut value = raw();
            change(&mut value);
            value
        };
        for (value, expected) in [
            (edit(|p| p.price = 0), Err(NotPositive)),
            (edit(|p| p.price = -1), Err(NotPositive)),
            (edit(|p| p.price = i64::MIN), Err(NotPositive)),
            (edit(|p| p.exponent = 1), Err(ExponentOutOfRange)),
            (edit(|p| p.exponent = -13), Err(ExponentOutOfRange)),
            (edit(|p| p.exponent = i32::MIN), Err(ExponentOutOfRange)),
            (edit(|p| p.publish_time = 1_000_001), Err(FromTheFuture)),
            (edit(|p| p.slot = 5_001), Err(FromTheFuture)),
            (edit(|p| p.publish_time = 999_980), Err(OlderThanStored)),
            (edit(|p| p.publish_time = i64::MIN), Err(OlderThanStored)),
            (edit(|p| p.slot = 4_899), Err(TooManySlotsOld)),
            (edit(|p| p.slot = 4_900), Ok(())),
            (edit(|p| p.confidence = 60_000_000_001), Err(TooWide)),
            (edit(|p| p.confidence = 60_000_000_000), Ok(())),
            (edit(|p| p.confidence = u64::MAX), Err(TooWide)),
            (edit(|p| p.price = 6_960_000_000_001), Err(TooFarFromSlowPrice)),
            (edit(|p| p.price = 6_959_000_000_000), Ok(())),
            (edit(|p| p.price = 4_639_900_000_000), Err(TooFarFromSlowPrice)),
        ] {
            let got = admit(&value, &limits(), &reference(), Recency::Newer, NOW).map(|_| ());
            assert_eq!(got, expected, "{value:?}");
        }
    }

    #[test]
    fn a_fresh_second_source_has_to_agree_and_widens_the_adverse_sides() {
        use PriceRefusal::*;
        let second = |mid: &str, publish_time, slot| SecondPrice {
            bounds: PriceBounds {
                low: price("59900"),
                mid: price(mid),
                high: price("60010"),
            },
            publish_time,
            slot,
        };
        let (wide, own) = ((price("59900"), price("60030")), (price("59970"), price("60030")));
        for (second, required, expected) in [
            (None, false, Ok(own)),
            (None, true, Err(NoSecondSource)),
            (Some(second("60000", 999_970, 4_900)), true, Ok(wide)),
            (Some(second("60000", 999_969, 4_900)), true, Err(NoSecondSource)),
            (Some(second("60000", 999_970, 4_899)), true, Err(NoSecondSource)),
            (Some(second("60000", 1_000_001, 5_000)), true, Err(NoSecondSource)),
            (Some(second("10", 999_969, 4_900)), false, Ok(own)),
            (Some(second("59406", 999_970, 4_900)), false, Ok(wide)),
            (Some(second("59405", 999_970, 4_900)), false, Err(SourcesDiverge)),
            (Some(second("60600", 999_970, 4_900)), true, Ok(wide)),
            (Some(second("60601", 999_970, 4_900)), true, Err(SourcesDiverge)),
        ] {
            let limits = UseLimits {
                requires_second: required,
                ..limits()
            };
            let admitted = admit(&raw(), &limits, &reference(), Recency::Newer, NOW).unwrap();
            let got = confirm(&admitted, second.as_ref(), &limits, NOW);
            let sides = got.map(|price| (price.bounds.low, price.bounds.high));
            assert_eq!(sides, expected, "{second:?} {required}");
        }
    }

    #[test]
    fn age_in_seconds_has_its_own_limit() {
        let reference = Reference {
            publish_time: 0,
            ..reference()
        };
        for (age, expected) in [(30, Ok(())), (31, Err(PriceRefusal::TooOld))] {
            let value = RawPrice {
                publish_time: NOW.unix_time - age,
                ..raw()
            };
            assert_eq!(
                admit(&value, &limits(), &reference, Recency::Newer, NOW).map(|_| ()),
                expected
            );
        }
    }

    #[test]
    fn the_stored_price_may_be_used_again_but_not_observed_again() {
        let value = RawPrice {
            publish_time: 999_980,
            ..raw()
        };
        assert!(admit(&value, &limits(), &reference(), Recency::NotOlder, NOW).is_ok());
        assert_eq!(
            admit(&value, &limits(), &reference(), Recency::Newer, NOW),
            Err(PriceRefusal::OlderThanStored)
        );
    }

    #[test]
    fn r8_a_zero_limit_forbids_and_never_disables() {
        for change in [
            (|l: &mut UseLimits| l.max_age_seconds = 0) as fn(&mut UseLimits),
            |l| l.max_age_slots = 0,
            |l| l.max_confidence = Ratio::ZERO,
            |l| l.max_deviation = Ratio::ZERO,
        ] {
            let mut zeroed = limits();
            change(&mut zeroed);
            assert!(admit(&raw(), &zeroed, &reference(), Recency::Newer, NOW).is_err());
        }
    }
}
