//! Coming and going as properties over sequences: whoever acts, however often, in whatever order,
//! takes nothing from those who do not.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod advances;
mod brought_home;
mod fees;
mod legs;
mod line;
mod model;
mod trades;

use ballast_core_vault::batch::{BatchError, Side, GRACE_SECONDS};
use model::{World, MILLION};
use proptest::prelude::*;

/// One thing that somebody does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Request {
        who: usize,
        deposit: bool,
        part: u64,
        within: bool,
    },
    Price {
        number: usize,
    },
    ExitLiquid {
        number: usize,
    },
    Cancel {
        who: usize,
    },
    Claim {
        who: usize,
    },
    Rebalance {
        leg: usize,
        lots: i64,
    },
    Planned,
    Unwind {
        number: usize,
        leg: usize,
        part: i64,
    },
    MoveMargin {
        leg: usize,
        amount: i64,
    },
    Mark,
    Wait {
        seconds: i64,
    },
}

const PEOPLE: usize = 5;

fn act() -> impl Strategy<Value = Act> {
    let who = 0..PEOPLE;
    prop_oneof![
        6 => (who.clone(), any::<bool>(), 1u64..=100, prop::bool::weighted(0.2))
            .prop_map(|(who, deposit, part, within)| Act::Request { who, deposit, part, within }),
        8 => (0usize..3).prop_map(|number| Act::Price { number }),
        2 => (0usize..3).prop_map(|number| Act::ExitLiquid { number }),
        1 => who.clone().prop_map(|who| Act::Cancel { who }),
        2 => who.prop_map(|who| Act::Claim { who }),
        2 => (0usize..3, -20_000_000i64..20_000_000).prop_map(|(leg, lots)| Act::Rebalance { leg, lots }),
        5 => Just(Act::Planned),
        4 => (0usize..3, 0usize..3, 1i64..=100).prop_map(|(number, leg, part)| Act::Unwind { number, leg, part }),
        2 => (0usize..3, -300_000_000_000i64..300_000_000_000).prop_map(|(leg, amount)| Act::MoveMargin { leg, amount }),
        2 => Just(Act::Mark),
        6 => prop_oneof![Just(61i64), Just(75), Just(700), Just(3_700)].prop_map(|seconds| Act::Wait { seconds }),
    ]
}

