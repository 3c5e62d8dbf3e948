//! What a keeper does for those who wait, whatever somebody puts in its way.

use super::{closed, two};
use ballast_core_vault::crank::CrankAction;
use ballast_reference_venue::state::Faults;
use ballast_testkit::vault::batches::LEAST;
use ballast_testkit::vault::breakers::venue_invents;
use ballast_testkit::{VaultFixture, MILLION};

fn names(world: &VaultFixture) -> Vec<&'static str> {
    world.snapshot().plan().iter().map(CrankAction::name).collect()
}

#[test]
fn no_number_of_deposits_in_between_hides_who_waits_behind_them() {
    let (mut world, [ada, ben]) = two();
    world.deposit(&ben, LEAST * 5).unwrap();
    world.crank().unwrap();
    // What belongs to ada lies at the venue, which pays an hour and a half later.
    world.faults(Faults {
        withdrawal_delay_seconds: 5_400,
        ..Faults::default()
    });
    let shares = world.tokens(&ada.holder.shares);
    world.request(&ada, shares / 2).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    assert!(world.snapshot().vault.leaving.shares > 0);
    for _ in 0..45 {
        world.request_deposit(&ben, LEAST).unwrap();
        let number = closed(&mut world);
        world.price_batch(number).unwrap();
        world.claim_all();
    }
    let shares = world.tokens(&ben.holder.shares);
    world.request(&ben, shares).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    let queue = world.snapshot().vault.queue;
    assert!(queue.next > queue.head + 45, "{queue:?}");

    world.faults(Faults::default());
    for _ in 0..100 {
        world.let_leave(1);
    }
    assert_eq!(world.snapshot().vault.leaving.shares, 0);
    assert!(world.tickets().is_empty());
    assert_eq!(world.tokens(&ben.holder.shares), 0);
}

#[test]
fn a_paused_venue_with_a_withdrawal_ready_is_marked_all_the_same() {
    let (mut world, [ada, _]) = two();
    world.faults(Faults {
        withdrawal_delay_seconds: 60,
        ..Faults::default()
    });
    let shares = world.tokens(&ada.holder.shares);
    world.request(&ada, shares).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    world.pass(0, 1);
    world.crank().unwrap();
    assert!(world.snapshot().venue_trader().unwrap().queued_withdrawal > 0);
    world.faults(Faults {
        paused: true,
        ..Faults::default()
    });
    for failures in 1..=3 {
        world.pass(120, 120);
        world.republish();
        world.observe().unwrap();
        // Collecting is refused, marking is not; they take turns.
        for _ in 0..2 {
            let _ = world.crank_once();
            world.pass(0, 1);
        }
        assert_eq!(world.snapshot().vault.monitor.venues[0].failures, failures);
    }
    // Where it answers again the withdrawal goes first, and alone.
    world.faults(Faults::default());
    world.pass(60, 60);
    world.republish();
    world.observe().unwrap();
    assert_eq!(names(&world), ["collect_withdrawal"]);
    // One that prices nothing still pays.
    world.faults(Faults {
        stale: true,
        ..Faults::default()
    });
    for _ in 0..2 {
        let _ = world.crank_once();
        world.pass(0, 1);
    }
    assert_eq!(world.snapshot().venue_trader().unwrap().queued_withdrawal, 0);
}

#[test]
fn a_venue_that_fills_later_keeps_no_collateral_from_who_waits() {
    let (mut world, [ada, _]) = two();
    let shares = world.tokens(&ada.holder.shares);
    world.request(&ada, shares).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    // Now no order for the leavers can be proven, so unwinding is refused again and again.
    world.faults(Faults {
        delayed: true,
        ..Faults::default()
    });
    // More lies at the venue than the position needs.
    world.pass(120, 120);
    venue_invents(&mut world, 200_000_000_000);
    world.republish();
    world.observe().unwrap();
    let (mut moved, mut unwound) = (false, 0);
    for _ in 0..8 {
        let planned = names(&world);
        moved |= planned.contains(&"move_collateral");
        assert!(planned.len() <= 1 || !planned.contains(&"unwind"), "{planned:?}");
        unwound += usize::from(world.crank_once().is_err());
        world.pass(0, 1);
    }
    assert!(moved && unwound > 0, "{moved} {unwound}");
}

/// All but a few share units leave a vault, and a lot is left that is too much for those: the venue
/// gives up nothing that the lot needs, so the keeper brings it down first.
#[test]
fn all_but_dust_leave_and_the_last_lot_is_in_nobodys_way() {
    let mut world = VaultFixture::new();
    let ada = world.user(MILLION);
    world.set_price("52000", "10");
    world.observe().unwrap();
    world.deposit(&ada, 1_306_732_501).unwrap();
    world.crank_until_traded();
    let shares = world.tokens(&ada.holder.shares);
    world.redeem_shares(&ada, shares - 21).unwrap();
    world.let_leave(40);
    assert!(world.tickets().is_empty());
    let trader = world.snapshot().venue_trader().unwrap();
    assert_eq!(trader.lots, 0);
    assert!(world.tokens(&ada.holder.quote) > MILLION - 10_000_000);
}
