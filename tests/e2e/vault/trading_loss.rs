//! What trades cost those who stay, and what the breaker on it stops.

use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::MarketParams;
use ballast_testkit::vault::breakers::*;
use ballast_testkit::{fixed, params, VaultFixture};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultBreaker;

#[test]
fn what_trades_cost_those_who_stay_stops_openings_and_no_reduction() {
    let dear = MarketParams {
        taker_fee: fixed("0.003"),
        ..params::venue()
    };
    let (mut world, user) = running_at(dear, with(VaultBreaker::TradingLoss, 2, 1));
    // Who came in has paid for the trades that this made due.
    assert!(monitor(&world).turnover > 0);
    assert_eq!(monitor(&world).trading_loss, 0);
    let nav = |world: &VaultFixture| {
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
        let reserve = snapshot.vault.ledger.levy_reserve;
        appraisal.portfolio.nav_mid(&appraisal.prices).unwrap().0 + i64::try_from(reserve).unwrap()
    };
    // A fall makes a reduction due, and nobody has paid for that: the reserve is released first.
    world.mark().unwrap();
    world.pass(60, 60);
    world.set_price("41000", "10");
    world.observe().unwrap();
    let order = world.planned_order();
    assert!(order < 0, "{order}");
    let before = nav(&world);
    world.rebalance(order).unwrap();
    // What the keeper was paid is part of it.
    let cost = u64::try_from(before - nav(&world)).unwrap();
    assert!(cost > 0);
    assert_eq!(monitor(&world).trading_loss, cost);
    world.pass(0, 1);
    world.mark().unwrap();
    assert!(is_active(&world, VaultBreaker::TradingLoss), "{cost}");

    // It opens nothing, reduces whatever is due, and everybody can leave.
    world.pass(60, 60);
    world.set_price("52000", "10");
    world.observe().unwrap();
    forbidden(
        &world.rebalance(500_000),
        VaultError::OpeningNotPermitted,
        VaultBreaker::TradingLoss,
    );
    world.pass(60, 60);
    world.set_price("36000", "10");
    world.observe().unwrap();
    let order = world.planned_order();
    assert!(order < 0, "{order}");
    world.rebalance(order).unwrap();
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    world.let_leave(20);
    assert_eq!(world.supply(), 0);
}
