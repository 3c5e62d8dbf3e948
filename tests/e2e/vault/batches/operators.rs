//! Who acts for a holder: with the holder's approval, with tokens that the holder delegated, and to
//! nobody's profit but theirs.

use super::{closed, two};
use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022::spl_token_2022::instruction as token_instruction;
use ballast_sdk::instructions::batches;
use ballast_sdk::{addresses, Instruction};
use ballast_testkit::tokens::put_tokens;
use ballast_testkit::{error_code, User, VaultFixture};
use ballast_vault::errors::VaultError;
use solana_signer::Signer;

const AMOUNT: u64 = 100_000_000;

/// Lets `to` move so much of what lies in `account`.
fn delegated(program: &Pubkey, holder: &User, account: &Pubkey, to: &Pubkey, amount: u64) -> Instruction {
    token_instruction::approve(program, account, to, &holder.holder.key, &[], amount).expect("an instruction")
}

/// Ada, who has shares, and Omar, who may act for her: her tokens are delegated to the approval.
fn with_an_operator() -> (VaultFixture, User, User) {
    let (mut world, [ada, _]) = two();
    let omar = world.user(0);
    let (keys, operator) = (world.keys, omar.holder.key);
    let set = batches::set_operator(&keys, &ada.holder.key, &operator, true);
    let approval = addresses::operator_approval(&keys.vault, &ada.holder.key, &operator);
    let quote = delegated(&keys.quote_program, &ada, &ada.holder.quote, &approval, u64::MAX);
    let shares = delegated(&keys.shares().program, &ada, &ada.holder.shares, &approval, u64::MAX);
    world.send(&[set, quote, shares], &[&ada.keypair]).unwrap();
    (world, ada, omar)
}

#[test]
fn an_operator_asks_takes_back_and_claims_for_a_holder() {
    let (mut world, ada, omar) = with_an_operator();
    let keys = world.keys;
    // Out and in again, all of it signed by Omar.
    let shares = world.tokens(&ada.holder.shares) / 100;
    let (number, args) = world.args(shares);
    let redeem = batches::request_redeem_by(&omar.holder.key, &keys, &ada.holder, number, args);
    world.send_request(&omar, number, redeem).unwrap();
    let number = closed(&mut world);
    world.price_batch(number).unwrap();
    // Hers, beside the one that the ticket names, which is frozen.
    let ticket = world.ticket(&ada).unwrap();
    let other = Pubkey::new_unique();
    put_tokens(&mut world.svm, other, keys.quote_mint, ada.holder.key, 0);
    let claim = batches::claim_by(&omar.holder.key, &keys, &ticket, [keys.custody, other]);
    world.send(&[claim], &[&omar.keypair]).unwrap();
    assert!(world.tokens(&other) > shares / 2);
    assert!(world.tickets().is_empty());

    let held = world.tokens(&ada.holder.quote);
    let (number, args) = world.args(AMOUNT);
    let deposit = batches::request_deposit_by(&omar.holder.key, &keys, &ada.holder, number, args);
    world.send_request(&omar, number, deposit).unwrap();
    let ticket = world.ticket(&ada).expect("it is hers");
    assert_eq!((ticket.holder, ticket.opened_by), (ada.holder.key, ada.holder.key));
    assert_eq!(held - world.tokens(&ada.holder.quote), AMOUNT);
    world.pass(700, 700);
    let cancel = batches::cancel_by(&omar.holder.key, &keys, &ticket, &ticket.return_to);
    world.send(&[cancel], &[&omar.keypair]).unwrap();
    assert_eq!(world.tokens(&ada.holder.quote), held);
}

