//! What a vault's manager earns, and who pays it.

use super::batches::closed;
use ballast_core_types::{SECONDS_PER_DAY, SECONDS_PER_YEAR};
use ballast_core_vault::fees::QUARTER_SECONDS;
use ballast_core_vault::prices::Purpose;
use ballast_reference_venue::state::Faults;
use ballast_sdk::instructions as ix;
use ballast_sdk::instructions::batches::claim_fees;
use ballast_testkit::tokens::put_tokens;
use ballast_testkit::{error_code, fixed, params, User, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultPolicy;
use solana_signer::Signer;

/// Returns a vault with these fees, and somebody with a million in it.
fn charging(management: &str, performance: &str) -> (VaultFixture, User) {
    let policy = VaultPolicy {
        management_fee: fixed(management),
        performance_fee: fixed(performance),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let ada = world.user(2 * MILLION);
    world.deposit(&ada, MILLION).unwrap();
    (world, ada)
}

/// Returns a token account for shares of the collector's.
fn collectors(world: &mut VaultFixture) -> anchor_lang::prelude::Pubkey {
    let to = anchor_lang::prelude::Pubkey::new_from_array([98; 32]);
    let mint = world.keys.share_mint;
    put_tokens(&mut world.svm, to, mint, params::collector().pubkey(), 0);
    to
}

fn appraised(world: &VaultFixture) -> (u64, u64, f64) {
    let snapshot = world.snapshot();
    let appraisal = snapshot.appraise(Purpose::Batch).unwrap();
    (
        appraisal.nav.low.positive_part(),
        appraisal.performance_fee,
        appraisal.share_mark.value.fixed().to_num(),
    )
}

#[test]
fn management_is_a_part_of_the_shares_by_time_at_whatever_price() {
    let (mut world, _ada) = charging("0.02", "0");
    let to = collectors(&mut world);
    let minted = world.snapshot().minted.0;
    // What moves is no measure of it.
    for price in ["70000", "20000", "50000"] {
        world.pass(SECONDS_PER_YEAR / 3, 1_000);
        world.set_price(price, "8");
        world.observe().unwrap();
        world.mark().unwrap();
    }
    let collector = params::collector();
    let claim = claim_fees(&world.keys, &collector.pubkey(), &to);
    world.send(std::slice::from_ref(&claim), &[&collector]).unwrap();
    let earned = world.tokens(&to);
    let year = minted / 50;
    // Accrued thrice, it is on what was accrued before, too.
    assert!(
        earned > year - year / 1_000 && earned < year + year / 100,
        "{earned} {year}"
    );
    assert_eq!(world.snapshot().minted.0, minted + earned);
    assert_eq!(world.snapshot().vault.fees.shares, 0);
    world.pass(0, 1);
    let sent = world.send(&[claim], &[&collector]);
    assert_eq!(error_code(&sent), u32::from(VaultError::NoFees));
}

#[test]
fn fees_are_minted_for_nobody_but_the_collector() {
    let (mut world, ada) = charging("0.02", "0.2");
    let to = collectors(&mut world);
    world.pass(30 * SECONDS_PER_DAY, 1_000);
    let (keys, collector) = (world.keys, params::collector());
    let before = world.fingerprint();
    let hers = claim_fees(&keys, &ada.holder.key, &ada.holder.shares);
    let sent = world.send(&[hers], &[&ada.keypair]);
    assert_eq!(error_code(&sent), u32::from(VaultError::WrongCollector));
    // Nor does he mint what is no share.
    let quote = claim_fees(&keys, &collector.pubkey(), &ada.holder.quote);
    let sent = world.send(&[quote], &[&collector]);
    assert_eq!(error_code(&sent), u32::from(VaultError::WrongTokenAccount));
    assert_eq!(world.fingerprint(), before);
    let unsigned = {
        let mut claim = claim_fees(&keys, &collector.pubkey(), &to);
        claim.accounts[0].is_signer = false;
        claim
    };
    assert!(world.send(&[unsigned], &[]).is_err());
}

#[test]
fn a_policy_with_a_fee_names_its_collector_and_one_without_names_nobody() {
    let mut world = VaultFixture::new();
    let admin = world.admin.pubkey();
    let keys =
        ballast_sdk::addresses::VaultKeys::derive(&admin, 2, &world.keys.quote(), &[world.keys.first().risk_market]);
    let charges = VaultPolicy {
        performance_fee: fixed("0.2"),
        ..params::vault()
    };
    let nobody = anchor_lang::prelude::Pubkey::default();
    for (policy, collector) in [
        (charges, None),
        (charges, Some(nobody)),
        (params::vault(), Some(nobody)),
        (params::vault(), Some(params::collector().pubkey())),
    ] {
        let args = ballast_vault::CreateVaultArgs {
            collector,
            ..params::create_vault(2, policy, None)
        };
        let sent = world.send(&[ix::create_vault(&admin, &keys, args)], &[]);
        assert_eq!(error_code(&sent), u32::from(VaultError::Collector));
        assert!(world.raw(&keys.vault).is_none());
    }
}

/// A share of the gain is a liability while it lasts, becomes shares at the first pricing of the
/// quarter, and no price of a share moves by that.
#[test]
fn performance_is_taken_of_the_gain_once_a_quarter_and_a_fall_takes_it_back() {
    let (mut world, ada) = charging("0", "0.2");
    world.crank().unwrap();
    let paid_in = MILLION;
    let rise = |world: &mut VaultFixture, price: &str| {
        for _ in 0..60 {
            world.pass(1_200, 60);
            world.set_price(price, "8");
            world.observe().unwrap();
        }
    };
    rise(&mut world, "60000");
    let (low, due, _) = appraised(&world);
    let gain = low + due - paid_in;
    assert!(
        gain > MILLION / 20 && due.abs_diff(gain / 5) <= 1_000_000,
        "{gain} {due}"
    );
    // What falls again is owed no more.
    rise(&mut world, "49000");
    assert_eq!(appraised(&world).1, 0);
    rise(&mut world, "60000");
    let again = appraised(&world).1;
    assert!(again > due / 2, "{again} {due}");

    // Nothing is taken before the quarter is over, whoever prices.
    let ben = world.user(MILLION);
    world.request_deposit(&ben, MILLION / 10).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    world.claim_all();
    assert_eq!(world.snapshot().vault.fees.shares, 0);
    let since = world.clock().unix_timestamp;
    world.pass(QUARTER_SECONDS - 3_600, 10_000);
    rise(&mut world, "60000");
    assert!(world.clock().unix_timestamp - since > QUARTER_SECONDS);
    // A mark does not take it either: its price is not one at which others come and go.
    world.mark().unwrap();
    assert_eq!(world.snapshot().vault.fees.shares, 0);
    let (_, due, share) = {
        let snapshot = world.snapshot();
        let appraisal = snapshot.appraise(Purpose::Monitor).unwrap();
        let share: f64 = appraisal.share_mark.value.fixed().to_num();
        (0, appraisal.performance_fee, share)
    };
    world.request(&ada, 10 * 1_000_000).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    let earned = world.snapshot().vault.fees.shares as f64;
    let worth = earned * share;
    assert!((worth / due as f64 - 1.0).abs() < 1e-3, "{worth} {due}");
    let (_, left, after) = appraised(&world);
    assert!((after / share - 1.0).abs() < 1e-6, "{after} {share}");
    assert!(left < 100_000_000, "the gain was charged for: {left}");
}

/// Whoever leaves is paid without their part of the fee, which stays due; and nobody else pays it.
#[test]
fn a_leaver_pays_their_part_and_nobody_elses() {
    let (mut world, ada) = charging("0", "0.2");
    let ben = world.user(MILLION);
    world.deposit(&ben, MILLION).unwrap();
    world.crank().unwrap();
    for _ in 0..60 {
        world.pass(1_200, 60);
        world.set_price("60000", "8");
        world.observe().unwrap();
    }
    world.crank().unwrap();
    let (low, due, share) = appraised(&world);
    // A fifth of what is there more than both have paid in.
    let gain = low + due - 2 * MILLION;
    assert!(
        gain > MILLION / 10 && due.abs_diff(gain / 5) < gain / 500,
        "{due} {gain}"
    );
    let (shares, held) = (world.tokens(&ada.holder.shares) / 10, world.tokens(&ada.holder.quote));
    world.redeem_shares(&ada, shares).unwrap();
    assert_eq!(world.snapshot().vault.leaving.shares, 0, "all of it is filled");
    let paid = (world.tokens(&ada.holder.quote) - held) as f64;
    assert!((paid / (shares as f64 * share) - 1.0).abs() < 1e-3, "{paid} at {share}");
    let (low, left, after) = appraised(&world);
    assert!(after >= share * (1.0 - 1e-9), "{after} {share}");
    assert!((left as f64 / due as f64 - 1.0).abs() < 1e-3, "{left} {due}");
    assert!(world.snapshot().vault.nav.abs_diff(low as i64) < 10, "what is stored");
}

/// In a quarantine nothing accrues; what did before it is kept, and it goes on after it.
#[test]
fn nothing_accrues_while_a_venue_is_in_quarantine() {
    let (mut world, _ada) = charging("0.02", "0");
    world.crank().unwrap();
    let rate = |hours: u64, minted: u64| minted / 50 * hours / (24 * 365);
    world.pass(1_000 * 3_600, 1_000);
    world.republish();
    world.faults(Faults {
        paused: true,
        ..Faults::default()
    });
    for _ in 0..3 {
        world.pass(65, 65);
        world.republish();
        world.mark().unwrap();
    }
    assert!(world.snapshot().vault.cases.get().is_quarantined());
    let (kept, minted) = (world.snapshot().vault.fees.shares, world.snapshot().minted.0);
    assert_eq!(world.snapshot().vault.cases.get().0[0].supply.0, minted + kept);
    let due = rate(1_000, minted);
    assert!(kept.abs_diff(due) < due / 100, "{kept} {due}");
    world.faults(Faults::default());
    for _ in 0..4 * 26 {
        world.pass(900, 900);
        world.republish();
        world.crank().unwrap();
    }
    assert!(!world.snapshot().vault.cases.get().is_quarantined());
    let after = world.snapshot().vault.fees.shares;
    assert!(after - kept <= rate(4, minted), "{after} {kept}");
    world.pass(1_000 * 3_600, 1_000);
    let later = world.snapshot().fees().shares.0;
    assert!(later - after > due - due / 100, "{later} {after}");
}

/// A case begins with every share there is, also where nothing can be read and nobody has marked
/// for long: whoever leaves takes no more along than there was.
#[test]
fn a_case_begins_with_all_that_has_accrued() {
    let (mut world, _ada) = charging("0.02", "0");
    world.crank().unwrap();
    let key = world.keys.first().venue_trader;
    let mut account = world.svm.get_account(&key).unwrap();
    account.data[0] ^= 1;
    world.svm.set_account(key, account).unwrap();
    for _ in 0..3 {
        world.pass(100 * 3_600, 100);
        world.republish();
        world.mark().unwrap();
    }
    let snapshot = world.snapshot();
    let case = snapshot.vault.cases.get().0[0];
    assert!(case.lasts() && snapshot.vault.fees.shares > 0);
    assert_eq!(case.supply.0, snapshot.supply());
}
