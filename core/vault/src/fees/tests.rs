use super::*;
use ballast_core_types::fixtures::ratio;

mod flows;

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
    let ledger = FeeLedger::new(1_000 * VIRTUAL, UnixTime(0));
    let year = UnixTime(SECONDS_PER_YEAR);
    assert_eq!(
        ledger.accrued(&beyond, Shares(1_000_000), year, false),
        ledger.accrued(&MOST, Shares(1_000_000), year, false)
    );
}

#[test]
fn management_is_two_hundredths_of_the_supply_a_year_in_whole_hours() {
    let (ledger, minted) = (
        FeeLedger::new(1_000 * VIRTUAL, UnixTime(100)),
        Shares(1_000_000_000_000),
    );
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
                ..FeeLedger::new(1_000 * VIRTUAL, UnixTime(-7))
            };
            let after = ledger.accrued(&MOST, Shares(u64::MAX), UnixTime(now), false);
            assert!(after.supply(Shares(u64::MAX)) >= Shares(u64::MAX));
        }
    }
}

/// The virtual part of a pool: a thousandth of a token.
const VIRTUAL: u64 = 1_000_000;

fn pool(nav: i64, supply: Shares) -> Pool {
    Pool {
        nav: Value(nav),
        supply,
        unit: 1_000 * VIRTUAL,
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
            fees: FeeLedger::new(1_000 * VIRTUAL, UnixTime(0)),
            cash: 0,
            minted: 0,
        };
        empty.deposit(cash)
    }

    fn supply(&self) -> Shares {
        self.fees.supply(Shares(self.minted))
    }

    /// Before the fee.
    fn pool(&self) -> Pool {
        pool(self.cash as i64, self.supply())
    }

    fn due(&self) -> u64 {
        self.fees.performance(&MOST, &self.pool()).unwrap()
    }

    /// After the fee.
    fn net(&self) -> Pool {
        self.pool().worth(Value(self.cash as i64 - self.due() as i64))
    }

    fn worth(&self, shares: Shares) -> u64 {
        self.net().assets_for_shares_floor(shares).unwrap()
    }

    fn share(&self) -> ballast_core_types::I80F48 {
        self.net().nav_per_share().unwrap().fixed()
    }

    fn flow(&self) -> FeeFlow {
        FeeFlow {
            pool: self.pool(),
            ..FeeFlow::default()
        }
    }

    fn behind(self, flow: &FeeFlow) -> Self {
        let after = self.fees.after(&MOST, flow).unwrap();
        let minted = self.minted + flow.minted.0 - flow.burnt.0;
        assert_eq!(after.pool.supply, after.ledger.supply(Shares(minted)));
        Self {
            fees: after.ledger,
            cash: after.pool.nav.positive_part(),
            minted,
        }
    }

    fn deposit(self, amount: u64) -> Self {
        let high = if self.supply() == Shares::ZERO {
            self.pool().worth(Value::ZERO)
        } else {
            self.net()
        };
        let Some(minted) = high.shares_for_deposit_floor(amount) else {
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
        let worth = self.worth(burnt);
        self.behind(&FeeFlow {
            burnt,
            goes_out: worth.min(self.cash),
            ..self.flow()
        })
    }

    /// All of `shares` out and as much in again, with one pricing.
    fn round_trip(self, shares: u64) -> Self {
        let burnt = Shares(shares);
        let worth = self.worth(burnt);
        let Some(minted) = self.net().shares_for_deposit_floor(worth) else {
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
            trips[2] = trips[2].deposit(vault.net().nav.positive_part() - trips[2].net().nav.positive_part());
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
    let worth = after.worth(after.fees.shares);
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
    let worth = vault.worth(half);
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
    let worth = low.worth(half);
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
            ..FeeLedger::new(1_000 * VIRTUAL, UnixTime(0))
        };
        for low in [i64::MIN, -5_000_000, 0, 1, i64::MAX] {
            let pool = pool(low, Shares(1));
            assert!(fees.performance(&MOST, &pool).is_some(), "{basis} {low}");
        }
        // A deposit at next to no price: a share brings more of the basis than there are dollars.
        let flow = FeeFlow {
            pool: pool(1, Shares(1)),
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
    assert_eq!(after.net(&MOST, true), Some(after.pool.nav));
}
