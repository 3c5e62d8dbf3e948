mod averaged;
mod coherent;
mod total;

use super::fixtures::{status_of, with_market, NOW};
use super::*;
use crate::account::Claim;
use crate::charges::charges;
use crate::fixtures::{account, call, option, put, EXPIRY};
use ballast_core_margin::{assess, MARGIN, SCENARIOS};
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::fixtures::price;

const UNIT: i64 = 1_000_000;

#[test]
fn equity_is_cash_less_debt_with_claims_and_marks() {
    with_market(price("50000"), |context| {
        let mut owner = account(700, &[]);
        owner.debt = 200;
        owner
            .load_claims(
                [Claim {
                    market: 0,
                    expiry: 1,
                    amount: 30,
                    is_paid_in_part: false,
                }]
                .into_iter(),
            )
            .unwrap();
        let flat = status_of(&owner, context, Marks::Adverse).unwrap();
        let expected = MarginStatus {
            equity: Value(530),
            unpaid: Value(30),
            cash: Value(700),
            debt: Value(200),
            ..MarginStatus::default()
        };
        assert_eq!(flat, expected);
        let long = account(700, &[(call(50_000), UNIT)]);
        let fair = fair_value_floor(&call(50_000), Lots(UNIT), context).unwrap();
        let marked = status_of(&long, context, Marks::Adverse).unwrap().equity.0 - 700;
        assert!(marked < fair.0 && marked > fair.0 * 9 / 10, "{marked} {fair:?}");
    });
}

#[test]
fn a_book_of_long_options_needs_no_more_than_its_marks() {
    with_market(price("50000"), |context| {
        for positions in [
            &[(call(50_000), UNIT)][..],
            &[(put(20_000), 1_000 * UNIT)],
            &[
                (call(50_000), 400 * UNIT),
                (put(45_000), 500 * UNIT),
                (call(100_000), UNIT),
            ],
        ] {
            let owner = account(0, positions);
            let status = status_of(&owner, context, Marks::Adverse).unwrap();
            assert!(status.initial <= status.equity, "{status:?}");
            assert_eq!(status.check_initial(), Ok(()));
            assert!(!status.is_liquidatable());
        }
    });
}

#[test]
fn long_and_short_net_and_hedges_count() {
    with_market(price("50000"), |context| {
        let needs = |positions: &[_]| {
            status_of(&account(0, positions), context, Marks::Adverse)
                .unwrap()
                .initial
                .0
        };
        let naked = needs(&[(call(50_000), -UNIT)]);
        let spread = needs(&[(call(50_000), -UNIT), (call(60_000), UNIT)]);
        assert!(spread < naked, "{spread} {naked}");
        // Price cannot hurt both sides of a straddle to the full.
        let cash = |positions: &[_]| {
            let status = status_of(&account(0, positions), context, Marks::Adverse).unwrap();
            status.initial.0 - status.equity.0
        };
        let (naked, both) = (
            cash(&[(call(50_000), -UNIT)]),
            cash(&[(call(50_000), -UNIT), (put(50_000), -UNIT)]),
        );
        assert!(both < 2 * naked && both > naked, "{both} {naked}");
        // A spread cannot lose more than its width.
        assert!(spread < 10_000 * UNIT + 400 * UNIT);
    });
}

#[test]
fn the_check_names_what_is_missing() {
    with_market(price("50000"), |context| {
        let positions = [(call(50_000), -UNIT)];
        let naked = status_of(&account(0, &positions), context, Marks::Adverse).unwrap();
        let needed = u64::try_from(naked.initial.0 - naked.equity.0).unwrap();
        for (cash, passes) in [(needed, true), (needed - 1, false)] {
            let status = status_of(&account(cash, &positions), context, Marks::Adverse).unwrap();
            let refusal = MarginError::Initial {
                equity: status.equity,
                required: status.initial,
            };
            assert_eq!(status.check_initial(), if passes { Ok(()) } else { Err(refusal) });
            assert!(!status.is_liquidatable());
        }
        let gone = status_of(&account(needed / 2, &positions), context, Marks::Adverse).unwrap();
        assert!(gone.is_liquidatable());
    });
}

