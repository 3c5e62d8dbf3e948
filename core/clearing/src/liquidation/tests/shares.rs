//! Takes above zero: the ratio never falls, what suffices suffices, and a permitted take exists.

use super::*;
use crate::margin::{ListedMarket, MarginStatus};
use proptest::prelude::*;

/// Equity over its target, and what cash lacks of its own.
fn shortages(status: &MarginStatus) -> (f64, i64) {
    let ratio = if status.equity >= status.target {
        1.0
    } else {
        status.equity.0 as f64 / status.target.0 as f64
    };
    (ratio, status.cash_need.target().0 - status.cash.0 + status.debt.0)
}

fn check_better(before: &MarginStatus, after: &MarginStatus, legs: usize) {
    let (worse, better) = (shortages(before), shortages(after));
    let legs = legs as f64;
    // The least spread charge of a series does not shrink, lots and units are rounded.
    let floors = if worse.0 > 0.0 { 1.1 * 100_000.0 * legs } else { 0.0 };
    let kept = worse.0 * (after.target.0 as f64 - floors) - 2.0 * (legs + 1.0);
    assert!(
        better.0 >= 1.0 || after.equity.0 as f64 >= kept,
        "{worse:?} {better:?} {before:?} {after:?}"
    );
    assert!(better.1 <= worse.1.max(0) + 2 * legs as i64, "{worse:?} {better:?}");
}

#[test]
fn the_price_goes_from_fair_to_nothing_for_its_owner_in_a_quarter_of_an_hour() {
    at("50000", |context| {
        let positions = mixed();
        let cash = cash_at(&positions, 90, context);
        let quote = |elapsed| {
            let parties = Parties::failing(cash, &positions);
            let book = parties.book_after(elapsed, context);
            let take = price_take(
                &parties.account,
                &book,
                &Fund::default(),
                &HOUSE,
                NOW + elapsed,
                Share::WHOLE,
            );
            (take.unwrap(), book)
        };
        let (first, book) = quote(0);
        assert_eq!(
            first.discount,
            Value(first.share.of_floor(i128::from(book.live.fair.0)) as i64 - first.payment.0)
        );
        assert!((-1..=0).contains(&first.discount.0), "{first:?}");
        let equity = book.status.cash.0 + book.whole.fair.0;
        let mut last = first;
        for elapsed in [1, 60, 450, 899, 900, 3_599] {
            let (take, _) = quote(elapsed);
            let due = equity as f64 * (elapsed.min(900) as f64 / 900.0);
            let whole = take.discount.0 as f64 / take.share.0 as f64 * 1e9;
            assert!((whole / due - 1.0).abs() < 1e-6, "{elapsed}: {whole} {due}");
            assert!(take.share >= last.share && take.share == take.permitted);
            last = take;
        }
        assert_eq!(last.share, Share::WHOLE);
        assert_eq!(last.payment.0, book.live.fair.0 - equity);
    });
}

#[test]
fn the_fund_has_its_part_of_the_discount_from_the_liquidator() {
    at("50000", |context| {
        let positions = mixed();
        let mut parties = Parties::failing(cash_at(&positions, 90, context), &positions);
        let [taker, fund] = [parties.taker.cash, parties.fund.cash];
        let take = parties.take(Share::WHOLE, 450, context).unwrap();
        // A tenth, as the fixture has it.
        assert!(
            take.discount.0 > 1_000_000 && take.fee == take.discount.0 as u64 / 10,
            "{take:?}"
        );
        assert_eq!(parties.fund.cash, fund + take.fee);
        assert_eq!(parties.taker.cash as i64, taker as i64 - take.cost().0);
    });
}

/// A calendar and a ratio spread without cash: leg by leg nothing could be taken of them, and the
/// fund got all they were worth.
#[test]
fn spreads_without_cash_are_taken_by_share_and_keep_what_they_are_worth() {
    let later = option(Kind::Call, 50_000, EXPIRY + 30 * 86_400);
    for positions in [
        [(call(50_000), -100 * UNIT), (later, 100 * UNIT)],
        [(call(45_000), 100 * UNIT), (call(55_000), -150 * UNIT)],
    ] {
        at("72000", |context| {
            let mut parties = Parties::failing(0, &positions);
            let before = parties.book(context);
            assert!(
                before.status.is_liquidatable() && before.whole.fair > Value::ZERO,
                "{before:?}"
            );
            let take = parties.take(Share::WHOLE, 30, context).unwrap();
            assert!(take.share < Share::WHOLE && take.payment > Value::ZERO, "{take:?}");
            // The fund's part, where the liquidator pays for what they take.
            let paid = (1u64 << 50) - parties.taker.cash;
            assert!(take.fee > 0 && paid == take.payment.0 as u64 + take.fee, "{take:?}");
            assert_eq!(parties.fund.cash, 1_000_000 * USD + take.fee);
            let after = parties.book(context);
            assert!(after.status.is_restored(), "{after:?}");
            // Half a minute is a thirtieth of what it is worth, for the part that was taken.
            let kept = after.status.cash.0 + after.whole.fair.0;
            assert!(kept as f64 > before.whole.fair.0 as f64 * 0.966, "{kept} {before:?}");
        });
    }
}

