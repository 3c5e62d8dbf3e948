extern crate std;

use super::*;
use crate::batch::collect::collect;
use crate::batch::Batch;
use ballast_core_types::{scale, Lots};
use proptest::prelude::*;
use std::vec::Vec;

mod silence;

const START: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

fn check(venue: usize, is_sound: bool, failures: u32, value: Option<u64>, at: i64) -> Check {
    Check {
        silent_for: None,
        venue,
        found: if is_sound { Finding::Sound } else { Finding::Failing },
        failures,
        was_tripped: false,
        value,
        supply: Shares(1_000),
        longest_gap_seconds: 900,
        now: Now { unix_time: at, slot: 1 },
    }
}

fn begun(cases: Cases, venue: usize, supply: u64) -> Cases {
    let failed = Check {
        supply: Shares(supply),
        ..check(venue, false, FAILURES_IN_A_ROW, None, START)
    };
    cases.after_check(Ledger::default(), &failed).0
}

/// Checks a venue that is sound every quarter of an hour until its case has ended, for two days at
/// most.
fn ended_soundly(mut cases: Cases, mut ledger: Ledger, venue: usize, value: u64) -> (Cases, Ledger) {
    for step in 0..2 * 96 {
        let sound = check(venue, true, 0, Some(value), START + step * 900);
        (cases, ledger) = cases.after_check(ledger, &sound);
        if cases.of(venue).is_none() {
            break;
        }
    }
    (cases, ledger)
}

#[test]
fn a_venue_is_out_after_three_failures_or_one_while_its_breaker_is_active() {
    for (is_sound, failures, was_tripped, expected) in [
        (false, 1, false, false),
        (false, 2, false, false),
        (false, 3, false, true),
        (false, 1, true, true),
        // Never on a check that passes.
        (true, 0, true, false),
        (true, 3, true, false),
        // A failure that does not count is none.
        (false, 0, true, false),
    ] {
        let failed = Check {
            was_tripped,
            ..check(0, is_sound, failures, None, START)
        };
        let (cases, _) = Cases::default().after_check(Ledger::default(), &failed);
        assert_eq!(cases.is_quarantined(), expected, "{is_sound} {failures} {was_tripped}");
    }
}

const MILLION: u64 = 1_000_000;

#[test]
fn a_case_ends_after_a_day_of_sound_checks_and_is_paid_by_what_came_back() {
    let cases = begun(Cases::default(), 0, 1_000);
    let (cases, rights) = cases.with_burnt([Right::default(); CASES], Shares(250)).unwrap();
    assert_eq!(rights[0].shares, Shares(250));
    let rich = Ledger {
        cash: 900 * MILLION,
        ..Ledger::default()
    };
    // A quarter of 400 is owed. There is cash enough, but the venue has paid nothing.
    let value = 400 * MILLION;
    assert_eq!(cases.of(0).unwrap().missing(value, rich.cash), Some(100 * MILLION));
    let (short, unpaid) = ended_soundly(cases, rich, 0, value);
    assert!(short.is_quarantined());
    assert_eq!(unpaid, rich);
    // It pays what was missing: a quarter of that is set aside, and the rest can pay the rest.
    let (cases, ledger) = cases.with_returned(rich, 0, 100 * MILLION).unwrap();
    let value = 300 * MILLION;
    assert_eq!(cases.of(0).unwrap().missing(value, ledger.cash), Some(0));
    let (after, paid) = ended_soundly(cases, ledger, 0, value);
    assert!(!after.is_quarantined());
    assert_eq!((paid.cash, paid.set_aside), (900 * MILLION, 100 * MILLION));
    // Nothing is paid that the pool does not have any more.
    let poor = Ledger {
        cash: 74 * MILLION,
        ..ledger
    };
    assert_eq!(cases.of(0).unwrap().missing(value, poor.cash), Some(MILLION));
    assert!(ended_soundly(cases, poor, 0, value).0.is_quarantined());
    // But for dust, which stays where it is.
    let cases_of_dust = ended_soundly(cases, Ledger { cash: 0, ..ledger }, 0, 4 * DUST);
    assert!(!cases_of_dust.0.is_quarantined());
    assert_eq!(cases_of_dust.1.set_aside, ledger.set_aside);

    // A failure begins the day anew, and time that nobody watched counts for a gap at most.
    let at = |is_sound, at| check(0, is_sound, 0, Some(value), START + at);
    let mut held = cases;
    for check in [at(true, 0), at(true, DAY), at(true, 9 * DAY), at(false, 9 * DAY + 1)] {
        (held, _) = held.after_check(ledger, &check);
        assert!(held.is_quarantined(), "{check:?}");
    }
    assert_eq!(held.of(0).unwrap().sound, Cooldown::NONE);
    // Nothing ends that cannot be told, or while an order waits.
    let (untold, _) = (0..200).fold((cases, ledger), |(cases, ledger), step| {
        cases.after_check(ledger, &check(0, true, 0, None, START + step * 900))
    });
    assert!(untold.is_quarantined());
}

