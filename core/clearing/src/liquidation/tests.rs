use super::*;
use crate::account::Claim;
use crate::cash_need::CashNeed;
use crate::fixtures::{account, call, put, EXPIRY, HOUSE, LISTING};
use crate::margin::fixtures::{with_market, NOW};
use ballast_core_types::fixtures::price;

const fn standing(equity: i64, initial: i64, maintenance: i64) -> Standing {
    Standing {
        equity: Value(equity),
        initial: Value(initial),
        maintenance: Value(maintenance),
        cash: Value(1_000),
        cash_need: CashNeed {
            initial: Value(0),
            maintenance: Value(0),
        },
        debt: Value(0),
    }
}

const fn with_cash(mut of: Standing, cash: i64, initial: i64, maintenance: i64) -> Standing {
    of.cash = Value(cash);
    of.cash_need = CashNeed {
        initial: Value(initial),
        maintenance: Value(maintenance),
    };
    of
}

const fn with_debt(mut of: Standing, debt: i64) -> Standing {
    of.debt = Value(debt);
    of
}

#[test]
fn it_begins_below_maintenance_and_ends_at_the_initial_requirement() {
    for (standing, begins, ends) in [
        (standing(100, 100, 70), false, true),
        (standing(99, 100, 70), false, false),
        (standing(70, 100, 70), false, false),
        (standing(69, 100, 70), true, false),
        (with_debt(standing(500, 100, 70), 1), true, false),
        (with_cash(standing(500, 100, 70), 69, 100, 70), true, false),
        (with_cash(standing(500, 100, 70), 70, 100, 70), false, false),
        (with_cash(standing(500, 100, 70), 100, 100, 70), false, true),
        (standing(0, 0, 0), false, true),
        (standing(-1, 0, 0), true, false),
    ] {
        let mut owner = account(0, &[]);
        let begun = begin(&mut owner, &standing, &HOUSE, 5);
        assert_eq!(begun.is_ok(), begins, "{standing:?}");
        assert_eq!(owner.status == Status::Normal, !begins);
        assert_eq!(end(&mut owner, &standing).is_ok(), ends, "{standing:?}");
    }
}