fn apply(world: &mut World, act: Act) {
    let head = world.state.queue.head as usize;
    match act {
        Act::Request {
            who,
            deposit,
            part,
            within,
        } => {
            let (side, held) = if deposit {
                (Side::Deposit, world.people[who].quote)
            } else {
                (Side::Redemption, world.people[who].shares)
            };
            let _ = world.request(who, side, held / 100 * part, within);
        }
        Act::Price { number } => {
            let _ = world.price(head + number);
        }
        Act::ExitLiquid { number } => {
            let _ = world.exit_liquid(head + number);
        }
        Act::Cancel { who } => {
            let _ = world.cancel(who);
        }
        Act::Claim { who } => world.claim(who),
        Act::Rebalance { leg, lots } => {
            world.rebalance_all(&[(leg % world.markets.len(), lots)]);
        }
        Act::Planned => {
            let orders = world.all_planned();
            if !orders.is_empty() {
                assert!(world.rebalance_all(&orders), "what is planned is proven");
            }
        }
        Act::Unwind { number, leg, part } => {
            let leg = leg % world.markets.len();
            let batch = world.batches.get(head + number);
            let left = batch.map_or(0, |batch| batch.redemptions.lots_left[leg].0);
            world.unwind_leg(head + number, leg, -left / 100 * part);
        }
        Act::MoveMargin { leg, amount } => world.move_margin_of(leg % world.markets.len(), amount),
        Act::Mark => world.mark(),
        Act::Wait { seconds } => world.pass(seconds),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    /// At a price that stands still, nothing that five people do in sixty steps lowers the value of
    /// anybody else's shares by more than rounding, however badly the venue fills what that makes
    /// due, and whatever keepers earn by it: marks alone cost all alike, so much an hour. No token
    /// is made or lost.
    #[test]
    fn nobody_who_stays_pays_for_those_who_come_and_go(
        acts in prop::collection::vec(act(), 1..60),
        charges: bool,
        book in 0usize..4,
    ) {
        // A leg, two markets, three, and two legs on one of two.
        let legs: [&[usize]; 4] = [&[0], &[0, 1], &[0, 1, 2], &[0, 0, 1]];
        let mut world = World::of(PEOPLE, legs[book]);
        if charges {
            world.charge_performance();
        }
        let (mut share, tokens) = (world.share(), world.tokens());
        for act in &acts {
            let for_tasks = world.paid.for_tasks;
            apply(&mut world, *act);
            share -= world.taken_by_tasks(for_tasks);
            prop_assert_eq!(world.tokens(), tokens, "{:?}", act);
            let stays = world.people[PEOPLE].shares > 0;
            prop_assert!(stays);
            // Half a base unit of a hundred million: 5·10⁻⁹.
            let least = share - share / 10_000_000_000 * 50;
            prop_assert!(world.share() >= least, "{:?}: {} {}", act, share, world.share());
        }
    }
}

/// Cut into many requests of many people, a batch is priced the same: only its totals count.
#[test]
fn r13_split_repeated_or_reordered_requests_are_paid_the_same() {
    let outcome = |parts: &[u64], reverse: bool| {
        let mut world = World::new(parts.len());
        let last = parts.len();
        let (shares, quote) = (world.people[last].shares / 4, MILLION / 2);
        let whole: u64 = parts.iter().sum();
        let mut people: Vec<usize> = (0..parts.len()).collect();
        if reverse {
            people.reverse();
        }
        for who in people {
            world.people[who].shares = shares / whole * parts[who];
            world.people[last].shares -= world.people[who].shares;
            let leaves = world.people[who].shares;
            world.request(who, Side::Redemption, leaves, false).unwrap();
            world
                .request(who, Side::Deposit, quote / whole * parts[who], false)
                .unwrap();
        }
        world.pass(75);
        let pricing = world.price(1).unwrap();
        (0..parts.len()).for_each(|who| world.claim(who));
        let held: u64 = world.people[..last].iter().map(|person| person.shares).sum();
        let left: u64 = world.people[..last].iter().map(|person| person.quote).sum();
        let paid = left + quote - MILLION * last as u64;
        (pricing.minted, pricing.worth, pricing.levy, held, paid)
    };
    let (minted, worth, levy, held, paid) = outcome(&[10], false);
    assert_eq!((minted.0, worth), (held, paid));
    for (parts, reverse) in [(&[5, 5][..], false), (&[1, 2, 3, 4], false), (&[1, 2, 3, 4], true)] {
        let got = outcome(parts, reverse);
        assert_eq!((got.0, got.1, got.2), (minted, worth, levy));
        // Each ticket's part is rounded down: a base unit for each at most.
        let most = parts.len() as u64;
        assert!(held - got.3 <= most && paid - got.4 <= most, "{got:?}");
    }
}

/// A leaver beside a depositor after a rise of a tenth in an hour: he who comes pays the high value
/// and he who goes gets the low one, also where they meet.
#[test]
fn r1_a_depositor_beside_a_leaver_after_a_rise_takes_nothing_from_him() {
    use ballast_core_types::fixtures::price;
    let mut world = World::new(2);
    world.people[0].shares = world.people[2].shares / 5;
    world.people[2].shares -= world.people[0].shares;
    world.bounds[0].low = price("54990");
    world.bounds[0].mid = price("55000");
    world.bounds[0].high = price("55010");
    world.slow = "52500";
    let shares = world.people[0].shares;
    world.request(0, Side::Redemption, shares, false).unwrap();
    world.request(1, Side::Deposit, MILLION / 5, false).unwrap();
    world.pass(75);
    let (low, high) = (world.appraise().nav.low, world.appraise().nav_high().unwrap());
    assert!(high.0 > low.0 + 20_000_000_000, "{low:?} {high:?}");
    let supply = world.supply;
    let pricing = world.price(1).unwrap();
    let per_share = |nav: i64| nav as f64 / supply as f64;
    let paid = pricing.batch.redemptions.paid as f64 / shares as f64;
    let bought = pricing.batch.deposits.accepted as f64 / pricing.minted.0 as f64;
    assert!((paid - per_share(low.0)).abs() < 1e-4, "{paid}");
    assert!((bought - per_share(high.0)).abs() < 1e-4, "{bought}");
}

/// An impossible class beside a deposit reserves nothing, moves no price and pays no levy for
/// others.
#[test]
fn a_class_that_fails_goes_back_whole_and_nets_with_nobody() {
    let run = |within: bool| {
        let mut world = World::new(2);
        world.people[0].shares = world.people[2].shares / 5;
        world.people[2].shares -= world.people[0].shares;
        let shares = world.people[0].shares;
        if within {
            world.request(0, Side::Redemption, shares, true).unwrap();
        }
        world.request(1, Side::Deposit, MILLION, false).unwrap();
        // The price falls: whoever wanted one per cent does not get it.
        world.bounds[0].low = ballast_core_types::fixtures::price("47990");
        world.bounds[0].mid = ballast_core_types::fixtures::price("48000");
        world.bounds[0].high = ballast_core_types::fixtures::price("48010");
        world.pass(140);
        let pricing = world.price(1).unwrap();
        world.claim(0);
        let back = world.people[0].shares == shares && world.people[0].tickets.is_empty();
        (pricing.minted, pricing.levy, pricing.burnt.0, back)
    };
    let alone = run(false);
    let beside = run(true);
    assert_eq!((beside.0, beside.1, beside.2), (alone.0, alone.1, 0));
    assert!(beside.3 && alone.1 > 0, "{alone:?}");
}

/// Nobody can take a request back once the book may have been unwound for it.
#[test]
fn after_a_pricing_or_an_advance_nothing_is_taken_back() {
    let mut world = World::new(2);
    world.people[0].shares = world.people[2].shares / 2;
    world.people[2].shares -= world.people[0].shares;
    let shares = world.people[0].shares;
    world.request(0, Side::Redemption, shares, false).unwrap();
    assert_eq!(world.cancel(0), Err(BatchError::Final));
    world.pass(75);
    world.price(1).unwrap();
    world.pass(700);
    assert_eq!(world.cancel(0), Err(BatchError::Final));
    // One that nobody could price for ten minutes goes back; one that was advanced does not.
    world.request(1, Side::Deposit, MILLION, false).unwrap();
    world.pass(599);
    assert_eq!(world.cancel(1), Err(BatchError::Final));
    world.pass(1);
    world.cancel(1).unwrap();
    assert_eq!(world.people[1].quote, MILLION);
    world.people[1].shares = world.people[2].shares / 2;
    world.people[2].shares -= world.people[1].shares;
    let shares = world.people[1].shares;
    world.request(1, Side::Redemption, shares, false).unwrap();
    let number = world.people[1].tickets[0].0 as usize;
    world.pass(GRACE_SECONDS);
    world.exit_liquid(number).unwrap();
    assert_eq!(world.cancel(1), Err(BatchError::Final));
}

/// Later requests wait behind earlier ones, and a giant takes no more than its part within its own
/// minute.
#[test]
fn first_in_first_out_between_batches_and_pro_rata_within_one() {
    let mut world = World::new(3);
    for who in 0..3 {
        world.people[who].shares = world.people[3].shares / 4;
    }
    let each = world.people[0].shares;
    world.people[3].shares -= 3 * each;
    world.request(0, Side::Redemption, each, false).unwrap();
    world.request(1, Side::Redemption, each / 10, false).unwrap();
    world.pass(75);
    let cash = i64::try_from(world.state.ledger.cash).unwrap();
    world.move_margin(cash - 50_000_000_000);
    world.price(1).unwrap();
    world.claim(0);
    world.claim(1);
    let (giant, small) = (world.people[0].quote - MILLION, world.people[1].quote - MILLION);
    assert!(
        giant > 40_000_000_000 && giant.abs_diff(10 * small) <= 10,
        "{giant} {small}"
    );
    world.request(2, Side::Redemption, each, false).unwrap();
    world.pass(75);
    world.move_margin(-100_000_000_000);
    world.price(2).unwrap();
    world.claim(2);
    assert_eq!(world.people[2].quote, MILLION);
    world.pass(60);
    assert_eq!(world.price(2), Err(BatchError::NotFirstInLine));
    world.price(1).unwrap();
    world.pass(1);
    assert_eq!(world.price(1), Err(BatchError::TooSoon));
}

/// A ticket of the least size ends, whatever a share is worth, and nothing holds up those behind.
#[test]
fn shares_that_are_worth_nothing_are_burnt_and_end() {
    let mut world = World::new(1);
    world.people[0].shares = 1_000_000;
    world.people[1].shares -= 1_000_000;
    world.request(0, Side::Redemption, 1_000_000, false).unwrap();
    world.pass(140);
    // All that the vault has is lost.
    world.spent += world.state.ledger.cash + world.positions[0].collateral;
    world.state.ledger.cash = 0;
    world.positions[0] = ballast_core_types::Position {
        is_operational: true,
        ..ballast_core_types::Position::default()
    };
    world.state.monitor.venues[0].mark = None;
    world.price(1).unwrap();
    world.claim(0);
    assert!(world.people[0].tickets.is_empty() && world.people[0].shares == 0);
    assert_eq!(world.state.leaving.shares.0, 0);
}
