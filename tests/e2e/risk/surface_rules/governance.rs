//! Who governs a surface, and what its parameters may be.

use super::{code, ready, refused};
use anchor_lang::prelude::Pubkey;
use ballast_risk::errors::RiskError;
use ballast_risk::state::{SurfaceSettings, FEEDER_DELAY, FEEDER_WINDOW};
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::surface as ix;
use ballast_testkit::surface::{grid, settings, smile};
use ballast_testkit::{error_code, fixed, SurfaceFixture, World};
use solana_signer::Signer;

#[test]
fn only_the_creator_governs_and_feeders_are_sound() {
    let mut world = ready();
    let keys = world.feeder_keys();
    let admin = world.admin.pubkey();
    let attacker = world.user(0);
    let who = attacker.holder.key;
    refused(&mut world, RiskError::SurfaceAuthority, |world| {
        let propose = ix::propose_feeders(&who, &world.key, vec![who], 1);
        error_code(&world.send(&[propose], &[&attacker.keypair]))
    });
    refused(&mut world, RiskError::SurfaceAuthority, |world| {
        let cancel = ix::cancel_feeders(&who, &world.key);
        error_code(&world.send(&[cancel], &[&attacker.keypair]))
    });
    refused(&mut world, RiskError::SurfaceAuthority, |world| {
        let set = ix::set_grid(&who, &world.key, grid());
        error_code(&world.send(&[set], &[&attacker.keypair]))
    });
    let many: Vec<Pubkey> = (0..17).map(|_| Pubkey::new_unique()).collect();
    for (feeders, required) in [
        (keys.clone(), 0),
        (keys.clone(), 4),
        (Vec::new(), 0),
        (vec![keys[0], keys[1], keys[0]], 2),
        (vec![Pubkey::default()], 1),
        (many, 3),
    ] {
        refused(&mut world, RiskError::SurfaceFeeders, |world| {
            let propose = ix::propose_feeders(&admin, &world.key, feeders, required);
            error_code(&world.send(&[propose], &[]))
        });
    }
}

#[test]
fn r2_feeders_change_no_sooner_than_two_days_after_everybody_could_see_it() {
    let mut world = ready();
    world.publish().unwrap();
    let (keys, admin) = (world.feeder_keys(), world.admin.pubkey());
    let newcomer = world.user(0);
    let (key, wanted) = (world.key, vec![newcomer.holder.key, keys[0]]);
    let propose = |world: &mut SurfaceFixture, feeders: &[Pubkey]| {
        let propose = ix::propose_feeders(&admin, &key, feeders.to_vec(), 2);
        world.send(&[propose], &[]).unwrap();
    };
    let apply = |world: &mut SurfaceFixture| error_code(&world.send(&[ix::apply_feeders(&key)], &[]));
    refused(&mut world, RiskError::FeedersNotProposed, apply);
    refused(&mut world, RiskError::FeedersNotProposed, |world| {
        error_code(&world.send(&[ix::cancel_feeders(&admin, &key)], &[]))
    });
    propose(&mut world, &wanted);
    assert_eq!(
        (world.surface().feeders.keys(), world.surface().proposed.keys()),
        (keys.clone(), wanted.clone())
    );
    world.pass(FEEDER_DELAY - 1, 1);
    refused(&mut world, RiskError::FeedersNotDue, apply);
    // A new proposal waits anew; one that was taken back never comes.
    propose(&mut world, &wanted);
    world.pass(1, 1);
    refused(&mut world, RiskError::FeedersNotDue, apply);
    let cancel = ix::cancel_feeders(&admin, &key);
    world.send(&[cancel], &[]).unwrap();
    world.pass(FEEDER_DELAY, 1);
    refused(&mut world, RiskError::FeedersNotProposed, apply);
    // Whoever is proposed may say something before it counts, so that the surface does not stop.
    propose(&mut world, &wanted);
    world.pass(FEEDER_DELAY, 1);
    let open = ix::open_submission(&newcomer.holder.key, &key);
    let submit = ix::submit(&newcomer.holder.key, &key, smile(0.6, -0.2));
    world.send(&[open, submit], &[&newcomer.keypair]).unwrap();
    world.submit(0, smile(0.6, -0.2)).unwrap();
    refused(&mut world, RiskError::SubmissionAccounts, |world| {
        error_code(&world.publish_from(&wanted))
    });
    // Nobody has to sign for it.
    let apply = ix::apply_feeders(&key);
    assert!(apply.accounts.iter().all(|account| !account.is_signer));
    world.send(&[apply], &[]).unwrap();
    let surface = world.surface();
    assert_eq!(
        (surface.feeders.keys(), surface.feeders.required, surface.proposed.count),
        (wanted.clone(), 2, 0)
    );
    world.publish_from(&wanted).unwrap();
    // A proposal that nobody put in force for a week is none any more.
    propose(&mut world, &keys);
    world.pass(FEEDER_DELAY + FEEDER_WINDOW, 1);
    refused(&mut world, RiskError::FeedersNotProposed, |world| {
        error_code(&world.send(&[ix::apply_feeders(&key)], &[]))
    });
}

