//! Coming and going through the compiled program: batches priced by news that came after, an exit
//! that needs no price, and what attackers of the doors do not get.

mod doubt;
mod exits;
mod fairness;
mod keeping;
mod operators;
mod outflow;
mod quarantine;
mod quarantine_attacks;
mod requests;
mod unwinding;

use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::{User, VaultFixture, MILLION};

/// Returns a vault of a million, all of it the first user's, and a second user with a million.
pub(super) fn two() -> (VaultFixture, [User; 2]) {
    let mut world = VaultFixture::new();
    let users = [0, 1].map(|_| world.user(2 * MILLION));
    world.deposit(&users[0], MILLION).unwrap();
    world.crank().unwrap();
    world.mark().unwrap();
    world.pass(0, 1);
    (world, users)
}

/// Lets somebody ask to leave with so many shares, and prices the batch that this is in.
pub(super) fn leave(world: &mut VaultFixture, user: &User, shares: u64) {
    world.request(user, shares).unwrap();
    let number = closed(world);
    world.price_batch(number).unwrap();
}

/// Lets the oldest unpriced batch close, and publishes the last price after that. Returns its
/// number.
pub(super) fn closed(world: &mut VaultFixture) -> u64 {
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.snapshot().vault.queue.next
}
