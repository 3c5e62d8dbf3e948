//! Numbers that keep 64 significant bits whatever their size, and so carry a spot of 10⁻⁶ or a
//! gamma of 10⁻¹⁹ without loss.
//!
//! A fixed-point type cannot: at a spot of 10⁷ gamma needs a resolution of 10⁻¹⁹, at one second to
//! expiry it reaches 10¹².

use ballast_core_types::{Price, I80F48};

/// A number ≥ 0: `mantissa × 2^(exponent − 63)`. The mantissa's top bit is set, so `exponent` is
/// ⌊log₂⌋. Zero has an exponent below all others, so that comparing exponents first orders all
/// numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Magnitude {
    mantissa: u64,
    // 64 bits, although 32 would do: the virtual machine has no other registers.
    exponent: i64,
}

impl Magnitude {
    /// Zero.
    pub const ZERO: Self = Self {
        mantissa: 0,
        exponent: (i32::MIN >> 1) as i64,
    };
    /// One.
    pub const ONE: Self = Self {
        mantissa: 1 << 63,
        exponent: 0,
    };

    /// `mantissa × 2^exponent`, exactly. `None` if the exponent leaves ±2²⁰.
    #[inline]
    pub const fn from_parts(mantissa: u64, exponent: i32) -> Option<Self> {
        if mantissa == 0 {
            return Some(Self::ZERO);
        }
        if exponent > 1 << 20 || exponent < -(1 << 20) {
            return None;
        }
        Some(Self::normalised(mantissa, exponent))
    }

    /// `mantissa × 2^exponent` for a mantissa that is not zero and an exponent far inside 32 bits.
    #[inline]
    const fn normalised(mantissa: u64, exponent: i32) -> Self {
        let zeros = mantissa.leading_zeros();
        Self {
            mantissa: mantissa << zeros,
            exponent: exponent.wrapping_add(63).wrapping_sub(zeros as i32) as i64,
        }
    }

    /// `mantissa × 2^(exponent − 63)` where the top bit of the mantissa is known to be set.
    #[inline]
    pub(crate) const fn from_normalised(mantissa: u64, exponent: i64) -> Self {
        debug_assert!(mantissa >> 63 == 1);
        Self { mantissa, exponent }
    }

    /// `digits × 10^decimal_exponent`, to within 2⁻⁶⁴ of itself. `None` if the decimal exponent
    /// leaves −38…19.
    pub fn from_decimal(digits: u128, decimal_exponent: i32) -> Option<Self> {
        if digits == 0 {
            return Some(Self::ZERO);
        }
        if decimal_exponent >= 0 {
            let power = 10u128.checked_pow(u32::try_from(decimal_exponent).ok().filter(|e| *e <= 19)?)?;
            return Self::from_wide(digits.checked_mul(power)?, 0);
        }
        let power = 10u128.checked_pow(decimal_exponent.unsigned_abs())?;
        // Long division in base 2: the whole part, then as many further bits as make 66 significant
        // ones in all.
        let mut quotient = digits.checked_div(power)?;
        let mut rest = digits.checked_rem(power)?;
        let mut exponent = 0i32;
        while quotient >> 66 == 0 && rest != 0 {
            // power ≤ 10³⁸ < 2¹²⁷, so twice a rest still fits.
            rest <<= 1;
            quotient <<= 1;
            if rest >= power {
                rest = rest.checked_sub(power)?;
                quotient |= 1;
            }
            exponent = exponent.checked_sub(1)?;
        }
        Self::from_wide(quotient, exponent)
    }

    /// `value × 2^exponent`, rounded to the nearest of 64 significant bits.
    fn from_wide(value: u128, exponent: i32) -> Option<Self> {
        let spare = 64u32.saturating_sub(value.leading_zeros());
        if spare == 0 {
            return Self::from_parts(u64::try_from(value).ok()?, exponent);
        }
        let half = 1u128 << spare.checked_sub(1)?;
        let rounded = value.checked_add(half)?;
        // Rounding up may have carried into one bit more.
        let spare = 64u32.saturating_sub(rounded.leading_zeros());
        let mantissa = u64::try_from(rounded.checked_shr(spare)?).ok()?;
        Self::from_parts(mantissa, exponent.checked_add(i32::try_from(spare).ok()?)?)
    }

