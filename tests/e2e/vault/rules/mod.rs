//! The rules that past failures demand, each under its number.

mod accounts;
mod copies;
mod money;
mod orders;
mod policy;
mod prices;

use ballast_risk::CreateMarketArgs;
use ballast_testkit::{params, User, VaultFixture, MILLION};
use ballast_vault::CreateVaultArgs;

/// Returns a vault with a million in it, at its target, and its depositor.
fn running() -> (VaultFixture, User) {
    running_on(params::risk_market())
}

/// As [`running`], on this market.
fn running_on(market: CreateMarketArgs) -> (VaultFixture, User) {
    come_to(VaultFixture::with(market, params::venue(), params::vault()))
}

/// As [`running`], in such a vault.
fn running_as(vault: CreateVaultArgs) -> (VaultFixture, User) {
    come_to(VaultFixture::with_vault(params::risk_market(), params::venue(), vault))
}

fn come_to(mut world: VaultFixture) -> (VaultFixture, User) {
    let user = world.user(2 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader().unwrap().lots > 0);
    world.pass(0, 1);
    (world, user)
}