#[test]
fn gains_of_the_moment_do_not_leave() {
    with_market(price("50000"), |context| {
        let at_slow = |slow: &str| {
            let mut context = *context;
            context.markets[0].as_mut().unwrap().slow = price(slow);
            context
        };
        let long = account(1_000_000_000, &[(call(50_000), UNIT)]);
        let short = account(9_000_000_000, &[(call(50_000), -UNIT)]);
        for (owner, slow, less) in [
            (long, "45000", true),
            (long, "55000", false),
            (short, "45000", false),
            (short, "55000", true),
        ] {
            let context = at_slow(slow);
            let adverse = status_of(&owner, &context, Marks::Adverse).unwrap();
            let prudent = status_of(&owner, &context, Marks::Conservative).unwrap();
            assert_eq!(prudent.equity < adverse.equity, less, "{slow}");
            assert!(prudent.equity <= adverse.equity);
        }
        // What a book of long options may lose at the slow price does not lock its cash up.
        let prudent = status_of(&long, &at_slow("10000"), Marks::Conservative).unwrap();
        assert!(prudent.equity.0 - prudent.initial.0 >= 1_000_000_000, "{prudent:?}");
    });
}

#[test]
fn what_expires_within_the_window_needs_cash() {
    with_market(price("50000"), |context| {
        let later = EXPIRY + 30 * 86_400;
        let calendar = account(
            5_000_000_000,
            &[(call(50_000), -UNIT), (option(Kind::Call, 50_000, later), UNIT)],
        );
        for (before, needs) in [(86_401, false), (86_400, true), (0, true), (-3_600, true)] {
            let mut context = *context;
            context.now = EXPIRY - before;
            let status = status_of(&calendar, &context, Marks::Adverse).unwrap();
            assert_eq!(status.cash_need.initial > Value::ZERO, needs, "{before}");
            if needs {
                // Six deviations of four percent: 50,000·(e^0.24 − 1).
                let worst = status.cash_need.initial.0 as f64 / 1e6;
                assert!((worst - 13_562.457_5).abs() < 1.0, "{worst}");
                assert_eq!(
                    status.check_initial(),
                    Err(MarginError::Cash {
                        cash: Value(5_000_000_000),
                        needed: status.cash_need.initial
                    })
                );
                assert!(status.is_liquidatable());
            }
        }
        // Two markets' expiries do not pay for each other; two series of one do.
        let mut elsewhere = call(40_000);
        elsewhere.market = 1;
        let mut near = *context;
        near.now = EXPIRY - 600;
        let need = |positions: &[_]| {
            status_of(&account(0, positions), &near, Marks::Adverse)
                .unwrap()
                .cash_need
                .initial
                .0
        };
        let naked = need(&[(call(50_000), -UNIT)]);
        assert_eq!(need(&[(call(50_000), -UNIT), (elsewhere, UNIT)]), naked);
        assert_eq!(need(&[(call(50_000), -UNIT), (call(40_000), UNIT)]), 0);
    });
}

#[test]
fn only_the_markets_of_the_book_count() {
    with_market(price("50000"), |context| {
        let mut third = put(50_000);
        third.market = 2;
        let mut alone = *context;
        alone.markets = [None, None, context.markets[2], None];
        let owner = account(0, &[(third, -UNIT)]);
        let whole = status_of(&owner, context, Marks::Adverse).unwrap();
        assert_eq!(status_of(&owner, &alone, Marks::Adverse), Ok(whole));
        let same = status_of(&account(0, &[(put(50_000), -UNIT)]), context, Marks::Adverse);
        assert_eq!(same, Ok(whole));
        let mixed = account(0, &[(third, -UNIT), (put(50_000), -UNIT)]);
        let missing = status_of(&mixed, &alone, Marks::Adverse);
        assert_eq!(missing, Err(MarginError::MarketMissing(0)));
        let both = status_of(&mixed, context, Marks::Adverse).unwrap();
        assert_eq!(
            (both.initial.0, both.maintenance.0),
            (2 * whole.initial.0, 2 * whole.maintenance.0)
        );
        let mut beyond = third;
        beyond.market = 4;
        let refused = status_of(&account(0, &[(beyond, 1)]), context, Marks::Adverse);
        assert_eq!(refused, Err(MarginError::MarketMissing(4)));
    });
}

