use super::*;
use crate::fixtures::{account, call, put, EXPIRY};

#[test]
fn premiums_are_rounded_against_the_taker() {
    for (quantity, price, taker, expected) in [
        (1_000_000, 1_250, Side::Buy, Some(1_250)),
        (1, 1_250, Side::Buy, Some(1)),
        (1, 1_250, Side::Sell, Some(0)),
        (1_500, 1_001, Side::Buy, Some(2)),
        (1_500, 1_001, Side::Sell, Some(1)),
        (5, 0, Side::Buy, Some(0)),
        (-1, 5, Side::Buy, None),
        (i64::MAX, u64::MAX, Side::Sell, None),
    ] {
        let got = premium(Lots(quantity), UnitPrice(price), 1_000_000, taker);
        assert_eq!(got, expected, "{quantity} at {price}");
    }
    // Cutting a purchase into pieces is never cheaper.
    let whole = premium(Lots(9_999), UnitPrice(777), 1_000_000, Side::Buy).unwrap();
    let piece = premium(Lots(1_111), UnitPrice(777), 1_000_000, Side::Buy).unwrap();
    assert!(9 * piece >= whole);
}

#[test]
fn open_interest_is_what_is_held_long() {
    for (from, to, quantity, change) in [
        (0, 0, 10, 10),
        (10, 0, 10, 0),
        (10, -10, 10, -10),
        (4, 0, 10, 6),
        (4, -3, 10, 3),
        (0, -20, 10, 0),
        (-5, 5, 10, 10),
    ] {
        let series = call(100);
        let mut from_account = account(0, &[(series, from)]);
        let mut to_account = account(0, &[(series, to)]);
        let changed = move_position(&mut from_account, &mut to_account, &series, Lots(quantity));
        assert_eq!(changed, Ok(change), "{from} {to}");
        assert_eq!(from_account.quantity(&series).0, from - quantity);
        assert_eq!(to_account.quantity(&series).0, to + quantity);
    }
    assert_eq!(OpenInterest(5).changed(-6), None);
    assert_eq!(OpenInterest(5).changed(-5), Some(OpenInterest(0)));
}

#[test]
fn an_owner_moves_any_part_of_a_position_and_no_more() {
    let series = call(100);
    for (from, to, quantity, expected) in [
        (10, 0, 10, Ok(0)),
        (10, 0, 3, Ok(0)),
        (-10, 3, -10, Ok(-3)),
        (10, -4, 10, Ok(-4)),
        (10, 0, 11, Err(AccountError::NoPosition)),
        (10, 0, -1, Err(AccountError::NoPosition)),
        (10, 0, 0, Err(AccountError::NoPosition)),
        (0, 5, -5, Err(AccountError::NoPosition)),
    ] {
        let (mut a, mut b) = (account(7, &[(series, from)]), account(9, &[(series, to)]));
        assert_eq!(
            transfer(&mut a, &mut b, &series, Lots(quantity), 0),
            expected,
            "{from} {to} {quantity}"
        );
        let moved = if expected.is_ok() { quantity } else { 0 };
        assert_eq!(
            (a.quantity(&series).0, b.quantity(&series).0),
            (from - moved, to + moved)
        );
        assert_eq!((a.cash, b.cash), (7, 9));
    }
    let (mut a, mut b) = (account(7, &[(series, 1)]), account(9, &[]));
    let late = transfer(&mut a, &mut b, &series, Lots(1), EXPIRY);
    assert_eq!(late, Err(AccountError::Expired));
    b.debt = 1;
    assert_eq!(
        transfer(&mut a, &mut b, &series, Lots(1), 0),
        Err(AccountError::Debt(1))
    );
}

fn leg(series: SeriesTerms, quantity: i64, taker: Side, premium: u64) -> LegFill {
    LegFill {
        leg: PackageLeg {
            series,
            quantity: Lots(quantity),
            price: UnitPrice(0),
            taker,
        },
        premium,
    }
}

/// Trades between copies, and returns them with what came of it.
fn traded(
    (taker, maker): (MarginAccount, MarginAccount),
    legs: &[LegFill],
    now: i64,
) -> (Result<Legs<i64>, AccountError>, [MarginAccount; 3]) {
    let (mut taker, mut maker, mut fund) = (taker, maker, account(50, &[]));
    let mut parties = Parties {
        taker: &mut taker,
        maker: &mut maker,
        fund: &mut fund,
    };
    // Two for each leg.
    let fee = 2 * legs.len() as u64;
    let result = trade(&mut parties, &Legs::new(legs).unwrap(), fee, Lots(10), now);
    (result, [taker, maker, fund])
}

