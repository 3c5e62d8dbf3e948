//! The feeder's own functions against the compiled risk program: three feeders fit one chain, each
//! with noise of its own, and one of them lies by thirty vol points.

use ballast_core_market::surface_feed::{self, FeedSlice};
use ballast_core_math::fit::publish::volatility;
use ballast_market_data::chains::{self, Snapshot};
use ballast_risk::errors::RiskError;
use ballast_risk::state::{StoredSlice, Submission, Surface};
use ballast_sdk::surface::publication::{due, Publication};
use ballast_sdk::surface::submission::{prepare, Chain, Terms};
use ballast_testkit::{error_code, SurfaceFixture};
use std::path::Path;

const TERMS: Terms = Terms {
    max_chain_age: 600,
    as_of_now: true,
    max_extrapolation: 2.0,
};
/// What a liar makes of an honest surface.
type Lie = fn(&[StoredSlice], f64) -> Vec<StoredSlice>;
/// Log-moneyness in standard deviations at which surfaces are compared.
const DEVIATIONS: [f64; 7] = [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0];

fn chain() -> Snapshot {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/tests/data/synthetic_chain.csv");
    chains::load(&file, None).unwrap().snapshots.remove(0)
}

/// Returns the chain as another feeder sees it: every premium up to half a per cent off, the same
/// way each time.
fn seen_by(feeder: u64) -> Snapshot {
    let mut chain = chain();
    let mut state = feeder;
    for quote in chain.expiries.iter_mut().flat_map(|expiry| &mut expiry.quotes) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let factor = 1.0 + 0.01 * ((state >> 11) as f64 / (1u64 << 53) as f64 - 0.5);
        quote.bid = quote.bid.map(|bid| bid * factor);
        quote.ask = quote.ask.map(|ask| ask * factor);
    }
    chain
}

fn submitted(world: &SurfaceFixture, chain: &Snapshot) -> Vec<StoredSlice> {
    let now = world.clock().unix_timestamp;
    let chain = Chain {
        unix_time: chain.unix_time,
        expiries: &chain.expiries,
    };
    let submitted = prepare(chain, world.surface().active(now), now, &TERMS).unwrap();
    submitted.slices.into_iter().map(StoredSlice::from).collect()
}

/// Returns the same surface, so many vol points higher at the money; its wings keep their slopes,
/// so it has no arbitrage either.
fn lifted(slices: &[StoredSlice], points: f64) -> Vec<StoredSlice> {
    let lift = |slice: &StoredSlice| {
        let level = (slice.variance as f64 / 2f64.powi(56)).sqrt();
        let factor = ((level + points / 100.0) / level).powi(2);
        StoredSlice {
            variance: (slice.variance as f64 * factor) as u64,
            curvature: (slice.curvature as f64 / factor) as u64,
            ..*slice
        }
    };
    slices.iter().map(lift).collect()
}

/// Returns the same surface, all of it so many vol points lower or more: one factor for every
/// variance keeps every rule.
fn lowered(slices: &[StoredSlice], points: f64) -> Vec<StoredSlice> {
    let levels = slices
        .iter()
        .map(|slice| (slice.variance as f64 / 2f64.powi(56)).sqrt());
    let least = levels.fold(f64::INFINITY, f64::min);
    let factor = ((least - points / 100.0) / least).powi(2);
    let lower = |slice: &StoredSlice| StoredSlice {
        variance: (slice.variance as f64 * factor) as u64,
        ..*slice
    };
    slices.iter().map(lower).collect()
}

/// Volatilities, slice by slice and deviation by deviation.
fn volatilities(slices: &[StoredSlice], now: i64) -> Vec<f64> {
    let surface = surface_feed::at(slices.iter().map(|slice| FeedSlice::from(*slice)), now).unwrap();
    let mut all = Vec::new();
    for slice in surface.slices() {
        let years: f64 = slice.time.to_num();
        // The same strikes for every surface: those of sixty per cent.
        for deviations in DEVIATIONS {
            all.push(volatility(&surface, deviations * 0.6 * years.sqrt(), years).unwrap());
        }
    }
    all
}

/// Returns how far the published surface lies beyond what the honest ones say, vol points, at most
/// over all points; and how far they are apart.
fn beyond(world: &SurfaceFixture, honest: [&[StoredSlice]; 2]) -> (f64, f64) {
    let now = world.clock().unix_timestamp;
    let published = volatilities(world.surface().published(), now);
    let [a, b] = honest.map(|slices| volatilities(slices, now));
    let (mut worst, mut spread) = (0.0f64, 0.0f64);
    for ((p, a), b) in published.iter().zip(&a).zip(&b) {
        worst = worst.max(a.min(*b) - p).max(p - a.max(*b));
        spread = spread.max((a - b).abs());
    }
    (100.0 * worst, 100.0 * spread)
}

/// Every parameter of what was published lies between those of the honest.
fn assert_between(published: &[StoredSlice], honest: [&[StoredSlice]; 2]) {
    for ((p, a), b) in published.iter().zip(honest[0]).zip(honest[1]) {
        let inside = |p: i128, a: i128, b: i128| (a.min(b)..=a.max(b)).contains(&p);
        assert_eq!((p.expiry, p.expiry), (a.expiry, b.expiry));
        assert!(inside(p.variance.into(), a.variance.into(), b.variance.into()), "{p:?}");
        assert!(inside(p.skew.into(), a.skew.into(), b.skew.into()), "{p:?}");
        assert!(
            inside(p.curvature.into(), a.curvature.into(), b.curvature.into()),
            "{p:?}"
        );
    }
}

