//! What a book needs besides the scenarios: the cost of closing its positions, and more of it for
//! who holds much of the market.

use super::account::Position;
use super::params::ChargeParams;
use super::trade::OpenInterest;
use ballast_core_margin::Requirement;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::scale::mul_div_ceil;
use ballast_core_types::{value_ceil, Lots, Price, Value};

/// The charges of a book on one market, base units, rounded up.
///
/// For positions to be opened they are spread and concentration; lest a liquidation begin, the
/// spread alone. Open interest is what others do, and whoever closes their part of it shall not
/// bring anybody else's liquidation about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Of the whole book.
    pub whole: Requirement,
    /// Of what is left of it without its long options.
    pub short: Requirement,
}

impl Charges {
    /// What counts where a number does not fit.
    pub const MOST: Self = Self {
        whole: MOST,
        short: MOST,
    };
}

const MOST: Requirement = Requirement {
    initial: Value(i64::MAX),
    maintenance: Value(i64::MAX),
};

fn charge(spread: Value, concentration: Value) -> Option<Requirement> {
    Some(Requirement {
        initial: spread.checked_add(concentration)?,
        maintenance: spread,
    })
}

/// Returns the charges of an account's positions on one market. `None` if a number does not fit.
///
/// **Spread**, for each series: max(floor, |q|·S·spread).
///
/// **Concentration**, for the market: with Q = Σ|q|, open interest O, and F = max(free share × O,
/// free size), nothing up to Q = F, and beyond that Q·S·c·min(1, (Q − F)/O), c being
/// [`ChargeParams::concentration`]. It grows with the square of the position, from nothing, and is
/// never more than Q·S·c.
pub fn charges(
    positions: &[Position],
    market: u8,
    spot: Price,
    params: &ChargeParams,
    open_interest: OpenInterest,
) -> Option<Charges> {
    let (mut spread_of_all, mut spread_of_short) = (Value::ZERO, Value::ZERO);
    let (mut gross, mut short) = (0u64, 0u64);
    for position in positions.iter().filter(|position| position.series.market == market) {
        let size = position.quantity.0.unsigned_abs();
        let spread = Value::from_amount(spread_charge(size, spot, params)?)?;
        gross = gross.checked_add(size)?;
        spread_of_all = spread_of_all.checked_add(spread)?;
        if position.quantity < Lots::ZERO {
            short = short.checked_add(size)?;
            spread_of_short = spread_of_short.checked_add(spread)?;
        }
    }
    Some(Charges {
        whole: charge(spread_of_all, concentration(gross, spot, params, open_interest)?)?,
        short: charge(spread_of_short, concentration(short, spot, params, open_interest)?)?,
    })
}

fn concentration(size: u64, spot: Price, params: &ChargeParams, open: OpenInterest) -> Option<Value> {
    let share = points_of_floor(open.0, params.free_share)?;
    let free = share.max(u64::try_from(params.free_size.0).unwrap_or(0));
    let beyond = size.saturating_sub(free);
    if beyond == 0 {
        return Some(Value::ZERO);
    }
    let most = points_of_ceil(worth(size, spot)?, params.concentration)?;
    // Whoever holds more than there is, holds everything.
    let charge = if beyond >= open.0 {
        most
    } else {
        mul_div_ceil(most, beyond, open.0)?
    };
    Value::from_amount(charge)
}

/// Returns the spread charge of so many lots of one series, rounded up. `None` if it does not fit.
pub(super) fn spread_charge(lots: u64, spot: Price, params: &ChargeParams) -> Option<u64> {
    let share = points_of_ceil(worth(lots, spot)?, params.spread)?;
    Some(share.max(params.spread_floor))
}

/// Returns what so many lots of the underlying are worth, rounded up.
pub(super) fn worth(lots: u64, spot: Price) -> Option<u64> {
    value_ceil(Lots(i64::try_from(lots).ok()?), spot)?.to_amount()
}

