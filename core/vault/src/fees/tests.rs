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

/// A vault that is all cash, of one token a share.
#[derive(Clone, Copy, Debug)]
struct Vault {
    fees: FeeLedger,
    cash: u64,
    minted: u64,
}

impl Vault {
    fn of(cash: u64) -> Self {
        let empty = Self {
            fees: FeeLedger::new(UnixTime(0)),
            cash: 0,
            minted: 0,
        };
        empty.deposit(cash)
    }

    fn supply(&self) -> Shares {
        self.fees.supply(Shares(self.minted))
    }

    fn due(&self) -> u64 {
        let low = Value::from_amount(self.cash).unwrap();
        self.fees.performance(&MOST, low).unwrap()
    }

    fn net(&self) -> Value {
        Value(self.cash as i64 - self.due() as i64)
    }

    fn share(&self) -> ballast_core_types::I80F48 {
        nav_per_share(self.net(), self.supply()).unwrap().fixed()
    }

    fn flow(&self) -> FeeFlow {
        FeeFlow {
            low: Value::from_amount(self.cash).unwrap(),
            supply: self.supply(),
            ..FeeFlow::default()
        }
    }

    fn behind(self, flow: &FeeFlow) -> Self {
        let after = self.fees.after(&MOST, flow).unwrap();
        let minted = self.minted + flow.minted.0 - flow.burnt.0;
        assert_eq!(after.supply, after.ledger.supply(Shares(minted)));
        Self {
            fees: after.ledger,
            cash: after.low.positive_part(),
            minted,
        }
    }

    fn deposit(self, amount: u64) -> Self {
        let high = if self.supply() == Shares::ZERO {
            Value::ZERO
        } else {
            self.net()
        };
        let Some(minted) = shares_for_deposit_floor(amount, high, self.supply()) else {
            return self;
        };
        self.behind(&FeeFlow {
            minted,
            paid_in: amount,
            comes_in: amount,
            ..self.flow()
        })
    }

    fn leave(self, shares: u64) -> Self {
        let burnt = Shares(shares);
        let worth = assets_for_shares_floor(burnt, self.net(), self.supply()).unwrap();
        self.behind(&FeeFlow {
            burnt,
            goes_out: worth.min(self.cash),
            ..self.flow()
        })
    }

    /// All of `shares` out and as much in again, with one pricing.
    fn round_trip(self, shares: u64) -> Self {
        let burnt = Shares(shares);
        let worth = assets_for_shares_floor(burnt, self.net(), self.supply()).unwrap();
        let Some(minted) = shares_for_deposit_floor(worth, self.net(), self.supply()) else {
            return self;
        };
        self.behind(&FeeFlow {
            burnt,
            goes_out: worth,
            minted,
            paid_in: worth,
            comes_in: worth,
            ..self.flow()
        })
    }

    fn quarter(self, now: i64) -> Self {
        let same = self.fees.after(&MOST, &self.flow()).unwrap();
        let after = same.crystallised(&MOST, UnixTime(now)).unwrap();
        Self {
            fees: after.ledger,
            ..self
        }
    }

    fn gain(self, percent: i64) -> Self {
        let change = self.cash as i64 / 100 * percent;
        let cash = self.cash.checked_add_signed(change).unwrap();
        Self {
            cash: cash.min(1 << 58),
            ..self
        }
    }
}

#[test]
fn a_fall_takes_the_liability_back_and_a_crystallised_one_stays() {
    let vault = Vault::of(1_000_000_000);
    let at = |vault: &Vault, cash| Vault { cash, ..*vault };
    assert_eq!(vault.due(), 0);
    // A fifth in binary is a little less.
    assert_eq!(at(&vault, 1_100_000_000).due(), 19_999_999);
    assert_eq!(at(&vault, 5).due(), 0);
    let now = UnixTime(QUARTER_SECONDS);
    assert!(!vault.fees.is_due(UnixTime(QUARTER_SECONDS - 1)) && vault.fees.is_due(now));
    let after = at(&vault, 1_100_000_000).quarter(QUARTER_SECONDS);
    // 20 of 1,080 that are the holders'.
    assert_eq!(after.fees.shares.0, 19_999_999 * 1_001_000_000 / 1_081_000_001);
    assert_eq!(after.due(), 0);
    assert!(!after.fees.is_due(UnixTime(2 * QUARTER_SECONDS - 1)));
    // It has to be above what was charged for.
    assert_eq!(at(&after, 1_000_000_000).due(), 0);
    assert_eq!(at(&after, 1_110_000_000).due(), 1_999_999);
    // Nothing to take begins the quarter anew all the same: it is not taken at the next high.
    let after = at(&vault, 900_000_000).quarter(QUARTER_SECONDS);
    assert_eq!((after.fees.shares, after.fees.basis), (Shares::ZERO, vault.fees.basis));
    assert!(!after.fees.is_due(UnixTime(QUARTER_SECONDS + 1)));
}

