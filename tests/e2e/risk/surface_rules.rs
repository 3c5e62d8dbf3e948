//! Each refusal of the surface's instructions, by its own error, with nothing changed.

use anchor_lang::prelude::Pubkey;
use anchor_lang::AccountSerialize;
use ballast_risk::errors::RiskError;
use ballast_risk::state::{StoredSlice, SurfaceSettings};
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::surface as ix;
use ballast_sdk::{addresses, AccountMeta};
use ballast_testkit::surface::{grid, settings, smile, SurfaceWorld};
use ballast_testkit::tokens::put;
use ballast_testkit::{error_code, fixed, params, World};
use solana_signer::Signer;

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

/// Three feeders, three required, all of one mind, ready to publish.
fn ready() -> SurfaceWorld {
    let mut world = SurfaceWorld::new(3, 3);
    world.submit_all(&[smile(0.6, -0.2), smile(0.6, -0.2), smile(0.6, -0.2)]);
    world
}

/// Asserts that `act` is refused with `expected` and that no account changed.
fn refused(world: &mut SurfaceWorld, expected: RiskError, act: impl FnOnce(&mut SurfaceWorld) -> u32) {
    let before = world.world.fingerprint();
    let got = act(world);
    assert_eq!(got, code(expected), "{expected:?}");
    assert_eq!(world.world.fingerprint(), before, "{expected:?} changed something");
}

fn publish(world: &mut SurfaceWorld) -> u32 {
    error_code(&world.publish())
}

#[test]
fn submissions_are_a_registered_feeders_own() {
    let mut world = ready();
    let stranger = world.world.user(0);
    refused(&mut world, RiskError::NotAFeeder, |world| {
        let open = ix::open_submission(&stranger.holder.key, &world.key);
        error_code(&world.world.send(&[open], &[&stranger.keypair]))
    });
    // Into another feeder's account.
    refused(&mut world, RiskError::NotAFeeder, |world| {
        let mut submit = ix::submit(&stranger.holder.key, &world.key, smile(0.9, 0.0));
        submit.accounts[2].pubkey = addresses::submission(&world.key, &world.feeders[0].holder.key);
        error_code(&world.world.send(&[submit], &[&stranger.keypair]))
    });
    // One who was struck off can neither submit nor count.
    let keys = world.keys();
    let admin = world.world.admin.pubkey();
    let strike = ix::set_feeders(&admin, &world.key, keys[1..].to_vec(), 2);
    world.world.send(&[strike], &[]).unwrap();
    refused(&mut world, RiskError::NotAFeeder, |world| {
        error_code(&world.submit(0, smile(0.6, -0.2)))
    });
    refused(&mut world, RiskError::NotAFeeder, publish);
    world.publish_from(&keys[1..]).unwrap();
}

#[test]
fn a_feeder_leaves_with_its_rent_and_nobody_elses() {
    let mut world = ready();
    let keys = world.keys();
    let account = addresses::submission(&world.key, &keys[0]);
    refused(&mut world, RiskError::NotAFeeder, |world| {
        let mut close = ix::close_submission(&keys[1], &world.key);
        close.accounts[1].pubkey = account;
        error_code(&world.world.send(&[close], &[&world.feeders[1].keypair]))
    });
    let rent = world.world.svm.get_balance(&account).unwrap();
    // Even one who was struck off gets it back.
    let strike = ix::set_feeders(&world.world.admin.pubkey(), &world.key, keys[1..].to_vec(), 2);
    world.world.send(&[strike], &[]).unwrap();
    let before = world.world.svm.get_balance(&keys[0]).unwrap_or(0);
    let close = ix::close_submission(&keys[0], &world.key);
    world.world.send(&[close], &[&world.feeders[0].keypair]).unwrap();
    assert!(world.world.raw(&account).is_none_or(|account| account.data.is_empty()));
    assert_eq!(world.world.svm.get_balance(&keys[0]).unwrap(), before + rent);
    // What it said is gone with it.
    refused(&mut world, RiskError::SubmissionOwner, publish);
    world.publish_from(&keys[1..]).unwrap();
}

