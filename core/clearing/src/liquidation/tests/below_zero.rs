//! Books that are worth less than nothing: who takes them is paid.

use super::*;

/// Somebody short a hundred calls with so much cash, at a price that is far above the strike.
fn gone(cash: u64) -> Parties {
    Parties::failing(cash * USD, &[(call(40_000), -100 * UNIT)])
}

#[test]
fn below_zero_the_price_goes_from_nothing_to_the_deficit_and_the_spread() {
    at("50000", |context| {
        let book = gone(900_000).book(context);
        let lacks = -(book.live.fair.0 + book.status.cash.0);
        assert!(lacks > 0 && book.live.spread > Value::ZERO);
        for (elapsed, from_fund) in [
            (0, 0),
            (900, (lacks + book.live.spread.0) / 2),
            (1_800, lacks + book.live.spread.0),
            (3_599, lacks + book.live.spread.0),
        ] {
            let mut parties = gone(900_000);
            let money = parties.cash();
            let take = parties.take(Share::WHOLE, elapsed, context).unwrap();
            assert_eq!(take.from_fund as i64, from_fund, "{elapsed}");
            assert_eq!(take.payment.0, -(900_000 * USD as i64) - from_fund);
            assert_eq!(take.beyond as i64, (from_fund - lacks).max(0));
            // What the fund pays is owed to it, and nothing is left.
            assert_eq!((parties.account.cash, parties.account.debt as i64), (0, from_fund));
            assert!(parties.account.positions().is_empty());
            assert_eq!(parties.cash(), money);
            assert_eq!(take.discount.0, book.live.fair.0 - take.payment.0);
        }
    });
}

#[test]
fn in_pieces_the_fund_pays_no_more_than_at_once() {
    at("50000", |context| {
        let mut whole = gone(900_000);
        whole.take(Share::WHOLE, 1_800, context).unwrap();
        for pieces in [LEAST_SHARE, Share(300_000_000), Share(700_000_000)] {
            let mut parties = gone(900_000);
            for _ in 0..300 {
                if parties.take(pieces, 1_800, context).is_err() {
                    break;
                }
                parties.taker = account(1 << 50, &[]);
            }
            let _ = parties.take(Share::WHOLE, 1_800, context);
            assert!(parties.account.positions().is_empty());
            let (at_once, in_pieces) = (1_000_000 * USD - whole.fund.cash, 1_000_000 * USD - parties.fund.cash);
            // A unit for each piece, and what is left of the least spread charge where that is more
            // than a share of the spread: a dollar in all.
            assert!(in_pieces <= at_once + USD, "{pieces:?}: {in_pieces} {at_once}");
        }
    });
}

#[test]
fn beyond_deficits_the_fund_pays_a_twentieth_of_itself_a_day() {
    at("50000", |context| {
        let beyond = |fund: u64| {
            let mut parties = gone(900_000);
            parties.fund.cash = fund * USD;
            let take = parties.take(Share::WHOLE, 1_800, context).unwrap();
            (take, parties)
        };
        let (rich, _) = beyond(1_000_000);
        assert!(rich.beyond > 0);
        // Enough for the deficit, and a twentieth of it is less than the spread charge.
        let (bounded, parties) = beyond(180_000);
        assert_eq!(bounded.beyond, 9_000 * USD);
        assert!(bounded.beyond < rich.beyond && parties.day.left == 0);
        // The next on that day gets its deficit and no more.
        let mut next = gone(900_000);
        (next.day, next.fund.cash) = (parties.day, 1_000_000 * USD);
        assert_eq!(next.take(Share::WHOLE, 1_800, context).unwrap().beyond, 0);
        // Tomorrow there is a part of what there is then.
        let tomorrow = parties.day.at(NOW + 86_400, 40 * USD);
        assert_eq!((tomorrow.left, tomorrow.day), (2 * USD, parties.day.day + 1));
        // A fund with nothing pays nothing: the price stops there.
        let (poor, parties) = beyond(0);
        assert_eq!((poor.from_fund, parties.account.debt), (0, 0));
        assert_eq!(poor.payment.0, -(900_000 * USD as i64));
    });
}

