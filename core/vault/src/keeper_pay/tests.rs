//! What is paid, and what is not.

extern crate std;

use super::*;
use ballast_core_types::fixtures::ratio;
use proptest::prelude::*;
use std::vec::Vec;

fn policy() -> KeeperPayPolicy {
    KeeperPayPolicy {
        rate: ratio("0.00005"),
        task: 10_000,
        aversion: 100,
    }
}

fn bounds() -> RebalancePolicy {
    RebalancePolicy {
        price_band: ratio("0.01"),
        slice: ratio("1"),
        max_cost: ratio("0.005"),
    }
}

#[test]
fn the_table_of_pay() {
    use Reason::{Breach, Drift};
    for (reason, traded, cost, risk_removed, expected) in [
        // Half a basis point of what is traded, where enough risk is removed.
        (Drift, 10_000_000, 7_000, 20_000, 500),
        (Drift, 10_000_000, 7_000, 12_000, 500),
        // A tenth of what is left of that behind its cost.
        (Drift, 10_000_000, 7_000, 11_990, 499),
        (Drift, 10_000_000, 7_000, 7_009, 0),
        (Drift, 10_000_000, 7_000, 6_000, 0),
        // What the venue gives is no merit of whoever trades.
        (Drift, 10_000_000, -7_000, 1_000, 100),
        // Of a breach J is not asked.
        (Breach, 10_000_000, 7_000, 0, 500),
        // With its cost, it is within the budget: 50,000 and four.
        (Breach, 10_000_000, 49_800, 0, 204),
        (Breach, 10_000_000, 50_004, 0, 0),
        (Breach, 10_000_000, 60_000, 0, 0),
        // What waits is not paid.
        (Breach, 0, 0, 0, 0),
        (Drift, 0, 0, 90_000, 0),
        // Rounded down.
        (Breach, 19_999, 0, 0, 0),
        (Breach, 20_000, 0, 0, 1),
    ] {
        let trade = Trade {
            reason,
            traded: Value(traded),
            cost: Value(cost),
            risk_removed,
        };
        let paid = policy().of_trade(&trade, &bounds());
        assert_eq!(paid, expected, "{trade:?}");
    }
    for (traded, cost, expected) in [
        (10_000_000, 7_000, 500),
        (10_000_000, 49_800, 204),
        (10_000_000, 60_000, 0),
    ] {
        let paid = policy().of_unwinding(Value(traded), Value(cost), &bounds());
        assert_eq!(paid, expected, "{traded} for {cost}");
    }
}

fn purse(now: i64, cash: u64) -> Purse {
    Purse {
        cash,
        nav: Value(100_000_000),
        now,
    }
}

#[test]
fn a_day_and_the_cash_bound_what_is_paid() {
    let none = KeeperPay::default();
    let now = 1_000_000;
    // A basis point of the value is 10,000.
    assert_eq!(none.paid(9_000, &purse(now, 50_000)).0, 9_000);
    assert_eq!(none.paid(11_000, &purse(now, 50_000)).0, 10_000);
    assert_eq!(none.paid(9_000, &purse(now, 5)).0, 5);
    for purse in [
        purse(now, 0),
        Purse {
            nav: Value(-1),
            ..purse(now, 9)
        },
    ] {
        assert_eq!(none.paid(9_000, &purse), (0, none));
    }
    let (_, after) = none.paid(9_000, &purse(now, 50_000));
    assert_eq!(after.paid(9_000, &purse(now, 50_000)).0, 1_000);
    // Half a day drains half of it.
    assert_eq!(after.paid(9_000, &purse(now + 43_200, 50_000)).0, 5_500);
    assert_eq!(after.paid(11_000, &purse(now + 86_400, 50_000)).0, 10_000);
}

#[test]
fn a_task_is_paid_once_an_hour_whichever_it_is() {
    let now = 1_000_000;
    let (paid, after) = KeeperPay::default().paid_for_task(&policy(), &purse(now, 50_000));
    assert_eq!((paid, after.task_at), (10_000, now));
    for (later, nav, expected) in [
        (0, 1_000_000_000, 0),
        (3_599, 1_000_000_000, 0),
        (3_600, 1_000_000_000, 10_000),
        // It is part of the day's pay.
        (3_600, 100_000_000, 416),
    ] {
        let purse = Purse {
            nav: Value(nav),
            ..purse(now + later, 50_000)
        };
        assert_eq!(after.paid_for_task(&policy(), &purse).0, expected, "{later} s later");
    }
    // An hour in which nothing could be paid is not used up.
    let (paid, after) = KeeperPay::default().paid_for_task(&policy(), &purse(now, 0));
    assert_eq!((paid, after), (0, KeeperPay::default()));
    // A clock that goes backwards pays nobody.
    let (_, after) = KeeperPay::default().paid_for_task(&policy(), &purse(now, 50_000));
    assert_eq!(after.paid_for_task(&policy(), &purse(now - 9_000, 50_000)).0, 0);
}

