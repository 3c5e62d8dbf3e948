//! The arbitrage gate: when a set of eSSVI slices admits no static arbitrage.

use core::fmt;

use super::slice::Slice;
use super::wide::Wide;
use super::SurfaceError;

/// A rule that every slice, or every slice and the one before it, must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The time to expiry is within a minute and five years.
    Time,
    /// The at-the-money volatility √(θ/T) is within 1…500 %.
    AtmVolatility,
    /// |ρ| ≤ 1 − 2⁻¹⁰.
    Skew,
    /// Expiries increase.
    Order,
    /// θφ(1+|ρ|) < 4: the wings are flat enough (Gatheral and Jacquier 2014, theorem 4.2).
    ButterflyWings,
    /// θφ²(1+|ρ|) ≤ 4: the smile is not too curved at the money (the same theorem).
    ButterflyCurvature,
    /// θ does not fall with expiry.
    CalendarVariance,
    /// φ does not rise with expiry (Hendriks and Martini 2019, proposition 3.5).
    CalendarCurvature,
    /// θφ(1−ρ), the slope of the put wing, does not fall with expiry.
    CalendarPutWing,
    /// θφ(1+ρ), the slope of the call wing, does not fall with expiry.
    CalendarCallWing,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "the time to expiry must be within a minute and 5 years",
            Self::AtmVolatility => "the at-the-money volatility must be within 0.01 and 5",
            Self::Skew => "the skew must be within 1023/1024 of zero",
            Self::Order => "the expiry must be after the one before",
            Self::ButterflyWings => "butterfly arbitrage: theta phi (1+|rho|) must be below 4",
            Self::ButterflyCurvature => "butterfly arbitrage: theta phi^2 (1+|rho|) must be at most 4",
            Self::CalendarVariance => "calendar arbitrage: theta must not fall from the expiry before",
            Self::CalendarCurvature => "calendar arbitrage: phi must not rise from the expiry before",
            Self::CalendarPutWing => "calendar arbitrage: theta phi (1-rho) must not fall from the expiry before",
            Self::CalendarCallWing => "calendar arbitrage: theta phi (1+rho) must not fall from the expiry before",
        })
    }
}

/// 1 in the format of ρ.
const ONE: u64 = 1 << 62;
/// 4 in the format of θφ(1±ρ): 56 + 48 + 62 fraction bits.
const FOUR: Wide = Wide::power_of_two(2 + 56 + 48 + 62);
/// 4 in the format of θφ²(1±ρ): 48 more.
const FOUR_FINER: Wide = Wide::power_of_two(2 + 56 + 48 + 62 + 48);

/// The slopes of a slice's wings, exactly: θφ(1−ρ) and θφ(1+ρ).
struct Wings {
    put: Wide,
    call: Wide,
}

impl Wings {
    fn of(slice: &Slice) -> Self {
        let product = Wide::new(slice.total_variance.to_bits()).times(slice.curvature.to_bits());
        // |ρ| < 1 was checked, so both sums are between 0 and 2 in the format of ρ.
        let skew = slice.skew.to_bits() as u64;
        Self {
            put: product.times(ONE.wrapping_sub(skew)),
            call: product.times(ONE.wrapping_add(skew)),
        }
    }

    /// θφ(1+|ρ|).
    fn steeper(&self) -> Wide {
        self.put.max(self.call)
    }
}

/// Checks the rules of arbitrage on slices whose ranges and order hold already. No product is rounded.
///
/// About a dozen products of 256 by 64 bits a slice.
pub(super) fn check(slices: &[Slice]) -> Result<(), SurfaceError> {
    let mut before: Option<(&Slice, Wings)> = None;
    for (index, slice) in slices.iter().enumerate() {
        let wings = Wings::of(slice);
        broken_rule(slice, &wings, before.as_ref())
            .map_or(Ok(()), |rule| Err(SurfaceError::Slice { slice: index, rule }))?;
        before = Some((slice, wings));
    }
    Ok(())
}

fn broken_rule(slice: &Slice, wings: &Wings, before: Option<&(&Slice, Wings)>) -> Option<Rule> {
    if wings.steeper() >= FOUR {
        return Some(Rule::ButterflyWings);
    }
    if wings.steeper().times(slice.curvature.to_bits()) > FOUR_FINER {
        return Some(Rule::ButterflyCurvature);
    }
    let (earlier, their_wings) = before?;
    if slice.total_variance < earlier.total_variance {
        return Some(Rule::CalendarVariance);
    }
    if slice.curvature > earlier.curvature {
        return Some(Rule::CalendarCurvature);
    }
    if wings.put < their_wings.put {
        return Some(Rule::CalendarPutWing);
    }
    (wings.call < their_wings.call).then_some(Rule::CalendarCallWing)
}