#[test]
fn what_is_left_in_an_empty_vault_is_no_gain() {
    let left = Vault {
        cash: 50_000_000,
        ..Vault::of(0)
    };
    assert_eq!(left.deposit(10_000_000).due(), 0);
}

#[test]
fn coming_and_going_again_makes_no_fee_due_and_makes_no_loss_good() {
    for (percent, due) in [(20, 40_000_000), (-20, 0)] {
        let vault = Vault::of(1_000_000_000).gain(percent);
        let mut trips = [vault; 3];
        for _ in 0..50 {
            trips[0] = trips[0].round_trip(250_000_000);
            let shares = trips[1].minted;
            trips[1] = trips[1].deposit(300_000_000);
            trips[1] = trips[1].leave(trips[1].minted - shares);
            trips[2] = trips[2].leave(trips[2].minted / 3);
            trips[2] = trips[2].deposit(vault.net().positive_part() - trips[2].net().positive_part());
        }
        for trip in trips {
            assert!(trip.due().abs_diff(due) < 1_000, "{percent}: {trip:?}");
            assert_eq!(trip.fees.shares, Shares::ZERO, "{percent}: {trip:?}");
            // Back where it was, as much is due as ever.
            let up = Vault {
                cash: trip.cash + 300_000_000,
                ..trip
            };
            let never = Vault {
                cash: vault.cash + 300_000_000,
                ..vault
            };
            assert!(up.due().abs_diff(never.due()) < 1_000, "{percent}: {up:?}");
        }
    }
}

#[test]
fn the_last_to_leave_leave_the_fee_in_shares() {
    let vault = Vault::of(1_000_000_000).gain(20);
    let due = vault.due();
    let after = vault.leave(vault.minted);
    let worth = assets_for_shares_floor(after.fees.shares, after.net(), after.supply()).unwrap();
    assert!(worth.abs_diff(due) < 200_000, "{worth} {due}");
    assert_eq!(after.due(), 0);
    // Nearly the last: what the basis has no room for.
    let vault = Vault::of(1_000_000_000).gain(200);
    let after = vault.leave(vault.minted - 10_000_000);
    assert!(after.fees.shares.0 > 0, "{after:?}");
    assert!(after.share() >= vault.share() - vault.share() / 1_000_000, "{after:?}");
}

#[test]
fn an_advance_beyond_what_shares_are_worth_is_the_managers_loss_first() {
    let vault = Vault::of(1_000_000_000).gain(20);
    let (due, half) = (vault.due(), Shares(500_500_000));
    let worth = assets_for_shares_floor(half, vault.net(), vault.supply()).unwrap();
    let owing = |owes| {
        let flow = FeeFlow {
            burnt: half,
            goes_out: worth + owes,
            owes,
            ..vault.flow()
        };
        (vault.behind(&flow), vault.fees.after(&MOST, &flow).unwrap().waived)
    };
    let (short, waived) = owing(4_000_000);
    assert_eq!(waived, 4_000_000);
    assert!(short.due().abs_diff(due - 4_000_000) < 5, "{} {due}", short.due());
    assert!(short.share() >= vault.share() - vault.share() / 1_000_000);
    // No more than the leavers' part of it.
    let (most, waived) = owing(70_000_000);
    assert_eq!(waived, due / 2);
    assert!(most.due().abs_diff(due - due / 2) < 5, "{} {due}", most.due());
    // Below the basis what nobody owes is a loss of those who stay, to be made up for.
    let low = Vault::of(1_000_000_000).gain(-20);
    let worth = assets_for_shares_floor(half, low.net(), low.supply()).unwrap();
    let flow = FeeFlow {
        burnt: half,
        goes_out: worth + 300_000_000,
        owes: 300_000_000,
        ..low.flow()
    };
    assert_eq!(low.behind(&flow).fees.basis, 500_500_000);
}