#[test]
fn submission_accounts_are_what_they_claim() {
    let mut world = ready();
    let keys = world.keys();
    refused(&mut world, RiskError::SubmissionTwice, |world| {
        error_code(&world.publish_from(&[keys[0], keys[1], keys[1]]))
    });
    let account = addresses::submission(&world.key, &keys[2]);
    let sound = world.world.raw(&account).unwrap();
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
    let thief = Pubkey::new_unique();
    for (owner, data, expected) in [
        (thief, sound.data.clone(), RiskError::SubmissionOwner),
        (sound.owner, garbled, RiskError::SubmissionLayout),
        (sound.owner, future, RiskError::SubmissionLayout),
        (sound.owner, sound.data[..343].to_vec(), RiskError::SubmissionLayout),
        (sound.owner, Vec::new(), RiskError::SubmissionLayout),
        (sound.owner, foreign, RiskError::SubmissionSurface),
        (sound.owner, unknown, RiskError::NotAFeeder),
        (sound.owner, bump, RiskError::SubmissionAddress),
    ] {
        put(&mut world.world.svm, account, owner, data);
        refused(&mut world, expected, publish);
    }
    put(&mut world.world.svm, account, sound.owner, sound.data.clone());
    // The same bytes elsewhere: nobody can make such an account, and it would not count.
    let elsewhere = Pubkey::new_unique();
    put(&mut world.world.svm, elsewhere, sound.owner, sound.data);
    refused(&mut world, RiskError::SubmissionAddress, |world| {
        let mut instruction = ix::publish(&world.world.keys.risk_market, &keys[..2]);
        instruction.accounts.push(AccountMeta::new_readonly(elsewhere, false));
        error_code(&world.world.send(&[instruction], &[]))
    });
    world.publish().unwrap();
}

#[test]
fn another_markets_submission_and_surface_are_refused() {
    let mut world = ready();
    let admin = world.world.admin.pubkey();
    let mut args = params::risk_market();
    args.name[0] = b'X';
    let other = addresses::risk_market(&admin, &args.name);
    let keys = world.keys();
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
    world.world.send(&create, &[]).unwrap();
    let open = [
        ix::open_submission(&keys[0], &addresses::surface(&other)),
        ix::submit(&keys[0], &addresses::surface(&other), smile(0.9, 0.3)),
    ];
    world.world.send(&open, &[&world.feeders[0].keypair]).unwrap();
    refused(&mut world, RiskError::SubmissionSurface, |world| {
        let mut instruction = ix::publish(&world.world.keys.risk_market, &keys);
        instruction.accounts[2].pubkey = addresses::submission(&addresses::surface(&other), &keys[0]);
        error_code(&world.world.send(&[instruction], &[]))
    });
    refused(&mut world, RiskError::SurfaceMarket, |world| {
        let mut instruction = ix::publish(&world.world.keys.risk_market, &keys);
        instruction.accounts[1].pubkey = other;
        error_code(&world.world.send(&[instruction], &[]))
    });
    // The other market was never observed, so there is no realised variance to hold a surface to.
    refused(&mut world, RiskError::NothingObserved, |world| {
        let instruction = ix::publish(&other, &keys[..1]);
        error_code(&world.world.send(&[instruction], &[]))
    });
}

