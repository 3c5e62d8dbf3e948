//! The price of a take, and what it moves.

use super::super::*;
use crate::fixtures::{account, call, put, EXPIRY, HOUSE, LISTING};
use crate::margin::fixtures::{with_market, NOW};
use ballast_core_types::fixtures::price;

#[test]
fn the_discount_grows_to_its_cap() {
    for (now, expected) in [
        (0, 0),
        (100, 0),
        (101, 1),
        (400, 500),
        (699, 998),
        (700, 1_000),
        (10_000, 1_000),
    ] {
        assert_eq!(discount_floor(1_000, now - 100, &HOUSE), Some(expected), "{now}");
    }
    // A five-hundredth of the spot; of a long position at most a fifth of its worth.
    for (quantity, fair, cap) in [
        (1_000_000, 10_000_000_000, 100_000_000),
        (1_000_000, 400_000_000, 80_000_000),
        (1_000_000, 0, 0),
        (-1_000_000, -10_000_000_000, 100_000_000),
        (-1_000_000, 0, 100_000_000),
        (-1, 0, 100),
    ] {
        let got = discount_cap_floor(Lots(quantity), Value(fair), price("50000"), &LISTING.discount);
        assert_eq!(got, Some(cap), "{quantity} {fair}");
    }
}

#[test]
fn a_take_is_priced_at_fair_value_less_the_discount() {
    with_market(price("50000"), |context| {
        let mut owner = account(0, &[(call(50_000), 1_000_000), (put(50_000), -1_000_000)]);
        let priced = |owner: &MarginAccount, seller, series, quantity, now| {
            let mut context = *context;
            context.now = now;
            price_take(owner, seller, &series, Lots(quantity), &LISTING, &context)
        };
        let participant = Seller::Member;
        let none = priced(&owner, participant, call(50_000), 10_000, NOW);
        assert_eq!(none, Err(LiquidationError::NotBegun));
        owner.status = Status::Liquidation {
            since: NOW,
            touched_at: NOW,
        };
        for (series, quantity) in [(call(50_000), 1_000_000), (put(50_000), -1_000_000)] {
            let begun = priced(&owner, participant, series, quantity, NOW).unwrap();
            let fair = fair_value_floor(&series, Lots(quantity), context).unwrap().0;
            assert!(
                (0..=1).contains(&(begun.payment.0 - fair)),
                "never below the fair value"
            );
            assert_eq!((begun.discount, begun.cap), (0, 100_000_000));
            let half = priced(&owner, participant, series, quantity, NOW + 300).unwrap();
            let fair = fair_value_floor(
                &series,
                Lots(quantity),
                &MarginContext {
                    now: NOW + 300,
                    ..*context
                },
            )
            .unwrap()
            .0;
            assert_eq!(half.discount, 50_000_000);
            assert!((0..=1).contains(&(half.payment.0 + 50_000_000 - fair)));
        }
        for (series, quantity, expected) in [
            (
                call(50_000),
                1_010_000,
                LiquidationError::NotReducing {
                    held: Lots(1_000_000),
                    taken: Lots(1_010_000),
                },
            ),
            (
                call(50_000),
                -10_000,
                LiquidationError::NotReducing {
                    held: Lots(1_000_000),
                    taken: Lots(-10_000),
                },
            ),
            (
                call(60_000),
                10_000,
                LiquidationError::NotReducing {
                    held: Lots(0),
                    taken: Lots(10_000),
                },
            ),
            (
                call(50_000),
                5_000,
                LiquidationError::Account(AccountError::Size {
                    quantity: 5_000,
                    least: 10_000,
                }),
            ),
            (
                call(50_000),
                0,
                LiquidationError::Account(AccountError::Size {
                    quantity: 0,
                    least: 10_000,
                }),
            ),
        ] {
            assert_eq!(priced(&owner, participant, series, quantity, NOW), Err(expected));
        }
        for (seconds, seller) in [(1_800, participant), (0, participant), (-1, Seller::Insurance)] {
            let near = priced(&owner, seller, call(50_000), 10_000, EXPIRY - seconds);
            assert_eq!(near, Err(LiquidationError::Settling));
        }
        let before = priced(&owner, Seller::Insurance, call(50_000), 10_000, EXPIRY - 1_801);
        assert!(before.is_ok());
        // A member's liquidation lapses, the fund's does not.
        let late = NOW + 1_800;
        assert_eq!(
            priced(&owner, participant, call(50_000), 10_000, late),
            Err(LiquidationError::NotBegun)
        );
        assert!(priced(&owner, Seller::Insurance, call(50_000), 10_000, late).is_ok());
    });
}

#[test]
fn a_take_moves_the_position_and_the_money_or_nothing() {
    let take = |quantity, payment| LiquidationFill {
        series: call(100),
        quantity: Lots(quantity),
        payment: Value(payment),
        discount: 0,
        cap: 0,
    };
    let begun = |cash, debt, quantity| {
        let mut account = account(cash, &[(call(100), quantity)]);
        account.debt = debt;
        account.status = Status::Liquidation {
            since: 1,
            touched_at: 1,
        };
        account
    };
    let taker = account(500, &[]);
    for (owner, take, expected, cash, fund, taken) in [
        (begun(0, 0, 20), take(10, 300), Ok(0), 300, 0, 200),
        (begun(0, 120, 20), take(10, 300), Ok(0), 180, 120, 200),
        (begun(400, 0, -20), take(-10, -300), Ok(0), 100, 0, 800),
        (
            begun(200, 0, -20),
            take(-10, -300),
            Err(AccountError::Cash { cash: 200, needed: 300 }),
            200,
            0,
            500,
        ),
        (
            begun(0, 0, 20),
            take(10, 501),
            Err(AccountError::Cash { cash: 500, needed: 501 }),
            0,
            0,
            500,
        ),
    ] {
        let (mut owner_after, mut liquidator, mut insurance) = (owner, taker, account(0, &[]));
        let result = apply_take(&mut owner_after, &mut liquidator, Some(&mut insurance), &take, 9);
        assert_eq!(result, expected);
        assert_eq!((owner_after.cash, insurance.cash, liquidator.cash), (cash, fund, taken));
        if expected.is_ok() {
            assert_eq!(
                owner_after.status,
                Status::Liquidation {
                    since: 1,
                    touched_at: 9
                }
            );
            assert_eq!(liquidator.quantity(&call(100)), take.quantity);
        } else {
            assert_eq!((owner_after, liquidator), (owner, taker));
        }
    }
    let (mut fund, mut liquidator) = (begun(0, 0, 20), taker);
    apply_take(&mut fund, &mut liquidator, None, &take(20, 100), 9).unwrap();
    assert_eq!((fund.cash, liquidator.cash, fund.positions().len()), (100, 400, 0));
    let mut indebted = account(0, &[]);
    indebted.debt = 5;
    let refused = apply_take(&mut begun(0, 0, 20), &mut indebted, None, &take(10, 0), 9);
    assert_eq!(refused, Err(AccountError::Debt(5)));
}
