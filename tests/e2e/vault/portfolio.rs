//! A vault of several markets: one proof, one cap, one line of leavers, and each venue and each
//! oracle on its own when it fails.

use super::batches::{closed, leave};
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::targets::gross;
use ballast_reference_venue::state::Faults;
use ballast_sdk::action::CrankAction;
use ballast_sdk::events::VaultEvent;
use ballast_sdk::instructions as ix;
use ballast_testkit::tokens::put;
use ballast_testkit::vault::breakers::refused;
use ballast_testkit::{error_code, params, User, VaultFixture, World, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::events::TradeReason;
use ballast_vault::state::VaultPolicy;
use ballast_vault::Order;
use solana_signer::Signer;

mod quarantine;
mod silence;

/// Returns a vault that wants these shares of its value of as many markets: at 50,000, and at a
/// price of each of the others.
pub fn vault_of(bases: &[&str]) -> VaultFixture {
    let others = [("SOL-USD", "2000"), ("ETH-USD", "4000"), ("XRP-USD", "1000")];
    // The narrower a band, the more a dollar off its edge has to be worth.
    let policy = VaultPolicy {
        aversion: 500,
        ..params::vault()
    };
    let mut args = params::create_vault(1, policy, Some(VaultFixture::guardian_key()));
    args.markets = bases.iter().map(|base| params::market_policy(base)).collect();
    VaultFixture::of_markets(World::new(), params::venue(), &others[..bases.len() - 1], args)
}

/// Returns a vault of two markets with a million in it, at its targets, and its depositor.
fn two() -> (VaultFixture, User) {
    let mut world = vault_of(&["0.35", "0.25"]);
    let ada = world.user(3 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    rest(&mut world);
    (world, ada)
}

/// Has the keeper do all that is due, in transactions that fit.
fn rest(world: &mut VaultFixture) {
    for _ in 0..30 {
        if world.crank_once().unwrap().is_empty() {
            return;
        }
        assert!(world.last_size() <= 1_232, "{} bytes", world.last_size());
        world.pass(0, 1);
    }
    panic!("the keeper never comes to rest: {:?}", world.snapshot().plan());
}

/// Returns somebody who has come with a million, the vault at its targets again.
fn joined(world: &mut VaultFixture) -> User {
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    rest(world);
    user
}

/// Returns what is held of each market, and what is wanted, over the value.
fn shares_held(world: &VaultFixture) -> Vec<[f64; 2]> {
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
    let (exposure, targets) = (appraisal.exposure().unwrap(), appraisal.targets().unwrap());
    let share = |value: i64| value as f64 / exposure.nav.0 as f64;
    let deltas = exposure.deltas();
    let wanted = targets.markets.iter().flatten().zip(deltas);
    wanted
        .map(|(target, delta)| [delta.0, target.delta.0].map(share))
        .collect()
}

fn lots(world: &VaultFixture, leg: usize) -> i64 {
    world.snapshot().venue_trader_of(leg).unwrap().lots
}

/// Lets a minute pass, and publishes these prices.
fn at(world: &mut VaultFixture, seconds: i64, first: &str, other: &str) {
    world.pass(seconds, seconds.unsigned_abs());
    world.set_price(first, "10");
    world.set_price_of(0, other);
}

/// All tokens of the vault and its venues.
fn tokens(world: &VaultFixture) -> u64 {
    let legs = world.keys.legs.iter().flatten();
    let venues: u64 = legs.map(|leg| world.tokens(&leg.venue_vault)).sum();
    let paid = world.pay_to.map_or(0, |key| world.tokens(&key));
    world.tokens(&world.keys.custody) + venues + paid
}

#[test]
fn one_rebalance_brings_all_markets_to_their_edges() {
    let mut world = vault_of(&["0.35", "0.25"]);
    let ada = world.user(3 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    let mut traded = Vec::new();
    for _ in 0..10 {
        let actions = world.crank_once().unwrap();
        if actions.is_empty() {
            break;
        }
        let rebalance = actions.iter().find_map(|action| match action {
            CrankAction::Rebalance(orders) => Some(*orders),
            _ => None,
        });
        traded.extend(rebalance.map(|orders| orders.iter().flatten().count()));
        world.pass(0, 1);
    }
    assert_eq!(traded, [2], "both at once");
    for ([held, wanted], base) in shares_held(&world).into_iter().zip([0.35, 0.25]) {
        assert!(
            (wanted - base).abs() < 1e-3 && (held - wanted * 0.9).abs() < 1e-3,
            "{held} {wanted}"
        );
    }
    // What it cost in units and bytes, with the collateral of both in front.
    assert!(world.last_size() <= 1_232, "{}", world.last_size());
}

/// A transaction has room for two moves of collateral: what they do not margin waits for the next.
#[test]
fn a_keeper_opens_three_and_four_markets_and_is_never_refused() {
    for bases in [&["0.2", "0.15", "0.15"][..], &["0.15", "0.15", "0.15", "0.15"]] {
        let mut world = vault_of(bases);
        let ada = world.user(3 * MILLION);
        world.deposit(&ada, MILLION).unwrap();
        // What an hour's slice leaves out follows in the next.
        for _ in 0..3 {
            rest(&mut world);
            world.pass(3_600, 3_600);
            world.republish();
        }
        for ([held, wanted], leg) in shares_held(&world).into_iter().zip(0..) {
            let is_at_the_edge = (held - wanted * 0.9).abs() < 1e-3;
            assert!(lots(&world, leg) > 0 && is_at_the_edge, "{held} {wanted}");
        }
    }
}

#[test]
fn four_markets_fit_a_transaction_and_the_units_of_one() {
    let mut world = vault_of(&["0.2", "0.15", "0.15", "0.15"]);
    let ada = world.user(3 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    for leg in 0..4 {
        world.move_collateral_of(leg).unwrap();
        world.pass(0, 1);
    }
    world.republish();
    world.observe_all().unwrap();
    let orders = world.planned_orders();
    assert_eq!(orders.len(), 4);
    let orders = orders.into_iter().map(|(leg, lots)| Order { leg: leg as u8, lots });
    let keeper = world.keeper.insecure_clone();
    let rebalance = ix::rebalance(&world.keys, &keeper.pubkey(), orders.collect());
    let sent = world
        .send_paid_by(&keeper, &[ballast_testkit::more_units(), rebalance], &[])
        .unwrap();
    let (units, bytes) = (sent.compute_units_consumed, world.last_size());
    assert!(units < 400_000 && bytes <= 1_232, "{units} {bytes}");
    for [held, wanted] in shares_held(&world) {
        assert!((held - wanted * 0.9).abs() < 2e-3, "{held} {wanted}");
    }
    // Everything that the keeper does with it fits a packet too.
    for _ in 0..3 {
        world.pass(3_700, 9_000);
        world.republish();
        rest(&mut world);
    }
    // A mark is granted enough where somebody else has taken the prices in.
    world.pass(3_700, 9_000);
    world.republish();
    world.observe_all().unwrap();
    assert_eq!(world.crank_once().unwrap(), [CrankAction::Mark]);
}

#[test]
fn one_cap_bounds_all_markets_and_a_cut_takes_what_is_more_than_wanted() {
    let (mut world, _) = two();
    // Down by what leaves hardly any cushion, with nobody there to trade.
    let (mut first, mut other) = (50_000.0, 2_000.0);
    for _ in 0..7 {
        (first, other) = (first * 0.94, other * 0.93);
        at(&mut world, 3_600, &format!("{first:.0}"), &format!("{other:.1}"));
        world.observe_all().unwrap();
        world.mark().unwrap();
    }
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Trade).unwrap();
    let (targets, exposure) = (appraisal.targets().unwrap(), appraisal.exposure().unwrap());
    let held = exposure.deltas();
    assert!(targets.excess(&held).0 > 0, "{targets:?} {held:?}");
    let orders = world.planned_orders();
    assert!(
        !orders.is_empty() && orders.iter().all(|(_, lots)| *lots < 0),
        "{orders:?}"
    );
    let count = orders.len();
    // A cut of more than is above the cap is refused, in one market as in both.
    world.pass(0, 1);
    let before = world.fingerprint();
    let all = |part: i64| (0..2u8).map(|leg| (leg, part)).collect::<Vec<_>>();
    let of = |orders: &[(u8, i64)], world: &VaultFixture| {
        let order = |(leg, part): &(u8, i64)| Order {
            leg: *leg,
            lots: -lots(world, usize::from(*leg)) / 100 * part,
        };
        orders.iter().map(order).collect::<Vec<_>>()
    };
    let too_much = of(&all(99), &world);
    refused(&world.rebalance_with(too_much), VaultError::Overshoot);
    // Nor is anything moved from one to the other.
    let moved = vec![Order { leg: 0, lots: -100_000 }, Order { leg: 1, lots: 100_000 }];
    assert!(world.rebalance_with(moved).is_err());
    assert_eq!(world.fingerprint(), before);
    let orders = orders.into_iter().map(|(leg, lots)| Order { leg: leg as u8, lots });
    let sent = world.rebalance_with(orders.collect());
    let events = world.announced(&sent);
    let Some(VaultEvent::Rebalanced(event)) = events.first() else {
        unreachable!("{events:?} {sent:?}");
    };
    assert_eq!((event.reason, event.orders.len()), (TradeReason::Breach, count));
    assert_eq!(
        (event.prices.len(), event.targets.markets.len(), event.before.legs.len()),
        (2, 2, 2)
    );
    let snapshot = world.snapshot();
    let after = snapshot.appraise(Purpose::Trade).unwrap().exposure().unwrap();
    let is = gross(&after.deltas()).0;
    assert!(
        is <= targets.cap.0 + 100_000 && is >= targets.cap.0 - targets.least.0 - 100_000,
        "{is} {targets:?}"
    );
}

#[test]
fn a_silent_market_is_neither_traded_nor_in_the_way_of_reducing_another() {
    let (mut world, ada) = two();
    // The second market's oracle says nothing for three minutes.
    for _ in 0..3 {
        world.pass(60, 60);
        world.set_price("50000", "10");
        world.observe().unwrap();
    }
    let too_old = u32::from(ballast_risk::errors::RiskError::PriceTooOld);
    let marked = world.snapshot().state.share_mark;
    // Nothing says what a share is worth, and nothing is done in that market.
    world.mark().unwrap();
    let before = world.fingerprint();
    let order = |leg, lots| vec![Order { leg, lots }];
    assert_eq!(error_code(&world.rebalance_with(order(1, -1_000))), too_old);
    assert_eq!(error_code(&world.move_collateral_of(1)), too_old);
    // Nothing is opened anywhere: what bounds it is not known.
    refused(
        &world.rebalance_with(order(0, 100_000)),
        VaultError::OpeningNotPermitted,
    );
    assert_eq!(world.fingerprint(), before);
    // The first falls, and what is too much of it goes.
    for price in ["46000", "42000", "38000", "35000", "33000"] {
        world.pass(3_600, 3_600);
        world.set_price(price, "10");
        rest(&mut world);
    }
    assert!(lots(&world, 0) > 0 && lots(&world, 1) > 0);
    assert_eq!(world.snapshot().state.share_mark, marked, "no guess marks a share");
    // Once the oracle speaks again, all goes on.
    at(&mut world, 60, "33000", "1900");
    rest(&mut world);
    for [held, wanted] in shares_held(&world) {
        assert!(held >= 0.0 && (held - wanted).abs() < 0.05, "{held} {wanted}");
    }
    let shares = world.tokens(&ada.holder.shares);
    leave(&mut world, &ada, shares / 10);
}

#[test]
fn leavers_take_their_part_of_every_leg_and_stayers_keep_theirs() {
    let (mut world, ada) = two();
    let bob = joined(&mut world);
    let all = tokens(&world) + world.tokens(&ada.holder.quote) + world.tokens(&bob.holder.quote);
    let stays = [0, 1].map(|leg| lots(&world, leg) / 2);
    let shares = world.tokens(&bob.holder.shares);
    leave(&mut world, &bob, shares);
    let number = world.ticket(&bob).unwrap().batch;
    let left = world.batch(number).totals.lots_left;
    assert!(left[0] > 0 && left[1] > 0, "{left:?}");
    // Of each leg no more than theirs, whoever sends it.
    world.pass(0, 1);
    for leg in 0..2u8 {
        let order = Order {
            leg,
            lots: -left[usize::from(leg)] - 1,
        };
        refused(&world.unwind_with(number, order), VaultError::BeyondLeavers);
        world.pass(0, 1);
    }
    for _ in 0..6 {
        world.pass(75, 75);
        world.republish();
        rest(&mut world);
    }
    world.claim_all();
    let got = world.tokens(&bob.holder.quote) as f64 / MILLION as f64;
    assert!((0.985..1.0).contains(&got), "{got}");
    assert!(world.tickets().is_empty());
    for (leg, stays) in stays.into_iter().enumerate() {
        let held = lots(&world, leg);
        // Within the band, whose lower edge it was on.
        assert!(
            held >= stays * 99 / 100 && held <= stays * 5 / 4,
            "{leg}: {held} {stays}"
        );
    }
    let is = tokens(&world) + world.tokens(&ada.holder.quote) + world.tokens(&bob.holder.quote);
    assert_eq!(is, all, "no token is made or lost");
}

#[test]
fn r14_no_leg_can_be_left_out_exchanged_or_named_twice() {
    let (mut world, _) = two();
    at(&mut world, 600, "50000", "2000");
    let sound = ix::mark(&world.keys, None);
    let named = sound.accounts.len() - 6;
    let before = world.fingerprint();
    let [first, second] = [0, 1].map(|leg| world.keys.leg(leg));
    for (place, other, expected) in [
        (0, second.risk_market, VaultError::WrongRiskMarket),
        (1, first.risk_market, VaultError::WrongRiskMarket),
        (2, second.venue_market, VaultError::WrongVenueMarket),
        (3, second.venue_trader, VaultError::WrongVenueTrader),
        (4, first.venue_market, VaultError::WrongVenueMarket),
        (5, first.venue_trader, VaultError::WrongVenueTrader),
    ] {
        let mut wrong = sound.clone();
        wrong.accounts[named + place].pubkey = other;
        refused(&world.send(&[wrong], &[]), expected);
        let mut short = sound.clone();
        short.accounts.remove(named + place);
        refused(&world.send(&[short], &[]), VaultError::PortfolioAccounts);
    }
    let mut long = sound.clone();
    long.accounts.push(long.accounts[named + 5].clone());
    refused(&world.send(&[long], &[]), VaultError::PortfolioAccounts);
    assert_eq!(world.fingerprint(), before);
    world.republish();
    world.observe_all().unwrap();
    world.send(&[sound], &[]).unwrap();
    // A leg that there is not.
    refused(
        &world.rebalance_with(vec![Order { leg: 2, lots: 5 }]),
        VaultError::WrongLeg,
    );
}

#[test]
fn what_one_venue_refuses_keeps_no_other_from_being_traded() {
    let (mut world, _) = two();
    // The second venue says nothing wrong of itself, and takes no order: its own oracle is silent.
    world.faults_of(
        1,
        Faults {
            stale: true,
            ..Faults::default()
        },
    );
    let before = lots(&world, 0);
    let mut traded = false;
    for round in 0..24 {
        at(&mut world, 120, "75000", "3000");
        for _ in 0..4 {
            // What is refused is planned again, another way.
            let _ = world.crank_once();
            world.pass(0, 1);
        }
        traded = lots(&world, 0) < before;
        if traded {
            assert!(round < 20);
            break;
        }
    }
    assert!(traded, "{before}: {:?}", world.snapshot().plan());
}