#[test]
fn a_trade_moves_both_or_neither() {
    let series = call(100);
    let many: [(SeriesTerms, i64); 32] = core::array::from_fn(|index| (call(1_000 + index as u32), 1));
    let mut indebted = account(0, &[]);
    indebted.debt = 3;
    let rich = account(1_000, &[]);
    let full = account(1_000, &many);
    let size = |quantity| Err(AccountError::Size { quantity, least: 10 });
    let cash = |cash, needed| Err(AccountError::Cash { cash, needed });
    for (taker, maker, quantity, premium, now, expected) in [
        (rich, rich, 20, 998, 0, Ok(20)),
        (rich, rich, 20, 999, 0, cash(1_000, 1_001)),
        (rich, rich, 15, 1, 0, size(15)),
        (rich, rich, 0, 1, 0, size(0)),
        (rich, rich, -10, 1, 0, size(-10)),
        (rich, rich, 10, 1, EXPIRY, Err(AccountError::Expired)),
        (indebted, rich, 10, 0, 0, Err(AccountError::Debt(3))),
        (rich, indebted, 10, 0, 0, Err(AccountError::Debt(3))),
        (full, rich, 10, 1, 0, Err(AccountError::PositionsFull)),
        (rich, full, 10, 1, 0, Err(AccountError::PositionsFull)),
        (rich, account(u64::MAX, &[]), 10, 1, 0, Err(AccountError::TooLarge)),
    ] {
        for side in [Side::Buy, Side::Sell] {
            if side == Side::Sell && expected.is_ok() {
                continue;
            }
            let (result, [a, b, fund]) = traded((taker, maker), &[leg(series, quantity, Side::Buy, premium)], now);
            assert_eq!(result, expected.map(Legs::single));
            if expected.is_ok() {
                assert_eq!((a.cash, b.cash), (taker.cash - premium - 2, maker.cash + premium));
                assert_eq!(fund.cash, 52);
                assert_eq!((a.quantity(&series).0, b.quantity(&series).0), (quantity, -quantity));
            } else {
                assert_eq!((a, b, fund), (taker, maker, account(50, &[])));
            }
        }
    }
    // Who sells pays the fee too, out of the premium at the latest.
    let (poor, maker) = (account(0, &[]), account(1_000, &[]));
    let (sold, [a, b, fund]) = traded((poor, maker), &[leg(series, 10, Side::Sell, 2)], 0);
    assert_eq!(sold, Ok(Legs::single(10)));
    assert_eq!((a.cash, b.cash, fund.cash), (0, 998, 52));
    let (refused, _) = traded((poor, maker), &[leg(series, 10, Side::Sell, 1)], 0);
    assert_eq!(refused, Err(AccountError::Cash { cash: 1, needed: 2 }));
}

#[test]
fn legs_are_traded_together_by_the_net_of_their_premiums() {
    let (taker, maker) = (account(62, &[(call(100), 20)]), account(2, &[]));
    let legs = [
        leg(call(100), 20, Side::Sell, 500),
        leg(call(110), 20, Side::Buy, 400),
        leg(put(90), 10, Side::Buy, 106),
    ];
    let (result, [a, b, fund]) = traded((taker, maker), &legs, 0);
    assert_eq!(*result.unwrap(), [0, 20, 10]);
    assert_eq!((a.cash, b.cash, fund.cash), (50, 8, 56));
    let held = [call(100), call(110), put(90)].map(|series| (a.quantity(&series).0, b.quantity(&series).0));
    assert_eq!(held, [(0, 20), (20, -20), (10, -10)]);
}

#[test]
fn a_leg_that_cannot_be_moved_brings_the_others_back() {
    let many: [(SeriesTerms, i64); 32] = core::array::from_fn(|index| (call(1_000 + index as u32), 10));
    let (taker, maker) = (account(1_000, &many), account(1_000, &[(put(90), 5)]));
    let legs = [
        leg(call(1_000), 10, Side::Sell, 7),
        leg(call(1_001), 20, Side::Sell, 7),
        leg(call(100), 10, Side::Buy, 7),
        leg(put(90), 10, Side::Buy, 7),
    ];
    let (result, accounts) = traded((taker, maker), &legs, 0);
    // The first leg makes room for the third, and nothing for the fourth.
    assert_eq!(result, Err(AccountError::PositionsFull));
    assert_eq!(accounts, [taker, maker, account(50, &[])]);
    let (result, _) = traded((taker, maker), &legs[..3], 0);
    assert_eq!(*result.unwrap(), [0, 10, 10]);
}
