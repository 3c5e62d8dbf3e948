//! What margin holds beyond the variance of now: the worst day of a year, as the risk program
//! measures it.

use ballast_risk::AssessReport;
use ballast_sdk::assess::{BookPosition, PositionKind};
use ballast_testkit::margin::MarginFixture;
use ballast_testkit::World;

const DAY: i64 = 86_400;

/// Observes every minute, for so many of them.
fn watch(fixture: &mut MarginFixture, minutes: i64, price: &str) {
    fixture.markets[0].price = price.to_owned();
    for _ in 0..minutes {
        fixture.pass(60, 120);
        fixture.publish_prices();
    }
}

/// Observes four times a day, for so many days.
fn wait(fixture: &mut MarginFixture, days: i64) {
    for _ in 0..4 * days {
        fixture.pass(DAY / 4, 50_000);
        fixture.publish_prices();
    }
}

/// The worst day that the market holds, a log move.
fn held(fixture: &MarginFixture) -> f64 {
    let market = fixture.raw(&fixture.markets[0].accounts.market).unwrap();
    let size = market.risk_market().unwrap().worst_day.get().size();
    size.bits() as f64 / 2f64.powi(48)
}

/// Returns what one bitcoin needs, held outright, under a surface of now.
fn outright(fixture: &mut MarginFixture) -> AssessReport {
    let now = fixture.clock().unix_timestamp;
    let market = fixture.markets[0].clone();
    fixture.put_surface(&market, now, &[700, 800, 900]);
    fixture.answer(&[BookPosition {
        market: market.accounts.market,
        kind: PositionKind::Linear { entry: None },
        lots: 1_000_000,
    }])
}

#[test]
fn margin_holds_the_worst_day_for_a_year_and_no_longer_than_fifteen_months() {
    let mut fixture = MarginFixture::new(1);
    assert!((held(&fixture) - 0.15).abs() < 1e-12, "what it was created with");
    watch(&mut fixture, 61, "50000");
    wait(&mut fixture, 1);
    // Nobody measures a day by one print.
    watch(&mut fixture, 30, "50000");
    watch(&mut fixture, 1, "30000");
    watch(&mut fixture, 60, "50000");
    assert!(held(&fixture) < 0.151, "{}", held(&fixture));
    // Nor by one that is alone in its half hour.
    for price in ["30000", "50000"] {
        fixture.pass(1_800, 3_600);
        watch(&mut fixture, 1, price);
    }
    assert!(held(&fixture) < 0.151, "{}", held(&fixture));
    watch(&mut fixture, 61, "30000");
    let fall = (5.0f64 / 3.0).ln();
    assert!((held(&fixture) - fall).abs() < 1e-9, "{}", held(&fixture));

    // Variance has forgotten it; margin has not.
    wait(&mut fixture, 200);
    let answer = outright(&mut fixture);
    let deviation = 0.6 / 365f64.sqrt();
    let off = answer.markets[0].horizon_volatility as f64 / 2f64.powi(57) - deviation;
    assert!(off.abs() < 1e-9, "{off}");
    let worst = |size: f64| 30_000e6 * (1.0 - (-size).exp());
    assert!((answer.worst_loss as f64 - worst(fall)).abs() < 3_000.0, "{answer:?}");
    assert_eq!((answer.worst_price_shock, answer.worst_volatility_shock), (11, 2));
    assert!(answer.initial_margin >= answer.worst_loss);
    wait(&mut fixture, 164);
    assert!((held(&fixture) - fall).abs() < 1e-9, "a year later");

    wait(&mut fixture, 93);
    watch(&mut fixture, 61, "30000");
    assert!(held(&fixture) < 0.01, "{}", held(&fixture));
    let answer = outright(&mut fixture);
    assert!(
        (answer.worst_loss as f64 - worst(6.0 * deviation)).abs() < 3_000.0,
        "{answer:?}"
    );
}

#[test]
fn an_observation_that_measures_a_day_is_within_the_ceiling_of_all() {
    let mut world = World::new();
    let mut most = 0;
    // One print each half hour: ten of them are ten minutes, so as many checkpoints are looked at
    // as ever are.
    for _ in 0..100 {
        world.pass(1_800, 3_600);
        world.set_price("50000", "10");
        most = world.observe().unwrap().compute_units_consumed.max(most);
    }
    let market = world.risk_market();
    assert!(market.averages.move_of_day().is_some() && market.worst_day.quarter > 0);
    assert!(most < 20_000, "{most}");
}
