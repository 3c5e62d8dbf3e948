//! What is published: no arbitrage, a pace, a way.

use super::{publish, ready, refused};
use ballast_risk::errors::RiskError;
use ballast_risk::state::StoredSlice;
use ballast_sdk::addresses;
use ballast_testkit::error_code;
use ballast_testkit::surface::{grid, smile, volatility, wild_smile};
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
fn publications_keep_their_pace_and_go_as_far_as_the_time_allows() {
    let mut world = ready();
    world.publish().unwrap();
    world.pass(59, 59);
    refused(&mut world, RiskError::PublishedTooSoon, publish);
    world.pass(541, 541);
    // Ten minutes allow e^0.05 of variance, a thirtieth of skew, e^(1/12) of curvature.
    let far = wild_smile(1.2, 0.4);
    world.submit_all(&[far.clone(), far.clone(), far]);
    world.publish().unwrap();
    for (before, after) in smile(0.6, -0.2).iter().zip(world.surface().published()) {
        let grown = after.variance as f64 / before.variance as f64;
        assert!((grown / 0.05f64.exp() - 1.0).abs() < 1e-9, "{grown}");
        let turned = (after.skew - before.skew) as f64 / 2f64.powi(62);
        assert!((turned - 0.2 / 6.0).abs() < 1e-9, "{turned}");
    }
}

/// R24: what its own parameters refused in the first build, a calm Saturday and a crash, is
/// published; and nobody has to observe the market for it.
#[test]
fn r24_a_calm_saturday_and_a_crash_are_published() {
    for (level, skew) in [(0.05, -0.1), (0.21, -0.2), (2.5, -0.6), (4.9, 0.0)] {
        let mut world = ready();
        world.publish().unwrap();
        for _ in 0..40 {
            world.pass(600, 600);
            let said = wild_smile(level, skew);
            world.submit_all(&[said.clone(), said.clone(), said]);
            world.publish().unwrap();
        }
        let reached = volatility(&world.surface().published()[2]);
        println!("{level}: {reached:.3} after 400 minutes");
        // e^(0.3 × 20/3) of variance is e of volatility.
        let most = (level / 0.6f64).ln().clamp(-1.0, 1.0);
        assert!(((reached / 0.6).ln() - most).abs() < 1e-6, "{level}: {reached}");
    }
}

/// When the grid rolls all submissions are new, and the first who speak are few: what comes in
/// starts from the last slice, and an hour's way is all there is, however long nothing was
/// published.
#[test]
fn an_expiry_that_comes_in_walks_as_the_others_do() {
    let mut world = ready();
    world.publish().unwrap();
    world.pass(7 * 86_400, 1_000);
    let mut said = smile(0.6, -0.2)[1..].to_vec();
    let last = said[6];
    said.push(StoredSlice {
        expiry: grid()[8],
        variance: 24 << 56,
        curvature: (0.05 * 2f64.powi(48)) as u64,
        ..last
    });
    world.submit_all(&[said.clone(), said.clone(), said]);
    world.publish().unwrap();
    let published = world.surface().published().to_vec();
    assert_eq!((published.len(), published[7].expiry), (8, grid()[8]));
    let grown = (volatility(&published[7]) / 0.6).powi(2);
    assert!((grown / 0.3f64.exp() - 1.0).abs() < 1e-6, "{grown}");
}

#[test]
fn layouts_are_those_of_the_documentation() {
    // docs/reference/accounts-surface.md names these offsets.
    let mut world = ready();
    world.publish().unwrap();
    let surface = world.surface();
    let data = world.raw(&world.key).unwrap().data;
    assert_eq!(data[8..], *bytemuck::bytes_of(&surface));
    let word = |offset: usize| i64::from_le_bytes(data[offset..offset + 8].try_into().unwrap());
    assert_eq!(data[8..16], [2, surface.bump, 8, 10, 0, 0, 0, 0]);
    assert_eq!(data[16..48], world.risk_market.to_bytes());
    assert_eq!(data[48..80], world.admin.pubkey().to_bytes());
    assert_eq!(word(80), surface.published_at);
    assert_eq!(word(88), 1);
    assert_eq!(word(96), surface.slices[0].expiry);
    assert_eq!(word(96 + 7 * 32 + 8) as u64, surface.slices[7].variance);
    assert_eq!(word(352), surface.average.level);
    assert_eq!(word(360), surface.average.last.time);
    assert_eq!(word(376), surface.average.checkpoints[0].time);
    assert_eq!(word(504) as u64, surface.average.used);
    assert_eq!(data[512..516], 60u32.to_le_bytes());
    assert_eq!(data[536..552], surface.settings.variance_change_per_hour.bits);
    assert_eq!(word(584), surface.grid[0]);
    assert_eq!(word(712), surface.feeders.since);
    assert_eq!(data[720..728], [3, 0, 0, 0, 3, 0, 0, 0]);
    assert_eq!(data[728..760], surface.feeders.feeders[0].key.to_bytes());
    let submission = addresses::submission(&world.key, &surface.feeders.feeders[0].key);
    assert_eq!(data[760..792], submission.to_bytes());
    assert_eq!(word(1_752), surface.proposed.since);
    assert_eq!(data.len(), 2_856);
    assert_eq!(world.raw(&submission).unwrap().data.len(), 344);
    assert_eq!(world.submission(0).slices, surface.slices);
}
