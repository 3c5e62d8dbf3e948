//! The window of settlement, and what has expired: the part of the average that is known is cash.

use super::super::fixtures::{failing_book_of, status_of, with_market};
use super::super::*;
use super::UNIT;
use crate::fixtures::{account, call, option, put, EXPIRY};
use ballast_core_market::fixtures::AveragedMarket;
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::fixtures::price;

extern crate std;
use std::vec::Vec;

/// Calls `run` at a moment, with so much of the average known at a price.
fn at<R>(now: i64, average: &str, seconds: u64, of: u64, run: impl FnOnce(&MarginContext) -> R) -> R {
    with_market(price("50000"), |context| {
        let mut context = *context;
        context.now = now;
        for market in context.markets.iter_mut().flatten() {
            market.averaged = [
                None,
                Some(Averaged {
                    expiry: EXPIRY,
                    price: price(average),
                    seconds,
                    of,
                }),
            ];
        }
        run(&context)
    })
}

#[test]
fn an_option_whose_price_is_known_is_cash_and_nothing_else() {
    // A hundred calls that expired a minute ago at 47,000, against as many of thirty days: the dead
    // ones hedge nothing any more.
    let later = option(Kind::Call, 60_000, EXPIRY + 30 * 86_400);
    let positions = [(call(45_000), 100 * UNIT), (later, -100 * UNIT)];
    at(EXPIRY + 60, "47000", 1, 1, |context| {
        let both = status_of(&account(0, &positions), context, Marks::Adverse).unwrap();
        let alone = status_of(&account(0, &positions[1..]), context, Marks::Adverse).unwrap();
        // Charges are for closing what is held.
        assert!(both.initial >= alone.initial && both.initial.0 <= alone.initial.0 + 40_000 * UNIT);
        assert_eq!(both.equity.0 - alone.equity.0, 200_000 * UNIT);
        let dead = account(0, &[(call(45_000), -UNIT), (put(46_500), UNIT)]);
        let status = status_of(&dead, context, Marks::Adverse).unwrap();
        assert_eq!(status.equity.0, -2_000 * UNIT);
        assert_eq!(status.cash_need.initial.0, 2_000 * UNIT);
        assert_eq!(status.cash_need.maintenance.0, 2_000 * UNIT);
        let fair = fair_value_floor(&call(45_000), Lots(3 * UNIT), context).unwrap();
        assert_eq!(fair.0, 6_000 * UNIT);
    });
}

#[test]
fn a_gain_opens_nothing_before_it_is_paid() {
    let short = (option(Kind::Call, 60_000, EXPIRY + 30 * 86_400), -UNIT);
    let of = |cash: i64, positions: &[_], now, seconds| {
        at(now, "55000", seconds, 1_800, |context| {
            let owner = account(cash.unsigned_abs() * UNIT.unsigned_abs(), positions);
            status_of(&owner, context, Marks::Adverse).unwrap()
        })
    };
    let margin = {
        let bare = of(0, &[short], EXPIRY + 60, 1_800);
        (bare.initial.0 - bare.equity.0) / UNIT + 1_000
    };
    // A gain of 10,000 on one expiry whose price is known, on balance with what it owes.
    for (legs, gain) in [
        (&[(call(45_000), UNIT)][..], 10_000),
        (&[(call(45_000), UNIT), (call(50_000), -UNIT)], 5_000),
        (&[(call(45_000), -UNIT), (put(56_000), UNIT)], 0),
    ] {
        let book: Vec<_> = [short].iter().chain(legs).copied().collect();
        let known = of(margin - gain, &book, EXPIRY + 60, 1_800);
        assert_eq!(known.unpaid.0, gain * UNIT, "{legs:?}");
        assert!(known.check_initial().is_err() || gain == 0 && legs.len() == 1);
        assert!(gain == 0 || !known.is_liquidatable(), "{known:?}");
        let rich = of(margin + 11_000, &book, EXPIRY + 60, 1_800);
        assert_eq!(rich.check_initial(), Ok(()), "{legs:?}");
        // Before the last second has counted, all of it is an option's worth like any other.
        assert_eq!(of(margin, &book, EXPIRY - 1, 1_799).unpaid, Value::ZERO);
    }
    // A covered book needs nothing, whatever is not paid yet beside it.
    let covered = [(put(40_000), -UNIT), (put(38_000), UNIT)].map(|(_, quantity)| quantity);
    let later = |strike| option(Kind::Put, strike, EXPIRY + 30 * 86_400);
    let book = [
        (later(60_000), covered[0]),
        (later(58_000), covered[1]),
        (call(45_000), UNIT),
    ];
    let status = of(2_000, &book, EXPIRY + 60, 1_800);
    assert_eq!(
        (status.unpaid.0, status.check_initial()),
        (10_000 * UNIT, Ok(())),
        "{status:?}"
    );
}

#[test]
fn in_the_window_the_known_part_counts_at_the_average_so_far() {
    let book = |seconds| {
        at(EXPIRY - 900, "46000", seconds, 1_800, |context| {
            failing_book_of(&account(0, &[(call(45_000), UNIT)]), context)
        })
    };
    let (none, half) = (book(0), book(900));
    // 5,000 at the price of the moment; half of that and half of 1,000 once half is known.
    assert!((none.whole.fair.0 - 5_000 * UNIT).abs() < UNIT, "{none:?}");
    assert!((half.whole.fair.0 - 3_000 * UNIT).abs() < UNIT, "{half:?}");
    let need = |seconds| {
        at(EXPIRY - 900, "50000", seconds, 1_800, |context| {
            let short = account(0, &[(call(50_000), -UNIT)]);
            status_of(&short, context, Marks::Adverse).unwrap().cash_need.initial.0
        })
    };
    // What is known does not move any more.
    let (whole, half) = (need(0), need(900));
    assert!((half * 2 - whole).abs() <= 2, "{half} {whole}");
}

#[test]
fn what_is_known_is_what_settles() {
    let mut market = AveragedMarket::default();
    let at = |market: &AveragedMarket, now| Averaged::so_far(EXPIRY, &market.averages().unwrap(), now);
    for minute in 0..=20 {
        market.print(EXPIRY - 2_400 + minute * 60, price("100"), true);
    }
    // Ten minutes of the window at 100, ten more at 110.
    let early = at(&market, EXPIRY - 1_200).unwrap();
    assert_eq!((early.price, early.seconds, early.of), (price("100"), 600, 1_800));
    for minute in 21..=30 {
        market.print(EXPIRY - 2_400 + minute * 60, price("110"), true);
    }
    let later = at(&market, EXPIRY - 600).unwrap();
    assert_eq!((later.seconds, later.of), (1_200, 1_800));
    assert!(later.price > price("104.4") && later.price < price("105"), "{later:?}");
    // Silence: a minute more counts, and the price is known once the expiry has passed.
    let silent = at(&market, EXPIRY - 60).unwrap();
    assert_eq!((silent.seconds, silent.of), (1_260, 1_320));
    let over = at(&market, EXPIRY + 5).unwrap();
    assert_eq!(over.seconds, over.of);
    market.print(EXPIRY + 30, price("500"), true);
    let settled = at(&market, EXPIRY + 30).unwrap();
    assert_eq!((settled.price, settled.seconds), (over.price, settled.of));
    let mut settlement = crate::settlement::Settlement::new(EXPIRY);
    settlement.advance(&market.averages().unwrap(), EXPIRY + 30).unwrap();
    assert_eq!(settlement.outcome.unwrap().price, settled.price);
}
