//! The rules that past failures demand, each under its number.

mod accounts;
mod money;
mod orders;
mod policy;
mod prices;

use ballast_risk::CreateMarketArgs;
use ballast_testkit::{params, User, VaultFixture, MILLION};

/// Returns a vault with a million in it, at its target, and its depositor.
fn running() -> (VaultFixture, User) {
    running_on(params::risk_market())
}

/// As [`running`], on this market.
fn running_on(market: CreateMarketArgs) -> (VaultFixture, User) {
    let mut world = VaultFixture::with(market, params::venue(), params::vault());
    let user = world.user(2 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader().unwrap().lots > 0);
    world.pass(0, 1);
    (world, user)
}
