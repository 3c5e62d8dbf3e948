//! Every program and account is pinned, and none can be left out.

use super::running;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::instructions::batches::{self, RequestArgs};
use ballast_sdk::instructions::{self as ix, Holder};
use ballast_testkit::error_code;
use ballast_testkit::params;
use ballast_testkit::tokens::{put, put_mint, put_tokens};
use ballast_testkit::vault::batches::{LEAST, UNTIL_PRICED};
use ballast_vault::errors::VaultError;
use ballast_vault::Order;
use solana_signer::Signer;

#[test]
fn r4_every_program_and_account_is_pinned() {
    let (mut world, _) = running();
    world.hour_at("45000").unwrap();
    let (keys, keeper) = (world.keys, world.keeper.insecure_clone());
    let sound = ix::rebalance(
        &keys,
        &keeper.pubkey(),
        vec![Order {
            leg: 0,
            lots: -1_000_000,
        }],
    );
    let position = |key: Pubkey| sound.accounts.iter().position(|meta| meta.pubkey == key).unwrap();

    // A clone of the venue's trader account, owned by somebody else's program.
    let trader = world.raw(&keys.first().venue_trader).unwrap();
    let clone = Pubkey::new_unique();
    put(&mut world.svm, clone, Pubkey::new_unique(), trader.data.clone());
    // A clone owned by the venue, but at another address.
    let twin = Pubkey::new_unique();
    put(&mut world.svm, twin, ballast_reference_venue::ID, trader.data);
    let attacker_tokens = Pubkey::new_unique();
    put_tokens(&mut world.svm, attacker_tokens, keys.quote_mint, keeper.pubkey(), 0);
    let other_market = Pubkey::new_unique();
    let market = world.raw(&keys.first().risk_market).unwrap();
    put(&mut world.svm, other_market, ballast_risk::ID, market.data);
    let other_venue = Pubkey::new_unique();
    let venue = world.raw(&keys.first().venue_market).unwrap();
    put(&mut world.svm, other_venue, ballast_reference_venue::ID, venue.data);
    let other_mint = Pubkey::new_unique();
    put_mint(&mut world.svm, other_mint, 1);

    for (pinned, substitute, expected) in [
        (
            ballast_reference_venue::ID,
            ballast_risk::ID,
            u32::from(ErrorCode::InvalidProgramId),
        ),
        (
            keys.first().venue_trader,
            clone,
            u32::from(VaultError::WrongVenueTrader),
        ),
        (keys.first().venue_trader, twin, u32::from(VaultError::WrongVenueTrader)),
        (
            keys.first().venue_market,
            other_venue,
            u32::from(VaultError::WrongVenueMarket),
        ),
        (
            keys.first().risk_market,
            other_market,
            u32::from(VaultError::WrongRiskMarket),
        ),
        (keys.custody, attacker_tokens, u32::from(VaultError::WrongCustody)),
        (keys.share_mint, other_mint, u32::from(VaultError::WrongShareMint)),
    ] {
        let mut forged = sound.clone();
        forged.accounts[position(pinned)].pubkey = substitute;
        let before = world.fingerprint();
        let sent = world.send(&[forged], &[&keeper]);
        assert_eq!(error_code(&sent), expected, "{pinned}");
        assert_eq!(world.fingerprint(), before);
    }
    // Both halves of a pair at one address: the vault's own account passed as the trader.
    let mut doubled = sound.clone();
    doubled.accounts[position(keys.first().venue_trader)].pubkey = keys.first().venue_market;
    let sent = world.send(&[doubled], &[&keeper]);
    assert_eq!(error_code(&sent), u32::from(VaultError::WrongVenueTrader));
}

#[test]
fn r4_money_only_goes_where_it_belongs() {
    let (mut world, user) = running();
    let (keys, keeper) = (world.keys, world.keeper.insecure_clone());
    let purse = Pubkey::new_unique();
    put_tokens(&mut world.svm, purse, keys.quote_mint, keeper.pubkey(), 0);
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares / 20).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    let number = world.snapshot().vault.queue.next;
    world.price_batch(number).unwrap();

    let ticket = world.ticket(&user).unwrap();
    let to_keeper = batches::claim_to(&keys, &ticket, &keeper.pubkey(), [keys.custody, purse]);
    assert_eq!(
        error_code(&world.send(std::slice::from_ref(&to_keeper), &[&keeper])),
        u32::from(VaultError::WrongTokenAccount)
    );
    let mut as_keeper = to_keeper;
    for meta in &mut as_keeper.accounts {
        if meta.pubkey == user.holder.key {
            meta.pubkey = keeper.pubkey();
        }
    }
    assert_eq!(
        error_code(&world.send(&[as_keeper], &[&keeper])),
        u32::from(VaultError::WrongTicket)
    );
    // Nor is quote paid out of the escrow's accounts, or somebody else's.
    for from in [keys.escrow, purse, keys.first().venue_vault] {
        let forged = batches::claim_to(&keys, &ticket, &keeper.pubkey(), [from, ticket.pay_to]);
        assert_eq!(
            error_code(&world.send(&[forged], &[&keeper])),
            u32::from(VaultError::WrongCustody)
        );
    }
    // The holder alone may choose another account: one that is frozen keeps nobody's money.
    let other = Pubkey::new_unique();
    put_tokens(&mut world.svm, other, keys.quote_mint, Pubkey::new_unique(), 0);
    let elsewhere = batches::claim_to(&keys, &ticket, &user.holder.key, [keys.custody, other]);
    world.send(&[elsewhere], &[&user.keypair]).unwrap();
    assert!(world.tokens(&other) > 0 && world.tickets().is_empty());
    for receiver in [keys.custody, keys.first().venue_vault] {
        let mut collateral = ix::move_collateral(&keys, 0, None);
        let index = collateral
            .accounts
            .iter()
            .position(|meta| meta.pubkey == receiver)
            .unwrap();
        collateral.accounts[index].pubkey = purse;
        let expected = if receiver == keys.custody {
            VaultError::WrongCustody
        } else {
            VaultError::WrongVenueVault
        };
        assert_eq!(error_code(&world.send(&[collateral], &[])), u32::from(expected));
    }
}

