//! Who submits, and what counts as a submission.

use super::{publish, ready, refused};
use anchor_lang::prelude::Pubkey;
use ballast_risk::errors::RiskError;
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::surface as ix;
use ballast_sdk::{addresses, AccountMeta};
use ballast_testkit::surface::{grid, settings, smile};
use ballast_testkit::tokens::put;
use ballast_testkit::{error_code, params, SurfaceFixture};
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
    world.change_feeders(&keys[1..], 2);
    refused(&mut world, RiskError::NotAFeeder, |world| {
        error_code(&world.submit(0, smile(0.6, -0.2)))
    });
    refused(&mut world, RiskError::SubmissionAccounts, publish);
    for feeder in [1, 2] {
        world.submit(feeder, smile(0.6, -0.2)).unwrap();
    }
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
    world.change_feeders(&keys[1..], 2);
    let before = world.svm.get_balance(&keys[0]).unwrap_or(0);
    let close = ix::close_submission(&keys[0], &world.key);
    world.send_as(0, &[close]).unwrap();
    assert!(world.raw(&account).is_none_or(|account| account.data.is_empty()));
    assert_eq!(world.svm.get_balance(&keys[0]).unwrap(), before + rent);
}

#[test]
fn nobody_chooses_among_the_submissions() {
    let mut world = ready();
    let keys = world.feeder_keys();
    for chosen in [
        vec![],
        vec![keys[0], keys[1]],
        vec![keys[0], keys[2], keys[1]],
        vec![keys[0], keys[1], keys[1]],
        vec![keys[0], keys[1], keys[2], keys[2]],
    ] {
        refused(&mut world, RiskError::SubmissionAccounts, |world| {
            error_code(&world.publish_from(&chosen))
        });
    }
    // The same bytes elsewhere: nobody can make such an account, and it would not count.
    let account = addresses::submission(&world.key, &keys[2]);
    let sound = world.raw(&account).unwrap();
    let elsewhere = Pubkey::new_unique();
    put(&mut world.svm, elsewhere, sound.owner, sound.data);
    refused(&mut world, RiskError::SubmissionAccounts, |world| {
        let mut instruction = ix::publish(&world.risk_market, &keys[..2]);
        instruction.accounts.push(AccountMeta::new_readonly(elsewhere, false));
        error_code(&world.send(&[instruction], &[]))
    });
    world.publish().unwrap();
}

/// Whatever lies at a feeder's address, the others' submissions are published.
#[test]
fn no_feeders_account_stops_the_others() {
    let account_of = |world: &SurfaceFixture| addresses::submission(&world.key, &world.feeder_keys()[2]);
    let mut world = SurfaceFixture::new(3, 2);
    world.submit_all(&[smile(0.6, -0.2), smile(0.6, -0.2), smile(0.9, 0.3)]);
    let sound = world.raw(&account_of(&world)).unwrap();
    let changed = |offset: usize, byte: u8| {
        let mut data = sound.data.clone();
        data[offset] = byte;
        data
    };
    for (owner, data) in [
        (Pubkey::new_unique(), sound.data.clone()),
        (sound.owner, changed(0, !sound.data[0])),
        (sound.owner, changed(8, 9)),
        (sound.owner, changed(10, 0)),
        (sound.owner, changed(10, 255)),
        (sound.owner, sound.data[..343].to_vec()),
        (sound.owner, Vec::new()),
        (solana_system_program(), Vec::new()),
    ] {
        let account = account_of(&world);
        put(&mut world.svm, account, owner, data);
        world.pass(60, 60);
        world.publish().unwrap();
        assert_eq!(world.surface().published(), smile(0.6, -0.2));
    }
}

fn solana_system_program() -> Pubkey {
    anchor_lang::solana_program::system_program::ID
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
    refused(&mut world, RiskError::SubmissionAccounts, |world| {
        let mut instruction = ix::publish(&world.risk_market, &keys);
        instruction.accounts[2].pubkey = addresses::submission(&addresses::surface(&other), &keys[0]);
        error_code(&world.send(&[instruction], &[]))
    });
    refused(&mut world, RiskError::SurfaceMarket, |world| {
        let mut instruction = ix::publish(&world.risk_market, &keys);
        instruction.accounts[1].pubkey = other;
        error_code(&world.send(&[instruction], &[]))
    });
    // The other market was never observed; its surface can be published all the same.
    let instruction = ix::publish(&other, &keys);
    world.send(&[instruction], &[]).unwrap();
}