#[test]
fn a_feeder_thirty_vol_points_off_moves_nothing_beyond_the_honest() {
    let mut world = SurfaceFixture::new(3, 3);
    for (round, lie) in [(0u64, lifted as Lie), (1, lifted), (2, lowered)] {
        let (one, two) = (
            submitted(&world, &seen_by(10 + round)),
            submitted(&world, &seen_by(20 + round)),
        );
        let liar = lie(&submitted(&world, &seen_by(30 + round)), 30.0);
        let mut all = [one.clone(), two.clone(), liar];
        // The liar is another feeder each time.
        all.rotate_right(round as usize);
        world.submit_all(&all);
        world.publish().unwrap();
        assert_eq!(world.surface().published().len(), 8);
        assert_between(world.surface().published(), [&one, &two]);
        let (worst, spread) = beyond(&world, [&one, &two]);
        println!(
            "round {round}: honest feeders up to {spread:.3} vol points apart, published up to {worst:.3} beyond them"
        );
        assert!(worst < 0.1 && spread < 0.6, "{worst} {spread}");
        world.pass(1_800, 100);
    }
    assert_eq!(world.surface().publications, 3);
}

#[test]
fn a_lying_majority_is_held_to_the_bound() {
    let mut world = SurfaceFixture::new(3, 3);
    let honest = [
        submitted(&world, &seen_by(1)),
        submitted(&world, &seen_by(2)),
        submitted(&world, &seen_by(3)),
    ];
    world.submit_all(&honest);
    world.publish().unwrap();
    let before = world.surface();
    world.pass(600, 100);
    let now = [1, 2, 3].map(|feeder| submitted(&world, &seen_by(feeder)));
    world.submit_all(&[lifted(&now[0], 30.0), lifted(&now[1], 30.0), now[2].clone()]);
    world.publish().unwrap();
    // Ten minutes allow 30 % of a sixth of the variance's logarithm, however far the lie.
    for (after, before) in world.surface().published().iter().zip(before.published()) {
        let change = (after.variance as f64 / before.variance as f64).ln();
        assert!((change - 0.3 / 6.0).abs() < 1e-6, "{change}");
    }
}

#[test]
fn what_the_feeder_says_is_near_the_chain_on_the_network() {
    let mut world = SurfaceFixture::new(1, 1);
    let slices = submitted(&world, &chain());
    world.submit_all(std::slice::from_ref(&slices));
    world.publish().unwrap();
    // An hour later the surface has aged, and the levels at the money are still those the chain was
    // priced with.
    world.pass(3_600, 100);
    let now = world.clock().unix_timestamp;
    let surface = world.surface().live(now, 3_600).unwrap();
    for (days, theta) in [(7.0, 0.0075), (30.0, 0.031), (90.0, 0.09)] {
        let level = volatility(&surface, 0.0, (days - 1.0 / 24.0) / 365.0).unwrap();
        let known = (theta * 365.0 / days).sqrt();
        assert!((level - known).abs() < 5e-4, "{days}: {level} {known}");
    }
}

fn submissions(world: &SurfaceFixture) -> Vec<Option<Submission>> {
    (0..world.feeders.len())
        .map(|feeder| Some(world.submission(feeder)))
        .collect()
}

fn due_now(world: &SurfaceFixture) -> (Publication, Surface) {
    let surface = world.surface();
    (
        due(&surface, &submissions(world), world.clock().unix_timestamp),
        surface,
    )
}

#[test]
fn a_publication_is_due_exactly_when_the_program_takes_it() {
    let mut world = SurfaceFixture::new(3, 2);
    assert_eq!(due_now(&world).0, Publication::TooFew { fresh: 0, required: 2 });
    world.submit(0, submitted(&world, &seen_by(1))).unwrap();
    assert_eq!(due_now(&world).0, Publication::TooFew { fresh: 1, required: 2 });
    assert_eq!(error_code(&world.publish()), u32::from(RiskError::TooFewSubmissions));
    world.submit(2, submitted(&world, &seen_by(2))).unwrap();
    assert_eq!(due_now(&world).0, Publication::Due { fresh: 2 });
    world.publish().unwrap();
    assert_eq!(due_now(&world).0, Publication::TooSoon { seconds: 60 });
    assert_eq!(error_code(&world.publish()), u32::from(RiskError::PublishedTooSoon));
    world.pass(59, 59);
    assert_eq!(due_now(&world).0, Publication::TooSoon { seconds: 1 });
    world.pass(1, 1);
    assert_eq!(due_now(&world).0, Publication::Due { fresh: 2 });
    world.publish().unwrap();
    // Ten minutes after the submissions they are as old as may be; a second later too old.
    world.pass(540, 540);
    assert_eq!(due_now(&world).0, Publication::Due { fresh: 2 });
    world.pass(1, 1);
    assert_eq!(due_now(&world).0, Publication::TooFew { fresh: 0, required: 2 });
    assert_eq!(error_code(&world.publish()), u32::from(RiskError::TooFewSubmissions));
    // A feeder without an account does not count either.
    let (now, surface) = (world.clock().unix_timestamp, world.surface());
    let none = due(&surface, &[None, None, None], now);
    assert_eq!(none, Publication::TooFew { fresh: 0, required: 2 });
}
