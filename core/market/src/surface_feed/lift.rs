//! How slices that each went their own way are made free of arbitrage again: one pass from near to
//! far that always ends, and changes nothing where nothing is wrong.
//!
//! With θ = σ²T, p = θφ and the wings' slopes u = p(1+ρ), v = p(1−ρ), a slice gets the θ of the one
//! before where it has less, and never another one: the level stays what was said, and its shape
//! gives way. φ is cut to that of the one before. Then p is at most θ times that, and at least
//! (u + v)/2 of the one before; as θ does not fall, there is such a p. ρ moves as far as both wings
//! ask for. Where p·max(u, v) ≤ 4θ or a wing of 4 asks for less, p shrinks as far as that asks: the
//! shape of the one before, at its θ or more, is always good enough.
//!
//! So nothing is gained by saying one shape to move another level. Each θ is the greatest of those
//! that walked there up to its expiry, and the surface before had them in order: no variance moves
//! further than its rate, nor beyond both what was published and what was said.
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
const MIN_VARIANCE: u64 = ((1u128 << 56) / 10_000 + (1 << 22)) as u64;
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
    let mut before = Placed::NOTHING;
    for slice in surface.slices.iter_mut().take(surface.count) {
        let said = *slice;
        slice.variance = U8F56::from_bits(slice.variance.to_bits().clamp(MIN_VARIANCE, MAX_VARIANCE));
        slice.skew = I2F62::from_bits(slice.skew.to_bits().clamp(-MAX_SKEW, MAX_SKEW));
        let Some(own) = slice.slice(now) else { continue };
        let own = Placed::new(Shape::of(&own));
        if before.permits(&own) {
            before = own;
        } else {
            let shape = before.nearest(own.shape);
            if shape.total != own.shape.total {
                slice.variance = U8F56::from_bits(variance_for(shape.total, shape.time));
            }
            slice.curvature = U16F48::from_bits(shape.curvature);
            slice.skew = I2F62::from_bits(shape.skew);
            before = Placed::new(shape);
        }
        lifted = lifted.saturating_add(u8::from(*slice != said));
    }
    lifted
}

/// A slice in its place, which the next one has to be legal after.
struct Placed {
    shape: Shape,
    /// Its wings, rounded up: at least what the exact ones are.
    wings: Wings,
}

impl Placed {
    /// Before the first slice: what forbids nothing.
    const NOTHING: Self = Self {
        shape: Shape {
            time: 0,
            total: 0,
            curvature: u64::MAX,
            skew: 0,
        },
        wings: Wings { put: 0, call: 0 },
    };

    fn new(shape: Shape) -> Self {
        Self {
            wings: shape.wings(shape.mean().saturating_add(1), 1),
            shape,
        }
    }

    /// Whether the next slice holds all rules as it is.
    fn permits(&self, next: &Self) -> bool {
        let own = &next.shape;
        let floor = own.wings(own.mean(), 0);
        let steeper = next.wings.put.max(next.wings.call);
        own.total >= self.shape.total
            && own.curvature <= self.shape.curvature
            && floor.put >= self.wings.put
            && floor.call >= self.wings.call
            && steeper <= MAX_WING
            && u128::from(own.mean().saturating_add(1)).saturating_mul(u128::from(steeper)) <= own.butterfly()
    }

    /// Returns the nearest shape that holds all rules, at the least θ that may be.
    fn nearest(&self, own: Shape) -> Shape {
        let mut shape = own;
        if own.total < self.shape.total {
            shape.total = total_of(variance_for(self.shape.total, own.time), own.time);
        }
        shape.curvature = own.curvature.min(self.shape.curvature);
        let most = Shape {
            curvature: self.shape.curvature,
            ..shape
        };
        let (said, least, most) = (shape.mean(), self.wings.least_mean(), most.mean());
        let mean = self.wings.mean_under(&shape, said.max(least).min(most));
        let Some(skew) = self.wings.skew(own.skew, mean).filter(|_| mean >= least) else {
            // No room between two roundings.
            return self.same_wings(shape);
        };
        if mean != said {
            shape.curvature = curvature_for(u128::from(mean) << MEAN_SHIFT, shape.total);
        }
        Shape { skew, ..shape }
    }