/// ⌈amount × points / 10⁴⌉, by a 64-bit division where it can.
pub(super) fn points_of_ceil(amount: u64, points: BasisPoints) -> Option<u64> {
    match amount.checked_mul(u64::from(points.0)) {
        Some(product) => Some(product.div_ceil(u64::from(BasisPoints::ONE.0))),
        None => mul_div_ceil(amount, u64::from(points.0), u64::from(BasisPoints::ONE.0)),
    }
}

/// ⌊amount × points / 10⁴⌋.
pub(super) fn points_of_floor(amount: u64, points: BasisPoints) -> Option<u64> {
    ballast_core_types::scale::mul_div_floor(amount, u64::from(points.0), u64::from(BasisPoints::ONE.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{account, call, put, LISTING};
    use ballast_core_types::fixtures::price;

    #[test]
    fn charges_follow_their_formulae() {
        // 20 basis points, at least 100,000 for each series; a tenth of the spot for who holds
        // everything, a tenth of it free, and 10⁶ lots.
        let million = 1_000_000;
        for (positions, open, whole, short) in [
            (&[][..], 0, 0, 0),
            // 10⁶ lots at 50,000 are 5·10¹⁰: 20 points are 10⁸.
            (&[(call(100), million)], million, 100_000_000, 0),
            (&[(call(100), -million)], million, 100_000_000, 100_000_000),
            (&[(call(100), -10)], 10, 100_000, 100_000),
            (
                &[(call(100), million), (put(100), -million)],
                20 * million,
                200_000_000,
                100_000_000,
            ),
            // Twice the free size, of twenty: nothing, as a tenth is free.
            (&[(call(100), -2 * million)], 20 * million, 200_000_000, 200_000_000),
            // Four of twenty, two of them free: 4·10⁶·50,000·10 %·2/20.
            (&[(call(100), -4 * million)], 20 * million, 2_400_000_000, 2_400_000_000),
            (
                &[(call(100), -4 * million), (put(100), 4 * million)],
                20 * million,
                12_800_000_000,
                2_400_000_000,
            ),
            // Everything there is: 3 of 4 beyond what is free.
            (
                &[(call(100), -4 * million)],
                4 * million,
                15_400_000_000,
                15_400_000_000,
            ),
            // Never more than the whole, even where open interest says less than is held.
            (&[(call(100), -4 * million)], 0, 20_400_000_000, 20_400_000_000),
        ] {
            let account = account(0, positions);
            let open = OpenInterest(open as u64);
            let got = charges(account.positions(), 0, price("50000"), &LISTING.charges, open).unwrap();
            let initial = (got.whole.initial.0, got.short.initial.0);
            assert_eq!(initial, (whole, short), "{positions:?} {open:?}");
            // Maintenance knows no concentration: as if the market were without end.
            let wide = charges(
                account.positions(),
                0,
                price("50000"),
                &LISTING.charges,
                OpenInterest(u64::MAX),
            )
            .unwrap();
            assert_eq!(got.whole.maintenance, wide.whole.initial);
            assert_eq!(got.short.maintenance, wide.short.initial);
            let elsewhere = charges(account.positions(), 1, price("50000"), &LISTING.charges, open);
            assert_eq!(elsewhere, Some(Charges::default()));
        }
    }

    #[test]
    fn points_are_rounded_as_named() {
        for (amount, points, floor, ceil) in [
            (1, 1, 0, 1),
            (10_000, 7, 7, 7),
            (15_001, 10_000, 15_001, 15_001),
            (u64::MAX, 5_000, u64::MAX / 2, u64::MAX / 2 + 1),
        ] {
            assert_eq!(points_of_floor(amount, BasisPoints(points)), Some(floor));
            assert_eq!(points_of_ceil(amount, BasisPoints(points)), Some(ceil));
        }
        assert_eq!(points_of_ceil(u64::MAX, BasisPoints(10_001)), None);
    }
}
