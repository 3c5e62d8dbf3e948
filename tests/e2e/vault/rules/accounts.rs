//! Every program and account is pinned, and none can be left out.

use super::running;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use ballast_sdk::instructions as ix;
use ballast_testkit::error_code;
use ballast_testkit::tokens::{put, put_mint, put_tokens};
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
            market: 0,
            lots: -1_000_000,
        }],
    );
    let position = |key: Pubkey| sound.accounts.iter().position(|meta| meta.pubkey == key).unwrap();

    // A clone of the venue's trader account, owned by somebody else's program.
    let trader = world.raw(&keys.venue_trader).unwrap();
    let clone = Pubkey::new_unique();
    put(&mut world.svm, clone, Pubkey::new_unique(), trader.data.clone());
    // A clone owned by the venue, but at another address.
    let twin = Pubkey::new_unique();
    put(&mut world.svm, twin, ballast_reference_venue::ID, trader.data);
    let attacker_tokens = Pubkey::new_unique();
    put_tokens(&mut world.svm, attacker_tokens, keys.quote_mint, keeper.pubkey(), 0);
    let other_market = Pubkey::new_unique();
    let market = world.raw(&keys.risk_market).unwrap();
    put(&mut world.svm, other_market, ballast_risk::ID, market.data);
    let other_venue = Pubkey::new_unique();
    let venue = world.raw(&keys.venue_market).unwrap();
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
            keys.venue_trader,
            clone,
            u32::from(ErrorCode::AccountOwnedByWrongProgram),
        ),
        (keys.venue_trader, twin, u32::from(VaultError::WrongVenueTrader)),
        (keys.venue_market, other_venue, u32::from(VaultError::WrongVenueMarket)),
        (keys.risk_market, other_market, u32::from(VaultError::WrongRiskMarket)),
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
    doubled.accounts[position(keys.venue_trader)].pubkey = keys.venue_market;
    let sent = world.send(&[doubled], &[&keeper]);
    assert_eq!(error_code(&sent), u32::from(ErrorCode::AccountDiscriminatorMismatch));
}

#[test]
fn r4_money_only_goes_where_it_belongs() {
    let (mut world, user) = running();
    let (keys, keeper) = (world.keys, world.keeper.insecure_clone());
    let purse = Pubkey::new_unique();
    put_tokens(&mut world.svm, purse, keys.quote_mint, keeper.pubkey(), 0);
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares / 2).unwrap();
    world.pass(0, 1);

    let to_keeper = ix::complete_redemption(&keys, &user.holder.key, &purse);
    assert_eq!(
        error_code(&world.send(&[to_keeper], &[])),
        u32::from(VaultError::WrongTokenAccount)
    );
    let mut as_keeper = ix::complete_redemption(&keys, &user.holder.key, &purse);
    for meta in &mut as_keeper.accounts {
        if meta.pubkey == user.holder.key {
            meta.pubkey = keeper.pubkey();
        }
    }
    assert_eq!(
        error_code(&world.send(&[as_keeper], &[])),
        u32::from(VaultError::WrongTicket)
    );
    for receiver in [keys.custody, keys.venue_vault] {
        let mut collateral = ix::move_collateral(&keys);
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
    let terms = ix::DepositTerms {
        amount: 1_000_000,
        min_shares: 0,
    };
    let sound = ix::deposit(&world.keys, &user.holder, terms);
    world.pass(0, 1);
    for omitted in [world.keys.venue_trader, world.keys.venue_market, world.keys.risk_market] {
        let mut short = sound.clone();
        short.accounts.retain(|meta| meta.pubkey != omitted);
        let before = world.fingerprint();
        assert!(world.send(&[short], &[&user.keypair]).is_err());
        assert_eq!(world.fingerprint(), before);
    }
    world.send(&[sound], &[&user.keypair]).unwrap();
}
