//! What the insurance fund is fed by: a fee of who takes a quote or an auction, and a part of what
//! a liquidator earns. Both are bounded, and nobody chooses them who gains.

use super::charges::{points_of_ceil, points_of_floor, worth};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Lots, Price, Value};

/// A taker's fee is at most this part of the premium: an eighth.
pub const PREMIUM_PART: u64 = 8;

/// Returns a taker's fee, base units: `rate` of what the underlying of all legs is worth, each
/// rounded up, but no more than an eighth of all premiums, rounded down. Of the whole trade, so
/// that no price of one leg makes another one free.
pub fn taker_fee(legs: impl Iterator<Item = (Lots, u64)>, spot: Price, rate: BasisPoints) -> u64 {
    let (mut of_worth, mut premiums) = (0u64, 0u64);
    for (quantity, premium) in legs {
        let part = worth(quantity.0.unsigned_abs(), spot).and_then(|worth| points_of_ceil(worth, rate));
        of_worth = of_worth.saturating_add(part.unwrap_or(u64::MAX));
        premiums = premiums.saturating_add(premium);
    }
    of_worth.min(premiums.checked_div(PREMIUM_PART).unwrap_or(0))
}

/// Returns the fund's part of a liquidator's discount, base units, rounded down: nothing where
/// there is none. What the account loses is the discount, whatever the part.
pub fn liquidation_fee(discount: Value, part: BasisPoints) -> u64 {
    points_of_floor(discount.positive_part(), part).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::price;

    #[test]
    fn a_taker_pays_a_part_of_the_underlying_or_an_eighth_of_the_premium() {
        let million = 1_000_000;
        let fee = |legs: &[(i64, u64)], rate| {
            let legs = legs.iter().map(|(quantity, premium)| (Lots(*quantity), *premium));
            taker_fee(legs, price("50000"), BasisPoints(rate))
        };
        for (quantity, premium, rate, expected) in [
            // 3 basis points of 50,000 are 15.
            (million, 1_000 * million, 3, 15 * million),
            (-million, 1_000 * million, 3, 15 * million),
            (million, 80 * million, 3, 10 * million),
            (1, 1_000, 3, 15),
            (1, 7, 3, 0),
            (million, 0, 3, 0),
            (million, 1_000 * million, 0, 0),
            (i64::MAX, u64::MAX as i64, 3, 0),
        ] {
            let premium = u64::try_from(premium).unwrap_or(0);
            let got = fee(&[(quantity, premium)], rate);
            assert_eq!(got, u64::try_from(expected).unwrap(), "{quantity} {premium} {rate}");
        }
        // What is too large to be valued pays the most.
        assert_eq!(fee(&[(i64::MAX, 800)], 3), 100);
        // A leg for nothing pays by the others.
        assert_eq!(fee(&[(10 * million, 0), (1_000, 10_000 * 1_000_000)], 3), 150_015_000);
        assert_eq!(liquidation_fee(Value(1_999), BasisPoints(1_000)), 199);
        assert_eq!(liquidation_fee(Value(-5), BasisPoints(1_000)), 0);
        assert_eq!(liquidation_fee(Value(5), BasisPoints(0)), 0);
    }
}
