//! How far a publication moves from the one before: towards what was said, no faster than a rate.
//!
//! The rates are those of logarithms, so that many small steps go as far as one long one: whoever
//! chooses the moments of publication chooses nothing else.
//!
//! What is limited of the curvature is φσ, the shape of the smile, and not φ: where volatility
//! falls to a twelfth, φ rises twelvefold in the same shape. Limited each on its own way, φ comes
//! first, and the wings θφ grow meanwhile to several times those of both ends.

use super::{FeedBounds, FeedSlice};
use ballast_core_math::kernels::precise::{exp, ln};
use ballast_core_math::Magnitude;
use ballast_core_types::{Ratio, I80F48, SECONDS_PER_HOUR};
use fixed::types::{I2F62, I7F57, U16F48, U8F56};

/// The longest silence that an allowance grows with, seconds: after an outage the first who speak
/// are few, and would spend what was saved up.
const LONGEST_SILENCE: i64 = SECONDS_PER_HOUR;
/// The largest allowance: e to it spans every variance a slice may have.
const MAX_ALLOWANCE: I7F57 = I7F57::lit("12.5");
/// Fraction bits of a growth factor: e^12.5 fits 64 bits.
const GROWTH_BITS: u32 = 44;
/// Below this curvature, a change is measured on this one: from a flat smile there has to be a way.
const LEAST_CURVATURE: U16F48 = U16F48::ONE;

/// What a parameter may be multiplied by, upwards and downwards.
#[derive(Clone, Copy)]
struct Factors {
    /// e^allowance, [`GROWTH_BITS`].
    up: u64,
    /// e^−allowance, likewise; rounded up, so that the way down is not longer than the way up.
    down: u64,
}

impl Factors {
    fn of(per_hour: Ratio, elapsed: i64) -> Self {
        let allowance = allowance(per_hour, elapsed);
        let bits = |log: I7F57| {
            let value = exp(log);
            let shift = 63i32
                .saturating_sub(value.exponent())
                .saturating_sub(GROWTH_BITS as i32);
            value.mantissa().checked_shr(shift.unsigned_abs()).unwrap_or(0)
        };
        let one = 1u64 << GROWTH_BITS;
        Self {
            up: bits(allowance).max(one),
            down: bits(allowance.saturating_neg()).saturating_add(1).min(one),
        }
    }

    /// Returns the distances up and down from `value` that are allowed.
    fn reach(self, value: u64) -> (u64, u64) {
        let one = 1u64 << GROWTH_BITS;
        let share = |factor: u64| {
            let product = u128::from(value).wrapping_mul(u128::from(factor)) >> GROWTH_BITS;
            u64::try_from(product).unwrap_or(u64::MAX)
        };
        (share(self.up.saturating_sub(one)), share(one.saturating_sub(self.down)))
    }
}

/// Moves each slice of `target` back to within what the `elapsed` seconds since `before` allow. An
/// expiry that was not published before starts from the last one before it that was: what comes
/// into the grid comes in behind it, and when it does all submissions are new, so that the first
/// who speak are few.
///
/// What comes out may have arbitrage, since each parameter goes its own way:
/// [`lift`](super::lift::lift) follows. Returns how many slices did not reach their target.
#[inline(never)]
pub(super) fn walk(before: &[FeedSlice], target: &mut [FeedSlice], bounds: &FeedBounds, elapsed: i64) -> u8 {
    let variance = Factors::of(bounds.variance_change_per_hour, elapsed);
    let curvature = Factors::of(bounds.curvature_change_per_hour, elapsed);
    // From 57 fraction bits to the 62 of ρ, of which two are the most that it can move.
    let skew = i128::from(allowance(bounds.skew_change_per_hour, elapsed).to_bits()) << 5;
    let skew = i64::try_from(skew).unwrap_or(i64::MAX);
    let mut limited = 0u8;
    let mut earlier = before.iter().peekable();
    let mut start = before.first();
    for slice in target {
        while let Some(old) = earlier.next_if(|old| old.expiry <= slice.expiry) {
            start = Some(old);
        }
        let Some(old) = start else { continue };
        let wanted = *slice;
        let (up, down) = variance.reach(old.variance.to_bits());
        slice.variance = U8F56::from_bits(within(slice.variance.to_bits(), old.variance.to_bits(), up, down));
        let shape = |of: &FeedSlice| reshaped(of, slice.variance.to_bits());
        let (from, target) = (shape(old), shape(&wanted));
        let (up, down) = curvature.reach(from.max(LEAST_CURVATURE.to_bits()));
        slice.curvature = U16F48::from_bits(within(target, from, up, down));
        let (low, high) = (
            old.skew.to_bits().saturating_sub(skew),
            old.skew.to_bits().saturating_add(skew),
        );
        slice.skew = I2F62::from_bits(slice.skew.to_bits().max(low).min(high));
        limited = limited.saturating_add(u8::from(wanted != *slice));
    }
    limited
}

/// Returns the φ, 48 fraction bits, of the same smile at another variance, 56: that with the same
/// φσ.
#[inline(never)]
fn reshaped(slice: &FeedSlice, variance: u64) -> u64 {
    let (curvature, own) = (slice.curvature.to_bits(), slice.variance.to_bits());
    if own == variance {
        return curvature;
    }
    let log = |bits: u64| Magnitude::from_parts(bits.max(1), 0).and_then(ln).unwrap_or_default();
    let ratio = log(own).saturating_sub(log(variance));
    let factor = exp(I7F57::from_bits(ratio.to_bits() >> 1));
    let product = u128::from(curvature).wrapping_mul(u128::from(factor.mantissa()));
    // 1 is 2⁶³ at the exponent.
    let shift = 63i32.saturating_sub(factor.exponent()).max(0).unsigned_abs();
    u64::try_from(product.checked_shr(shift).unwrap_or(0)).unwrap_or(u64::MAX)
}

fn within(target: u64, from: u64, up: u64, down: u64) -> u64 {
    target.max(from.saturating_sub(down)).min(from.saturating_add(up))
}

/// `per_hour` × `elapsed`, at most [`MAX_ALLOWANCE`]; nothing for a rate or a time below zero.
fn allowance(per_hour: Ratio, elapsed: i64) -> I7F57 {
    let elapsed = elapsed.clamp(0, LONGEST_SILENCE);
    let hours = per_hour
        .fixed()
        .max(I80F48::ZERO)
        .saturating_mul_int(i128::from(elapsed))
        .checked_div_int(i128::from(SECONDS_PER_HOUR))
        .unwrap_or_default();
    let bits = hours.to_bits().checked_shl(9).unwrap_or(i128::MAX);
    if hours >= I80F48::from_num(13) {
        return MAX_ALLOWANCE;
    }
    I7F57::from_bits(i64::try_from(bits).unwrap_or(i64::MAX)).min(MAX_ALLOWANCE)
}