#[test]
fn an_operator_sends_nothing_to_accounts_that_are_not_the_holders() {
    let (mut world, ada, omar) = with_an_operator();
    let keys = world.keys;
    let at = |account: Pubkey, to: Pubkey, mut instruction: Instruction| {
        let metas = instruction.accounts.iter_mut();
        metas
            .filter(|meta| meta.pubkey == account)
            .for_each(|meta| meta.pubkey = to);
        instruction
    };
    let (number, args) = world.args(AMOUNT);
    let deposit = batches::request_deposit_by(&omar.holder.key, &keys, &ada.holder, number, args);
    let to_himself = at(ada.holder.shares, omar.holder.shares, deposit.clone());
    let sent = world.send_request(&omar, number, to_himself);
    assert_eq!(error_code(&sent), u32::from(VaultError::NotTheHolders));
    world.send_request(&omar, number, deposit).unwrap();
    world.pass(700, 700);
    let ticket = world.ticket(&ada).unwrap();
    let cancel = batches::cancel_by(&omar.holder.key, &keys, &ticket, &ticket.return_to);
    let to_himself = at(ada.holder.quote, omar.holder.quote, cancel);
    let sent = world.send(&[to_himself], &[&omar.keypair]);
    assert_eq!(error_code(&sent), u32::from(VaultError::NotTheHolders));
    world.republish();
    world.price_batch(ticket.batch).unwrap();
    let route = [keys.escrow, omar.holder.shares];
    let claim = batches::claim_by(&omar.holder.key, &keys, &ticket, route);
    let sent = world.send(&[claim], &[&omar.keypair]);
    assert_eq!(error_code(&sent), u32::from(VaultError::NotTheHolders));
    // Nor does a ticket become somebody else's by him.
    let assign = batches::assign(&keys, &ticket, &omar.holder);
    let assign = at(ada.holder.key, omar.holder.key, assign);
    let sent = world.send(&[assign], &[&omar.keypair]);
    assert_eq!(error_code(&sent), u32::from(VaultError::WrongTicket));
}

#[test]
fn nobody_acts_for_a_holder_who_has_not_approved_them_or_no_longer_does() {
    let (mut world, ada, omar) = with_an_operator();
    let (keys, eve) = (world.keys, world.user(0));
    let approve = delegated(&keys.quote_program, &ada, &ada.holder.quote, &eve.holder.key, u64::MAX);
    world.send(&[approve], &[&ada.keypair]).unwrap();
    let shown = |key: Pubkey, deposit: &Instruction| {
        let mut forged = deposit.clone();
        // Before the two that announce.
        let at = forged.accounts.len() - 3;
        forged.accounts[at].pubkey = key;
        forged
    };
    let (number, args) = world.args(AMOUNT);
    let deposit = batches::request_deposit_by(&eve.holder.key, &keys, &ada.holder, number, args);
    // None, Omar's, her own for herself, and his for another vault.
    let hers = batches::set_operator(&keys, &eve.holder.key, &eve.holder.key, true);
    world.send(&[hers], &[&eve.keypair]).unwrap();
    let approval = |holder: &User, operator: &User| {
        addresses::operator_approval(&keys.vault, &holder.holder.key, &operator.holder.key)
    };
    let elsewhere = {
        let key = Pubkey::new_unique();
        let mut account = world.svm.get_account(&approval(&ada, &omar)).unwrap();
        account.data[9] ^= 1;
        let at = account.data.len() - 32;
        account.data[at..].copy_from_slice(eve.holder.key.as_ref());
        world.svm.set_account(key, account).unwrap();
        key
    };
    for shown_key in [
        ballast_vault::ID,
        approval(&ada, &omar),
        approval(&eve, &eve),
        elsewhere,
    ] {
        let before = world.fingerprint();
        let sent = world.send_request(&eve, number, shown(shown_key, &deposit));
        assert_eq!(error_code(&sent), u32::from(VaultError::NotOperator), "{shown_key}");
        assert_eq!(world.fingerprint(), before);
    }

    // What was approved ends when the holder says so, and its rent comes back.
    let (number, args) = world.args(AMOUNT);
    let approve = delegated(
        &keys.quote_program,
        &ada,
        &ada.holder.quote,
        &approval(&ada, &omar),
        u64::MAX,
    );
    let end = batches::set_operator(&keys, &ada.holder.key, &omar.holder.key, false);
    world.send(&[approve, end], &[&ada.keypair]).unwrap();
    let left = world.svm.get_account(&approval(&ada, &omar));
    assert!(left.is_none_or(|account| account.lamports == 0));
    let deposit = batches::request_deposit_by(&omar.holder.key, &keys, &ada.holder, number, args);
    assert!(world.send_request(&omar, number, deposit.clone()).is_err());
    let sent = world.send_request(&omar, number, shown(ballast_vault::ID, &deposit));
    assert_eq!(error_code(&sent), u32::from(VaultError::NotOperator));
}