#[test]
fn expired_positions_are_worth_what_they_would_pay_now() {
    with_market(price("50000"), |context| {
        let mut late = *context;
        late.now = EXPIRY + 1_000;
        let value = fair_value_floor(&call(40_000), Lots(UNIT), &late).unwrap();
        assert!((value.0 - 10_000 * UNIT).abs() < UNIT, "{value:?}");
        let owner = account(0, &[(call(40_000), -UNIT)]);
        assert!(status_of(&owner, &late, Marks::Adverse).unwrap().is_liquidatable());
    });
}

#[test]
fn a_margin_is_that_of_assess_and_the_charges() {
    with_market(price("50000"), |context| {
        let mut elsewhere = put(45_000);
        elsewhere.market = 1;
        for (positions, markets) in [
            (
                &[(call(50_000), -UNIT), (call(60_000), UNIT), (put(40_000), -3 * UNIT)][..],
                1,
            ),
            (&[(call(50_000), -UNIT), (put(40_000), -UNIT)], 1),
            (&[(call(50_000), -UNIT), (elsewhere, UNIT)], 2),
            (&[(call(50_000), UNIT)], 1),
        ] {
            let owner = account(0, positions);
            let legs: std::vec::Vec<_> = owner
                .positions()
                .iter()
                .map(|position| BookLeg {
                    market: usize::from(position.series.market),
                    contract: position.series.contract(EXPIRY),
                    quantity: position.quantity,
                })
                .collect();
            let none = Requirement::default();
            let (mut value, mut needs, mut bare) = (Value::ZERO, none, none);
            for market in 0..markets {
                let inputs = context.markets[0].unwrap().inputs;
                let own: std::vec::Vec<_> = legs
                    .iter()
                    .filter(|leg| leg.market == market)
                    .map(|leg| BookLeg { market: 0, ..*leg })
                    .collect();
                let assessed = assess(&own, &[inputs], &SCENARIOS, &MARGIN, NOW).unwrap();
                let risk = assessment::book_risk(&own, &inputs, Asked::default(), &SCENARIOS, NOW).unwrap();
                let without = risk.requirement(&MARGIN, none, none);
                assert_eq!(
                    (without.initial, without.maintenance),
                    (assessed.initial_margin, assessed.maintenance_margin)
                );
                assert_eq!(
                    (risk.value, risk.whole.worst_loss),
                    (assessed.value, assessed.worst_loss)
                );
                let here = context.markets[market].unwrap();
                let group: std::vec::Vec<_> = owner
                    .positions()
                    .iter()
                    .filter(|position| usize::from(position.series.market) == market)
                    .copied()
                    .collect();
                let spot = here.inputs.bounds.mid;
                let charges = charges(&group, market as u8, spot, &here.charges, here.open_interest).unwrap();
                assert!(charges.whole.maintenance > Value::ZERO);
                let charged = risk.requirement(&MARGIN, charges.whole, charges.short);
                value = value.checked_add(risk.value).unwrap();
                for (sum, more) in [(&mut needs, charged), (&mut bare, without)] {
                    sum.initial = sum.initial.checked_add(more.initial).unwrap();
                    sum.maintenance = sum.maintenance.checked_add(more.maintenance).unwrap();
                }
            }
            let status = status_of(&owner, context, Marks::Adverse).unwrap();
            assert_eq!(
                (status.equity, status.initial, status.maintenance),
                (value, needs.initial, needs.maintenance)
            );
            assert!(status.initial >= bare.initial);
        }
    });
}

extern crate std;
