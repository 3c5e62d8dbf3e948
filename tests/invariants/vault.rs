//! Whatever users, keepers, prices and a failing venue do, in any order: tokens are conserved, the
//! ledger is covered, no round trip gains, and no order raises exposure past its limit.

mod checks;

use ballast_core_types::Lots;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_sdk::snapshot::Snapshot;
use ballast_testkit::tokens::put_tokens;
use ballast_testkit::{fixed, params, User, VaultFixture, MILLION};
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    Deposit { user: usize, amount: u64 },
    Redeem { user: usize, part: u64 },
    RoundTrip { user: usize, amount: u64 },
    PriceBatch { number: u64 },
    ExitLiquid { number: u64 },
    Cancel { user: usize },
    Claim,
    Price { percent: i64, observed: bool },
    Crank { minutes: i64 },
    Order { lots: i64, unwind: Option<u64> },
    MoveCollateral,
    Fault { kind: u8 },
    Garble { minutes: i64 },
    Days { sound: bool },
    Donate { amount: u64 },
    Wait { seconds: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    let user = 0usize..3;
    prop_oneof![
        2 => (user.clone(), 1u64..400_000_000_000).prop_map(|(user, amount)| Event::Deposit { user, amount }),
        1 => (user.clone(), 1u64..=100).prop_map(|(user, part)| Event::Redeem { user, part }),
        2 => (user.clone(), 1u64..100_000_000_000).prop_map(|(user, amount)| Event::RoundTrip { user, amount }),
        3 => (0u64..4).prop_map(|number| Event::PriceBatch { number }),
        2 => (0u64..4).prop_map(|number| Event::ExitLiquid { number }),
        1 => user.prop_map(|user| Event::Cancel { user }),
        2 => Just(Event::Claim),
        4 => (-15i64..=15, any::<bool>()).prop_map(|(percent, observed)| Event::Price { percent, observed }),
        4 => (0i64..4).prop_map(|minutes| Event::Crank { minutes }),
        3 => (-30_000_000i64..30_000_000, proptest::option::of(0u64..4)).prop_map(|(lots, unwind)| Event::Order { lots, unwind }),
        1 => Just(Event::MoveCollateral),
        1 => (0u8..6).prop_map(|kind| Event::Fault { kind }),
        3 => (0i64..6).prop_map(|minutes| Event::Garble { minutes }),
        2 => any::<bool>().prop_map(|sound| Event::Days { sound }),
        1 => (1u64..50_000_000_000).prop_map(|amount| Event::Donate { amount }),
        1 => (1i64..20_000).prop_map(|seconds| Event::Wait { seconds }),
    ]
}

fn faults(kind: u8) -> Faults {
    let none = Faults::default();
    match kind {
        1 => Faults { paused: true, ..none },
        2 => Faults { stale: true, ..none },
        3 => Faults {
            partial_fill: fixed("0.4"),
            ..none
        },
        4 => Faults { delayed: true, ..none },
        5 => Faults {
            withdrawal_delay_seconds: 1_800,
            ..none
        },
        _ => none,
    }
}

struct Run {
    world: VaultFixture,
    users: Vec<User>,
    price: i64,
    donated: u64,
    insurance: User,
    /// Whether any batch was ever advanced.
    was_advanced: bool,
}

impl Run {
    fn new(charges: bool) -> Self {
        let mut policy = params::vault();
        if charges {
            (policy.management_fee, policy.performance_fee) = (fixed("0.02"), fixed("0.2"));
        }
        let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
        let users = (0..3).map(|_| world.user(MILLION)).collect();
        let insurance = world.user(0);
        Self {
            world,
            users,
            price: 50_000,
            donated: 0,
            insurance,
            was_advanced: false,
        }
    }