#[test]
fn r14_no_position_can_be_left_out() {
    let (mut world, user) = running();
    world.request(&user, 1_000_000).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.observe().unwrap();
    let (number, keeper) = (world.snapshot().vault.queue.next, world.keeper.insecure_clone());
    let sound = ix::price_batch(&world.keys, &keeper.pubkey(), number);
    for omitted in [
        world.keys.first().venue_trader,
        world.keys.first().venue_market,
        world.keys.first().risk_market,
    ] {
        let mut short = sound.clone();
        short.accounts.retain(|meta| meta.pubkey != omitted);
        let before = world.fingerprint();
        assert!(world.send(&[short], &[&keeper]).is_err());
        assert_eq!(world.fingerprint(), before);
    }
    world.send(&[sound], &[&keeper]).unwrap();
}

#[test]
fn r4_a_batch_or_a_ticket_of_another_vault_is_refused() {
    let (mut world, user) = running();
    let (admin, keys) = (world.admin.pubkey(), world.keys);
    let other = VaultKeys::derive(&admin, 2, &keys.quote(), &[keys.first().risk_market]);
    let create = ix::create_vault(&admin, &other, params::create_vault(2, params::vault(), None));
    world.send(&[create], &[]).unwrap();
    // A batch of the other vault with the number of ours, and a ticket in it.
    let shares = Pubkey::new_unique();
    put_tokens(&mut world.svm, shares, other.share_mint, user.holder.key, 0);
    let there = Holder { shares, ..user.holder };
    world.request(&user, 1_000_000).unwrap();
    let ours = world.ticket(&user).unwrap();
    for number in 0..=ours.batch {
        let args = RequestArgs {
            ticket: 1_000 + number,
            amount: LEAST,
            within_one_percent_of: None,
        };
        let open = batches::open_batch(&other, &user.holder.key, number);
        let request = batches::request_deposit(&other, &there, number, args);
        world.send(&[open, request], &[&user.keypair]).unwrap();
        world.pass(UNTIL_PRICED, 75);
        world.republish();
        world.observe().unwrap();
        if number < ours.batch {
            world.send(&[ix::price_batch(&other, &admin, number)], &[]).unwrap();
        }
    }
    let foreign = ballast_sdk::addresses::batch(&other.vault, ours.batch);
    let forged = |mut instruction: ballast_sdk::Instruction| {
        let own = ballast_sdk::addresses::batch(&keys.vault, ours.batch);
        for meta in &mut instruction.accounts {
            if meta.pubkey == own {
                meta.pubkey = foreign;
            }
        }
        instruction
    };
    world.pass(3_600, 3_600);
    world.republish();
    world.observe().unwrap();
    let order = Order { leg: 0, lots: -1 };
    let claim = batches::claim_to(&keys, &ours, &admin, [keys.custody, ours.pay_to]);
    let wrong = u32::from(VaultError::WrongBatch);
    for instruction in [
        ix::price_batch(&keys, &admin, ours.batch),
        ix::exit_liquid(&keys, ours.batch),
        ix::unwind(&keys, &admin, ours.batch, order),
        batches::close_batch(&keys, ours.batch, &user.holder.key),
        claim,
    ] {
        let before = world.fingerprint();
        assert_eq!(error_code(&world.send(&[forged(instruction)], &[])), wrong);
        assert_eq!(world.fingerprint(), before);
    }
    let cancel = forged(batches::cancel(&keys, &ours));
    assert_eq!(error_code(&world.send(&[cancel], &[&user.keypair])), wrong);
    // Another vault's ticket in our batch.
    let mut strange = ours.clone();
    strange.number = 1_000 + ours.batch;
    let mut theirs = batches::claim_to(&keys, &strange, &admin, [keys.custody, strange.pay_to]);
    let ticket = ballast_sdk::addresses::ticket(&keys.vault, &user.holder.key, strange.number);
    for meta in &mut theirs.accounts {
        if meta.pubkey == ticket {
            meta.pubkey = ballast_sdk::addresses::ticket(&other.vault, &user.holder.key, strange.number);
        }
    }
    let sent = world.send(&[theirs], &[]);
    assert_eq!(error_code(&sent), u32::from(VaultError::WrongTicket));
}