#[test]
fn it_begins_once_until_it_has_lapsed() {
    let failing = standing(10, 100, 70);
    let mut owner = account(0, &[]);
    begin(&mut owner, &failing, &HOUSE, 1_000).unwrap();
    // Growth and grace are 900 seconds, and as long again.
    for (now, expected) in [
        (1_000, Err(LiquidationRefusal::AlreadyBegun)),
        (2_799, Err(LiquidationRefusal::AlreadyBegun)),
        (2_800, Ok(())),
    ] {
        let mut again = owner;
        assert_eq!(begin(&mut again, &failing, &HOUSE, now), expected, "{now}");
    }
    owner.status = Status::Bankrupt;
    let gone = Err(LiquidationRefusal::Account(AccountRefusal::Bankrupt));
    assert_eq!(begin(&mut owner, &failing, &HOUSE, 0), gone);
    assert_eq!(end(&mut owner, &standing(1, 0, 0)), gone);
}

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
        assert_eq!(discount_floor(1_000, 100, &HOUSE, now), Some(expected), "{now}");
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
fn a_take_is_held_to_its_rules() {
    let take = |quantity| Take {
        series: call(100),
        quantity: Lots(quantity),
        payment: Value(0),
        discount: 0,
        cap: 0,
    };
    let (least, two) = (take(10_000), take(-20_000));
    let before = standing(60, 100, 70);
    let short_of_cash = with_cash(before, 50, 100, 70);
    for (take, before, after, smaller, expected) in [
        (two, before, standing(55, 80, 56), None, Ok(())),
        (
            two,
            before,
            standing(48, 80, 56),
            None,
            Err(LiquidationRefusal::NoImprovement),
        ),
        (two, before, standing(47, 80, 56), None, Err(LiquidationRefusal::Worse)),
        (two, before, standing(-1, 0, 0), None, Err(LiquidationRefusal::Worse)),
        (
            two,
            before,
            standing(50, 50, 35),
            None,
            Err(LiquidationRefusal::NotShownToBeNeeded),
        ),
        (two, before, standing(50, 50, 35), Some(standing(54, 55, 40)), Ok(())),
        (
            two,
            before,
            standing(50, 50, 35),
            Some(standing(55, 55, 40)),
            Err(LiquidationRefusal::MoreThanNeeded),
        ),
        (least, before, standing(50, 50, 35), None, Ok(())),
        (
            two,
            standing(100, 100, 70),
            before,
            None,
            Err(LiquidationRefusal::Restored),
        ),
        (
            two,
            standing(0, 100, 70),
            standing(10, 20, 7),
            None,
            Err(LiquidationRefusal::Bankrupt),
        ),
        // Above maintenance but below the target it goes on.
        (two, standing(90, 100, 70), standing(89, 95, 60), None, Ok(())),
        // Cash may not cover less, unless it still covers everything.
        (
            two,
            short_of_cash,
            with_cash(standing(60, 100, 70), 60, 100, 70),
            None,
            Ok(()),
        ),
        (
            two,
            short_of_cash,
            with_cash(standing(60, 90, 70), 49, 100, 70),
            None,
            Err(LiquidationRefusal::LessCash),
        ),
        (
            two,
            with_cash(before, 200, 100, 70),
            with_cash(standing(60, 90, 70), 100, 100, 70),
            None,
            Ok(()),
        ),
        // Equity that is enough may become less as long as it is enough: a far option is sold to pay for a near one.
        (
            two,
            with_cash(standing(300, 100, 70), 50, 100, 70),
            with_cash(standing(250, 250, 70), 60, 100, 70),
            None,
            Ok(()),
        ),
        (
            two,
            with_cash(standing(300, 100, 70), 50, 100, 70),
            with_cash(standing(249, 250, 70), 60, 100, 70),
            None,
            Err(LiquidationRefusal::Worse),
        ),
        // A debt that becomes less is an improvement.
        (
            two,
            with_debt(standing(90, 80, 60), 10),
            with_debt(standing(85, 80, 60), 5),
            None,
            Ok(()),
        ),
        (
            two,
            with_debt(standing(90, 80, 60), 10),
            with_debt(standing(90, 80, 60), 10),
            None,
            Err(LiquidationRefusal::NoImprovement),
        ),
    ] {
        let checked = check_take(&take, Lots(10_000), &before, &after, smaller.as_ref());
        assert_eq!(checked, expected, "{before:?} {after:?}");
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
        let member = Seller::Member;
        let none = priced(&owner, member, call(50_000), 10_000, NOW);
        assert_eq!(none, Err(LiquidationRefusal::NotBegun));
        owner.status = Status::Liquidation {
            since: NOW,
            touched_at: NOW,
        };
        for (series, quantity) in [(call(50_000), 1_000_000), (put(50_000), -1_000_000)] {
            let begun = priced(&owner, member, series, quantity, NOW).unwrap();
            let fair = fair_value_floor(&series, Lots(quantity), context).unwrap().0;
            assert!(
                (0..=1).contains(&(begun.payment.0 - fair)),
                "never below the fair value"
            );
            assert_eq!((begun.discount, begun.cap), (0, 100_000_000));
            let half = priced(&owner, member, series, quantity, NOW + 300).unwrap();
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
                LiquidationRefusal::NotReducing {
                    held: Lots(1_000_000),
                    taken: Lots(1_010_000),
                },
            ),
            (
                call(50_000),
                -10_000,
                LiquidationRefusal::NotReducing {
                    held: Lots(1_000_000),
                    taken: Lots(-10_000),
                },
            ),
            (
                call(60_000),
                10_000,
                LiquidationRefusal::NotReducing {
                    held: Lots(0),
                    taken: Lots(10_000),
                },
            ),
            (
                call(50_000),
                5_000,
                LiquidationRefusal::Account(AccountRefusal::Size {
                    quantity: 5_000,
                    least: 10_000,
                }),
            ),
            (
                call(50_000),
                0,
                LiquidationRefusal::Account(AccountRefusal::Size {
                    quantity: 0,
                    least: 10_000,
                }),
            ),
        ] {
            assert_eq!(priced(&owner, member, series, quantity, NOW), Err(expected));
        }
        for (seconds, seller) in [(1_800, member), (0, member), (-1, Seller::Insurance)] {
            let near = priced(&owner, seller, call(50_000), 10_000, EXPIRY - seconds);
            assert_eq!(near, Err(LiquidationRefusal::Settling));
        }
        let before = priced(&owner, Seller::Insurance, call(50_000), 10_000, EXPIRY - 1_801);
        assert!(before.is_ok());
        // A member's liquidation lapses, the fund's does not.
        let late = NOW + 1_800;
        assert_eq!(
            priced(&owner, member, call(50_000), 10_000, late),
            Err(LiquidationRefusal::NotBegun)
        );
        assert!(priced(&owner, Seller::Insurance, call(50_000), 10_000, late).is_ok());
    });
}

