//! The directional target through the compiled programs: what trend, regime and a share's fall make
//! of a vault's exposure.

use ballast_core_market::regime::Regime;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::targets::Reason;
use ballast_sdk::events::VaultEvent;
use ballast_testkit::vault::breakers::refused;
use ballast_testkit::{fixed, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::events::TradeReason;
use ballast_vault::state::{VaultPolicy, RULE_BASED};

/// The rules that were measured, on one market.
fn rules() -> VaultPolicy {
    VaultPolicy {
        mode: RULE_BASED,
        band: fixed("0.05"),
        least_trade: fixed("0.01"),
        slice: fixed("0.05"),
        floor: fixed("0.75"),
        max_leverage: fixed("1"),
        ..params::vault()
    }
}

/// Exposure and net asset value, at the price there is.
fn held(world: &VaultFixture) -> (i64, i64) {
    let snapshot = world.snapshot();
    let exposure = snapshot.appraise(Purpose::Monitor).unwrap().exposure().unwrap();
    (exposure.deltas()[0].0, exposure.nav.0)
}

/// A path of prices, an hour apart.
struct Path {
    price: f64,
    hour: u32,
}

impl Path {
    /// Goes on by `hours` that grow by `growth` each, up and down around that, with a keeper who
    /// does all that is due. Returns the most that was traded in an hour, over the value.
    fn go(&mut self, world: &mut VaultFixture, hours: u32, growth: f64) -> f64 {
        let mut most = 0.0f64;
        for _ in 0..hours {
            self.hour += 1;
            let around = if self.hour.is_multiple_of(2) { 0.004 } else { -0.004 };
            self.price *= 1.0 + growth + around;
            world.pass(3_600, 9_000);
            world.set_price(&format!("{:.2}", self.price), "10");
            let lots = world.snapshot().venue_trader().unwrap().lots;
            world.crank().unwrap();
            let traded = (world.snapshot().venue_trader().unwrap().lots - lots) as f64 * self.price;
            most = most.max(traded.abs() / held(world).1 as f64);
        }
        most
    }
}

#[test]
fn by_rules_a_vault_follows_the_trend_of_weeks_in_slices() {
    let mut world = VaultFixture::wanting("1", rules());
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    // A market begins at its averages: nothing is known that would say up.
    assert_eq!(held(&world).0, 0);

    let mut path = Path {
        price: 50_000.0,
        hour: 0,
    };
    let most = path.go(&mut world, 40 * 24, 0.0006);
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
    let outlook = appraisal.prices.of(0).unwrap().outlook;
    assert_eq!(outlook.regime, Regime::Calm);
    // The least trade, and one in twenty an hour at the most.
    assert!(most > 0.009 && most < 0.0505, "{most}");
    let (delta, nav) = held(&world);
    let wanted = f64::from(outlook.strength.0) / 1e4 * (6_000.0 / f64::from(outlook.volatility.0)).min(1.0);
    let share = delta as f64 / nav as f64;
    assert!(
        outlook.strength.0 > 9_000 && (share - wanted).abs() < 0.062,
        "{share} for {wanted}"
    );

    // As long a fall takes it home again, but for the band.
    let most = path.go(&mut world, 40 * 24, -0.0006);
    let (delta, nav) = held(&world);
    assert!(most < 0.0505, "{most}");
    assert!(delta >= 0 && delta as f64 / (nav as f64) < 0.062, "{delta} of {nav}");
    assert_eq!(
        world
            .snapshot()
            .appraise(Purpose::Monitor)
            .unwrap()
            .prices
            .of(0)
            .unwrap()
            .outlook
            .strength
            .0,
        0
    );
}

/// Returns a vault by hand that holds its target, an hour after a leap of prices has ended: the
/// breakers have reset, the regime is still a crisis.
fn after_a_leap() -> VaultFixture {
    let mut world = VaultFixture::new();
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    world.pass(600, 1_500);
    world.set_price("57000", "10");
    world.crank().unwrap();
    for _ in 0..8 {
        world.pass(900, 2_000);
        world.set_price("57000", "10");
        world.crank().unwrap();
    }
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Trade).unwrap();
    assert_eq!(appraisal.prices.of(0).unwrap().outlook.regime, Regime::Crisis);
    assert!(appraisal.permissions.open, "{:?}", appraisal.active);
    world
}