#[test]
fn what_is_long_and_in_debt_is_sold_for_the_debt() {
    at("50000", |context| {
        let mut parties = Parties::failing(0, &[(call(40_000), 10 * UNIT)]);
        let fair = parties.book(context).live.fair.0 as u64;
        // Worth more than the debt: the least that repays it, at a fair price.
        parties.account.debt = fair / 2;
        let mut half = Parties::failing(0, &[(call(40_000), 10 * UNIT)]);
        half.account.debt = fair / 2;
        let take = half.take(Share::WHOLE, 0, context).unwrap();
        assert!(
            take.share >= Share(499_999_000) && take.share <= Share(500_001_000),
            "{take:?}"
        );
        assert!(half.account.debt == 0 && half.fund.cash >= 1_000_000 * USD + fair / 2);
        // Worth less: all of it goes, and what it brings is the fund's.
        parties.account.debt = fair * 2;
        let take = parties.take(Share::WHOLE, 1_800, context).unwrap();
        assert_eq!((take.share, take.from_fund), (Share::WHOLE, 0));
        assert!(take.payment.0 < fair as i64 && take.payment.0 > fair as i64 * 9 / 10);
        assert_eq!(parties.account.debt, fair * 2 - take.payment.0 as u64);
    });
}

/// A small piece first, paid from all of the cash, would leave its spread charge as a deficit of
/// the rest, for which there is no limit of a day: for a book whose spread charge is its cash, half
/// of it.
#[test]
fn no_order_of_pieces_gets_around_the_days_limit() {
    at("50000", |context| {
        let fund_pays = |pieces: &[u64]| {
            let mut parties = gone(900_000);
            // Nothing is left of the day.
            parties.day = FundDay {
                day: NOW.div_euclid(86_400),
                left: 0,
            };
            let before = parties.fund.cash;
            for piece in pieces {
                parties.take(Share(*piece), 1_800, context).unwrap();
                parties.taker = account(1 << 50, &[]);
            }
            assert!(parties.account.positions().is_empty());
            before - parties.fund.cash
        };
        let book = gone(900_000).book(context);
        let lacks = (-(book.live.fair.0 + book.status.cash.0)) as u64;
        let whole = fund_pays(&[1_000_000_000]);
        assert_eq!(whole, lacks);
        for pieces in [
            [10_000_000, 1_000_000_000],
            [555_555_555, 1_000_000_000],
            [990_000_000, 1_000_000_000],
        ] {
            let paid = fund_pays(&pieces);
            assert!(paid <= whole + 2, "{pieces:?}: {paid} {whole}");
        }
    });
}

/// Books whose payoff is nothing at any price need no margin, and failing with them earns nothing.
#[test]
fn the_fund_pays_no_closing_cost_that_margin_did_not_hold() {
    at("50000", |context| {
        // Synthetic forwards at three strikes, weighted 1, −2, 1.
        let mut positions = Vec::new();
        for (strike, weight) in [(45_000, 1), (50_000, -2), (55_000, 1)] {
            positions.push((call(strike), weight * 1_000 * UNIT));
            positions.push((put(strike), -weight * 1_000 * UNIT));
        }
        let mut parties = Parties::failing(0, &positions);
        parties.account.debt = 1;
        let book = parties.book(context);
        assert_eq!(
            (book.live.requirement.maintenance, book.live.value),
            (Value::ZERO, Value::ZERO)
        );
        assert!(book.live.spread > Value(USD as i64));
        let take = parties.take(Share::WHOLE, 1_800, context).unwrap();
        // What the surface's own smile says of it, and nothing for closing it.
        assert!(take.beyond <= 1, "{take:?}");
    });
}
