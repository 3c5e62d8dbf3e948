//! What the vault announces, and that nobody else can, nor keep it from being heard.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::Event;
use ballast_reference_venue::state::Faults;
use ballast_sdk::events::VaultEvent;
use ballast_sdk::instructions::{self as ix, batches};
use ballast_sdk::{addresses, Instruction};
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::{error_code, fixed, params, VaultFixture, MILLION};
use ballast_vault::events::Claimed;
use ballast_vault::state::VaultBreaker;
use ballast_vault::CreateVaultArgs;
use solana_signer::Signer;
use std::collections::BTreeSet;

/// Every event there is comes of the instruction that it is of, and says what happened.
#[test]
fn every_decision_is_announced_by_a_call() {
    let mut heard = BTreeSet::new();
    let mut policy = params::vault();
    policy.management_fee = fixed("0.02");
    let vault = CreateVaultArgs {
        collector: Some(params::collector().pubkey()),
        ..params::create_vault(1, policy, Some(VaultFixture::guardian_key()))
    };
    let mut world = VaultFixture::with_vault(params::risk_market(), params::venue(), vault.clone());
    let mut hear = |world: &VaultFixture, sent: ballast_testkit::Sent| {
        let announced = world.announced(&sent);
        assert!(!announced.is_empty(), "{sent:?}");
        heard.extend(announced.iter().map(VaultEvent::name));
        announced
    };
    let (admin, keys) = (world.admin.pubkey(), world.keys);
    let second = addresses::VaultKeys::derive(&admin, 2, &keys.quote(), &[keys.first().risk_market]);
    let again = ix::create_vault(&admin, &second, CreateVaultArgs { id: 2, ..vault });
    let sent = world.send(&[again], &[]);
    let [VaultEvent::VaultCreated(created)] = &hear(&world, sent)[..] else {
        unreachable!("one event");
    };
    assert_eq!(
        (created.share_mint, created.quote_mint),
        (second.share_mint, keys.quote_mint)
    );

    let (ada, bob) = (world.user(2 * MILLION), world.user(MILLION));
    let set = batches::set_operator(&keys, &ada.holder.key, &bob.holder.key, true);
    let sent = world.send(&[set], &[&ada.keypair]);
    hear(&world, sent);
    let sent = world.request_deposit(&ada, MILLION);
    let [VaultEvent::Requested(requested)] = &hear(&world, sent)[..] else {
        unreachable!("one event");
    };
    assert_eq!((requested.holder, requested.amount), (ada.holder.key, MILLION));
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.observe().unwrap();
    let sent = world.price_batch(0);
    let [VaultEvent::BatchPriced(priced)] = &hear(&world, sent)[..] else {
        unreachable!("one event");
    };
    let ticket = world.ticket(&ada).unwrap();
    let sent = world.claim(&ticket).unwrap();
    let [VaultEvent::Claimed(claimed)] = &hear(&world, sent)[..] else {
        unreachable!("one event");
    };
    assert_eq!((claimed.shares, claimed.ends), (priced.minted, true));
    world.pass(0, 1);
    let sent = world.move_collateral();
    hear(&world, sent);
    let lots = world.planned_order();
    let sent = world.rebalance(lots);
    let [VaultEvent::Rebalanced(traded)] = &hear(&world, sent)[..] else {
        unreachable!("one event");
    };
    assert_eq!((traded.orders[0].ordered, traded.keeper), (lots, world.keeper.pubkey()));
    let sent = world.trip(VaultBreaker::Turnover);
    hear(&world, sent);

    // A request that is taken back, and one that is given away and paid in part.
    let shares = world.tokens(&ada.holder.shares);
    world.request(&ada, shares / 4).unwrap();
    world.pass(601, 601);
    let sent = world.cancel(&ada);
    hear(&world, sent);
    world.request(&ada, shares / 2).unwrap();
    let number = world.ticket(&ada).unwrap().batch;
    for number in [number - 1, number] {
        world.pass(UNTIL_PRICED, 75);
        world.republish();
        world.observe().unwrap();
        world.price_batch(number).unwrap();
    }
    let ticket = world.ticket(&ada).unwrap();
    let sent = world.assign(&ada, &ticket, &bob);
    hear(&world, sent);
    world.pass(0, 1);
    let left = world.batch(number).totals.lots_left[0];
    let sent = world.unwind(number, -left / 2);
    hear(&world, sent);
    world.pass(3_601, 3_601);
    let sent = world.exit_liquid(number);
    hear(&world, sent);
    let claim = batches::claim_fees(&keys, &params::collector().pubkey(), &bob.holder.shares);
    let sent = world.send(&[claim], &[&params::collector()]);
    hear(&world, sent);

    // A withdrawal that waits, and a venue that is given up.
    world.faults(Faults {
        withdrawal_delay_seconds: 10,
        ..Faults::default()
    });
    world.republish();
    world.observe().unwrap();
    let sent = world.move_collateral();
    hear(&world, sent);
    world.pass(11, 11);
    let sent = world.send(&[ix::collect_withdrawal(&keys, 0)], &[]);
    hear(&world, sent);
    world.faults(Faults {
        paused: true,
        ..Faults::default()
    });
    let mut last = Vec::new();
    for _ in 0..4 {
        world.pass(61, 61);
        world.republish();
        world.observe().unwrap();
        let sent = world.mark();
        last = hear(&world, sent);
        if last.len() == 2 {
            break;
        }
    }
    let [VaultEvent::Marked(marked), VaultEvent::Quarantined(quarantined)] = &last[..] else {
        unreachable!("two events: {last:?}");
    };
    assert!(marked.monitor.venues[0].failures > 0 && quarantined.is_quarantined);
    assert_eq!(heard, VaultEvent::NAMES.iter().copied().collect::<BTreeSet<_>>());
}