#[test]
fn no_loss_and_no_price_makes_the_fees_fail() {
    for basis in [0, 1, i64::MAX as u64] {
        let fees = FeeLedger {
            basis,
            ..FeeLedger::new(UnixTime(0))
        };
        for low in [i64::MIN, -5_000_000, 0, 1, i64::MAX] {
            assert!(fees.performance(&MOST, Value(low)).is_some(), "{basis} {low}");
        }
        // A deposit at next to no price: a share brings more of the basis than there are dollars.
        let flow = FeeFlow {
            low: Value(1),
            supply: Shares(1),
            minted: Shares(u64::MAX / 2),
            paid_in: 10,
            comes_in: 10,
            ..FeeFlow::default()
        };
        assert!(fees.after(&MOST, &flow).unwrap().ledger.basis <= i64::MAX as u64);
    }
}

#[test]
fn in_quarantine_shares_take_their_part_of_the_basis_along_and_nothing_else() {
    let vault = Vault::of(1_000_000_000).gain(20);
    let flow = FeeFlow {
        burnt: Shares(500_500_000),
        goes_out: 200_000_000,
        is_quarantined: true,
        ..vault.flow()
    };
    let after = vault.fees.after(&MOST, &flow).unwrap();
    assert_eq!((after.ledger.basis, after.ledger.shares), (500_500_000, Shares::ZERO));
    assert_eq!(after.net(&MOST, true), Some(after.low));
}

/// One thing that happens to a vault that is all cash.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit(u64),
    Leave(u64),
    RoundTrip(u64),
    Gain(i64),
    Quarter,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (10_000_000u64..500_000_000_000).prop_map(Step::Deposit),
        (1u64..=100).prop_map(Step::Leave),
        (1u64..=100).prop_map(Step::RoundTrip),
        (-40i64..60).prop_map(Step::Gain),
        Just(Step::Quarter),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes, goes, comes and goes again, or has the quarter end, lowers nobody's share and
    /// moves nothing that is due by more than rounding; and what is due is never more than the
    /// manager's part of all there is.
    #[test]
    fn flows_move_no_share_and_nothing_that_is_due(steps in prop::collection::vec(step(), 1..40)) {
        let (mut vault, mut now) = (Vault::of(1_000_000_000_000), 0i64);
        for step in steps {
            let was = vault;
            vault = match step {
                Step::Deposit(amount) => vault.deposit(amount),
                Step::Leave(part) => vault.leave(vault.minted / 100 * part),
                Step::RoundTrip(part) => vault.round_trip(vault.minted / 100 * part),
                Step::Gain(percent) => {
                    vault = vault.gain(percent);
                    continue;
                }
                Step::Quarter => {
                    now += QUARTER_SECONDS;
                    vault.quarter(now)
                }
            };
            // Of some shares, most is the virtual part's, which nobody owns.
            if vault.supply().0.min(was.supply().0) < 100 * VIRTUAL {
                continue;
            }
            let (before, after) = (was.share(), vault.share());
            let rounding = ballast_core_types::I80F48::from_num(10)
                .checked_div_int(i128::from(vault.supply().0.min(was.supply().0)))
                .unwrap();
            let relative = before.checked_div_int(1_000_000_000).unwrap();
            prop_assert!(after >= before - rounding - relative, "{step:?}: {before} {after} {was:?}");
            prop_assert!(vault.due() <= vault.cash / 5 + 1_000_000, "{step:?}: {was:?}");
            // All that is the manager's: what is due, and what has become shares.
            let owned = |vault: &Vault| {
                let held = assets_for_shares_floor(vault.fees.shares, vault.net(), vault.supply()).unwrap();
                u128::from(held) + u128::from(vault.due())
            };
            let (is, had) = (owned(&vault), owned(&was));
            let dust = 10 + (was.cash / 1_000_000_000) as u128 + (before.to_num::<u128>() + 1) * 1_000_000 / 5;
            prop_assert!(is <= had + dust, "{step:?}: {had} {is} {was:?}");
        }
    }
}
