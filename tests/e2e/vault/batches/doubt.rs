//! What pauses the pricing of batches, and how a vault comes out of it.

use ballast_testkit::vault::batches::{LEAST, UNTIL_PRICED};
use ballast_testkit::vault::breakers::*;
use ballast_testkit::{params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultBreaker;
use ballast_vault::CreateVaultArgs;

#[test]
fn what_nothing_explains_pauses_pricing_and_entry_but_no_advance_and_ends_by_itself() {
    let (mut world, user) = running_with(with(VaultBreaker::UnexplainedMove, 100, 50));
    world.mark().unwrap();
    // No market is unexplained, however wild.
    for price in ["44000", "56000", "49000"] {
        still(&mut world, 60, price);
        world.mark().unwrap();
        assert!(!is_active(&world, VaultBreaker::UnexplainedMove), "{price}");
    }
    still(&mut world, 3_600, "50000");
    world.crank().unwrap();
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares / 10).unwrap();
    // One and a half per cent of the vault vanish at the venue.
    venue_invents(&mut world, -15_000_000_000);
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    // The pricing's own observation already forbids it.
    let number = world.snapshot().vault.queue.next;
    refused(&world.price_batch(number), VaultError::VenueInDoubt);
    world.mark().unwrap();
    assert!(is_active(&world, VaultBreaker::UnexplainedMove));
    forbidden(
        &world.request_deposit(&user, LEAST),
        VaultError::DepositNotPermitted,
        VaultBreaker::UnexplainedMove,
    );
    world.pass(0, 1);
    refused(&world.price_batch(number), VaultError::VenueInDoubt);
    let held = world.tokens(&user.holder.quote);
    let mut minutes = 0;
    while is_active(&world, VaultBreaker::UnexplainedMove) {
        still(&mut world, 600, "50000");
        world.mark().unwrap();
        minutes += 10;
        assert!(minutes < 120, "it never resumes");
    }
    assert!((60..=80).contains(&minutes), "{minutes}");
    world.exit_liquid(number).unwrap();
    world.claim_all();
    assert!(world.tokens(&user.holder.quote) > held);
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.price_batch(number).unwrap();
}

#[test]
fn without_a_guardian_what_waits_for_one_resumes_after_a_long_cooldown() {
    let vault = CreateVaultArgs {
        breakers: with(VaultBreaker::Drawdown, 300, 200),
        ..params::create_vault(1, params::vault(), None)
    };
    let mut world = VaultFixture::with_vault(params::risk_market(), params::venue(), vault);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    still(&mut world, 60, "46000");
    world.mark().unwrap();
    assert!(is_active(&world, VaultBreaker::Drawdown));
    let mut hours = 0;
    while is_active(&world, VaultBreaker::Drawdown) {
        for _ in 0..4 {
            still(&mut world, 900, "50000");
            world.mark().unwrap();
        }
        hours += 1;
        assert!(hours < 40, "it never resumes");
    }
    assert!((24..=25).contains(&hours), "{hours}");
}
