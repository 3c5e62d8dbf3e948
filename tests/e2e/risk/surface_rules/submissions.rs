//! Who submits, and what counts as a submission.

use super::{publish, ready, refused};
use anchor_lang::prelude::Pubkey;
use ballast_risk::errors::RiskError;
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::surface as ix;
use ballast_sdk::{addresses, AccountMeta};
use ballast_testkit::surface::{grid, settings, smile};
use ballast_testkit::tokens::put;
use ballast_testkit::{error_code, params};
use solana_signer::Signer;

#[test]
fn submissions_are_a_registered_feeders_own() {
    let mut world = ready();
    let outsider = world.user(0);
    refused(&mut world, RiskError::NotAFeeder, |world| {
        let open = ix::open_submission(&outsider.holder.key, &world.key);
        error_code(&world.send(&[open], &[&outsider.keypair]))
    });
    // Into another feeder's account.
    refused(&mut world, RiskError::NotAFeeder, |world| {
        let mut submit = ix::submit(&outsider.holder.key, &world.key, smile(0.9, 0.0));
        submit.accounts[2].pubkey = addresses::submission(&world.key, &world.feeders[0].holder.key);
        error_code(&world.send(&[submit], &[&outsider.keypair]))
    });
    // One who was struck off can neither submit nor count.
    let keys = world.feeder_keys();
    let admin = world.admin.pubkey();
    let strike = ix::set_feeders(&admin, &world.key, keys[1..].to_vec(), 2);
    world.send(&[strike], &[]).unwrap();
    refused(&mut world, RiskError::NotAFeeder, |world| {
        error_code(&world.submit(0, smile(0.6, -0.2)))
    });
    refused(&mut world, RiskError::NotAFeeder, publish);
    world.publish_from(&keys[1..]).unwrap();
}

#[test]
fn a_feeder_leaves_with_its_rent_and_nobody_elses() {
    let mut world = ready();
    let keys = world.feeder_keys();
    let account = addresses::submission(&world.key, &keys[0]);
    refused(&mut world, RiskError::NotAFeeder, |world| {
        let mut close = ix::close_submission(&keys[1], &world.key);
        close.accounts[1].pubkey = account;
        error_code(&world.send_as(1, &[close]))
    });
    let rent = world.svm.get_balance(&account).unwrap();
    // Even one who was struck off gets it back.
    let strike = ix::set_feeders(&world.admin.pubkey(), &world.key, keys[1..].to_vec(), 2);
    world.send(&[strike], &[]).unwrap();
    let before = world.svm.get_balance(&keys[0]).unwrap_or(0);
    let close = ix::close_submission(&keys[0], &world.key);
    world.send_as(0, &[close]).unwrap();
    assert!(world.raw(&account).is_none_or(|account| account.data.is_empty()));
    assert_eq!(world.svm.get_balance(&keys[0]).unwrap(), before + rent);
    // What it said is gone with it.
    refused(&mut world, RiskError::SubmissionOwner, publish);
    world.publish_from(&keys[1..]).unwrap();
}

#[test]
fn submission_accounts_are_what_they_claim() {
    let mut world = ready();
    let keys = world.feeder_keys();
    refused(&mut world, RiskError::SubmissionTwice, |world| {
        error_code(&world.publish_from(&[keys[0], keys[1], keys[1]]))
    });
    let account = addresses::submission(&world.key, &keys[2]);
    let sound = world.raw(&account).unwrap();
    let mut garbled = sound.data.clone();
    garbled[0] ^= 1;
    let mut future = sound.data.clone();
    future[8] = 2;
    let mut foreign = sound.data.clone();
    foreign[16] ^= 1;
    let mut unknown = sound.data.clone();
    unknown[48] ^= 1;
    let mut bump = sound.data.clone();
    bump[9] ^= 1;
    let attacker = Pubkey::new_unique();
    for (owner, data, expected) in [
        (attacker, sound.data.clone(), RiskError::SubmissionOwner),
        (sound.owner, garbled, RiskError::SubmissionLayout),
        (sound.owner, future, RiskError::SubmissionLayout),
        (sound.owner, sound.data[..343].to_vec(), RiskError::SubmissionLayout),
        (sound.owner, Vec::new(), RiskError::SubmissionLayout),
        (sound.owner, foreign, RiskError::SubmissionSurface),
        (sound.owner, unknown, RiskError::NotAFeeder),
        (sound.owner, bump, RiskError::SubmissionAddress),
    ] {
        put(&mut world.svm, account, owner, data);
        refused(&mut world, expected, publish);
    }
    put(&mut world.svm, account, sound.owner, sound.data.clone());
    // The same bytes elsewhere: nobody can make such an account, and it would not count.
    let elsewhere = Pubkey::new_unique();
    put(&mut world.svm, elsewhere, sound.owner, sound.data);
    refused(&mut world, RiskError::SubmissionAddress, |world| {
        let mut instruction = ix::publish(&world.risk_market, &keys[..2]);
        instruction.accounts.push(AccountMeta::new_readonly(elsewhere, false));
        error_code(&world.send(&[instruction], &[]))
    });
    world.publish().unwrap();
}

#[test]
fn another_markets_submission_and_surface_are_refused() {
    let mut world = ready();
    let admin = world.admin.pubkey();
    let mut args = params::risk_market();
    args.name[0] = b'X';
    let other = addresses::risk_market(&admin, &args.name);
    let keys = world.feeder_keys();
    let surface = CreateSurfaceArgs {
        settings: settings(),
        grid: grid(),
        feeders: keys.clone(),
        required: 1,
    };
    let create = [
        ballast_sdk::instructions::create_risk_market(&admin, args),
        ix::create(&admin, &other, surface),
    ];
    world.send(&create, &[]).unwrap();
    let open = [
        ix::open_submission(&keys[0], &addresses::surface(&other)),
        ix::submit(&keys[0], &addresses::surface(&other), smile(0.9, 0.3)),
    ];
    world.send_as(0, &open).unwrap();
    refused(&mut world, RiskError::SubmissionSurface, |world| {
        let mut instruction = ix::publish(&world.risk_market, &keys);
        instruction.accounts[2].pubkey = addresses::submission(&addresses::surface(&other), &keys[0]);
        error_code(&world.send(&[instruction], &[]))
    });
    refused(&mut world, RiskError::SurfaceMarket, |world| {
        let mut instruction = ix::publish(&world.risk_market, &keys);
        instruction.accounts[1].pubkey = other;
        error_code(&world.send(&[instruction], &[]))
    });
    // The other market was never observed, so there is no realised variance to hold a surface to.
    refused(&mut world, RiskError::NothingObserved, |world| {
        let instruction = ix::publish(&other, &keys[..1]);
        error_code(&world.send(&[instruction], &[]))
    });
}