    /// Returns a fixed-point number ≥ 0; bits beyond the 64 most significant are cut off. `None` if
    /// it is negative.
    #[inline]
    pub fn from_fixed(value: I80F48) -> Option<Self> {
        let bits = u128::try_from(value.to_bits()).ok()?;
        let high = (bits >> 64) as u64;
        if high == 0 {
            return Self::from_parts(bits as u64, -48);
        }
        let zeros = high.leading_zeros();
        let mantissa = (bits.checked_shl(zeros)? >> 64) as u64;
        Some(Self::from_normalised(mantissa, 79i64.checked_sub(i64::from(zeros))?))
    }

    /// Returns a price, in quote units per unit of the underlying.
    #[inline]
    pub fn from_price(price: Price) -> Self {
        // A price is positive, so there is always an answer.
        Self::from_fixed(price.fixed()).unwrap_or(Self::ZERO)
    }

    /// Returns the 64 significant bits; the top one is set unless the number is zero.
    #[inline]
    pub const fn mantissa(self) -> u64 {
        self.mantissa
    }

    /// ⌊log₂ of the number⌋; −2³⁰ for zero.
    #[inline]
    pub const fn exponent(self) -> i32 {
        self.exponent as i32
    }

    /// [`Self::exponent`] in a register's width.
    #[inline(always)]
    pub(crate) const fn octave(self) -> i64 {
        self.exponent
    }

    /// Returns whether the number is zero.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Returns whether `self < other`.
    #[inline]
    pub const fn is_below(self, other: Self) -> bool {
        self.exponent < other.exponent || (self.exponent == other.exponent && self.mantissa < other.mantissa)
    }

    /// Returns the number in fixed point, rounded toward zero. `None` if it does not fit.
    pub fn to_fixed(self) -> Option<I80F48> {
        Scaled::from(self).to_fixed()
    }
}

impl Default for Magnitude {
    /// Zero.
    fn default() -> Self {
        Self::ZERO
    }
}

/// A signed result: `mantissa × 2^exponent`, not normalised. Greeks come as these; compare and add
/// them in fixed point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scaled {
    /// The significant bits, with the sign.
    pub mantissa: i64,
    /// The power of two that multiplies the mantissa.
    pub exponent: i32,
}

impl Scaled {
    /// Zero.
    pub const ZERO: Self = Self {
        mantissa: 0,
        exponent: 0,
    };

    /// Returns the number in fixed point, rounded toward −∞. `None` if it does not fit.
    pub fn to_fixed(self) -> Option<I80F48> {
        let wide = i128::from(self.mantissa);
        let shift = self.exponent.checked_add(48)?;
        let bits = if shift <= 0 {
            wide >> shift.unsigned_abs().min(127)
        } else {
            let limit = 127u32.checked_sub(wide.unsigned_abs().checked_ilog2().unwrap_or(0))?;
            let shift = shift.unsigned_abs();
            if wide != 0 && shift >= limit {
                return None;
            }
            wide.checked_shl(shift).unwrap_or(0)
        };
        Some(I80F48::from_bits(bits))
    }

    /// Returns the number as a double, for people and tests: never on-chain. Within one part in
    /// 2⁵³.
    #[cfg(not(target_os = "solana"))]
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let mut value = self.mantissa as f64;
        let mut left = self.exponent;
        // Steps small enough that no intermediate power of two overflows.
        while left != 0 {
            let step = left.clamp(-512, 512);
            let bits = (1023i64.wrapping_add(i64::from(step)) as u64) << 52;
            value *= f64::from_bits(bits);
            left = left.wrapping_sub(step);
        }
        value
    }
}

impl From<Magnitude> for Scaled {
    /// Returns the number with 63 of its 64 bits, rounded toward zero.
    fn from(value: Magnitude) -> Self {
        if value.is_zero() {
            return Self::ZERO;
        }
        Self {
            mantissa: (value.mantissa >> 1) as i64,
            exponent: (value.exponent as i32).saturating_sub(62),
        }
    }
}
