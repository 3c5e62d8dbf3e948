use super::*;
use crate::shares::{assets_for_shares_floor, nav_per_share};
use ballast_core_types::fixtures::ratio;
use proptest::prelude::*;

const HOUR: i64 = HOUR_SECONDS;
const MOST: FeePolicy = FeePolicy {
    management: MOST_MANAGEMENT,
    performance: MOST_PERFORMANCE,
};

#[test]
fn the_caps_are_what_they_say() {
    assert_eq!(MOST_MANAGEMENT, ratio("0.02"));
    assert_eq!(MOST_PERFORMANCE, ratio("0.2"));
    // What a policy says beyond them is not charged.
    let beyond = FeePolicy {
        management: ratio("0.5"),
        ..MOST
    };
    let ledger = FeeLedger::new(UnixTime(0));
    let year = UnixTime(SECONDS_PER_YEAR);
    assert_eq!(
        ledger.accrued(&beyond, Shares(1_000_000), year, false),
        ledger.accrued(&MOST, Shares(1_000_000), year, false)
    );
}

#[test]
fn management_is_two_hundredths_of_the_supply_a_year_in_whole_hours() {
    let (ledger, minted) = (FeeLedger::new(UnixTime(100)), Shares(1_000_000_000_000));
    let at = |seconds| ledger.accrued(&MOST, minted, UnixTime(100 + seconds), false);
    assert_eq!(at(HOUR - 1), ledger);
    assert_eq!(at(-5), ledger);
    let year = at(SECONDS_PER_YEAR + 59);
    assert_eq!(year.shares.0, 19_999_999_999);
    assert_eq!(year.accrued_at, UnixTime(100 + SECONDS_PER_YEAR));
    // In a quarantine time passes, and nothing accrues.
    let quarantined = ledger.accrued(&MOST, minted, UnixTime(100 + 50 * HOUR), true);
    assert_eq!(
        (quarantined.shares, quarantined.accrued_at),
        (Shares::ZERO, UnixTime(100 + 50 * HOUR))
    );
}

#[test]
fn nothing_makes_the_accrual_fail() {
    for shares in [0, 1, u64::MAX] {
        for now in [i64::MIN, -1, 0, 1, i64::MAX] {
            let ledger = FeeLedger {
                shares: Shares(shares),
                ..FeeLedger::new(UnixTime(-7))
            };
            let after = ledger.accrued(&MOST, Shares(u64::MAX), UnixTime(now), false);
            assert!(after.supply(Shares(u64::MAX)) >= Shares(u64::MAX));
        }
    }
}

#[test]
fn a_fall_takes_the_liability_back_and_a_crystallised_one_stays() {
    let ledger = FeeLedger::new(UnixTime(0)).paid_in(1_000_000_000, Value(0), Shares::ZERO);
    let ledger = ledger.unwrap();
    let supply = Shares(1_000_000_000);
    let due = |ledger: &FeeLedger, low| ledger.performance(&MOST, Value(low)).unwrap();
    assert_eq!(due(&ledger, 1_000_000_000), 0);
    // A fifth in binary is a little less.
    assert_eq!(due(&ledger, 1_100_000_000), 19_999_999);
    assert_eq!(due(&ledger, -5), 0);
    assert!(!ledger.is_due(UnixTime(QUARTER_SECONDS - 1)));
    let now = UnixTime(QUARTER_SECONDS);
    assert!(ledger.is_due(now));
    let after = ledger
        .crystallised(20_000_000, Value(1_100_000_000), supply, now)
        .unwrap();
    // 20 of 1,080 that are the holders'.
    assert_eq!(after.shares.0, 20_000_000 * 1_001_000_000 / 1_081_000_000);
    assert_eq!(due(&after, 1_100_000_000), 0);
    assert!(!after.is_due(UnixTime(2 * QUARTER_SECONDS - 1)));
    // The mark is dollars of the vault: it has to be above what was charged for.
    assert_eq!(due(&after, 1_000_000_000), 0);
    assert_eq!(due(&after, 1_110_000_000), 1_999_999);
    // Nothing to take moves the quarter all the same: it is not taken at the first new high.
    let after = ledger.crystallised(0, Value(900_000_000), supply, now).unwrap();
    assert_eq!((after.shares, after.basis), (Shares::ZERO, ledger.basis));
    assert!(!after.is_due(UnixTime(QUARTER_SECONDS + 1)));
}

#[test]
fn what_is_left_in_an_empty_vault_is_no_gain() {
    let ledger = FeeLedger::new(UnixTime(0));
    let after = ledger.paid_in(10_000_000, Value(50_000_000), Shares::ZERO).unwrap();
    assert_eq!(after.performance(&MOST, Value(60_000_000)), Some(0));
}