#[test]
fn each_arbitrage_is_refused_by_its_rule_at_submission() {
    type Change = fn(&mut Vec<StoredSlice>);
    let table: [(Change, RiskError); 12] = [
        (
            |s| s[3].curvature = s[3].curvature / 2 * 5,
            RiskError::ButterflyCurvature,
        ),
        (|s| s[7].curvature *= 4, RiskError::ButterflyCurvature),
        (|s| s[0].curvature = u64::MAX, RiskError::ButterflyWings),
        (|s| s[2].variance /= 4, RiskError::CalendarVariance),
        (|s| s[2].curvature = s[1].curvature + 1, RiskError::CalendarCurvature),
        (|s| s[2].skew = 3 << 60, RiskError::CalendarPutWing),
        (|s| s[2].skew = -(3 << 60), RiskError::CalendarCallWing),
        (|s| s[0].variance = 0, RiskError::SliceOutOfRange),
        (|s| s[7].variance = 26 << 56, RiskError::SliceOutOfRange),
        (|s| s[0].skew = i64::MIN, RiskError::SliceOutOfRange),
        (|s| s[4].expiry += 1, RiskError::OffGrid),
        (|s| s.truncate(7), RiskError::OffGrid),
    ];
    for (index, (change, expected)) in table.into_iter().enumerate() {
        let mut world = ready();
        let mut slices = smile(0.6, -0.2);
        change(&mut slices);
        println!("row {index}");
        refused(&mut world, expected, |world| error_code(&world.submit(0, slices)));
    }
    let mut world = ready();
    for slices in [Vec::new(), [smile(0.6, -0.2), smile(0.6, -0.2)].concat()] {
        refused(&mut world, RiskError::OffGrid, |world| {
            error_code(&world.submit(0, slices))
        });
    }
}

#[test]
fn publications_keep_their_pace_their_bounds_and_their_floor() {
    let mut world = ready();
    world.publish().unwrap();
    world.world.pass(59, 59);
    refused(&mut world, RiskError::PublishedTooSoon, publish);
    world.pass_observed(541, 541);
    let skewed = smile(0.6, -0.24);
    let mut curved = smile(0.6, -0.2);
    for slice in &mut curved {
        slice.curvature -= slice.curvature / 10;
    }
    // Ten minutes allow 5 % of variance, 0.033 of skew, 8.3 % of curvature.
    for (said, expected) in [
        (smile(0.65, -0.2), RiskError::VarianceChange),
        (smile(0.55, -0.2), RiskError::VarianceChange),
        (skewed, RiskError::SkewChange),
        (curved, RiskError::CurvatureChange),
    ] {
        world.submit_all(&[said.clone(), said.clone(), said]);
        refused(&mut world, expected, publish);
    }
    // The floor is worth no more than the last observation: old by a second more than a submission may be, it is refused.
    let mut silent = SurfaceWorld::new(1, 1);
    silent.world.pass(601, 601);
    silent.submit_all(&[smile(0.6, -0.2)]);
    refused(&mut silent, RiskError::SurfaceNotObserved, publish);
    silent.pass_observed(1, 1);
    silent.publish().unwrap();
    // Realised variance is 0.36: a quarter of it is a volatility of 30 %.
    let mut fresh = SurfaceWorld::new(1, 1);
    fresh.submit_all(&[smile(0.299, -0.2)]);
    refused(&mut fresh, RiskError::BelowRealisedFloor, publish);
    fresh.submit_all(&[smile(0.301, -0.2)]);
    fresh.publish().unwrap();
}

#[test]
fn only_the_creator_governs_and_feeders_are_sound() {
    let mut world = ready();
    let keys = world.keys();
    let admin = world.world.admin.pubkey();
    let thief = world.world.user(0);
    let who = thief.holder.key;
    refused(&mut world, RiskError::SurfaceAuthority, |world| {
        let set = ix::set_feeders(&who, &world.key, vec![who], 1);
        error_code(&world.world.send(&[set], &[&thief.keypair]))
    });
    refused(&mut world, RiskError::SurfaceAuthority, |world| {
        let set = ix::set_grid(&who, &world.key, grid());
        error_code(&world.world.send(&[set], &[&thief.keypair]))
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
            let set = ix::set_feeders(&admin, &world.key, feeders, required);
            error_code(&world.world.send(&[set], &[]))
        });
    }
    let set = ix::set_feeders(&admin, &world.key, keys[..2].to_vec(), 2);
    world.world.send(&[set], &[]).unwrap();
    assert_eq!((world.surface().feeders(), world.surface().required), (&keys[..2], 2));
}

