//! What is published: no arbitrage, a pace, bounds, a floor.

use super::{publish, ready, refused};
use anchor_lang::AccountSerialize;
use ballast_risk::errors::RiskError;
use ballast_risk::state::StoredSlice;
use ballast_sdk::addresses;
use ballast_testkit::surface::smile;
use ballast_testkit::{error_code, SurfaceFixture};
use solana_signer::Signer;

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
    world.pass(59, 59);
    refused(&mut world, RiskError::PublishedTooSoon, publish);
    world.pass_observed(541, 541);
    let skewed = smile(0.6, -0.24);
    let mut curved = smile(0.6, -0.2);
    for slice in &mut curved {
        slice.curvature -= slice.curvature / 10;
    }
    // Ten minutes allow 5 % of variance, 0.033 of skew, 8.3 % of curvature.
    for (submitted, expected) in [
        (smile(0.65, -0.2), RiskError::VarianceChange),
        (smile(0.55, -0.2), RiskError::VarianceChange),
        (skewed, RiskError::SkewChange),
        (curved, RiskError::CurvatureChange),
    ] {
        world.submit_all(&[submitted.clone(), submitted.clone(), submitted]);
        refused(&mut world, expected, publish);
    }
    // The floor is worth no more than the last observation: old by a second more than a submission
    // may be, it is refused.
    let mut silent = SurfaceFixture::new(1, 1);
    silent.pass(601, 601);
    silent.submit_all(&[smile(0.6, -0.2)]);
    refused(&mut silent, RiskError::SurfaceNotObserved, publish);
    silent.pass_observed(1, 1);
    silent.publish().unwrap();
    // Realised variance is 0.36: a quarter of it is a volatility of 30 %.
    let mut fresh = SurfaceFixture::new(1, 1);
    fresh.submit_all(&[smile(0.299, -0.2)]);
    refused(&mut fresh, RiskError::BelowRealisedFloor, publish);
    fresh.submit_all(&[smile(0.301, -0.2)]);
    fresh.publish().unwrap();
}

#[test]
fn layouts_are_those_of_the_documentation() {
    // docs/reference/accounts-surface.md names these offsets.
    let mut world = ready();
    world.publish().unwrap();
    let surface = world.surface();
    let data = world.raw(&world.key).unwrap().data;
    let mut bytes = Vec::new();
    surface.try_serialize(&mut bytes).unwrap();
    assert_eq!(data[..bytes.len()], bytes);
    let word = |offset: usize| i64::from_le_bytes(data[offset..offset + 8].try_into().unwrap());
    assert_eq!(data[8..14], [1, surface.bump, 8, 10, 3, 3]);
    assert_eq!(data[14..46], world.risk_market.to_bytes());
    assert_eq!(data[46..78], world.admin.pubkey().to_bytes());
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
            .raw(&addresses::submission(&world.key, &surface.feeders[0]))
            .unwrap()
            .data
            .len(),
        344
    );
    assert_eq!(world.submission(0).slices, surface.slices);
}