#[test]
fn a_leaver_leaves_their_part_and_an_advance_beyond_it_is_the_managers_loss_first() {
    let ledger = FeeLedger::new(UnixTime(0)).paid_in(1_000_000_000, Value(0), Shares::ZERO);
    let ledger = ledger.unwrap();
    let (supply, half) = (Shares(1_000_000_000), Shares(500_500_000));
    let carried = |owes| {
        ledger
            .carried(half, supply, Value(1_080_000_000), 20_000_000, owes)
            .unwrap()
    };
    let paid = carried(0);
    assert_eq!((paid.liability, paid.waived), (10_000_000, 0));
    assert_eq!(paid.ledger.shares.0, 10_000_000 * 1_001_000_000 / 1_081_000_000);
    assert_eq!(paid.ledger.basis, 500_500_000 + 10_000_000);
    let short = carried(4_000_000);
    assert_eq!((short.liability, short.waived), (10_000_000, 4_000_000));
    assert_eq!(short.ledger.basis, 500_500_000 + 6_000_000);
    let most = carried(70_000_000);
    assert_eq!((most.liability, most.waived), (10_000_000, 10_000_000));
    assert_eq!((most.ledger.shares, most.ledger.basis), (Shares::ZERO, 500_500_000));
}

/// One thing that happens to a vault that is all cash.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit(u64),
    Leave(u64),
    Gain(i64),
    Quarter,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1u64..500_000_000_000).prop_map(Step::Deposit),
        (1u64..=100).prop_map(Step::Leave),
        (-40i64..60).prop_map(Step::Gain),
        Just(Step::Quarter),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes, goes or has the quarter end lowers nobody's share by more than rounding, and
    /// what the manager has is never more than his part of the most that was ever gained.
    #[test]
    fn flows_move_no_share_and_the_fee_is_a_part_of_the_gain(steps in prop::collection::vec(step(), 1..40)) {
        let (mut ledger, mut cash, mut minted, mut now) = (FeeLedger::new(UnixTime(0)), 0u64, 0u64, 0i64);
        let (mut gained, mut highest, mut earned) = (0i128, 0i128, 0i128);
        for step in steps {
            let supply = ledger.supply(Shares(minted));
            let low = Value::from_amount(cash).unwrap();
            let due = ledger.performance(&MOST, low).unwrap();
            let net = Value(low.0 - due as i64);
            let share = |ledger: &FeeLedger, cash: u64, minted: u64| {
                let supply = ledger.supply(Shares(minted));
                let low = Value::from_amount(cash).unwrap();
                let due = ledger.performance(&MOST, low).unwrap();
                nav_per_share(Value(low.0 - due as i64), supply).unwrap().fixed()
            };
            let before = share(&ledger, cash, minted);
            match step {
                Step::Deposit(amount) => {
                    let high = if supply == Shares::ZERO { Value::ZERO } else { net };
                    let Some(shares) = shares_for_deposit_floor(amount, high, supply) else { continue };
                    ledger = ledger.paid_in(amount, net, supply).unwrap();
                    if supply == Shares::ZERO {
                        // What was left is nobody's gain; the count begins anew.
                        (gained, highest, earned) = (0, 0, 0);
                    }
                    (cash, minted) = (cash + amount, minted + shares.0);
                }
                Step::Leave(part) => {
                    let shares = Shares(minted / 100 * part);
                    let worth = assets_for_shares_floor(shares, net, supply).unwrap().min(cash);
                    // Whoever leaves at a loss takes it along.
                    let lost = i128::from(ledger.basis) - i128::from(cash) - i128::from(VIRTUAL);
                    // And so far as that is the virtual part's, nobody does.
                    let whole = i128::from(supply.0 + VIRTUAL);
                    gained += lost.max(0) * i128::from(shares.0) / whole + i128::from(VIRTUAL);
                    highest = highest.max(gained);
                    let carried = ledger.carried(shares, supply, net, due, 0).unwrap();
                    ledger = carried.ledger;
                    (cash, minted) = (cash - worth, minted - shares.0);
                    earned += i128::from(carried.liability);
                }
                Step::Gain(percent) => {
                    let change = cash as i64 / 100 * percent;
                    cash = cash.checked_add_signed(change).unwrap().min(1 << 60);
                    gained += i128::from(change);
                    highest = highest.max(gained);
                    continue;
                }
                Step::Quarter => {
                    now += QUARTER_SECONDS;
                    ledger = ledger.crystallised(due, low, supply, UnixTime(now)).unwrap();
                    earned += i128::from(due);
                }
            }
            // Of less than a share, most is the virtual part's, which nobody owns.
            if ledger.supply(Shares(minted)).0.min(supply.0) < VIRTUAL {
                continue;
            }
            let after = share(&ledger, cash, minted);
            let rounding = ballast_core_types::I80F48::from_num(10)
                .checked_div_int(i128::from(ledger.supply(Shares(minted)).0.min(supply.0)) + 1_000_000)
                .unwrap();
            let relative = before.checked_div_int(1_000_000_000).unwrap();
            let least = before.checked_sub(rounding).and_then(|least| least.checked_sub(relative));
            prop_assert!(after >= least.unwrap(), "{step:?}: {before} {after}");
            prop_assert!(earned <= highest / 5 + 10, "{step:?}: {earned} of {highest}");
        }
    }
}