#[test]
fn a_published_expiry_stays_on_the_grid() {
    let mut world = ready();
    world.publish().unwrap();
    let admin = world.admin.pubkey();
    let sound = grid();
    let mut without = sound.clone();
    without.remove(3);
    let mut unordered = sound.clone();
    unordered.swap(8, 9);
    let mut crowded = sound.clone();
    crowded.insert(0, sound[0] - 7_200);
    let mut near = sound.clone();
    near.insert(9, sound[8] + 3_599);
    let mut far = sound.clone();
    far.push(sound[0] + 5 * 31_536_000);
    let long: Vec<i64> = (0..17).map(|index| sound[0] + index * 86_400).collect();
    for bad in [Vec::new(), without, unordered, crowded, near, far, long, vec![1; 1]] {
        refused(&mut world, RiskError::SurfaceGrid, |world| {
            let set = ix::set_grid(&admin, &world.key, bad);
            error_code(&world.send(&[set], &[]))
        });
    }
    // Once the first has left, the ninth is of the eight, and stays; another may come behind it.
    world.pass(7 * 86_400, 100);
    let mut next = sound[1..].to_vec();
    next.insert(7, sound[7] + 86_400);
    let exchanged = next.clone();
    refused(&mut world, RiskError::SurfaceGrid, |world| {
        let set = ix::set_grid(&admin, &world.key, exchanged);
        error_code(&world.send(&[set], &[]))
    });
    next.remove(7);
    next.insert(8, sound[8] + 86_400);
    let set = ix::set_grid(&admin, &world.key, next.clone());
    world.send(&[set], &[]).unwrap();
    assert_eq!(world.surface().grid(), next);
}

#[test]
fn no_zero_and_no_excess_gets_into_a_surface() {
    let table: [(fn(&mut SurfaceSettings), RiskError); 15] = [
        (|s| s.min_interval_seconds = 0, RiskError::SurfaceInterval),
        (|s| s.min_interval_seconds = 3_601, RiskError::SurfaceInterval),
        (|s| s.max_submission_age_seconds = 9, RiskError::SurfaceSubmissionAge),
        (
            |s| s.max_submission_age_seconds = 86_401,
            RiskError::SurfaceSubmissionAge,
        ),
        (|s| s.min_time_to_expiry_seconds = 60, RiskError::SurfaceTimeToExpiry),
        (
            |s| s.min_time_to_expiry_seconds = 604_801,
            RiskError::SurfaceTimeToExpiry,
        ),
        (|s| s.average_tenor_seconds = 86_399, RiskError::SurfaceAverage),
        (|s| s.average_tenor_seconds = 31_536_001, RiskError::SurfaceAverage),
        (|s| s.average_spacing_seconds = 0, RiskError::SurfaceAverage),
        (
            |s| s.variance_change_per_hour = fixed("0"),
            RiskError::SurfaceChangeBound,
        ),
        (
            |s| s.variance_change_per_hour = fixed("4.1"),
            RiskError::SurfaceChangeBound,
        ),
        (|s| s.skew_change_per_hour = fixed("0"), RiskError::SurfaceChangeBound),
        (|s| s.skew_change_per_hour = fixed("1.1"), RiskError::SurfaceChangeBound),
        (
            |s| s.curvature_change_per_hour = fixed("-1"),
            RiskError::SurfaceChangeBound,
        ),
        (
            |s| s.curvature_change_per_hour = fixed("4.1"),
            RiskError::SurfaceChangeBound,
        ),
    ];
    for (change, expected) in table {
        let mut world = World::new();
        let mut args = CreateSurfaceArgs {
            settings: settings(),
            grid: grid(),
            feeders: vec![Pubkey::new_unique()],
            required: 1,
        };
        change(&mut args.settings);
        let create = ix::create(&world.admin.pubkey(), &world.risk_market, args);
        assert_eq!(error_code(&world.send(&[create], &[])), code(expected), "{expected:?}");
    }
    let mut world = World::new();
    let attacker = world.wallet(0);
    let args = CreateSurfaceArgs {
        settings: settings(),
        grid: grid(),
        feeders: vec![attacker.holder.key],
        required: 1,
    };
    let create = ix::create(&attacker.holder.key, &world.risk_market, args);
    assert_eq!(
        error_code(&world.send(&[create], &[&attacker.keypair])),
        code(RiskError::SurfaceAuthority)
    );
}