#[test]
fn in_a_crisis_nothing_is_opened_beyond_a_quarter_of_the_cap_and_nothing_is_sold_for_it() {
    let mut world = after_a_leap();
    let snapshot = world.snapshot();
    let targets = snapshot.appraise(Purpose::Trade).unwrap().targets().unwrap();
    let (delta, _) = held(&world);
    assert!(
        targets.of(0).unwrap().open.0 <= targets.cap.0 / 4 && delta > 2 * targets.of(0).unwrap().open.0,
        "{delta} {targets:?}"
    );
    assert_eq!(world.planned_order(), 0, "nothing is sold");

    // Somebody comes, so that exposure lies far under its band; it stays there.
    let other = world.user(MILLION);
    world.deposit(&other, MILLION).unwrap();
    world.crank().unwrap();
    let snapshot = world.snapshot();
    let targets = snapshot.appraise(Purpose::Trade).unwrap().targets().unwrap();
    let (delta, _) = held(&world);
    assert_eq!(
        targets.reason(&[delta, 0, 0, 0].map(ballast_core_types::Value)),
        Some(Reason::Drift)
    );
    assert_eq!(world.planned_order(), 0);
    world.pass(0, 1);
    world.republish();
    world.observe().unwrap();
    let before = world.fingerprint();
    refused(&world.rebalance(500_000), VaultError::OverOpenLimit);
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn what_is_above_the_cap_goes_at_once_and_says_so() {
    // A slice of a hundredth, which no cap waits for.
    let policy = VaultPolicy {
        slice: fixed("0.01"),
        least_trade: fixed("0.005"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.move_collateral().unwrap();
    // In slices of a hundredth an hour, since nothing is above a limit.
    for _ in 0..30 {
        world.crank().unwrap();
        world.pass(3_600, 9_000);
        world.republish();
        world.observe().unwrap();
    }
    let (before, nav) = held(&world);
    assert!(before > nav / 4 && before < nav / 3, "{before} of {nav}");
    // A fall to just above the floor, with nobody there to trade.
    let mut price = 50_000.0;
    while price > 20_500.0 {
        price *= 0.93;
        world.pass(3_600, 9_000);
        world.set_price(&format!("{price:.0}"), "10");
        world.observe().unwrap();
        world.mark().unwrap();
    }
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Trade).unwrap();
    let (targets, exposure) = (appraisal.targets().unwrap(), appraisal.exposure().unwrap());
    assert_eq!(
        targets.reason(&exposure.deltas()),
        Some(Reason::Breach),
        "{exposure:?} {targets:?}"
    );
    let order = world.planned_order();
    world.pass(0, 1);
    let sent = world.rebalance(order);
    let events = world.announced(&sent);
    let Some(VaultEvent::Rebalanced(event)) = events.first() else {
        unreachable!("{events:?}");
    };
    assert_eq!(event.reason, TradeReason::Breach);
    assert!(
        event.before.legs[0].delta - event.after.legs[0].delta > nav / 50,
        "more than a slice"
    );
    // Down to the cap, but for a lot, and not to the band.
    let (after, _) = held(&world);
    assert!(
        after < targets.cap.0 + 20_500 && after > targets.cap.0 - targets.least.0,
        "{after} {targets:?}"
    );
}

#[test]
fn the_high_of_a_share_falls_by_the_day_so_that_no_vault_is_locked_in_cash() {
    let mut world = VaultFixture::new();
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    let at = |world: &mut VaultFixture, price: &str| {
        world.pass(3_600, 9_000);
        world.set_price(price, "10");
        world.observe().unwrap();
        world.mark().unwrap();
        world.snapshot().state.share_mark.high_water.fixed().to_num::<f64>()
    };
    let highest = at(&mut world, "53000");
    assert!(highest > 1.02, "{highest}");
    let mut high = at(&mut world, "50000");
    for _ in 0..10 * 24 - 1 {
        let next = at(&mut world, "50000");
        assert!(next < high, "{next} after {high}");
        high = next;
    }
    // A thousandth a day, ten days.
    assert!((high / highest - 0.999f64.powi(10)).abs() < 1e-5, "{high} of {highest}");
}
