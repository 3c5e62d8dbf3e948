//! Worlds and words for the tests of the vault's own breakers.

use ballast_core_market::breaker::Breaker;
use ballast_reference_venue::state::Faults;
use ballast_testkit::world::Sent;
use ballast_testkit::{error_code, params, User, World, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{StoredWatch, VaultBreaker, VaultBreakerSettings};
use ballast_vault::CreateVaultArgs;

/// The vault's breakers, in order.
pub const ALL: [VaultBreaker; 5] = [
    VaultBreaker::Drawdown,
    VaultBreaker::NavJump,
    VaultBreaker::Turnover,
    VaultBreaker::KeeperSpend,
    VaultBreaker::VenueFailure,
];

/// A vault with a million in it, at its target, with these breakers.
pub fn running_with(breakers: VaultBreakerSettings) -> (World, User) {
    let vault = CreateVaultArgs {
        breakers,
        ..params::create_vault(1, params::vault(), Some(World::guardian_key()))
    };
    let mut world = World::with_vault(params::risk_market(), params::venue(), vault);
    let user = world.user(3 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader.lots > 0);
    world.pass(0, 1);
    (world, user)
}

/// As the tests' parameters, with another trip and clear for one of them.
pub fn with(breaker: VaultBreaker, trip: u32, clear: u32) -> VaultBreakerSettings {
    let mut breakers = params::vault_breakers();
    let settings = &mut breakers.settings[breaker as usize];
    (settings.trip, settings.clear) = (trip, clear);
    breakers
}

/// A vault at its target with the tests' own breakers.
pub fn running() -> (World, User) {
    running_with(params::vault_breakers())
}

/// What the vault remembers.
pub fn watch(world: &World) -> StoredWatch {
    world.snapshot().vault.watch
}

/// Whether it stands.
pub fn stands(world: &World, breaker: VaultBreaker) -> bool {
    watch(world).get().breakers.tripped.has(breaker.into())
}

/// Refused for this reason.
pub fn refused(sent: &Sent, expected: VaultError) {
    assert_eq!(error_code(sent), u32::from(expected));
}

/// Refused, by a breaker that the log names.
pub fn forbidden(sent: &Sent, expected: VaultError, breaker: VaultBreaker) {
    refused(sent, expected);
    let name = format!("Program log: breaker: {}", Breaker::from(breaker).name());
    let logs = &sent.as_ref().unwrap_err().meta.logs;
    assert!(logs.contains(&name), "{name}\n{}", logs.join("\n"));
}

/// The same price again after this long.
pub fn still(world: &mut World, seconds: i64, price: &str) {
    world.pass(seconds, seconds.unsigned_abs());
    world.set_price(price, "10");
}

/// A venue that trades nothing.
pub fn paused() -> Faults {
    Faults {
        paused: true,
        ..Faults::default()
    }
}
