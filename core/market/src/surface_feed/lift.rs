//! How slices that each went their own way are made free of arbitrage again: one pass from near to
//! far that always ends, and changes nothing where nothing is wrong.
//!
//! With θ = σ²T, p = θφ and the wings' slopes u = p(1+ρ), v = p(1−ρ), a slice is lifted where it is
//! below the one before: θ, u and v to that one's, and then θ until φ = p/θ does not rise and
//! p·max(u, v) ≤ 4θ. Wings stay below 4, so θ stays bounded. Where it would exceed a volatility of
//! 500 % all the same, the slice takes the wings of the one before, or, if it is the first, smaller
//! ones.
//!
//! Rounding goes one way: what the next slice is compared with is rounded up, and a margin under
//! each bound is wider than all that rounding can take. So the exact check
//! ([`Surface::new`](ballast_core_math::surface::Surface::new)) accepts what comes out.

use super::FeedSurface;
use ballast_core_math::surface::Slice;
use fixed::types::{I2F62, U16F48, U3F61, U8F56};

/// Fraction bits of wings and their mean.
const WING_BITS: u32 = 60;
/// What a wing may be: 4, less a margin.
const MAX_WING: u64 = (4 << WING_BITS) - (1 << (WING_BITS - 10));
/// A wing's bits over a mean's, θφ in 104.
const MEAN_SHIFT: u32 = 56 + 48 - WING_BITS;
/// 1 in the format of ρ.
const ONE: u64 = 1 << 62;
/// The greatest |ρ|.
const MAX_SKEW: i64 = (1 << 62) - (1 << 52);
/// σ² of 1 % and of 500 % volatility, each with room for the rounding of θ.
const MIN_VARIANCE: u64 = ((1u128 << 56) / 10_000 + (1 << 34)) as u64;
const MAX_VARIANCE: u64 = (25 << 56) - (25 << 36);

/// A slice as the pass sees it.
#[derive(Clone, Copy)]
struct Shape {
    time: u64,
    /// θ, 56 fraction bits.
    total: u64,
    /// φ, 48.
    curvature: u64,
    /// ρ, 62.
    skew: i64,
}

/// θφ(1−ρ) and θφ(1+ρ), [`WING_BITS`].
#[derive(Clone, Copy, PartialEq, Eq)]
struct Wings {
    put: u64,
    call: u64,
}

/// Makes `surface` free of arbitrage as seen at `now`, and returns how many slices that moved.
///
/// Its expiries rise and lie within a minute and five years; one that does not is left as it is,
/// and compared with nothing.
#[inline(never)]
pub(super) fn lift(surface: &mut FeedSurface, now: i64) -> u8 {
    let mut lifted = 0u8;
    let mut before: Option<(Shape, Wings)> = None;
    for slice in surface.slices.iter_mut().take(surface.count) {
        let said = *slice;
        slice.variance = U8F56::from_bits(slice.variance.to_bits().clamp(MIN_VARIANCE, MAX_VARIANCE));
        slice.skew = I2F62::from_bits(slice.skew.to_bits().clamp(-MAX_SKEW, MAX_SKEW));
        let Some(own) = slice.slice(now) else { continue };
        let shape = legal(Shape::of(&own), before.as_ref());
        if let Some(shape) = shape {
            if shape.total != own.total_variance.to_bits() {
                slice.variance = U8F56::from_bits(variance_of(shape.total, shape.time));
            }
            slice.curvature = U16F48::from_bits(shape.curvature);
            slice.skew = I2F62::from_bits(shape.skew);
        }
        lifted = lifted.saturating_add(u8::from(*slice != said));
        let settled = shape.unwrap_or(Shape::of(&own));
        before = Some((settled, settled.wings_ceil()));
    }
    lifted
}

/// Returns the shape that holds all rules after `before`; `None` if `own` does.
fn legal(own: Shape, before: Option<&(Shape, Wings)>) -> Option<Shape> {
    let said = own.limited();
    let floor = said.wings_floor();
    let wings = match before {
        Some((_, theirs)) => Wings {
            put: floor.put.max(theirs.put),
            call: floor.call.max(theirs.call),
        },
        None => floor,
    };
    let (skew, mean) = if wings == floor {
        (said.skew, said.mean())
    } else {
        wings.skew_and_mean()
    };
    let steeper = wings.put.max(wings.call);
    // p·max(u, v)/4, from 120 fraction bits to θ's, with a margin of 2⁻¹⁶ of itself.
    let butterfly = (u128::from(mean >> 1).wrapping_mul(u128::from(steeper >> 1)) >> 64).saturating_add(2);
    let butterfly = butterfly.saturating_add(butterfly >> 16);
    let product = u128::from(mean) << MEAN_SHIFT;
    let (calendar, rises) = match before {
        // A flat smile before: no θ makes a curved one flat.
        Some((theirs, _)) if theirs.curvature == 0 && mean > 0 => (u128::MAX, true),
        Some((theirs, _)) => {
            let never_rising = product.div_ceil(u128::from(theirs.curvature.max(1)));
            (
                never_rising.max(u128::from(theirs.total)),
                said.curvature > theirs.curvature,
            )
        }
        None => (0, false),
    };
    let needed = u128::from(said.total).max(calendar).max(butterfly);
    let sound = needed == u128::from(own.total) && wings == floor && said.curvature == own.curvature;
    if sound && !rises {
        return None;
    }
    match variance_for(needed, own.time) {
        Some(variance) => {
            let total = total_of(variance, own.time);
            let curvature = u64::try_from(product.div_ceil(u128::from(total.max(1)))).unwrap_or(u64::MAX);
            Some(Shape {
                total,
                curvature,
                skew,
                ..own
            })
        }
        None => Some(match before {
            Some((theirs, _)) => own.with_the_wings_of(theirs),
            None => said.flatter(butterfly),
        }),
    }
}

