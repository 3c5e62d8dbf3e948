//! A running vault, and what its own breakers say.

use super::VaultFixture;
use crate::tokens::put;
use crate::world::{error_code, Sent, User};
use crate::{params, MILLION};
use anchor_lang::AccountSerialize;
use ballast_core_market::breaker::Breaker;
use ballast_reference_venue::state::{Faults, MarketParams};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{StoredMonitor, VaultBreaker, VaultBreakerSettings, VaultPolicy};
use ballast_vault::CreateVaultArgs;

/// The vault's breakers, in order.
pub const ALL: [VaultBreaker; 5] = [
    VaultBreaker::Drawdown,
    VaultBreaker::UnexplainedMove,
    VaultBreaker::Turnover,
    VaultBreaker::TradingLoss,
    VaultBreaker::VenueFailure,
];

/// Returns a vault with a million in it, at its target, with these breakers, and its depositor.
pub fn running_with(breakers: VaultBreakerSettings) -> (VaultFixture, User) {
    running_at(params::venue(), breakers)
}

/// As [`running_with`], at this venue.
pub fn running_at(venue: MarketParams, breakers: VaultBreakerSettings) -> (VaultFixture, User) {
    // The dearer a venue, the more a dollar off the target has to be worth.
    let policy = VaultPolicy {
        aversion: 1_000,
        ..params::vault()
    };
    let vault = CreateVaultArgs {
        breakers,
        ..params::create_vault(1, policy, Some(VaultFixture::guardian_key()))
    };
    let mut world = VaultFixture::with_vault(params::risk_market(), venue, vault);
    let user = world.user(3 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader().unwrap().lots > 0);
    world.pass(0, 1);
    (world, user)
}

/// Returns the tests' breakers with another trip and clear for one of them.
pub fn with(breaker: VaultBreaker, trip: u32, reset: u32) -> VaultBreakerSettings {
    let mut breakers = params::vault_breakers();
    let settings = &mut breakers.settings[breaker as usize];
    (settings.trip, settings.reset) = (trip, reset);
    breakers
}

/// Returns a vault at its target with the tests' own breakers, and its depositor.
pub fn running() -> (VaultFixture, User) {
    running_with(params::vault_breakers())
}

/// Returns what the vault remembers.
pub fn monitor(world: &VaultFixture) -> StoredMonitor {
    world.snapshot().vault.monitor
}

/// Returns whether a breaker is active.
pub fn is_active(world: &VaultFixture, breaker: VaultBreaker) -> bool {
    monitor(world).get().breakers.tripped.has(breaker.into())
}

/// Panics unless it was refused for this reason.
pub fn refused(sent: &Sent, expected: VaultError) {
    assert_eq!(error_code(sent), u32::from(expected));
}

/// Panics unless it was refused by a breaker that the log names.
pub fn forbidden(sent: &Sent, expected: VaultError, breaker: VaultBreaker) {
    refused(sent, expected);
    let name = format!("Program log: breaker: {}", Breaker::from(breaker).name());
    let logs = &sent.as_ref().unwrap_err().meta.logs;
    assert!(logs.contains(&name), "{name}\n{}", logs.join("\n"));
}

/// Publishes the same price again after this long.
pub fn still(world: &mut VaultFixture, seconds: i64, price: &str) {
    world.pass(seconds, seconds.unsigned_abs());
    world.set_price(price, "10");
}

/// Lets collateral of the vault vanish at the venue, or appear there: nothing explains it.
pub fn venue_invents(world: &mut VaultFixture, collateral: i64) {
    let key = world.keys.first().venue_trader;
    let mut trader = world.snapshot().venue_trader().unwrap();
    trader.collateral = trader.collateral.checked_add_signed(collateral).unwrap();
    let mut data = Vec::new();
    trader.try_serialize(&mut data).unwrap();
    data.resize(world.raw(&key).unwrap().data.len(), 0);
    put(&mut world.svm, key, ballast_reference_venue::ID, data);
}

/// Returns the faults of a venue that trades nothing.
pub fn paused() -> Faults {
    Faults {
        paused: true,
        ..Faults::default()
    }
}