    /// Does it; a refusal is as good an outcome as any, but it has to leave everything as it was.
    fn apply(&mut self, event: &Event) {
        self.world.pass(0, 1);
        let before = self.world.fingerprint();
        let world = &mut self.world;
        let refused = match *event {
            Event::Deposit { user, amount } => world.request_deposit(&self.users[user], amount).is_err(),
            Event::Redeem { user, part } => {
                let shares = world.tokens(&self.users[user].holder.shares) / 100 * part;
                world.request(&self.users[user], shares).is_err()
            }
            Event::RoundTrip { user, amount } => {
                self.round_trip(user, amount);
                false
            }
            Event::PriceBatch { number } => {
                world.pass(75, 75);
                world.republish();
                self.price_batch(number);
                false
            }
            Event::ExitLiquid { number } => {
                let number = world.snapshot().vault.queue.head + number;
                let refused = world.exit_liquid(number).is_err();
                self.was_advanced |= !refused;
                refused
            }
            Event::Cancel { user } => {
                world.ticket(&self.users[user]).is_some() && world.cancel(&self.users[user]).is_err()
            }
            Event::Claim => {
                world.claim_all();
                false
            }
            Event::Price { percent, observed } => {
                self.price = (self.price * (100 + percent) / 100).clamp(5_000, 500_000);
                world.pass(1_200, 60);
                world.set_price(&self.price.to_string(), "8");
                if observed {
                    world.observe().expect("a fresh, narrow price is always observed");
                }
                false
            }
            Event::Crank { minutes } => {
                self.crank();
                self.minutes(minutes);
                false
            }
            Event::Order { lots, unwind } => self.order(lots, unwind),
            Event::MoveCollateral => world.move_collateral().is_err(),
            Event::Fault { kind } => {
                world.faults(faults(kind));
                false
            }
            Event::Garble { minutes } => {
                self.garble();
                self.minutes(minutes);
                false
            }
            Event::Days { sound } => {
                self.days(sound);
                false
            }
            Event::Donate { amount } => {
                let (custody, mint, vault) = (world.keys.custody, world.keys.quote_mint, world.keys.vault);
                let held = world.tokens(&custody);
                put_tokens(&mut world.svm, custody, mint, vault, held + amount);
                self.donated += amount;
                false
            }
            Event::Wait { seconds } => {
                world.pass(seconds, seconds.unsigned_abs());
                false
            }
        };
        if refused {
            assert_eq!(
                self.world.fingerprint(),
                before,
                "{event:?} was refused and left a trace"
            );
        }
        self.check(event);
    }

    /// Lets the keeper do what is due. At a venue that fills what is ordered at once, whatever is
    /// planned lands, and comes to an end: a part of an order may be less than the least that is
    /// worth a trade, and one that waits unwinds nothing.
    fn crank(&mut self) {
        let world = &mut self.world;
        let faults = world.snapshot().venue_market().unwrap().faults;
        if faults.delayed || faults.partial_fill != fixed("0") {
            while world.crank_once().is_ok_and(|actions| !actions.is_empty()) {
                world.pass(0, 1);
            }
            return;
        }
        let planned = format!("{:?}", world.snapshot().plan());
        // A venue that does not answer may pay all the same: it is asked for what is ready there.
        let waits = world
            .snapshot()
            .venue_trader()
            .is_ok_and(|trader| trader.queued_withdrawal > 0);
        let cranked = world.crank();
        assert!(
            cranked.is_ok() || (faults.paused && waits),
            "what is planned lands: first {planned}, then {cranked:?}"
        );
    }

    /// Lets some minutes pass in which the keeper does what is due.
    fn minutes(&mut self, minutes: i64) {
        for _ in 0..minutes {
            self.world.pass(65, 65);
            self.world.republish();
            self.crank();
        }
    }

    /// Makes the vault's account at the venue unreadable, or readable again.
    fn garble(&mut self) {
        let key = self.world.keys.first().venue_trader;
        let mut account = self.world.svm.get_account(&key).unwrap();
        account.data[0] ^= 1;
        self.world.svm.set_account(key, account).unwrap();
    }

