//! What a position is worth on its adverse side, and what must stand behind it.

use ballast_core_types::PriceBounds;
use ballast_core_types::{value_ceil, value_floor, Lots, Price, Ratio, Value};

use super::fills::Position;

/// Returns the side of the price that is worse for the holder: low for a long, high for a short.
pub fn adverse_price(lots: Lots, bounds: &PriceBounds) -> Price {
    if lots.0 < 0 {
        bounds.high
    } else {
        bounds.low
    }
}

/// Value of the open lots at `price` over what was paid for them, rounded down.
pub fn unrealised(position: &Position, price: Price) -> Option<Value> {
    let worth = value_floor(position.lots, price)?;
    Some(Value(worth.0.checked_sub(position.entry_cost.0)?))
}

/// Collateral plus the unrealised result.
pub fn equity(collateral: u64, position: &Position, price: Price) -> Option<Value> {
    let collateral = i64::try_from(collateral).ok()?;
    Some(Value(collateral.checked_add(unrealised(position, price)?.0)?))
}

/// Returns the margin that `ratio` demands of the position's notional at `price`, rounded up.
pub fn requirement(lots: Lots, price: Price, ratio: Ratio) -> Option<Value> {
    let notional = value_ceil(Lots(lots.0.checked_abs()?), price)?;
    ratio.of_ceil(notional)
}

/// Returns what may leave the account: collateral, less an unrealised loss, less the initial
/// margin. An unrealised profit counts as zero, so that nobody can mark a position up and walk
/// away.
pub fn withdrawable(collateral: u64, position: &Position, price: Price, initial: Ratio) -> Option<u64> {
    let loss = unrealised(position, price)?.0.min(0);
    let required = requirement(position.lots, price, initial)?;
    let free = i64::try_from(collateral)
        .ok()?
        .checked_add(loss)?
        .checked_sub(required.0)?;
    u64::try_from(free.max(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixed::types::I80F48;

    fn price(text: &str) -> Price {
        Price::from_fixed(text.parse().unwrap()).unwrap()
    }

    fn held(lots: i64, entry_cost: i64) -> Position {
        Position {
            lots: Lots(lots),
            entry_cost: Value(entry_cost),
        }
    }

    #[test]
    fn the_adverse_side_follows_the_sign() {
        let bounds = PriceBounds {
            low: price("99"),
            mid: price("100"),
            high: price("101"),
        };
        assert_eq!(adverse_price(Lots(5), &bounds), price("99"));
        assert_eq!(adverse_price(Lots(-5), &bounds), price("101"));
    }

    #[test]
    fn equity_counts_gains_and_losses_rounded_down() {
        // collateral, lots, entry cost, price, equity
        let table = [
            (1_000, 0, 0, "100", 1_000),
            (1_000, 10, 1_000, "110", 1_100),
            (1_000, 10, 1_000, "90", 900),
            (1_000, -10, -1_000, "110", 900),
            (1_000, -10, -1_000, "90", 1_100),
            (1_000, 10, 1_000, "100.05", 1_000),
            (1_000, -10, -1_000, "100.05", 999),
            (0, 10, 1_000, "50", -500),
        ];
        for (collateral, lots, entry, at, want) in table {
            let got = equity(collateral, &held(lots, entry), price(at)).unwrap();
            assert_eq!(got, Value(want), "{lots} at {at}");
        }
        assert_eq!(equity(u64::MAX, &held(0, 0), price("1")), None);
        assert_eq!(equity(1, &held(i64::MAX, i64::MIN), price("2")), None);
    }

    #[test]
    fn requirements_round_up() {
        for (lots, at, points, want) in [
            (10, "100", 1_000, 100),
            (-10, "100", 1_000, 100),
            (1, "100", 100, 1),
            (1, "100.5", 100, 2),
            (0, "100", 1_000, 0),
        ] {
            let got = requirement(Lots(lots), price(at), Ratio::from_basis_points(points).unwrap());
            assert_eq!(got, Some(Value(want)), "{lots} {at}");
        }
        let half = Ratio::from_fixed(I80F48::from_num(0.5));
        assert_eq!(requirement(Lots(1), price("3"), half), Some(Value(2)));
    }

    #[test]
    fn r1_unrealised_profit_is_never_withdrawable() {
        let half = Ratio::from_fixed(I80F48::from_num(0.5));
        // collateral, lots, entry cost, price, withdrawable
        for (collateral, lots, entry, at, want) in [
            (1_000, 0, 0, "100", 1_000),
            (1_000, 10, 1_000, "100", 500),
            (1_000, 10, 1_000, "200", 0),
            (1_500, 10, 1_000, "200", 500),
            (1_000, 10, 1_000, "80", 400),
            (1_000, -10, -1_000, "120", 200),
            (1_000, -10, -1_000, "50", 750),
            (100, 10, 1_000, "100", 0),
        ] {
            let got = withdrawable(collateral, &held(lots, entry), price(at), half);
            assert_eq!(got, Some(want), "{lots} at {at}");
        }
    }
}