#[test]
fn a_third_case_waits_for_a_place_and_leftovers_are_the_pools() {
    let mut cases = Cases::default();
    let mut ledger = Ledger {
        cash: 1_000 * MILLION,
        ..Ledger::default()
    };
    let mut batch = Batch::opened(UnixTime(START));
    let mut other = batch;
    for supply in [1_000, 900] {
        cases = begun(cases, 0, supply);
        assert!(cases.is_quarantined());
        for batch in [&mut batch, &mut other] {
            let rights = batch.redemptions.rights;
            (cases, batch.redemptions.rights) = cases.with_burnt(rights, Shares(33)).unwrap();
        }
        (cases, ledger) = cases.with_returned(ledger, 0, 203 * MILLION).unwrap();
        (cases, ledger) = ended_soundly(cases, ledger, 0, 800 * MILLION);
        assert!(!cases.is_quarantined());
    }
    // ⌊66 · 1003 / 1000⌋ + ⌊66 · 1003 / 900⌋, millions.
    assert_eq!(ledger.set_aside, 66_198_000 + 73_553_333);
    let full = begun(begun(cases, 2, 800), 3, 800);
    assert_eq!(begun(full, 4, 800), full, "there is no place for a fifth");
    let has_right = |batch: &Batch| batch.redemptions.rights != [Right::default(); CASES];
    assert!(has_right(&batch));
    for batch in [&mut batch, &mut other] {
        let collected = collect(batch, cases, ledger).unwrap();
        (*batch, cases, ledger) = (collected.batch, collected.cases, collected.ledger);
        assert_eq!(batch.redemptions.paid, 33_099_000 + 36_776_666);
        assert!(!has_right(batch));
    }
    assert_eq!(cases, Cases::default());
    assert_eq!((ledger.set_aside, ledger.owed), (0, 2 * (33_099_000 + 36_776_666)));
    assert_eq!(ledger.cash + ledger.owed, 1_406 * MILLION);
    assert!(begun(cases, 0, 800).is_quarantined());
}

#[test]
fn what_a_batch_owes_beyond_its_worth_is_taken_off_its_right() {
    let cases = begun(Cases::default(), 0, 1_000);
    let mut batch = Batch::opened(UnixTime(START));
    let rights = batch.redemptions.rights;
    let (cases, rights) = cases.with_burnt(rights, Shares(500)).unwrap();
    batch.redemptions.rights = rights;
    batch.redemptions.debt = 30 * MILLION;
    let (mut cases, mut ledger) = cases.with_returned(Ledger::default(), 0, 40 * MILLION).unwrap();
    let mut paid = Vec::new();
    for returned in [0, 100 * MILLION] {
        (cases, ledger) = cases.with_returned(ledger, 0, returned).unwrap();
        let collected = collect(&batch, cases, ledger).unwrap();
        (batch, cases, ledger) = (collected.batch, collected.cases, collected.ledger);
        paid.push(batch.redemptions.paid);
    }
    // Half of 40 all goes to the pool, and of half of another hundred the ten that are left.
    assert_eq!(paid, [0, 40 * MILLION]);
    assert_eq!((ledger.cash, ledger.set_aside), (100 * MILLION, 0));
}

/// What may happen in a vault of two venues that nobody trades.
#[derive(Clone, Debug)]
enum Step {
    Fail(usize),
    Return(usize, u64),
    Leave(usize, u64),
    Collect(usize),
    Recover(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0usize..2).prop_map(Step::Fail),
        (0usize..2, 1u64..400_000_000).prop_map(|(venue, amount)| Step::Return(venue, amount)),
        (0usize..4, 1u64..300_000_000).prop_map(|(batch, shares)| Step::Leave(batch, shares)),
        (0usize..4).prop_map(Step::Collect),
        (0usize..2).prop_map(Step::Recover),
    ];
    proptest::collection::vec(step, 1..60)
}

struct Vault {
    cases: Cases,
    ledger: Ledger,
    batches: [Batch; 4],
    venues: [u64; 2],
    supply: u64,
    /// Shares of each batch that left.
    part: [u128; 4],
}

impl Vault {
    fn new() -> Self {
        Self {
            cases: Cases::default(),
            ledger: Ledger {
                cash: 500_000_000,
                ..Ledger::default()
            },
            batches: [Batch::opened(UnixTime(START)); 4],
            venues: [300_000_000, 200_000_000],
            supply: 1_000_000_000,
            part: [0; 4],
        }
    }

    fn tokens(&self) -> u64 {
        self.ledger.in_custody().unwrap() + self.venues.iter().sum::<u64>()
    }