#[test]
fn what_is_on_a_silent_market_stays_and_the_rest_is_taken() {
    at("50000", |context| {
        let mut elsewhere = put(48_000);
        elsewhere.market = 1;
        let mut context = *context;
        context.markets[1] = context.markets[1].map(|market| ListedMarket {
            is_live: false,
            ..market
        });
        let mut positions = mixed();
        positions.push((elsewhere, -10 * UNIT));
        let mut parties = Parties::failing(cash_at(&positions, 93, &context), &positions);
        let before = parties.book(&context);
        assert!(before.live.target < before.whole.target);
        let take = parties.take(Share::WHOLE, 200, &context).unwrap();
        let after = parties.book(&context);
        assert_eq!(parties.account.quantity(&elsewhere), Lots(-10 * UNIT));
        assert_eq!(parties.taker.positions().len(), 3);
        check_better(&before.status, &after.status, 4);
        assert!(
            after.status.is_restored() || take.share == Share::WHOLE,
            "{take:?} {after:?}"
        );
        // Nothing live is left to take.
        context.markets[0] = context.markets[1];
        let mut parties = Parties::failing(cash_at(&positions, 93, &context), &positions);
        assert_eq!(
            parties.take(Share::WHOLE, 200, &context),
            Err(LiquidationError::NothingLive)
        );
    });
}

/// Silence makes nothing cheaper: the clock is that of the markets from which something is taken.
#[test]
fn a_discount_grows_while_the_market_is_observed_and_no_longer() {
    at("50000", |context| {
        let mut elsewhere = put(48_000);
        elsewhere.market = 1;
        let mut positions = mixed();
        positions.push((elsewhere, -10 * UNIT));
        let cash = cash_at(&positions, 93, context);
        let discount = |elapsed, seconds: [u64; 2], is_live| {
            let mut context = *context;
            for (market, seconds) in context.markets.iter_mut().zip(seconds) {
                *market = market.map(|market| ListedMarket {
                    observed: seconds,
                    ..market
                });
            }
            context.markets[1].as_mut().unwrap().is_live = is_live;
            let mut parties = Parties::failing(cash, &positions);
            let take = parties.take_after(LEAST_SHARE, elapsed, &context).unwrap();
            take.discount.0
        };
        let [minute, five] = [[60, 60], [300, 300]].map(|seconds| discount(900, seconds, true));
        assert!((five / 5 - minute).abs() <= 1 && minute > 0, "{minute} {five}");
        // The one that was observed least counts, and one that is silent now does not.
        assert_eq!(discount(900, [300, 60], true), minute);
        assert!(discount(900, [300, 0], false) > minute);
        assert_eq!(discount(60, [300, 300], true), minute);
    });
}

#[test]
fn a_book_of_dust_is_taken_whole() {
    at("50000", |context| {
        let mut parties = Parties::failing(0, &[(call(50_000), -300), (call(60_000), 300)]);
        let owed = parties.book(context).whole;
        parties.account.cash = 1_200_000;
        assert!(owed.target < Value(10 * USD as i64));
        assert!(
            parties.book(context).status.is_liquidatable(),
            "{:?}",
            parties.book(context)
        );
        let take = parties.take(Share::WHOLE, 0, context).unwrap();
        assert_eq!((take.share, parties.account.positions().len()), (Share::WHOLE, 0));
    });
}

#[derive(Clone, Copy, Debug)]
struct Holding {
    market: u8,
    call: bool,
    thousands: u32,
    days: i64,
    hundredths: i64,
}

fn holding() -> impl Strategy<Value = Holding> {
    let size = prop_oneof![-500i64..-1, 1i64..300, Just(-1), Just(1)];
    (0u8..2, any::<bool>(), 5u32..400, 1i64..60, size).prop_map(|(market, call, thousands, days, hundredths)| Holding {
        market,
        call,
        thousands,
        days,
        hundredths,
    })
}