#[test]
fn a_published_expiry_stays_on_the_grid() {
    let mut world = ready();
    world.publish().unwrap();
    let admin = world.world.admin.pubkey();
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
            error_code(&world.world.send(&[set], &[]))
        });
    }
    // Once the first has left, another may come in anywhere.
    world.world.pass(7 * 86_400, 100);
    let mut next = sound[1..].to_vec();
    next.insert(7, sound[7] + 86_400);
    let set = ix::set_grid(&admin, &world.key, next.clone());
    world.world.send(&[set], &[]).unwrap();
    assert_eq!(world.surface().grid(), next);
}

#[test]
fn no_zero_and_no_excess_gets_into_a_surface() {
    let table: [(fn(&mut SurfaceSettings), RiskError); 18] = [
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
        (|s| s.floor_share = fixed("0"), RiskError::SurfaceFloorShare),
        (|s| s.floor_share = fixed("1.1"), RiskError::SurfaceFloorShare),
        (|s| s.floor_share = fixed("-0.1"), RiskError::SurfaceFloorShare),
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
        let create = ix::create(&world.admin.pubkey(), &world.keys.risk_market, args);
        assert_eq!(error_code(&world.send(&[create], &[])), code(expected), "{expected:?}");
    }
    let mut world = World::new();
    let thief = world.user(0);
    let args = CreateSurfaceArgs {
        settings: settings(),
        grid: grid(),
        feeders: vec![thief.holder.key],
        required: 1,
    };
    let create = ix::create(&thief.holder.key, &world.keys.risk_market, args);
    assert_eq!(
        error_code(&world.send(&[create], &[&thief.keypair])),
        code(RiskError::SurfaceAuthority)
    );
}

#[test]
fn layouts_are_those_of_the_documentation() {
    // docs/reference/accounts-surface.md names these offsets.
    let mut world = ready();
    world.publish().unwrap();
    let surface = world.surface();
    let data = world.world.raw(&world.key).unwrap().data;
    let mut bytes = Vec::new();
    surface.try_serialize(&mut bytes).unwrap();
    assert_eq!(data[..bytes.len()], bytes);
    let word = |offset: usize| i64::from_le_bytes(data[offset..offset + 8].try_into().unwrap());
    assert_eq!(data[8..14], [1, surface.bump, 8, 10, 3, 3]);
    assert_eq!(data[14..46], world.world.keys.risk_market.to_bytes());
    assert_eq!(data[46..78], world.world.admin.pubkey().to_bytes());
    assert_eq!(word(78), surface.published_at);
    assert_eq!(word(86), 1);
    assert_eq!(word(94), surface.slices[0].expiry);
    assert_eq!(word(94 + 7 * 32 + 8) as u64, surface.slices[7].variance);
    assert_eq!(word(350), surface.average.level);
    assert_eq!(word(358), surface.average.last.time);
    assert_eq!(word(374), surface.average.checkpoints[0].time);
    assert_eq!(data[502], surface.average.used);
    assert_eq!(data[503..507], 60u32.to_le_bytes());
    assert_eq!(data[523..539], surface.settings.variance_change_per_hour.bits);
    assert_eq!(data[571..587], surface.settings.floor_share.bits);
    assert_eq!(word(587), surface.grid[0]);
    assert_eq!(data[715..747], surface.feeders[0].to_bytes());
    assert_eq!(data.len(), 1_291);
    assert_eq!(
        world
            .world
            .raw(&addresses::submission(&world.key, &surface.feeders[0]))
            .unwrap()
            .data
            .len(),
        344
    );
    assert_eq!(world.submission(0).slices, surface.slices);
}