    /// What a batch has got and has coming, at what the venues hold.
    fn worth(&self, batch: &Batch) -> u64 {
        let right = |(case, right): (&Case, &Right)| {
            let held = if case.lasts() {
                self.venues[usize::from(case.venue)]
            } else {
                0
            };
            if right.shares == Shares::ZERO {
                0
            } else {
                case.due_with(right, held).unwrap()
            }
        };
        batch.redemptions.paid
            + self
                .cases
                .0
                .iter()
                .zip(&batch.redemptions.rights)
                .map(right)
                .sum::<u64>()
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Fail(venue) => self.cases = begun(self.cases, venue, self.supply),
            Step::Return(venue, amount) => {
                let amount = amount.min(self.venues[venue]);
                self.venues[venue] -= amount;
                (self.cases, self.ledger) = self.cases.with_returned(self.ledger, venue, amount).unwrap();
            }
            Step::Leave(index, shares) => self.leave(index, shares),
            Step::Collect(index) => self.collect(index),
            Step::Recover(venue) => {
                let held = self.venues[venue];
                let missing = self
                    .cases
                    .of(venue)
                    .map(|case| case.missing(held, self.ledger.cash).unwrap());
                let amount = (missing.unwrap_or(0) + 1).min(held);
                self.venues[venue] -= amount;
                (self.cases, self.ledger) = self.cases.with_returned(self.ledger, venue, amount).unwrap();
                let value = self.venues[venue];
                (self.cases, self.ledger) = ended_soundly(self.cases, self.ledger, venue, value);
                assert!(self.cases.of(venue).is_none(), "what was missing is enough");
            }
        }
    }

    /// Shares are burnt at what everything but the venues in quarantine is worth, as far as there
    /// is cash.
    fn leave(&mut self, index: usize, shares: u64) {
        let counted = |venue: usize| {
            if self.cases.of(venue).is_some() {
                0
            } else {
                self.venues[venue]
            }
        };
        let nav = self.ledger.cash + counted(0) + counted(1);
        let shares = shares.min(self.supply - 1);
        let worth = scale::mul_div_floor(shares, nav, self.supply).unwrap();
        if worth > self.ledger.cash {
            return;
        }
        let redemptions = &mut self.batches[index].redemptions;
        let (cases, rights) = self.cases.with_burnt(redemptions.rights, Shares(shares)).unwrap();
        (self.cases, redemptions.rights) = (cases, rights);
        redemptions.paid += worth;
        self.ledger.cash -= worth;
        self.ledger.owed += worth;
        self.part[index] += u128::from(shares);
        self.supply -= shares;
    }

    fn collect(&mut self, index: usize) {
        let collected = collect(&self.batches[index], self.cases, self.ledger).unwrap();
        (self.batches[index], self.cases, self.ledger) = (collected.batch, collected.cases, collected.ledger);
    }
}

proptest! {
    /// Nothing is made or lost, and each share is worth the same, whether it stays or left, when
    /// and in whatever parts: but for rounding.
    #[test]
    fn r13_leaving_in_quarantine_gains_and_costs_nobody_anything(steps in steps()) {
        let mut vault = Vault::new();
        for (index, step) in steps.iter().enumerate() {
            let tokens = vault.tokens();
            vault.step(step);
            prop_assert_eq!(vault.tokens(), tokens);
            // A share was one token at the start. Rounding takes one base unit at most of a
            // leaving, one of each case that is collected, and goes to those who stay.
            let slack = 3 * (index as u64 + 1);
            let mut theirs = 0;
            for (batch, shares) in vault.batches.iter().zip(vault.part) {
                let worth = vault.worth(batch);
                let shares = u64::try_from(shares).unwrap();
                prop_assert!(worth <= shares + slack && worth + slack >= shares, "{} of {} {:?}", worth, shares, step);
                theirs += worth;
            }
            let all = vault.tokens();
            let stay = all - theirs;
            prop_assert!(stay + slack >= vault.supply && stay <= vault.supply + slack, "{} of {}", stay, vault.supply);
        }
        // And all of it can be brought to an end.
        for venue in 0..2usize {
            let amount = vault.venues[venue];
            vault.step(&Step::Return(venue, amount));
            vault.step(&Step::Recover(venue));
        }
        for index in 0..4 {
            vault.step(&Step::Collect(index));
        }
        prop_assert_eq!((vault.cases, vault.ledger.set_aside), (Cases::default(), 0));
        prop_assert!(vault.batches.iter().all(|batch| batch.redemptions.lots == [Lots(0); crate::places::MAX_LEGS]));
    }
}

#[test]
fn what_a_batch_owes_is_taken_off_whatever_comes_first() {
    // Two venues fail; the first pays nothing, the second does.
    let cases = begun(begun(Cases::default(), 0, 1_000), 1, 1_000);
    let mut batch = Batch::opened(UnixTime(START));
    let (cases, rights) = cases.with_burnt(batch.redemptions.rights, Shares(500)).unwrap();
    (batch.redemptions.rights, batch.redemptions.debt) = (rights, 125 * MILLION);
    let (cases, ledger) = cases.with_returned(Ledger::default(), 1, 375 * MILLION).unwrap();
    let collected = collect(&batch, cases, ledger).unwrap();
    // Half of 375 is theirs, less the 125.
    assert_eq!(collected.batch.redemptions.paid, 62_500_000);
    assert_eq!(
        (collected.batch.redemptions.debt, collected.ledger.cash),
        (0, 312_500_000)
    );
}