#[test]
fn a_take_moves_the_position_and_the_money_or_nothing() {
    let take = |quantity, payment| Take {
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
            Err(AccountRefusal::Cash { cash: 200, needed: 300 }),
            200,
            0,
            500,
        ),
        (
            begun(0, 0, 20),
            take(10, 501),
            Err(AccountRefusal::Cash { cash: 500, needed: 501 }),
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
    assert_eq!(refused, Err(AccountRefusal::Debt(5)));
}

#[test]
fn the_fund_takes_over_what_is_lost_or_left() {
    let early = |from| Err(LiquidationRefusal::TooEarly { from });
    for (standing, now, expected) in [
        (standing(0, 100, 70), 1_000, Ok(())),
        (standing(-50, 100, 70), 1_000, Ok(())),
        (standing(60, 100, 70), 1_000, early(1_900)),
        (standing(60, 100, 70), 1_899, early(1_900)),
        (standing(60, 100, 70), 1_900, Ok(())),
        (standing(60, 100, 70), 2_800, Err(LiquidationRefusal::NotBegun)),
        (standing(70, 100, 70), 1_900, Err(LiquidationRefusal::Healthy)),
    ] {
        let mut owner = account(300, &[(call(100), -10), (put(100), 10)]);
        owner.status = Status::Liquidation {
            since: 900,
            touched_at: 1_000,
        };
        owner
            .load_claims(
                [Claim {
                    market: 0,
                    expiry: 7,
                    amount: 40,
                }]
                .into_iter(),
            )
            .unwrap();
        let before = owner;
        let mut fund = account(50, &[(call(100), 4)]);
        let result = take_over(&mut owner, &mut fund, &standing, &HOUSE, now);
        assert_eq!(result, expected, "{standing:?} {now}");
        if expected.is_err() {
            assert_eq!(owner, before);
            continue;
        }
        assert_eq!(
            (owner.cash, owner.debt, owner.claims().len(), owner.status),
            (0, 0, 0, Status::Bankrupt)
        );
        assert_eq!((fund.cash, fund.claims()[0].amount), (350, 40));
        assert_eq!(
            fund.status,
            Status::Liquidation {
                since: now,
                touched_at: now
            }
        );
        // Four of ten are netted: the fund is short six, and as many fewer are held long.
        assert_eq!(take_over_position(&mut owner, &mut fund, &call(100)), Ok(-4));
        let gone = take_over_position(&mut owner, &mut fund, &call(100));
        assert_eq!(
            gone,
            Err(LiquidationRefusal::Account(AccountRefusal::NoPosition)).map_err(|_| AccountRefusal::NoPosition)
        );
        assert_eq!(owner.status, Status::Bankrupt);
        assert_eq!(take_over_position(&mut owner, &mut fund, &put(100)), Ok(0));
        assert_eq!((owner.status, owner.is_empty()), (Status::Normal, true));
        let over = take_over_position(&mut owner, &mut fund, &put(100));
        assert_eq!(over, Err(AccountRefusal::NotBankrupt));
    }
}

#[test]
fn a_fund_without_room_for_a_claim_takes_nothing_over() {
    let claims = |first: i64, count: i64| {
        (first..first + count).map(|expiry| Claim {
            market: 0,
            expiry,
            amount: 1,
        })
    };
    let failing = standing(-1, 100, 70);
    for (own, expected) in [
        (claims(8, 1), Ok(())),
        (claims(8, 2), Err(AccountRefusal::ClaimsFull.into())),
    ] {
        let mut owner = account(5, &[(call(100), -10)]);
        owner.status = Status::Liquidation {
            since: 0,
            touched_at: 0,
        };
        owner.load_claims(own).unwrap();
        let mut fund = account(0, &[]);
        fund.load_claims(claims(1, 8)).unwrap();
        let before = (owner, fund);
        assert_eq!(take_over(&mut owner, &mut fund, &failing, &HOUSE, 10), expected);
        if expected.is_err() {
            assert_eq!((owner, fund), before);
        } else {
            assert_eq!((fund.claims().len(), fund.claims()[7].amount), (8, 2));
        }
    }
}

#[test]
fn an_account_worth_anything_keeps_its_money_while_its_positions_settle() {
    let owner = account(300, &[(call(100), -10)]);
    // The grace has passed, and the liquidation has not lapsed.
    for (now, equity, expected) in [
        (EXPIRY - 7_201, 5, Ok(())),
        (EXPIRY - 7_200, 5, Err(LiquidationRefusal::Settling)),
        (EXPIRY - 7_200, 0, Ok(())),
    ] {
        let (mut owner, mut fund) = (owner, account(0, &[]));
        owner.status = Status::Liquidation {
            since: now - 900,
            touched_at: now - 900,
        };
        let taken = take_over(&mut owner, &mut fund, &standing(equity, 100, 70), &HOUSE, now);
        assert_eq!(taken, expected, "{now} {equity}");
    }
}
