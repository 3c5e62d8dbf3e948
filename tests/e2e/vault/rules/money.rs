//! What goes in and comes out: gains of the moment, donations, rounding, bounds, queues.

use super::running;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_reference_venue::PerpError;
use ballast_testkit::tokens::put_tokens;
use ballast_testkit::{error_code, fixed, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultPolicy;
use ballast_vault::RedeemRequest;

#[test]
fn r1_a_spike_cannot_be_withdrawn() {
    let (mut world, user) = running();
    let shares = world.tokens(&user.holder.shares) / 100;
    let snapshot = world.snapshot();
    let without_gain = snapshot.vault.cash + snapshot.venue_trader().unwrap().collateral;
    world.pass(30, 30);
    world.set_price("60000", "10");
    world.redeem_shares(&user, shares).unwrap();
    let paid = world.tokens(&user.holder.quote) - MILLION;
    // The slow price, still 50,000, confirms none of the gain of a fifth. (A few base units are
    // what the virtual shares round.)
    assert!(paid <= without_gain / 100 + 10, "{paid} of {without_gain}");
    assert!(paid >= without_gain / 100 * 999 / 1_000, "{paid} of {without_gain}");
}

#[test]
fn r9_donations_are_ignored() {
    let (mut world, _) = running();
    let newcomer = world.user(MILLION);
    world.pass(0, 1);
    let snapshot = world.snapshot();
    let held = world.tokens(&world.keys.custody);
    world.deposit(&newcomer, 1_000_000_000).unwrap();
    let without = world.tokens(&newcomer.holder.shares);

    let (mut world, _) = running();
    let newcomer = world.user(MILLION);
    let keys = world.keys;
    put_tokens(
        &mut world.svm,
        keys.custody,
        keys.quote_mint,
        keys.vault,
        held + 500_000_000_000,
    );
    world.pass(0, 1);
    world.deposit(&newcomer, 1_000_000_000).unwrap();
    assert_eq!(world.tokens(&newcomer.holder.shares), without);
    assert_eq!(world.snapshot().vault.cash, snapshot.vault.cash + 1_000_000_000);

    // Nor can anyone pay into the vault's account at the venue.
    let gift = ballast_sdk::instructions::venue::deposit(
        &newcomer.holder.key,
        &newcomer.holder.quote,
        &keys.venue_market,
        &keys.venue_trader,
        1_000_000,
    );
    assert_eq!(
        error_code(&world.send(&[gift], &[&newcomer.keypair])),
        u32::from(PerpError::NotOwner)
    );
}

#[test]
fn r9_the_redemption_price_rises_at_a_limited_rate() {
    let policy = VaultPolicy {
        nav_rise_per_hour: fixed("0.01"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let user = world.user(MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    world.hour_at("54000").unwrap();
    world.hour_at("58000").unwrap();
    let shares = world.tokens(&user.holder.shares) / 10;
    world.redeem_shares(&user, shares).unwrap();
    let paid = world.tokens(&user.holder.quote);
    // Up about 9.6 %, but two hours allow two.
    assert!(
        paid <= shares / 100 * 102 && paid >= shares / 100 * 101,
        "{paid} for {shares}"
    );
}

#[test]
fn r13_a_round_trip_through_the_program_never_gains() {
    for amount in [2, 3, 999_999, 1_000_001, 123_456_789_123] {
        let (mut world, _) = running();
        world.hour_at("50500").unwrap();
        world.crank().unwrap();
        world.pass(0, 1);
        let traveller = world.user(MILLION);
        if world.deposit(&traveller, amount).is_err() {
            continue;
        }
        let shares = world.tokens(&traveller.holder.shares);
        world.pass(0, 1);
        let _ = world.redeem_shares(&traveller, shares);
        assert!(world.tokens(&traveller.holder.quote) <= MILLION, "{amount}");
    }
}

#[test]
fn r13_shares_are_rounded_against_the_depositor_to_the_last_unit() {
    let (mut world, user) = running();
    world.hour_at("51234").unwrap();
    for amount in [1_000_003, 7_654_321, 99_999_999_999] {
        world.pass(0, 1);
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Deposit).unwrap();
        let nav = appraisal.nav_high().unwrap().to_amount().unwrap();
        let shares = world.tokens(&user.holder.shares);
        world.deposit(&user, amount).unwrap();
        let minted = u128::from(world.tokens(&user.holder.shares) - shares);
        // Exactly the floor of amount × (supply + virtual) / (value + virtual), worked out apart
        // from the core.
        let (numerator, denominator) = (
            u128::from(amount) * u128::from(snapshot.supply + 1_000_000),
            u128::from(nav + 1_000_000),
        );
        assert!(minted * denominator <= numerator, "{amount}: a share too many");
        assert!((minted + 1) * denominator > numerator, "{amount}: a share too few");
    }
}

#[test]
fn withdrawal_queues_and_pauses_leave_the_liquid_part_reachable() {
    let (mut world, user) = running();
    world.pass(0, 1);
    world.faults(Faults {
        paused: true,
        ..Faults::default()
    });
    let shares = world.tokens(&user.holder.shares);
    // More than is liquid: refused; the part of the liquid tokens, after the grace: paid.
    assert_eq!(
        error_code(&world.redeem_shares(&user, shares)),
        u32::from(VaultError::NotLiquid)
    );
    world.request(&user, shares).unwrap();
    let cash = world.snapshot().vault.cash;
    let held = world.tokens(&user.holder.quote);
    assert_eq!(error_code(&world.complete(&user)), u32::from(VaultError::NotLiquid));
    world.hour_at("50000").unwrap();
    world.complete(&user).unwrap();
    assert!(world.tokens(&user.holder.quote) - held >= cash - 1_000_000);
    // The venue comes back: the rest is unwound and paid.
    world.faults(Faults {
        withdrawal_delay_seconds: 3_600,
        ..Faults::default()
    });
    for _ in 0..3 {
        world.crank().unwrap();
        world.pass(0, 1);
        world.hour_at("50000").unwrap();
        world.crank().unwrap();
        world.pass(0, 1);
        if world.supply() > 0 {
            world.complete(&user).unwrap();
        }
    }
    assert_eq!(world.supply(), 0);
}

#[test]
fn redeeming_by_amount_keeps_its_bounds() {
    let (mut world, user) = running();
    world.pass(0, 1);
    let request = |amount, max_shares| RedeemRequest::Amount { amount, max_shares };
    assert_eq!(
        error_code(&world.redeem(&user, request(1_000_000, 1))),
        u32::from(VaultError::WorseThanAsked)
    );
    assert_eq!(
        error_code(&world.redeem(&user, request(0, 1))),
        u32::from(VaultError::ZeroAmount)
    );
    let held = world.tokens(&user.holder.quote);
    world.redeem(&user, request(1_000_000, u64::MAX)).unwrap();
    assert_eq!(world.tokens(&user.holder.quote) - held, 1_000_000);
    let by_shares = RedeemRequest::Shares {
        shares: 1_000_000,
        min_amount: 2_000_000,
    };
    assert_eq!(
        error_code(&world.redeem(&user, by_shares)),
        u32::from(VaultError::WorseThanAsked)
    );
}
