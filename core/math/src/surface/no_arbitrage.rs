//! The no-arbitrage check: when a set of eSSVI slices admits no static arbitrage.

use super::slice::Slice;
use super::slice_error::SliceError;
use super::wide::Wide;

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

/// Checks the rules of arbitrage on slices whose ranges and order hold already. No product is
/// rounded.
///
/// About a dozen products of 256 by 64 bits a slice.
///
/// # Errors
/// The index of the first slice that breaks a rule, and the rule.
pub(super) fn check(slices: &[Slice]) -> Result<(), (usize, SliceError)> {
    let mut before: Option<(&Slice, Wings)> = None;
    for (index, slice) in slices.iter().enumerate() {
        let wings = Wings::of(slice);
        if let Some(error) = broken_rule(slice, &wings, before.as_ref()) {
            return Err((index, error));
        }
        before = Some((slice, wings));
    }
    Ok(())
}

fn broken_rule(slice: &Slice, wings: &Wings, before: Option<&(&Slice, Wings)>) -> Option<SliceError> {
    if wings.steeper() >= FOUR {
        return Some(SliceError::ButterflyWings);
    }
    if wings.steeper().times(slice.curvature.to_bits()) > FOUR_FINER {
        return Some(SliceError::ButterflyCurvature);
    }
    let (earlier, their_wings) = before?;
    if slice.total_variance < earlier.total_variance {
        return Some(SliceError::CalendarVariance);
    }
    if slice.curvature > earlier.curvature {
        return Some(SliceError::CalendarCurvature);
    }
    if wings.put < their_wings.put {
        return Some(SliceError::CalendarPutWing);
    }
    (wings.call < their_wings.call).then_some(SliceError::CalendarCallWing)
}
