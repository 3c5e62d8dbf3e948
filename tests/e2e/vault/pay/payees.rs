//! Where pay comes from and goes, and that nothing waits for it.

use super::{check_books, funded, held, rebalanced};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::instructions::{self as ix, Cranker};
use ballast_sdk::Pubkey;
use ballast_testkit::tokens::{put_mint, put_tokens};
use ballast_testkit::vault::batches::LEAST;
use ballast_testkit::{error_code, fixed, params, VaultFixture, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::state::VaultPolicy;
use ballast_vault::Order;
use solana_signer::Signer;

#[test]
fn pay_goes_to_any_account_of_the_token_and_nothing_waits_for_it() {
    let (world, ada) = funded();
    let lots = world.planned_order();
    let order = || vec![Order { leg: 0, lots }];
    let pay_to = |world: &mut VaultFixture, to: Option<Pubkey>| {
        let keeper = world.keeper.insecure_clone();
        let cranker = Cranker {
            key: keeper.pubkey(),
            pay_to: to,
        };
        {
            let rebalance = ix::rebalance(&world.keys, cranker, order());
            world.send(&[rebalance], &[&keeper])
        }
    };
    // A stranger's, the vault's own, and nobody's.
    let mut theirs = world.copy();
    let before = theirs.tokens(&ada.holder.quote);
    let sent = pay_to(&mut theirs, Some(ada.holder.quote));
    let paid = rebalanced(&theirs, &sent).paid;
    assert!(paid > 0);
    assert_eq!(theirs.tokens(&ada.holder.quote), before + paid);
    let mut own = world.copy();
    let custody = own.keys.custody;
    pay_to(&mut own, Some(custody)).unwrap();
    let ledger = own.snapshot().vault.ledger.get().in_custody().unwrap();
    // What it pays itself is nobody's any more, as what anybody sends there.
    assert_eq!(own.tokens(&custody), ledger + paid);
    let mut none = world.copy();
    let sent = pay_to(&mut none, None);
    assert_eq!(rebalanced(&none, &sent).paid, 0);
    assert_eq!(none.snapshot().vault.keeper_pay, world.snapshot().vault.keeper_pay);

    // What takes no tokens is refused with all that it was to be paid for.
    let mut wrong = world.copy();
    let (mint, other) = (Pubkey::new_unique(), Pubkey::new_unique());
    put_mint(&mut wrong.svm, mint, 0);
    put_tokens(&mut wrong.svm, other, mint, ada.holder.key, 0);
    let before = wrong.fingerprint();
    for to in [other, Pubkey::new_unique(), wrong.keys.vault] {
        assert!(pay_to(&mut wrong, Some(to)).is_err());
        assert_eq!(wrong.fingerprint(), before);
    }
    // Nor does it come out of another account of the vault's, or of somebody's.
    for from in [wrong.keys.escrow, ada.holder.quote] {
        let keys = VaultKeys {
            custody: from,
            ..wrong.keys
        };
        let keeper = wrong.keeper.insecure_clone();
        let cranker = wrong.cranker();
        let all = [
            (ix::rebalance(&keys, cranker, order()), vec![&keeper]),
            (ix::mark(&keys, cranker.pay_to), vec![]),
            (ix::move_collateral(&keys, 0, cranker.pay_to), vec![]),
        ];
        for (instruction, signers) in all {
            let sent = wrong.send(&[instruction], &signers);
            assert_eq!(error_code(&sent), u32::from(VaultError::WrongCustody));
            assert_eq!(wrong.fingerprint(), before);
        }
    }
}

#[test]
fn a_vault_without_cash_pays_nothing_and_trades_all_the_same() {
    // All of the value goes to the venue: collateral of 167 % of an exposure of 60 %.
    let policy = VaultPolicy {
        collateral_ratio: fixed("1.67"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let ada = world.user(MILLION);
    world.deposit(&ada, MILLION).unwrap();
    world.move_collateral().unwrap();
    assert!(
        world.snapshot().vault.ledger.cash < LEAST,
        "{}",
        world.snapshot().vault.ledger.cash
    );
    let cash = world.snapshot().vault.ledger.cash;
    world.pass(0, 1);
    world.republish();
    world.observe().unwrap();
    let before = held(&world);
    let lots = world.planned_order();
    let sent = world.rebalance(lots);
    let event = rebalanced(&world, &sent);
    let wanted = (event.after.legs[0].delta - event.before.legs[0].delta) / 20_000;
    assert!(
        event.paid <= cash && (event.paid as i64) < wanted,
        "{} of {wanted}",
        event.paid
    );
    assert_eq!(held(&world), before + event.paid);
    check_books(&world);
}

/// An issuer who freezes custody stops its tokens, and no trade and no mark.
#[test]
fn a_frozen_custody_pays_nothing_and_keeps_nothing_from_being_done() {
    let (mut world, _) = funded();
    let custody = world.keys.custody;
    let mut account = world.svm.get_account(&custody).unwrap();
    // The state of a token account: 2 is frozen.
    account.data[108] = 2;
    world.svm.set_account(custody, account).unwrap();
    let before = held(&world);
    let lots = world.planned_order();
    let sent = world.rebalance(lots);
    assert_eq!(rebalanced(&world, &sent).paid, 0);
    world.pass(3_601, 3_601);
    world.republish();
    world.observe().unwrap();
    world.mark().unwrap();
    assert_eq!(held(&world), before);
    assert_eq!(world.snapshot().vault.keeper_pay.total, before);
}
