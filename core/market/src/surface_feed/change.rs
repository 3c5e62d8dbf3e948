//! How far a surface may move from the one before, and how low it may be.

use super::{FeedBounds, FeedError, FeedSlice, Parameter};
use ballast_core_types::{Ratio, I80F48, SECONDS_PER_HOUR};
use fixed::types::U16F48;

/// The longest silence the allowance for change grows with.
const LONGEST_SILENCE: i64 = 30 * 86_400;
/// Below this curvature, the allowance is that of this curvature: from a flat smile there has to be
/// a way.
const MIN_CURVATURE: U16F48 = U16F48::ONE;

/// Checks whether every slice that was published before is within its bound for the `elapsed`
/// seconds since. An expiry that was not is bounded by its neighbours only, through the
/// no-arbitrage check.
///
/// # Errors
/// [`FeedError::Change`] with the first slice of `after` that is beyond, and the parameter.
#[inline(never)]
pub fn check_change(
    before: &[FeedSlice],
    after: &[FeedSlice],
    bounds: &FeedBounds,
    elapsed: i64,
) -> Result<(), FeedError> {
    let allowed = |ratio: Ratio| allowance(ratio, elapsed).ok_or(FeedError::OutOfRange);
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
        let refuse = |parameter| FeedError::Change {
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
        if u128::from(from.abs_diff(to)) > share_of(from.max(MIN_CURVATURE.to_bits()), curvature) {
            return Err(refuse(Parameter::Curvature));
        }
    }
    Ok(())
}

/// `per_hour` × `elapsed`, with 48 fraction bits: at most 30 days of it, and at most 4,096. `None`
/// for a rate that is negative or above 256, or for a time before.
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
/// [`FeedError::BelowFloor`] with the first slice whose variance is below `share` of `realised`.
pub fn check_floor(slices: &[FeedSlice], share: Ratio, realised: Ratio) -> Result<(), FeedError> {
    let floor = realised
        .fixed()
        .checked_mul(share.fixed())
        .ok_or(FeedError::OutOfRange)?
        .to_bits();
    // From 48 fraction bits to 56.
    let low = |slice: &FeedSlice| i128::from(slice.variance.to_bits()) >> 8 < floor;
    match slices.iter().position(low) {
        Some(slice) => Err(FeedError::BelowFloor { slice }),
        None => Ok(()),
    }
}