fn positions_of(holdings: &[Holding]) -> Vec<(SeriesTerms, i64)> {
    let terms = |holding: &Holding| SeriesTerms {
        market: holding.market,
        ..option(
            if holding.call { Kind::Call } else { Kind::Put },
            holding.thousands * 1_000,
            NOW + holding.days * 86_400,
        )
    };
    holdings
        .iter()
        .map(|holding| (terms(holding), holding.hundredths * UNIT / 100))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    /// Whatever fails, whenever and however much of it somebody asks for: a permitted take exists
    /// for who has the money; equity over its target does not fall and no more cash is lacking; as
    /// much as suffices suffices; no lot and no token is lost; and what the taker has then passes
    /// their own initial check, worked out anew.
    #[test]
    fn r23_whatever_fails_can_be_taken_and_is_better_for_it(
        holdings in proptest::collection::vec(holding(), 1..9), spot in 15_000u32..200_000,
        cash in 0u64..400_000, elapsed in 0i64..3_599, asked in 10_000_000u64..=1_000_000_000, silent in any::<bool>(),
    ) {
        with_market(price(&spot.to_string()), |context| {
            let mut context = *context;
            if silent {
                context.markets[1] = context.markets[1].map(|market| ListedMarket { is_live: false, ..market });
            }
            let positions = positions_of(&holdings);
            let mut parties = Parties::failing(cash * USD, &positions);
            let before = parties.book(&context);
            if !before.status.is_liquidatable() || before.live.count == 0 {
                return;
            }
            let (money, account) = (parties.cash(), parties.account);
            let take = match parties.take(Share(asked), elapsed, &context) {
                Ok(take) => take,
                // With a silent market the cash for what is live may not be there.
                Err(LiquidationError::NoCash) if silent => return,
                Err(LiquidationError::NoLot(_)) => return,
                Err(refusal) => panic!("{refusal:?} {before:?}"),
            };
            assert_eq!(parties.cash(), money);
            for position in account.positions() {
                let (kept, moved) = (parties.account.quantity(&position.series), parties.taker.quantity(&position.series));
                assert_eq!(kept.0 + moved.0, position.quantity.0);
                assert!(!silent || position.series.market == 0 || moved == Lots::ZERO);
            }
            let after = parties.book(&context);
            assert!(parties.account.debt == 0 || parties.account.cash == 0);
            let is_above_zero = before.status.cash.0 + before.whole.fair.0 > 0;
            if is_above_zero {
                assert!(take.from_fund == 0);
                if !silent {
                    check_better(&before.status, &after.status, positions.len());
                }
                // To lots, and to what rounding a requirement up takes.
                let slack = i64::from(spot) * 8 * positions.len() as i64 + 10;
                if take.share == take.permitted && take.share < Share::WHOLE {
                    assert!(after.status.equity.0 + slack >= after.status.target.0, "{take:?} {before:?} {after:?}");
                }
            }
            let taker = status_of(&parties.taker, &context, Marks::Adverse).unwrap();
            // A lot a leg, at the worst of the scenarios.
            let lots = i64::from(spot.max(400_000)) * 8 * positions.len() as i64;
            assert!(taker.equity.0 + lots >= taker.initial.0, "{taker:?}");
        });
    }
}

/// A hundredth of one lot is one lot: what the taker gets more of is in what their account needs.
#[test]
fn what_a_share_is_rounded_up_by_is_paid_for() {
    at("50000", |context| {
        // Thirty puts of a lot each, in the money by nineteen times the price, beside what fails.
        let mut positions: Vec<_> = (0..30).map(|index| (put(900_000 + index), -1)).collect();
        // Beside them little that fails: what rounding adds is most of what the taker gets.
        positions.push((call(52_000), -UNIT / 20));
        let mut parties = Parties::failing(cash_at(&positions, 95, context), &positions);
        // As little as suffices for a hundredth of everything.
        let poorest = |parties: &Parties| {
            let (mut low, mut high) = (0u64, 1 << 40);
            while high - low > 1 {
                let middle = (low + high) / 2;
                let mut trial = Parties {
                    taker: account(middle, &[]),
                    ..*parties
                };
                *(if trial.take(LEAST_SHARE, 60, context).is_ok() {
                    &mut high
                } else {
                    &mut low
                }) = middle;
            }
            high
        };
        parties.taker = account(poorest(&parties), &[]);
        parties.take(LEAST_SHARE, 60, context).unwrap();
        assert_eq!(parties.taker.quantity(&put(900_000)), Lots(-1));
        let theirs = status_of(&parties.taker, context, Marks::Adverse).unwrap();
        assert!(theirs.equity >= theirs.initial, "{theirs:?}");
    });
}

#[test]
fn shares_are_rounded_against_the_taker() {
    for (share, quantity, moved) in [
        (500_000_000, 3, 1),
        (500_000_000, -3, -2),
        (333_333_333, 3, 0),
        (333_333_333, -2, -1),
        (1_000_000_000, i64::MIN + 1, i64::MIN + 1),
        (1, 999_999_999, 0),
    ] {
        assert_eq!(Share(share).of_position(Lots(quantity)), Lots(moved));
    }
    let _: Price = price("1");
}