/// The program hears its own voice only: the address that signs an event is nobody else's.
#[test]
fn nobody_else_announces_anything() {
    let mut world = VaultFixture::new();
    let eve = world.user(MILLION);
    let event = Claimed {
        vault: world.keys.vault,
        ticket: Pubkey::new_unique(),
        holder: eve.holder.key,
        batch: 0,
        to: eve.holder.quote,
        quote: MILLION,
        shares: 0,
        is_returned: false,
        ends: true,
    };
    let call = |signer: AccountMeta| Instruction {
        program_id: ballast_vault::ID,
        accounts: vec![signer],
        data: [EVENT_IX_TAG_LE, &event.data()].concat(),
    };
    let authority = addresses::event_authority();
    assert_eq!(
        authority,
        Pubkey::find_program_address(&[ballast_vault::events::EVENT_AUTHORITY_SEED], &ballast_vault::ID).0
    );
    let unsigned = world.send(&[call(AccountMeta::new_readonly(authority, false))], &[]);
    assert_eq!(
        error_code(&unsigned),
        u32::from(anchor_lang::error::ErrorCode::ConstraintSigner)
    );
    let hers = world.send(
        &[call(AccountMeta::new_readonly(eve.holder.key, true))],
        &[&eve.keypair],
    );
    assert_eq!(
        error_code(&hers),
        u32::from(anchor_lang::error::ErrorCode::ConstraintSeeds)
    );
    // Another program's call with the same bytes is no event, nor is one that was undone.
    let forged = call(AccountMeta::new_readonly(authority, false)).data;
    assert!(VaultEvent::all(true, [(&ballast_risk::ID, &forged[..])]).is_empty());
    let (number, args) = world.args(MILLION);
    let all = [
        batches::open_batch(&world.keys, &eve.holder.key, number),
        batches::request_deposit(&world.keys, &eve.holder, number, args),
        call(AccountMeta::new_readonly(authority, false)),
    ];
    let undone = world.send(&all, &[&eve.keypair]);
    let calls = &undone.as_ref().unwrap_err().meta.inner_instructions;
    assert!(calls
        .iter()
        .flatten()
        .any(|inner| inner.instruction.data.starts_with(EVENT_IX_TAG_LE)));
    assert!(world.announced(&undone).is_empty());
}

/// Whoever sends a transaction can make its log as long as they like, and it is cut; what was
/// announced is there all the same.
#[test]
fn a_log_that_is_cut_loses_no_event() {
    let mut world = VaultFixture::new();
    let ada = world.user(MILLION);
    world.svm = std::mem::take(&mut world.svm).with_log_bytes_limit(Some(10_000));
    let (number, args) = world.args(MILLION);
    let request = batches::request_deposit(&world.keys, &ada.holder, number, args);
    let memo = Instruction {
        program_id: Pubkey::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"),
        accounts: Vec::new(),
        data: vec![b'x'; 500],
    };
    let open = batches::open_batch(&world.keys, &world.admin.pubkey(), number);
    let mut all = vec![ballast_testkit::world::more_units()];
    all.extend(std::iter::repeat_n(memo, 25));
    all.extend([open, request]);
    let sent = world.send(&all, &[&ada.keypair]);
    let logs = &sent.as_ref().unwrap().logs;
    assert!(logs.iter().any(|line| line == "Log truncated"), "{logs:?}");
    assert!(!logs.iter().any(|line| line.contains("RequestDeposit")));
    let [VaultEvent::Requested(requested)] = &world.announced(&sent)[..] else {
        unreachable!("one event");
    };
    assert_eq!(requested.holder, ada.holder.key);
}
