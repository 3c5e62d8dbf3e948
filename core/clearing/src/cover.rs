//! The most that positions which expire together can ever owe.
//!
//! Whoever has that in cash needs no margin: no price, no volatility and no surface can make them
//! owe more. So a covered book is safe from every oracle.

use super::account::Position;
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::{Lots, Value};

/// Parts of a strike's unit: 10⁻⁹, the last place that a strike can have.
const NANOS: i128 = 1_000_000_000;
/// What a strike's digits are multiplied by to be in such parts, by its places.
const SCALES: [u64; 10] = [
    1_000_000_000,
    100_000_000,
    10_000_000,
    1_000_000,
    100_000,
    10_000,
    1_000,
    100,
    10,
    1,
];

/// Returns the most that the positions of one market and expiry can owe, whatever it settles at, in
/// base units, rounded up. They are in rising order of strikes. `None` if there is no most: more
/// calls short than long, more lots than fit 63 bits, or a strike that no listing grid creates.
///
/// The net payoff of options is a straight line between neighbouring strikes, so its least value
/// lies at a strike or at zero, if it does not fall for ever.
pub fn most_owed_ceil(positions: &[Position]) -> Option<Value> {
    let (mut payoff, mut slope, mut calls) = (0i128, 0i64, 0i64);
    for position in positions {
        let Lots(quantity) = position.quantity;
        match position.series.kind {
            Kind::Call => calls = calls.checked_add(quantity)?,
            Kind::Put => {
                payoff = payoff.checked_add(product(nanos(position)?, quantity))?;
                slope = slope.checked_sub(quantity)?;
            }
        }
    }
    if calls < 0 {
        return None;
    }
    let (mut at, mut least) = (0i64, payoff.min(0));
    for position in positions {
        let strike = nanos(position)?;
        payoff = payoff.checked_add(product(strike.saturating_sub(at), slope))?;
        // A call begins to gain here, a put ends to lose.
        slope = slope.checked_add(position.quantity.0)?;
        at = strike;
        least = least.min(payoff);
    }
    let owed = least.checked_neg()?;
    let units = owed.checked_add(NANOS.checked_sub(1)?)?.checked_div(NANOS)?;
    i64::try_from(units).ok().map(Value)
}

/// Two 64-bit numbers, which fit.
fn product(a: i64, b: i64) -> i128 {
    i128::from(a).wrapping_mul(i128::from(b))
}

/// The strike of a position in parts of 10⁻⁹: below 2⁶².
fn nanos(position: &Position) -> Option<i64> {
    let strike = position.series.strike;
    let scale = SCALES.get(usize::from(strike.places))?;
    i64::try_from(u64::from(strike.digits).wrapping_mul(*scale)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{account, call, put};
    use crate::series::SeriesTerms;
    use ballast_core_margin::Decimal;
    use ballast_core_types::Price;
    use ballast_core_types::I80F48;
    use proptest::prelude::*;

    fn owed(holdings: &[(SeriesTerms, i64)]) -> Option<i64> {
        let account = account(0, holdings);
        most_owed_ceil(account.positions()).map(|value| value.0)
    }

    #[test]
    fn what_can_be_owed_is_found_at_a_strike_or_at_zero() {
        let tenth = SeriesTerms {
            strike: Decimal {
                digits: 1_001,
                places: 1,
            },
            ..put(1)
        };
        for (holdings, expected) in [
            (&[][..], Some(0)),
            (&[(call(100), 10)], Some(0)),
            (&[(call(100), -1)], None),
            (&[(call(100), -10), (call(120), 10)], Some(200)),
            (&[(call(100), 10), (call(120), -10)], Some(0)),
            (&[(call(100), 10), (call(120), -11)], None),
            (&[(put(100), -10)], Some(1_000)),
            (&[(put(100), -10), (put(80), 10)], Some(200)),
            (
                &[(put(80), 10), (put(90), -10), (call(110), -10), (call(120), 10)],
                Some(100),
            ),
            (&[(call(90), 10), (call(100), -20), (call(110), 10)], Some(0)),
            (&[(call(90), -10), (call(100), 20), (call(110), -10)], Some(100)),
            // 0.3 of a unit is one.
            (&[(tenth, -3), (put(100), 3)], Some(1)),
        ] {
            assert_eq!(owed(holdings), expected, "{holdings:?}");
        }
        let nameless = SeriesTerms {
            strike: Decimal { digits: 1, places: 10 },
            ..put(1)
        };
        assert_eq!(owed(&[(nameless, 1)]), None);
        assert_eq!(owed(&[(put(u32::MAX), i64::MIN + 1)]), None);
    }

    proptest! {
        #[test]
        fn nothing_settles_at_more_than_can_be_owed(
            holdings in proptest::collection::vec((any::<bool>(), 1u32..300, -1_000i64..1_000), 0..12),
            at in 0.0..10_000.0f64,
        ) {
            let holdings: std::vec::Vec<_> = holdings.iter().map(|(is_call, strike, quantity)| {
                (if *is_call { call(*strike) } else { put(*strike) }, *quantity)
            }).collect();
            let account = account(0, &holdings);
            let price = Price::from_fixed(I80F48::from_num(at).max(I80F48::DELTA)).unwrap();
            let payoff = account.positions().iter().fold(I80F48::ZERO, |sum, position| {
                sum + position.series.intrinsic(price).unwrap() * I80F48::from_num(position.quantity.0)
            });
            match most_owed_ceil(account.positions()) {
                Some(owed) => prop_assert!(payoff >= I80F48::from_num(-owed.0)),
                None => {
                    let calls = account.positions().iter().filter(|position| position.series.kind == Kind::Call);
                    prop_assert!(calls.map(|position| position.quantity.0).sum::<i64>() < 0);
                }
            }
        }
    }

    extern crate std;
}
