//! The kernels of a tier as values, so that every test runs on both. The fuzz targets share this
//! file.

use ballast_core_math::kernels::{fast, precise};
use ballast_core_math::Magnitude;
use fixed::types::{I2F62, I7F57};

/// A tier's kernels.
#[derive(Clone, Copy)]
pub struct Tier {
    pub name: &'static str,
    pub ln: fn(Magnitude) -> Option<I7F57>,
    pub exp: fn(I7F57) -> Magnitude,
    pub sqrt: fn(Magnitude) -> Magnitude,
    pub norm_pdf: fn(I7F57) -> I2F62,
    pub norm_cdf: fn(I7F57) -> I2F62,
    pub norm_inv: fn(I2F62) -> Option<I7F57>,
    /// The grid of `norm_inv`, in bits of its result.
    pub quantile_step: i64,
}

pub const FAST: Tier = Tier {
    name: "fast",
    ln: fast::ln,
    exp: fast::exp,
    sqrt: fast::sqrt,
    norm_pdf: fast::norm_pdf,
    norm_cdf: fast::norm_cdf,
    norm_inv: fast::norm_inv,
    quantile_step: 1 << (57 - 24),
};

pub const PRECISE: Tier = Tier {
    name: "precise",
    ln: precise::ln,
    exp: precise::exp,
    sqrt: precise::sqrt,
    norm_pdf: precise::norm_pdf,
    norm_cdf: precise::norm_cdf,
    norm_inv: precise::norm_inv,
    quantile_step: 1 << (57 - 42),
};

pub const TIERS: [Tier; 2] = [FAST, PRECISE];

/// Half of the whole, and the whole, as bits of a probability.
pub const HALF: i64 = 1 << 61;
pub const WHOLE: i64 = 1 << 62;

/// 1/√(2π) in Q62, rounded up: no density is above it by more than its error.
const PEAK: i64 = 1_839_796_536_686_825_614;

/// `a ≤ b` for numbers with a floating exponent.
pub fn at_most(a: Magnitude, b: Magnitude) -> bool {
    !b.is_below(a)
}

/// Returns the magnitude `steps` units of its 64-bit mantissa above `x`, within the octave above at
/// most.
pub fn stepped(x: Magnitude, steps: u64) -> Magnitude {
    match x.mantissa().checked_add(steps) {
        Some(mantissa) => Magnitude::from_parts(mantissa, x.exponent() - 63).unwrap(),
        // Past 2: half as fine.
        None => Magnitude::from_parts(1 << 63 | x.mantissa().wrapping_add(steps) >> 1, x.exponent() - 62).unwrap(),
    }
}

impl Tier {
    /// ln and √ of `low` are not above those of `high`, which is not below it.
    pub fn check_magnitudes(&self, low: Magnitude, high: Magnitude) -> Result<(), String> {
        let show = |what: &str| Err(format!("{} {what} at {low:?} and {high:?}", self.name));
        if !at_most(low, high) {
            return show("arguments in disorder");
        }
        if let (Some(a), Some(b)) = ((self.ln)(low), (self.ln)(high)) {
            if a > b {
                return show("ln falls");
            }
        }
        if !at_most((self.sqrt)(low), (self.sqrt)(high)) {
            return show("sqrt falls");
        }
        for x in [low, high] {
            let inside = !x.is_zero() && (-88..=88).contains(&x.exponent());
            if (self.ln)(x).is_some() != inside {
                return show("ln's domain");
            }
            // √x ≤ x from 1 on, and the reverse below; neither rounding can pass one.
            let root = (self.sqrt)(x);
            let one = Magnitude::ONE;
            if at_most(one, x) != at_most(one, root) && at_most(one, x) || root.is_zero() != x.is_zero() {
                return show("sqrt is on the wrong side of one");
            }
        }
        Ok(())
    }

    /// exp, φ and Φ at `low` against those at `high`, which is not below it; ranges and symmetry at
    /// both.
    pub fn check_fixed(&self, low: I7F57, high: I7F57) -> Result<(), String> {
        let show = |what: &str| {
            Err(format!(
                "{} {what} at {} and {}",
                self.name,
                low.to_bits(),
                high.to_bits()
            ))
        };
        if !at_most((self.exp)(low), (self.exp)(high)) {
            return show("exp falls");
        }
        if (self.norm_cdf)(low) > (self.norm_cdf)(high) {
            return show("norm_cdf falls");
        }
        if low >= I7F57::ZERO && (self.norm_pdf)(low) < (self.norm_pdf)(high)
            || high <= I7F57::ZERO && (self.norm_pdf)(low) > (self.norm_pdf)(high)
        {
            return show("norm_pdf does not fall with the distance from zero");
        }
        for x in [low, high] {
            let (density, mass) = ((self.norm_pdf)(x).to_bits(), (self.norm_cdf)(x).to_bits());
            if !(0..=PEAK + (1 << 33)).contains(&density) {
                return show("norm_pdf is out of range");
            }
            if !(0..=WHOLE).contains(&mass) || (mass < HALF) && x.is_positive() || (mass > HALF) && x.is_negative() {
                return show("norm_cdf is out of range");
            }
            if (self.exp)(x).is_zero() || x.is_positive() && (self.exp)(x).is_below(Magnitude::ONE) {
                return show("exp is out of range");
            }
            // The least number has no opposite.
            if let Some(opposite) = x.checked_neg() {
                if (self.norm_pdf)(opposite).to_bits() != density {
                    return show("norm_pdf is not even");
                }
                if (self.norm_cdf)(opposite).to_bits() + mass != WHOLE {
                    return show("norm_cdf of both signs does not add up to one");
                }
            }
        }
        Ok(())
    }

    /// Φ⁻¹ rises from `low` to `high`, and both are where Φ says they are.
    pub fn check_probabilities(&self, low: I2F62, high: I2F62) -> Result<(), String> {
        let show = |what: &str| {
            Err(format!(
                "{} {what} at {} and {}",
                self.name,
                low.to_bits(),
                high.to_bits()
            ))
        };
        let inverses = [low, high].map(self.norm_inv);
        if let [Some(a), Some(b)] = inverses {
            if a > b {
                return show("norm_inv falls");
            }
        }
        for (p, inverse) in [low, high].into_iter().zip(inverses) {
            let inside = (1 << 32..=WHOLE - (1 << 32)).contains(&p.to_bits());
            let Some(x) = inverse else {
                if inside {
                    return show("norm_inv has no answer");
                }
                continue;
            };
            let next = I7F57::from_bits(x.to_bits() + self.quantile_step);
            if !inside || (self.norm_cdf)(x) > p || (self.norm_cdf)(next) <= p {
                return show("norm_inv is not the last point of its grid");
            }
        }
        Ok(())
    }
}
