//! A whole book is at one price at a time: what noise does to hedged and to convex books.

use super::super::fixtures::{failing_book_of, status_of, with_market};
use super::super::*;
use super::UNIT;
use crate::fixtures::{account, call, put};
use ballast_core_types::fixtures::price;
use ballast_core_types::{PriceBounds, Ratio};

/// Calls `run` with a market whose price is so many basis points wide to both sides.
fn with_width<R>(spot: &str, points: i64, run: impl FnOnce(&MarginContext) -> R) -> R {
    with_market(price(spot), |context| {
        let mid = price(spot);
        let width = Ratio::from_basis_points(points).unwrap();
        let below = Ratio::from_basis_points(-points).unwrap();
        let mut context = *context;
        for market in context.markets.iter_mut().flatten() {
            market.inputs.bounds = PriceBounds {
                low: mid.scaled_floor(below).unwrap(),
                mid,
                high: mid.scaled_ceil(width).unwrap(),
            };
        }
        run(&context)
    })
}

/// Ten verticals that can owe 20,000 at most, with 21,920 in cash: at a confidence of 1 % they were
/// liquidated, at 3 % all of it was gone in a second.
#[test]
fn r23_a_covered_spread_is_safe_from_every_price_and_every_width() {
    let positions = [(call(50_000), -10 * UNIT), (call(52_000), 10 * UNIT)];
    let covered = account(20_000 * 1_000_000, &positions);
    for points in [1, 100, 300, 500, 2_000, 9_000] {
        for spot in ["20", "40000", "51000", "52000", "300000"] {
            let status = with_width(spot, points, |context| {
                status_of(&covered, context, Marks::Adverse).unwrap()
            });
            assert!(!status.is_liquidatable(), "{spot} {points}: {status:?}");
            assert_eq!(status.check_initial(), Ok(()), "{spot} {points}");
            assert!(status.equity >= Value::ZERO);
        }
    }
    // A dollar less and it depends on the price.
    let short_of_it = account(19_999 * 1_000_000, &positions);
    let status = with_width("300000", 100, |context| {
        status_of(&short_of_it, context, Marks::Adverse).unwrap()
    });
    assert!(status.is_liquidatable(), "{status:?}");
}

/// A straddle is worth more at either end of the interval than in the middle: at the ends alone it
/// would borrow against noise.
#[test]
fn what_gains_from_any_move_is_not_worth_more_for_an_uncertain_price() {
    let straddle = account(0, &[(call(50_000), UNIT), (put(50_000), UNIT)]);
    let equity = |points| {
        with_width("50000", points, |context| {
            status_of(&straddle, context, Marks::Adverse).unwrap().equity.0
        })
    };
    let narrow = equity(1);
    for points in [10, 100, 300, 500] {
        // The ends of the narrow one are worth 3·10⁻⁸ of the price less, which is what they may be
        // off by.
        assert!(
            equity(points) <= narrow + narrow / 5_000,
            "{points}: {} {narrow}",
            equity(points)
        );
        assert!(
            equity(points) > narrow * 99 / 100,
            "{points}: {} {narrow}",
            equity(points)
        );
    }
}

/// Long and short of the same move at the same time, whatever the width: a hedge is one at both
/// ends.
#[test]
fn a_hedged_book_does_not_bleed_by_its_gross_size() {
    let hedged = account(
        0,
        &[
            (call(50_000), -100 * UNIT),
            (put(50_000), 100 * UNIT),
            (call(45_000), 100 * UNIT),
        ],
    );
    let gross = 5_000_000.0 * 1e6;
    let lost = |points| {
        with_width("50000", points, |context| {
            let book = failing_book_of(&hedged, context);
            (book.whole.fair.0 - book.whole.value.0) as f64 / gross
        })
    };
    // Leg by leg 1 % of the price cost nearly 2 % of the gross size.
    let (narrow, wide) = (lost(1), lost(100));
    assert!(wide - narrow < 0.01, "{narrow} {wide}");
    assert!(wide > narrow);
}