impl Shape {
    fn of(slice: &Slice) -> Self {
        Self {
            time: slice.time.to_bits(),
            total: slice.total_variance.to_bits(),
            curvature: slice.curvature.to_bits(),
            skew: slice.skew.to_bits(),
        }
    }

    /// θφ, rounded down.
    fn mean(&self) -> u64 {
        let product = u128::from(self.total).wrapping_mul(u128::from(self.curvature)) >> MEAN_SHIFT;
        u64::try_from(product).unwrap_or(u64::MAX)
    }

    /// Returns the shape with a φ that keeps the steeper wing under its bound.
    fn limited(self) -> Self {
        let steeper = ONE.saturating_add(self.skew.unsigned_abs());
        // 60 + 62 fraction bits over 62.
        let most = (u128::from(MAX_WING) << 62)
            .checked_div(u128::from(steeper))
            .unwrap_or(u128::MAX);
        if u128::from(self.mean()) <= most {
            return self;
        }
        // Without a θ there is no mean that could exceed anything.
        let curvature = (most << MEAN_SHIFT)
            .checked_div(u128::from(self.total))
            .unwrap_or(u128::MAX);
        Self {
            curvature: u64::try_from(curvature).unwrap_or(u64::MAX),
            ..self
        }
    }

    fn wings_floor(&self) -> Wings {
        self.wings(self.mean(), 0)
    }

    /// Returns the wings, rounded up: at least what the exact ones are.
    fn wings_ceil(&self) -> Wings {
        self.wings(self.mean().saturating_add(1), 1)
    }

    fn wings(&self, mean: u64, more: u64) -> Wings {
        let of = |side: u64| {
            let product = u128::from(mean).wrapping_mul(u128::from(side)) >> 62;
            u64::try_from(product).unwrap_or(u64::MAX).saturating_add(more)
        };
        let skew = self.skew as u64;
        Wings {
            put: of(ONE.wrapping_sub(skew)),
            call: of(ONE.wrapping_add(skew)),
        }
    }

    /// Returns a slice whose wings are those of an earlier one, at the greater θ of both.
    fn with_the_wings_of(self, before: &Self) -> Self {
        let total = self.total.max(before.total);
        let variance = variance_for(u128::from(total), self.time).unwrap_or(MAX_VARIANCE);
        let total = total_of(variance, self.time);
        let product = u128::from(before.total).wrapping_mul(u128::from(before.curvature));
        let curvature = product.div_ceil(u128::from(total.max(1)));
        Self {
            total,
            curvature: u64::try_from(curvature).unwrap_or(u64::MAX).min(before.curvature),
            skew: before.skew,
            ..self
        }
    }

    /// Returns the slice with a φ so small that it needs no more θ than it has, instead of
    /// `needed`.
    fn flatter(self, needed: u128) -> Self {
        // φ² over what it may be is θ over what it needs.
        let share = (u128::from(self.total) << 62)
            .checked_div(needed)
            .unwrap_or(u128::MAX >> 62);
        let root = u64::try_from((share << 62).isqrt()).unwrap_or(ONE).min(ONE);
        let curvature = u128::from(self.curvature).wrapping_mul(u128::from(root)) >> 62;
        Self {
            curvature: u64::try_from(curvature).unwrap_or(u64::MAX),
            ..self
        }
    }
}

impl Wings {
    /// Returns the ρ of these wings and the least mean that gives both at it.
    fn skew_and_mean(self) -> (i64, u64) {
        let sum = u128::from(self.put).saturating_add(u128::from(self.call));
        let difference = i128::from(self.call).wrapping_sub(i128::from(self.put));
        let skew = (difference << 62).checked_div(sum as i128).unwrap_or(0);
        let skew = i64::try_from(skew).unwrap_or(0).clamp(-MAX_SKEW, MAX_SKEW);
        let needs = |wing: u64, side: u64| (u128::from(wing) << 62).div_ceil(u128::from(side.max(1)));
        let bits = skew as u64;
        let put = needs(self.put, ONE.wrapping_sub(bits));
        let mean = put.max(needs(self.call, ONE.wrapping_add(bits)));
        (skew, u64::try_from(mean).unwrap_or(u64::MAX))
    }
}

/// σ² of a total variance, rounded up; `None` above its bound.
fn variance_for(total: u128, time: u64) -> Option<u64> {
    // Beyond 125 there is none, and the shift below would lose bits.
    if total >= 1 << 63 {
        return None;
    }
    let variance = (total << U3F61::FRAC_NBITS).div_ceil(u128::from(time.max(1)));
    u64::try_from(variance)
        .ok()
        .filter(|variance| *variance <= MAX_VARIANCE)
}

/// As [`variance_for`], for a total that has one.
fn variance_of(total: u64, time: u64) -> u64 {
    variance_for(u128::from(total), time).unwrap_or(MAX_VARIANCE)
}

/// θ of a σ², rounded down as a slice does.
fn total_of(variance: u64, time: u64) -> u64 {
    let total = u128::from(variance).wrapping_mul(u128::from(time)) >> U3F61::FRAC_NBITS;
    u64::try_from(total).unwrap_or(u64::MAX)
}
