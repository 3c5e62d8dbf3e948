//! One position of a book, as it is asked about.

use super::amount::quotient;
use super::AssessError;
use ballast_core_math::black_scholes::{Kind, Strike};
use ballast_core_math::Magnitude;
use ballast_core_types::Lots;

/// A decimal number, exactly: `digits / 10^places`, at most nine places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    /// All its digits.
    pub digits: u32,
    /// How many of them are behind the point: 0…9.
    pub places: u8,
}

/// A position's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// A perpetual or the underlying: it moves with the price, one for one.
    Linear {
        /// The price it was entered at; zero for the underlying itself, which is worth its whole
        /// price.
        entry: Decimal,
    },
    /// A European option.
    Option {
        /// Call or put.
        kind: Kind,
        /// The strike.
        strike: Decimal,
        /// The moment of expiry, unix seconds.
        expiry: i64,
    },
}

/// A position of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookLeg {
    /// Index of its market among those that are passed.
    pub market: usize,
    /// The contract.
    pub contract: Contract,
    /// Signed size: one lot of options is options on one lot of the underlying.
    pub quantity: Lots,
}

impl Decimal {
    /// 10^places. `None` above nine places.
    fn divisor(self) -> Option<u64> {
        const POWERS: [u64; 10] = [
            1,
            10,
            100,
            1_000,
            10_000,
            100_000,
            1_000_000,
            10_000_000,
            100_000_000,
            1_000_000_000,
        ];
        POWERS.get(usize::from(self.places)).copied()
    }

    /// Returns the number to 64 significant bits, rounded down.
    pub(super) fn magnitude(self) -> Result<Magnitude, AssessError> {
        self.divisor()
            .and_then(|divisor| quotient(u64::from(self.digits), divisor))
            .ok_or(AssessError::Decimal)
    }

    /// Returns the number as a strike.
    pub(super) fn strike(self) -> Result<Strike, AssessError> {
        self.magnitude().map(Strike)
    }

    /// Returns what `quantity` cost at this price, in base units, rounded up; what does not fit is
    /// the last that does.
    pub(super) fn cost_ceil(self, quantity: Lots) -> Result<i64, AssessError> {
        let divisor = i128::from(self.divisor().ok_or(AssessError::Decimal)?);
        let product = i128::from(quantity.0).wrapping_mul(i128::from(self.digits));
        // ⌈p/d⌉ = −⌊−p/d⌋; the product is below 2⁹⁶.
        product
            .wrapping_neg()
            .checked_div_euclid(divisor)
            .map(|down| i64::try_from(down.wrapping_neg()))
            .map(|cost| cost.unwrap_or(if quantity.0 < 0 { i64::MIN } else { i64::MAX }))
            .ok_or(AssessError::Decimal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn decimal(digits: u32, places: u8) -> Decimal {
        Decimal { digits, places }
    }

    #[test]
    fn decimals_are_what_they_say() {
        for (number, expected) in [
            (decimal(65_000, 0), 65_000.0),
            (decimal(1_425, 1), 142.5),
            (decimal(u32::MAX, 9), 4.294_967_295),
            (decimal(1, 9), 1e-9),
            (decimal(0, 3), 0.0),
        ] {
            let got = ballast_core_math::Scaled::from(number.magnitude().unwrap()).to_f64();
            assert!((got - expected).abs() <= expected * 1e-15, "{got} {expected}");
        }
        assert_eq!(decimal(1, 10).magnitude(), Err(AssessError::Decimal));
        assert_eq!(decimal(1, 255).cost_ceil(Lots(1)), Err(AssessError::Decimal));
    }

    #[test]
    fn costs_are_rounded_up() {
        for (lots, number, expected) in [
            (3, decimal(25, 1), Ok(8)),
            (-3, decimal(25, 1), Ok(-7)),
            (4, decimal(25, 1), Ok(10)),
            (0, decimal(25, 1), Ok(0)),
            (i64::MAX, decimal(u32::MAX, 0), Ok(i64::MAX)),
            (i64::MIN, decimal(u32::MAX, 0), Ok(i64::MIN)),
        ] {
            assert_eq!(number.cost_ceil(Lots(lots)), expected);
        }
    }
}
