//! At what price an order fills: the oracle's, moved against the taker by half the spread and by
//! an impact that grows linearly with the order's notional.

use ballast_core_types::{value_ceil, Lots, Price, Ratio, Value};
use fixed::types::I80F48;

/// Returns the price at which `lots` (positive buys, negative sells) fill:
/// `mid · (1 ± (half_spread + notional / (100 · depth_one_percent)))`.
///
/// `depth_one_percent` is the quote notional that moves the price by one per cent. `None` when the
/// order is empty, the depth is not positive, or the order is so large that a seller would get
/// nothing. The result is rounded up for a buyer and down for a seller.
pub fn fill_price(oracle_mid: Price, lots: Lots, half_spread: Ratio, depth_one_percent: Value) -> Option<Price> {
    if depth_one_percent.0 <= 0 {
        return None;
    }
    let size = Lots(lots.0.checked_abs()?);
    let notional = I80F48::checked_from_num(value_ceil(size, oracle_mid)?.0)?;
    let hundred_depths = i128::from(depth_one_percent.0).checked_mul(100)?;
    let impact = notional.checked_div_int(hundred_depths)?.checked_add(I80F48::DELTA)?;
    moved_against(oracle_mid, lots, half_spread.fixed().checked_add(impact)?)
}

/// Returns the price without impact: what a liquidation pays, so that the size of a position is not
/// held against the trader twice.
pub fn spread_price(oracle_mid: Price, lots: Lots, half_spread: Ratio) -> Option<Price> {
    moved_against(oracle_mid, lots, half_spread.fixed())
}

fn moved_against(mid: Price, lots: Lots, share: I80F48) -> Option<Price> {
    if lots.0 == 0 {
        return None;
    }
    let mut step = mid.fixed().checked_mul(share)?;
    if share > I80F48::ZERO {
        step = step.checked_add(I80F48::DELTA)?;
    }
    let moved = if lots.0 > 0 {
        mid.fixed().checked_add(step)?
    } else {
        mid.fixed().checked_sub(step)?
    };
    Price::from_fixed(moved)
}

/// Returns whether `price` is no worse than `limit` for an order of `lots`.
pub fn within_limit(price: Price, limit: I80F48, lots: Lots) -> bool {
    if lots.0 > 0 {
        price.fixed() <= limit
    } else {
        price.fixed() >= limit
    }
}

/// Returns the part of an order that a venue filling only `share` of each order executes, toward
/// zero.
pub fn partial_lots(lots: Lots, share: I80F48) -> Option<Lots> {
    let magnitude: i64 = share
        .checked_mul_int(i128::from(lots.0.checked_abs()?))?
        .checked_floor()?
        .checked_to_num()?;
    let signed = if lots.0 < 0 {
        magnitude.checked_neg()?
    } else {
        magnitude
    };
    Some(Lots(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        Price::from_fixed(text.parse().unwrap()).unwrap()
    }

    fn near(got: Price, want: &str) -> bool {
        let want: I80F48 = want.parse().unwrap();
        (got.fixed() - want).abs() < I80F48::from_bits(1 << 16)
    }

    #[test]
    fn fills_move_against_the_taker() {
        // mid, lots, half spread in basis points, depth, expected
        let table = [
            ("100", 1, 0, 1_000_000, Some("100.0001")),
            ("100", 100, 10, 1_000_000, Some("100.11")),
            ("100", -100, 10, 1_000_000, Some("99.89")),
            ("100", 10_000, 0, 1_000_000, Some("101")),
            ("100", -10_000, 0, 1_000_000, Some("99")),
            ("60000", 50, 5, 3_000_000_000, Some("60030.6")),
            ("100", 0, 10, 1_000_000, None),
            ("100", 10, 10, 0, None),
            ("100", 10, 10, -5, None),
            ("100", -1_000_000, 0, 1_000_000, None),
            ("100", -2_000_000, 0, 1_000_000, None),
            ("100", i64::MIN, 0, 1_000_000, None),
        ];
        for (mid, lots, spread, depth, expected) in table {
            let got = fill_price(
                price(mid),
                Lots(lots),
                Ratio::from_basis_points(spread).unwrap(),
                Value(depth),
            );
            match expected {
                Some(want) => assert!(near(got.unwrap(), want), "{mid} {lots}: {got:?}"),
                None => assert!(got.is_none(), "{mid} {lots}: {got:?}"),
            }
        }
    }

    #[test]
    fn a_bigger_order_never_fills_better() {
        let mid = price("61234.567");
        let (spread, depth) = (Ratio::from_basis_points(3).unwrap(), Value(5_000_000_000));
        let mut last_buy = mid;
        let mut last_sell = mid;
        for lots in (1..2_000).step_by(37) {
            let buy = fill_price(mid, Lots(lots), spread, depth).unwrap();
            let sell = fill_price(mid, Lots(-lots), spread, depth).unwrap();
            assert!(buy > last_buy && sell < last_sell);
            (last_buy, last_sell) = (buy, sell);
        }
    }

    #[test]
    fn limits_hold_on_both_sides() {
        let limit = I80F48::from_num(100);
        let table = [
            ("100", 1, true),
            ("100", -1, true),
            ("100.1", 1, false),
            ("100.1", -1, true),
            ("99.9", 1, true),
            ("99.9", -1, false),
        ];
        for (text, lots, expected) in table {
            assert_eq!(within_limit(price(text), limit, Lots(lots)), expected);
        }
    }

    #[test]
    fn partial_fills_round_toward_zero() {
        let half = I80F48::from_num(0.5);
        for (lots, expected) in [(1, 0), (-1, 0), (3, 1), (-3, -1), (10, 5)] {
            assert_eq!(partial_lots(Lots(lots), half), Some(Lots(expected)));
        }
        assert_eq!(partial_lots(Lots(7), I80F48::ONE), Some(Lots(7)));
        assert_eq!(partial_lots(Lots(i64::MIN), half), None);
    }
}
