//! How much may leave at a price in a day.

use super::closed;
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::{fixed, params, VaultFixture, MILLION};
use ballast_vault::state::VaultPolicy;

#[test]
fn a_quarter_may_leave_in_a_day_at_a_price_and_all_of_what_is_liquid_after_an_hour() {
    let policy = VaultPolicy {
        outflow: fixed("0.25"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let [ada, ben] = [0, 1].map(|_| world.user(2 * MILLION));
    world.deposit(&ada, MILLION).unwrap();
    // Nothing is traded, so all of it is cash.
    let (shares, held) = (world.tokens(&ada.holder.shares), world.tokens(&ada.holder.quote));
    let nav = world.snapshot().vault.nav as u64;
    world.request(&ada, shares / 2).unwrap();
    world.request_deposit(&ben, MILLION / 10).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    world.claim_all();
    // A quarter of the vault, and as much as came in, less what a levy might have taken of that.
    let paid = world.tokens(&ada.holder.quote) - held;
    let came_in = world.snapshot().vault.ledger.cash + paid - nav;
    let most = nav / 4 + came_in;
    assert!(paid <= most && most - paid < most / 1_000, "{paid} of {most}");
    // Again at once: what has drained in a minute.
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    let before = world.tokens(&ada.holder.quote);
    world.price_batch(number).unwrap();
    world.claim_all();
    let drained = nav / 4 * 75 / 86_400 + (most - paid);
    let again = world.tokens(&ada.holder.quote) - before;
    assert!(again.abs_diff(drained) < drained / 100, "{again} {drained}");
    world.pass(0, 1);
    assert!(world.price_batch(number).is_err(), "a minute apart");
    // No limit is in the way of the advance.
    world.pass(3_600, 3_600);
    world.exit_liquid(number).unwrap();
    world.claim_all();
    let all = world.tokens(&ada.holder.quote) - held;
    assert!(all > nav / 2 - nav / 100, "{all} of {nav}");
}
