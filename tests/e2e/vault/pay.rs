//! What keepers are paid by the compiled program: for risk removed, and for nothing else.

mod payees;

use super::batches::{closed, two};
use ballast_core_vault::keeper_pay::DAY_PARTS;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_risk::CreateMarketArgs;
use ballast_sdk::events::VaultEvent;
use ballast_testkit::vault::breakers::refused;
use ballast_testkit::{fixed, params, Sent, User, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::events::{Rebalanced, TradeReason};
use ballast_vault::state::VaultPolicy;

/// Returns what the keeper holds.
fn held(world: &VaultFixture) -> u64 {
    world.tokens(&world.pay_to.unwrap())
}

/// Returns what a rebalance announced.
fn rebalanced(world: &VaultFixture, sent: &Sent) -> Rebalanced {
    let mut announced = world.announced(sent).into_iter();
    let found = announced.find_map(|event| match event {
        VaultEvent::Rebalanced(event) => Some(event),
        _ => None,
    });
    *found.expect("a rebalance")
}

/// Checks that what the vault says it has paid is what the keeper has, and that custody still holds
/// the ledger.
fn check_books(world: &VaultFixture) {
    let vault = world.snapshot().vault;
    assert_eq!(held(world), vault.keeper_pay.total);
    let in_custody = vault.ledger.get().in_custody().unwrap();
    assert_eq!(world.tokens(&world.keys.custody), in_custody);
}

/// Returns a vault with a million whose collateral is in place, and its depositor.
fn funded() -> (VaultFixture, User) {
    let mut world = VaultFixture::new();
    let ada = world.user(4 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    world.move_collateral().unwrap();
    world.pass(0, 1);
    world.republish();
    world.observe().unwrap();
    (world, ada)
}

#[test]
fn r20_a_keeper_is_paid_for_risk_removed_and_spam_earns_nothing() {
    let (mut world, _) = funded();
    // Collateral was due, and nobody had looked after the vault for an hour.
    assert_eq!(held(&world), 10_000);
    let lots = world.planned_order();
    let before = world
        .snapshot()
        .appraise(Purpose::Trade)
        .unwrap()
        .exposure()
        .unwrap()
        .nav;
    let reserve = world.snapshot().vault.ledger.levy_reserve;
    let sent = world.rebalance(lots);
    let event = rebalanced(&world, &sent);
    let notional = event.after.legs[0].delta - event.before.legs[0].delta;
    let cost = event.before.nav - event.after.nav;
    assert_eq!((event.reason, before.0), (TradeReason::Drift, event.before.nav));
    // 540,000 dollars towards the target: J falls by 100/2 · σ²/365 · (0.6² − 0.06²) of a million.
    let variance = f64::from(event.targets.markets[0].outlook.volatility) / 10_000.0;
    let removed = 50.0 * (variance * variance).max(0.09) / 365.0 * (0.6f64.powi(2) - 0.06f64.powi(2)) * 1e12;
    let off = (event.risk_removed as f64 / removed - 1.0).abs();
    assert!(off < 0.01, "{} of {removed}", event.risk_removed);
    let gain = event.risk_removed as i64 - cost;
    assert_eq!(event.paid as i64, (notional / 20_000).min(gain / 10));
    assert_eq!(held(&world), 10_000 + event.paid);
    // Who came has paid for both.
    let drawn = reserve - world.snapshot().vault.ledger.levy_reserve;
    assert_eq!(drawn as i64, cost + event.paid as i64);
    check_books(&world);

    // Nothing is due: what is refused pays nothing, and what is done again within the hour neither.
    let earned = held(&world);
    world.pass(0, 1);
    for lots in [1, -1, 100_000, -100_000] {
        refused(&world.rebalance(lots), VaultError::NothingToDo);
    }
    refused(&world.move_collateral(), VaultError::CollateralInPlace);
    for _ in 0..5 {
        world.pass(60, 60);
        world.republish();
        world.observe().unwrap();
        world.mark().unwrap();
    }
    assert_eq!(held(&world), earned);
    world.pass(3_600, 3_600);
    world.republish();
    world.observe().unwrap();
    for _ in 0..3 {
        world.mark().unwrap();
        world.pass(0, 1);
    }
    assert_eq!(held(&world), earned + 10_000);
    check_books(&world);
}

#[test]
fn a_drift_that_removes_little_pays_a_tenth_of_it() {
    // Just averse enough for a band of 0.06 at a venue that takes six basis points.
    let policy = VaultPolicy {
        aversion: 45,
        ..params::vault()
    };
    let market = CreateMarketArgs {
        initial_variance: fixed("0.12"),
        ..params::risk_market()
    };
    let mut world = VaultFixture::with(market, params::venue(), policy);
    let ada = world.user(MILLION);
    world.deposit(&ada, MILLION).unwrap();
    world.crank().unwrap();
    // By small steps, which are no reason to open less.
    for price in (47_800..50_000).rev().step_by(200) {
        world.hour_at(&price.to_string()).unwrap();
    }
    let lots = world.planned_order();
    assert!(lots > 0);
    let sent = world.rebalance(lots);
    let event = rebalanced(&world, &sent);
    let notional = event.after.legs[0].delta - event.before.legs[0].delta;
    let gain = event.risk_removed as i64 - (event.before.nav - event.after.nav);
    assert_eq!((event.reason, event.paid as i64), (TradeReason::Drift, gain / 10));
    assert!(
        gain > 0 && event.paid as i64 * 20_000 < notional,
        "{gain} for {notional}"
    );
    check_books(&world);
}

#[test]
fn a_breach_is_paid_by_the_notional_and_a_day_pays_a_basis_point() {
    let (mut world, _) = funded();
    world.crank().unwrap();
    let mut paid = Vec::new();
    // Down and up again, the floor and the cap with it, within a day.
    for price in [
        "45000", "40000", "36000", "42000", "48000", "40000", "35000", "41000", "36000",
    ] {
        world.hour_at(price).unwrap();
        let nav = world.snapshot().appraise(Purpose::Trade).unwrap().nav.low.0 as u64;
        for _ in 0..20 {
            let lots = world.planned_order();
            if lots == 0 {
                break;
            }
            let before = held(&world);
            let actions = world.crank_once().unwrap();
            assert!(!actions.is_empty());
            paid.push((held(&world) - before, nav / DAY_PARTS));
            world.pass(0, 1);
            check_books(&world);
        }
    }
    let all: u64 = paid.iter().map(|(amount, _)| amount).sum();
    let most = paid.iter().map(|(_, most)| most).max().unwrap();
    assert!(all > 0 && all < 2 * most, "{paid:?}");
    assert!(paid.iter().all(|(amount, most)| amount <= most), "{paid:?}");
}

#[test]
fn a_day_pays_no_more_than_a_basis_point_however_much_is_traded() {
    let policy = VaultPolicy {
        keeper_rate: fixed("0.0001"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let (ada, ben) = (world.user(MILLION), world.user(2 * MILLION));
    world.deposit(&ada, MILLION).unwrap();
    world.crank().unwrap();
    let mut is_reached = false;
    // Three times the value comes and goes within the day.
    for _ in 0..4 {
        let all = world.tokens(&ben.holder.quote);
        world.deposit(&ben, all).unwrap();
        let nav = world.snapshot().appraise(Purpose::Monitor).unwrap().nav.low.0 as u64;
        world.crank().unwrap();
        let day = world.snapshot().vault.keeper_pay.day;
        assert!(day <= nav / DAY_PARTS, "{day} of {nav}");
        is_reached |= day > nav / DAY_PARTS / 100 * 99;
        let shares = world.tokens(&ben.holder.shares);
        world.request(&ben, shares).unwrap();
        closed(&mut world);
        world.let_leave(6);
        check_books(&world);
    }
    assert!(is_reached);
}

#[test]
fn an_unwind_is_paid_by_those_it_is_done_for() {
    let (mut world, [ada, ben]) = two();
    world.deposit(&ben, MILLION).unwrap();
    world.crank().unwrap();
    let shares = world.tokens(&ben.holder.shares);
    world.request(&ben, shares).unwrap();
    let number = closed(&mut world);
    world.observe().unwrap();
    world.price_batch(number).unwrap();
    world.pass(0, 1);
    let mut unpaid = world.copy();
    unpaid.pay_to = None;
    let lots = -world.batch(number).totals.lots_left[0];
    let nav = |world: &VaultFixture| {
        let snapshot = world.snapshot();
        snapshot.appraise(Purpose::Monitor).unwrap().nav.low
    };
    let had = held(&world);
    let sent = world.unwind(number, lots);
    let [VaultEvent::Unwound(event)] = &world.announced(&sent)[..] else {
        unreachable!("one event");
    };
    unpaid.unwind(number, lots).unwrap();
    let notional = lots.unsigned_abs() * 50_000;
    assert_eq!(event.paid, notional / 20_000);
    assert_eq!(held(&world), had + event.paid);
    // What is paid is owed by the leavers: nobody's share is worth less for it.
    assert_eq!(nav(&world), nav(&unpaid));
    let costs = [&world, &unpaid].map(|world| world.batch(number).totals.unwind_cost);
    assert_eq!(costs[0], costs[1] + event.paid);
    check_books(&world);
    for world in [&mut world, &mut unpaid] {
        world.let_leave(6);
        assert_eq!(world.tokens(&ben.holder.shares), 0);
    }
    let got = [&world, &unpaid].map(|world| world.tokens(&ben.holder.quote));
    assert!(got[1] - got[0] >= event.paid, "{got:?}");
    assert_eq!(world.tokens(&ada.holder.shares), unpaid.tokens(&ada.holder.shares));
}

#[test]
fn an_order_that_waits_at_a_venue_earns_nothing() {
    let (mut world, _) = funded();
    world.faults(Faults {
        delayed: true,
        ..Faults::default()
    });
    let before = held(&world);
    let lots = world.planned_order();
    let sent = world.rebalance(lots);
    let event = rebalanced(&world, &sent);
    assert_eq!((event.paid, event.risk_removed), (0, 0));
    assert_eq!(held(&world), before);
}

/// Who comes and goes and trades the vault back as its keeper has less than before, and nobody else
/// has.
#[test]
fn whoever_moves_the_book_and_trades_it_back_earns_nothing() {
    let (mut world, [ada, ben]) = two();
    world.crank().unwrap();
    world.mark().unwrap();
    // The attacker is keeper and holder; an hour passes in no round, so that no task is paid.
    let worth = |world: &VaultFixture| {
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
        let pool =
            appraisal.portfolio.nav_mid(&appraisal.prices).unwrap().0 as u64 + snapshot.vault.ledger.levy_reserve;
        u128::from(pool) * u128::from(world.tokens(&ada.holder.shares)) / u128::from(snapshot.supply())
    };
    let before = worth(&world);
    let (paid, tasks) = (held(&world), world.snapshot().vault.keeper_pay.task_at);
    let had = world.tokens(&ben.holder.quote);
    for _ in 0..5 {
        world.deposit(&ben, MILLION / 2).unwrap();
        world.crank().unwrap();
        world.pass(0, 1);
        let shares = world.tokens(&ben.holder.shares);
        world.request(&ben, shares).unwrap();
        closed(&mut world);
        world.let_leave(6);
        world.republish();
        world.mark().unwrap();
    }
    let tasks = world.snapshot().vault.keeper_pay.task_at - tasks;
    let earned = held(&world) - paid;
    assert!(earned > 0);
    assert!(
        world.tokens(&ben.holder.quote) + earned < had,
        "who moves the book pays for it"
    );
    // But for the hours in which somebody looked after the vault.
    let for_tasks = u128::try_from(tasks / 3_600 + 1).unwrap() * 10_000;
    assert!(
        worth(&world) + for_tasks + 1_000 >= before,
        "{} {before}",
        worth(&world)
    );
}