#[test]
fn an_approval_alone_moves_no_tokens_and_nobody_approves_for_another() {
    let (mut world, [ada, ben]) = two();
    let (keys, omar) = (world.keys, world.user(0));
    let set = batches::set_operator(&keys, &ada.holder.key, &omar.holder.key, true);
    // Ben signs where Ada should.
    let mut forged = set.clone();
    for meta in &mut forged.accounts {
        if meta.pubkey == ada.holder.key {
            meta.pubkey = ben.holder.key;
        }
    }
    assert!(world.send(&[forged], &[&ben.keypair]).is_err());
    // Twice is once; lamports that somebody sent there first do not matter.
    let approval = addresses::operator_approval(&keys.vault, &ada.holder.key, &omar.holder.key);
    world.svm.airdrop(&approval, 1_000_000).unwrap();
    world.send(std::slice::from_ref(&set), &[&ada.keypair]).unwrap();
    world.pass(0, 1);
    world.send(&[set], &[&ada.keypair]).unwrap();
    let (number, args) = world.args(AMOUNT);
    let deposit = batches::request_deposit_by(&omar.holder.key, &keys, &ada.holder, number, args);
    let held = world.tokens(&ada.holder.quote);
    assert!(world.send_request(&omar, number, deposit).is_err());
    assert_eq!(world.tokens(&ada.holder.quote), held);
    assert_eq!(omar.keypair.pubkey(), omar.holder.key);
}

/// An operator's own key moves nothing; what was delegated ends with the approval.
#[test]
fn an_operators_own_key_moves_none_of_the_holders_tokens() {
    let (mut world, ada, omar) = with_an_operator();
    let (from, to) = (ada.holder.quote, omar.holder.quote);
    let (program, decimals, mint) = (world.keys.quote_program, 6, world.keys.quote_mint);
    let omars = &omar.holder.key;
    let take = token_instruction::transfer_checked(&program, &from, &mint, &to, omars, &[], 1, decimals).unwrap();
    assert!(world.send(&[take], &[&omar.keypair]).is_err());
    assert_eq!(world.tokens(&to), 0);
}

/// An account that is the holder's and that the operator may close is one that he may open again,
/// at the same address, as his own.
#[test]
fn an_operator_names_no_account_that_somebody_else_may_close() {
    let (mut world, ada, omar) = with_an_operator();
    let keys = world.keys;
    let account = Pubkey::new_unique();
    put_tokens(&mut world.svm, account, keys.share_mint, ada.holder.key, 0);
    let mut stored = world.svm.get_account(&account).unwrap();
    // Close authority: a tag of four bytes, and the key.
    stored.data[129] = 1;
    stored.data[133..165].copy_from_slice(omar.holder.key.as_ref());
    world.svm.set_account(account, stored).unwrap();
    let (number, args) = world.args(AMOUNT);
    let holder = ballast_sdk::instructions::Holder {
        shares: account,
        ..ada.holder
    };
    let deposit = batches::request_deposit_by(&omar.holder.key, &keys, &holder, number, args);
    let sent = world.send_request(&omar, number, deposit);
    assert_eq!(error_code(&sent), u32::from(VaultError::NotTheHolders));
}