    /// Returns the shape with exactly the wings of this slice, at the θ of another one that is no
    /// less.
    fn same_wings(&self, other: Shape) -> Shape {
        let product = u128::from(self.shape.total).wrapping_mul(u128::from(self.shape.curvature));
        Shape {
            curvature: curvature_for(product, other.total).min(self.shape.curvature),
            skew: self.shape.skew,
            ..other
        }
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

    /// What p·max(u, v) may be, 4θ less a margin, at twice [`WING_BITS`].
    const fn butterfly(&self) -> u128 {
        // Wings below 4 are below 16 in product, whatever θ is.
        let total = if self.total < 4 << 56 { self.total } else { 4 << 56 };
        let bound = (total as u128) << (2 * WING_BITS + 2 - 56);
        bound.wrapping_sub(bound >> 16)
    }

    /// Returns the wings of a mean at this ρ, rounded down, and `more`.
    fn wings(&self, mean: u64, more: u64) -> Wings {
        let of = |side: u64| {
            let product = u128::from(mean).wrapping_mul(u128::from(side)) >> 62;
            u64::try_from(product).unwrap_or(u64::MAX).saturating_add(more)
        };
        let (put, call) = self.sides();
        Wings {
            put: of(put),
            call: of(call),
        }
    }

    /// 1 − ρ and 1 + ρ.
    const fn sides(&self) -> (u64, u64) {
        let skew = self.skew as u64;
        (ONE.wrapping_sub(skew), ONE.wrapping_add(skew))
    }
}

impl Wings {
    /// The least mean with these wings.
    const fn least_mean(&self) -> u64 {
        (self.put >> 1).saturating_add(self.call >> 1).saturating_add(1)
    }

    /// Returns the ρ nearest to `wanted` at which a mean has at least these wings; `None` if there
    /// is none.
    fn skew(&self, wanted: i64, mean: u64) -> Option<i64> {
        // What is left of 1 beside a wing: 1 − v/p and u/p − 1.
        let share = |wing: u64| (u128::from(wing) << 62).div_ceil(u128::from(mean.max(1)));
        let left = |wing: u64| {
            i64::try_from(share(wing))
                .unwrap_or(i64::MAX)
                .saturating_sub(ONE as i64)
        };
        let (least, most) = (left(self.call), left(self.put).saturating_neg());
        let (least, most) = (least.max(-MAX_SKEW), most.min(MAX_SKEW));
        (least <= most).then(|| wanted.clamp(least, most))
    }

    /// Returns the greatest mean up to `most` at which a slice that has at least these wings, and
    /// else its own ρ, keeps the steeper one under its bounds.
    fn mean_under(&self, slice: &Shape, most: u64) -> u64 {
        let butterfly = slice.butterfly().wrapping_sub(slice.butterfly() >> 18);
        let (put_side, call_side) = slice.sides();
        let needs = |wing: u64, side: u64| {
            let mean = (u128::from(wing) << 62).div_ceil(u128::from(side.max(1)));
            u64::try_from(mean).unwrap_or(u64::MAX)
        };
        let (for_put, for_call) = (needs(self.put, put_side), needs(self.call, call_side));
        let free = for_put.max(for_call);
        // With its own ρ: p²(1+|ρ|) ≤ 4θ and p(1+|ρ|) < 4.
        let steeper = u128::from(put_side.max(call_side));
        let over = |product: u128, divisor: u128| product.checked_div(divisor).unwrap_or(u128::MAX);
        let root = butterfly.isqrt().wrapping_mul(over(1 << 126, steeper).isqrt()) >> 32;
        let own = root.min(over(u128::from(MAX_WING) << 62, steeper));
        let own = u64::try_from(own).unwrap_or(u64::MAX).min(most);
        if own >= free {
            return own;
        }
        // One wing is what it has to be, w, and the other one 2p − w: p·w ≤ 4θ, p(2p − w) ≤ 4θ and
        // 2p − w < 4.
        let wing = u128::from(if for_put > for_call { self.put } else { self.call });
        let square = wing.wrapping_mul(wing).saturating_add(butterfly.saturating_mul(8));
        let bounds = [
            over(butterfly, wing),
            wing.saturating_add(square.isqrt()) >> 2,
            wing.saturating_add(u128::from(MAX_WING)) >> 1,
            u128::from(free.min(most)),
        ];
        let least = bounds.into_iter().fold(u128::MAX, u128::min);
        u64::try_from(least).unwrap_or(u64::MAX)
    }
}

/// σ² of a total variance, rounded up, within its bound.
fn variance_for(total: u64, time: u64) -> u64 {
    let variance = (u128::from(total) << U3F61::FRAC_NBITS).div_ceil(u128::from(time.max(1)));
    u64::try_from(variance).unwrap_or(u64::MAX).min(MAX_VARIANCE)
}

/// θ of a σ², rounded down as a slice does.
fn total_of(variance: u64, time: u64) -> u64 {
    let total = u128::from(variance).wrapping_mul(u128::from(time)) >> U3F61::FRAC_NBITS;
    u64::try_from(total).unwrap_or(u64::MAX)
}

/// φ of a product θφ, 104 fraction bits, rounded up.
fn curvature_for(product: u128, total: u64) -> u64 {
    u64::try_from(product.div_ceil(u128::from(total.max(1)))).unwrap_or(u64::MAX)
}