#[test]
fn each_parameter_has_its_bounds() {
    use KeeperPayParamError::*;
    let valid = policy();
    let max_cost = ratio("0.005");
    assert_eq!(valid.validate(max_cost, 1_000_000), Ok(()));
    for (policy, max_cost, expected) in [
        (
            KeeperPayPolicy {
                rate: ratio("0"),
                ..valid
            },
            max_cost,
            Ok(()),
        ),
        (
            KeeperPayPolicy {
                rate: ratio("-0.00001"),
                ..valid
            },
            max_cost,
            Err(Rate),
        ),
        (
            KeeperPayPolicy {
                rate: ratio("0.0001001"),
                ..valid
            },
            max_cost,
            Err(Rate),
        ),
        // Half of what a levy takes.
        (valid, ratio("0.000101"), Ok(())),
        (valid, ratio("0.00009"), Err(Rate)),
        (KeeperPayPolicy { aversion: 0, ..valid }, max_cost, Err(Aversion)),
        (
            KeeperPayPolicy {
                aversion: 1_001,
                ..valid
            },
            max_cost,
            Err(Aversion),
        ),
        (KeeperPayPolicy { task: 0, ..valid }, max_cost, Ok(())),
        (
            KeeperPayPolicy {
                task: 1_000_001,
                ..valid
            },
            max_cost,
            Err(Task),
        ),
    ] {
        assert_eq!(policy.validate(max_cost, 1_000_000), expected, "{policy:?}");
    }
    // 100 · 0.3²/365 · 0.05 = 12.3 basis points.
    for (band, cost, expected) in [
        ("0.05", "0.0012", Ok(())),
        ("0.05", "0.0013", Err(Aversion)),
        ("0.025", "0.0007", Err(Aversion)),
        ("0.03", "0.0007", Ok(())),
    ] {
        assert_eq!(
            valid.validate_market(ratio(band), ratio(cost)),
            expected,
            "{band} {cost}"
        );
    }
}

proptest! {
    /// However often and by whomever it is asked, a day pays less than two basis points of the
    /// value, and a task is paid at most once in any hour.
    #[test]
    fn a_day_pays_less_than_twice_its_share(
        work in prop::collection::vec((any::<bool>(), 0u64..30_000, 0i64..20_000), 1..60),
    ) {
        let (mut memory, mut now, mut paid, mut tasks) = (KeeperPay::default(), 1_000_000, Vec::new(), Vec::new());
        for (is_task, earned, seconds) in work {
            now += seconds;
            let purse = purse(now, u64::MAX);
            let (amount, after) = if is_task {
                memory.paid_for_task(&policy(), &purse)
            } else {
                memory.paid(earned, &purse)
            };
            memory = after;
            if is_task && amount > 0 {
                tasks.push(now);
            }
            paid.push((now, amount));
            let of_the_day = paid.iter().filter(|(at, _)| *at > now - 86_400);
            prop_assert!(of_the_day.map(|(_, amount)| amount).sum::<u64>() < 20_000);
        }
        prop_assert!(tasks.windows(2).all(|pair| pair[1] - pair[0] >= TASK_SECONDS));
    }

    /// A trade never costs and pays more than its budget, cut as one likes: what a levy takes
    /// covers it.
    #[test]
    fn cost_and_pay_are_within_the_budget(
        reason in prop_oneof![Just(Reason::Breach), Just(Reason::Drift)],
        traded in 0i64..1_000_000_000_000,
        share in -2.0f64..2.0,
        risk_removed: u64,
    ) {
        let budget = bounds().budget(Value(traded)).unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any cost about the budget")]
        let cost = Value((budget.0 as f64 * share) as i64);
        let trade = Trade { reason, traded: Value(traded), cost, risk_removed };
        for pay in [policy().of_trade(&trade, &bounds()), policy().of_unwinding(trade.traded, cost, &bounds())] {
            prop_assert!(pay == 0 || cost.positive_part() + pay <= budget.positive_part());
            prop_assert!(pay <= trade.traded.positive_part() / 20_000);
        }
    }
}