    /// Lets a keeper work for more than a day at a venue in quarantine, its account mended first if
    /// it is to be sound.
    fn days(&mut self, sound: bool) {
        if !self.world.snapshot().vault.cases.is_quarantined() {
            return;
        }
        if sound {
            self.world.faults(Faults::default());
            if self.world.snapshot().venue_trader().is_err() {
                self.garble();
            }
        }
        for _ in 0..4 * 26 {
            self.world.pass(900, 900);
            self.world.republish();
            self.crank();
        }
        let sound = sound && self.world.snapshot().plan().is_empty();
        let is_quarantined = self.world.snapshot().vault.cases.is_quarantined();
        assert!(!sound || !is_quarantined, "a sound venue stays in quarantine");
    }

    /// Prices a batch, if it may be; the share that stays never loses by it.
    fn price_batch(&mut self, number: u64) {
        let world = &mut self.world;
        let _ = world.observe();
        let number = world.snapshot().vault.queue.head + number;
        let worth = |world: &VaultFixture| {
            let snapshot = world.snapshot();
            let appraisal = snapshot.appraise(Purpose::Batch)?;
            Some((appraisal.share_mark.value.fixed(), appraisal.supply.0))
        };
        let before = worth(world);
        if world.price_batch(number).is_err() {
            return;
        }
        let (Some((was, supply)), Some((is, left))) = (before, worth(world)) else {
            return;
        };
        // Once the last has left, no share is worth anything: the mark begins anew at one.
        if left == 0 {
            return;
        }
        // An advance of more than its shares are worth is the one thing that may cost: nobody owes
        // it.
        let overdrawn = self.world.batch(number).totals.advanced == 0 && self.was_advanced;
        let rounding =
            ballast_core_types::I80F48::from_num(10) / ballast_core_types::I80F48::from_num(left.min(supply) + 1_000);
        let least = was - was / ballast_core_types::I80F48::from_num(1_000_000_000) - rounding;
        assert!(overdrawn || is >= least, "a share lost by a pricing: {was} {is}");
    }

    /// In and straight out again, at one price: never a base unit more.
    fn round_trip(&mut self, user: usize, amount: u64) {
        let (world, user) = (&mut self.world, &self.users[user]);
        world.claim_all();
        let (held, shares) = (world.tokens(&user.holder.quote), world.tokens(&user.holder.shares));
        let waiting = world.tickets().iter().any(|ticket| ticket.holder == user.holder.key);
        if !waiting && world.deposit(user, amount).is_ok() {
            let minted = world.tokens(&user.holder.shares) - shares;
            if minted > 0 && world.redeem_shares(user, minted).is_ok() {
                assert!(world.tokens(&user.holder.quote) <= held, "a round trip gained");
            }
        }
    }

    /// Any order by anyone; what is accepted may not have raised exposure past its limit.
    fn order(&mut self, lots: i64, unwind: Option<u64>) -> bool {
        let before = self.world.snapshot();
        let sent = match unwind {
            Some(number) => self.world.unwind(before.vault.queue.head + number, lots),
            None => self.world.rebalance(lots),
        };
        if sent.is_err() {
            return true;
        }
        let after = self.world.snapshot();
        let appraisal = after.appraise(Purpose::Monitor).expect("it was traded on");
        let targets = appraisal.targets().expect("targets");
        let size = |lots: i64| (lots.unsigned_abs() as u128) * (self.price as u128);
        // What belongs to those who leave is theirs to unwind.
        let staying = |snapshot: &Snapshot, lots| snapshot.state.leaving.staying(0, Lots(lots)).unwrap().0;
        let trader = after.venue_trader().unwrap();
        let filled = staying(&after, trader.lots) + trader.pending.lots;
        let grew = size(filled) > size(staying(&before, before.venue_trader().unwrap().lots));
        // The limit moves by less than one base unit for the rounding of the mark taken in between.
        assert!(
            !grew || size(filled) <= targets.of(0).unwrap().open.0 as u128 + 1,
            "exposure {} over what may be opened, {}",
            size(filled),
            targets.of(0).unwrap().open.0
        );
        assert!(unwind.is_none() || !grew, "an unwind added exposure");
        false
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_balance(events in proptest::collection::vec(event(), 1..60), charges: bool) {
        let mut run = Run::new(charges);
        for event in &events {
            run.apply(event);
        }
    }
}
