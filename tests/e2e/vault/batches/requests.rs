//! What is asked for: sizes, caps, classes, addresses, taking back.

use super::{closed, two};
use ballast_sdk::addresses;
use ballast_sdk::instructions::batches;
use ballast_testkit::vault::batches::{LEAST, UNTIL_PRICED};
use ballast_testkit::{error_code, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{VaultPolicy, HALF_FEE_LAMPORTS, REQUEST_FEE_LAMPORTS};
use solana_signer::Signer;

#[test]
fn a_request_is_large_enough_and_within_the_cap_that_it_reserves() {
    let policy = VaultPolicy {
        deposit_cap: 3 * MILLION,
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let user = world.user(5 * MILLION);
    let before = world.fingerprint();
    for amount in [0, 1, LEAST - 1] {
        let sent = world.request_deposit(&user, amount);
        assert_eq!(error_code(&sent), u32::from(VaultError::RequestTooSmall), "{amount}");
    }
    assert_eq!(world.fingerprint(), before);
    world.deposit(&user, MILLION).unwrap();
    // What waits counts, so that nobody's deposit fails for another's.
    world.request_deposit(&user, MILLION).unwrap();
    let sent = world.request_deposit(&user, MILLION + MILLION / 10);
    assert_eq!(error_code(&sent), u32::from(VaultError::OverDepositCap));
    world.request_deposit(&user, MILLION - LEAST).unwrap();
    // Less than a share may leave only if it is all there is.
    let sent = world.request(&user, 999_999);
    assert_eq!(error_code(&sent), u32::from(VaultError::RequestTooSmall));
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares - 999_999).unwrap();
    world.request(&user, 999_999).unwrap();
}

#[test]
fn a_batch_closes_after_a_minute_and_the_next_one_takes_what_comes_then() {
    let (mut world, [ada, ben]) = two();
    world.request_deposit(&ben, LEAST).unwrap();
    let (number, args) = world.args(LEAST);
    assert_eq!(number, 1);
    world.pass(59, 59);
    let still = world.args(LEAST).0;
    assert_eq!(still, 1);
    world.pass(1, 1);
    assert_eq!(world.args(LEAST).0, 2);
    // Who names the one that has closed is told so.
    let late = batches::request_deposit(&world.keys, &ben.holder, number, args);
    let sent = world.send(&[late], &[&ben.keypair]);
    assert_eq!(error_code(&sent), u32::from(VaultError::BatchNotOpen));
    world.request(&ada, 1_000_000).unwrap();
    // The second does not close before the first was priced.
    world.pass(600, 600);
    assert_eq!(world.args(LEAST).0, 2);
    world.republish();
    world.observe().unwrap();
    assert_eq!(error_code(&world.price_batch(2)), u32::from(VaultError::BatchStillOpen));
    world.price_batch(1).unwrap();
    world.pass(30, 30);
    world.republish();
    assert_eq!(error_code(&world.price_batch(2)), u32::from(VaultError::PricedTooSoon));
    world.pass(31, 31);
    world.republish();
    world.price_batch(2).unwrap();
}

#[test]
fn r22_a_batch_is_priced_by_news_that_came_after_it_closed_by_more_than_the_clock_may_lag() {
    let (mut world, [_, ben]) = two();
    world.request_deposit(&ben, LEAST).unwrap();
    world.pass(66, 66);
    // Published more than a minute after the batch opened, but by a clock that may be behind by
    // five seconds it may have been known before.
    for seconds in [-6i64, -3, 0] {
        let mut known = world.publication("50000", "10");
        known.publish_time += seconds - 1;
        world.publish_price(&known);
        world.observe().unwrap();
        assert_eq!(
            error_code(&world.price_batch(1)),
            u32::from(VaultError::NoNews),
            "{seconds}"
        );
    }
    world.set_price("50000", "10");
    world.price_batch(1).unwrap();
}

#[test]
fn r26_a_ticket_and_a_batch_cannot_be_taken_by_who_comes_first() {
    let (mut world, [ada, ben]) = two();
    // Lamports at the addresses, and a batch that somebody else has opened.
    let (number, args) = world.args(LEAST);
    let ticket = addresses::ticket(&world.keys.vault, &ben.holder.key, args.ticket);
    let batch = addresses::batch(&world.keys.vault, number);
    for key in [ticket, batch] {
        world.svm.airdrop(&key, 1_000_000).unwrap();
    }
    let open = batches::open_batch(&world.keys, &ada.holder.key, number);
    world.send(std::slice::from_ref(&open), &[&ada.keypair]).unwrap();
    world.pass(0, 1);
    // Opened once more: no error, and its minute has not begun.
    world.send(&[open], &[&ada.keypair]).unwrap();
    world.pass(600, 600);
    world.republish();
    assert_eq!(
        error_code(&world.price_batch(number)),
        u32::from(VaultError::BatchStillOpen)
    );
    let request = batches::request_deposit(&world.keys, &ben.holder, number, args);
    world.send(&[request], &[&ben.keypair]).unwrap();
    assert_eq!(world.ticket(&ben).unwrap().batch, number);
    // A far number is nobody's to open.
    let far = batches::open_batch(&world.keys, &ada.holder.key, number + 2);
    let sent = world.send(&[far], &[&ada.keypair]);
    assert_eq!(error_code(&sent), u32::from(VaultError::BatchNotOpen));
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
}

#[test]
fn within_one_percent_is_judged_by_the_reference_that_everybody_named() {
    let (mut world, [ada, ben]) = two();
    world.republish();
    world.mark().unwrap();
    let mark = world.snapshot().vault.nav_per_share;
    let other = ballast_testkit::fixed("1.1");
    let sent = world.request_within(&ben, LEAST, false, other);
    assert_eq!(error_code(&sent), u32::from(VaultError::Reference));
    world.request_within(&ben, LEAST, false, mark).unwrap();
    // A new mark is not the batch's reference; the old one is, for five minutes.
    world.set_price("50100", "10");
    world.mark().unwrap();
    let moved = world.snapshot().vault.nav_per_share;
    assert_ne!(moved, mark);
    let sent = world.request_within(&ada, 1_000_000_000, true, moved);
    assert_eq!(error_code(&sent), u32::from(VaultError::Reference));
    world.request_within(&ada, 1_000_000_000, true, mark).unwrap();
    world.request(&ada, 1_000_000_000).unwrap();
    // The price falls by nearly three per cent: leavers within one per cent go back, others do not.
    world.pass(UNTIL_PRICED, 75);
    world.set_price("48700", "10");
    let (shares, quote) = (world.tokens(&ada.holder.shares), world.tokens(&ada.holder.quote));
    let number = world.snapshot().vault.queue.next;
    world.price_batch(number).unwrap();
    world.claim_all();
    assert_eq!(world.tokens(&ada.holder.shares), shares + 1_000_000_000);
    assert!(world.tokens(&ada.holder.quote) > quote);
    assert!(world.tokens(&ben.holder.shares) > 0, "who comes is content with less");
    // A reference of more than five minutes ago is none.
    let mark = world.snapshot().vault.nav_per_share;
    world.pass(301, 301);
    let sent = world.request_within(&ben, LEAST, false, mark);
    assert_eq!(error_code(&sent), u32::from(VaultError::Reference));
}

#[test]
fn a_request_that_nobody_could_price_for_ten_minutes_is_taken_back_whole() {
    let (mut world, [ada, ben]) = two();
    let held = [ben.holder.quote, ada.holder.shares].map(|key| world.tokens(&key));
    let lamports = world.svm.get_balance(&ben.holder.key).unwrap();
    world.request_deposit(&ben, MILLION).unwrap();
    world.request(&ada, 1_000_000_000).unwrap();
    world.pass(599, 599);
    assert_eq!(error_code(&world.cancel(&ben)), u32::from(VaultError::RequestFinal));
    world.pass(1, 1);
    let opened = world.svm.get_balance(&addresses::batch(&world.keys.vault, 1)).unwrap();
    world.cancel(&ben).unwrap();
    world.cancel(&ada).unwrap();
    let back = [ben.holder.quote, ada.holder.shares].map(|key| world.tokens(&key));
    assert_eq!(back, held);
    // The fee comes back; the rent of the batch when it is closed.
    let batch = world.svm.get_balance(&addresses::batch(&world.keys.vault, 1)).unwrap();
    assert_eq!(opened - batch, 2 * REQUEST_FEE_LAMPORTS);
    assert_eq!(world.svm.get_balance(&ben.holder.key).unwrap() + batch, lamports);
    assert_eq!(world.snapshot().vault.ledger.pending_deposits, 0);
    // Once priced, nothing is taken back.
    world.republish();
    world.price_batch(1).unwrap();
    world.request_deposit(&ben, MILLION).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    world.pass(700, 700);
    assert_eq!(error_code(&world.cancel(&ben)), u32::from(VaultError::RequestFinal));
}

#[test]
fn pricing_and_claim_are_paid_by_the_request_and_nothing_by_the_pool() {
    let (mut world, [ada, ben]) = two();
    let keeper = world.keeper.pubkey();
    world.request_deposit(&ben, MILLION / 10).unwrap();
    world.request(&ada, 1_000_000_000).unwrap();
    let number = closed(&mut world);
    world.observe().unwrap();
    let lamports = |world: &VaultFixture| world.svm.get_balance(&keeper).unwrap();
    let before = lamports(&world);
    world.price_batch(number).unwrap();
    // The admin pays for the transactions of tests.
    assert_eq!(lamports(&world), before + 2 * HALF_FEE_LAMPORTS);
    let before = lamports(&world);
    world.claim_all();
    assert_eq!(lamports(&world), before + 2 * HALF_FEE_LAMPORTS);
    assert!(world.tickets().is_empty());
    // Rent goes back to who paid it, and what rounding left over to the pool.
    let close = batches::close_batch(&world.keys, number, &ben.holder.key);
    let ours = world.svm.get_balance(&ben.holder.key).unwrap();
    world.send(&[close], &[]).unwrap();
    assert!(world.svm.get_balance(&ben.holder.key).unwrap() > ours);
    assert_eq!(world.snapshot().vault.ledger.owed, 0);
    assert_eq!(world.tokens(&world.keys.escrow), 0);
}

#[test]
fn a_batch_that_somebody_waits_for_is_not_closed() {
    let (mut world, [_, ben]) = two();
    world.request_deposit(&ben, MILLION / 10).unwrap();
    let close = batches::close_batch(&world.keys, 1, &ben.holder.key);
    let in_use = u32::from(VaultError::BatchInUse);
    assert_eq!(error_code(&world.send(std::slice::from_ref(&close), &[])), in_use);
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    assert_eq!(error_code(&world.send(std::slice::from_ref(&close), &[])), in_use);
    world.claim_all();
    world.send(&[close], &[]).unwrap();
}
