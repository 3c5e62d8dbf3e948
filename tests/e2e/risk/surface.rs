//! What a published volatility surface is, and what an attacker with a feeder's key can do to it,
//! through the compiled risk program.

use ballast_risk::errors::RiskError;
use ballast_testkit::surface::{smile, tight_smile, volatility, wild_smile};
use ballast_testkit::{error_code, SurfaceFixture, World};

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

/// Volatilities and skews of the published slices lie within these.
fn assert_within(world: &SurfaceFixture, volatilities: [f64; 2], skews: [f64; 2]) {
    let surface = world.surface();
    assert_eq!(surface.published().len(), 8);
    for slice in surface.published() {
        let (level, skew) = (volatility(slice), slice.skew as f64 / 2f64.powi(62));
        assert!(
            (volatilities[0] - 1e-9..=volatilities[1] + 1e-9).contains(&level),
            "{level}"
        );
        assert!((skews[0] - 1e-9..=skews[1] + 1e-9).contains(&skew), "{skew}");
    }
}

#[test]
fn a_feeder_thirty_points_off_moves_nothing_beyond_the_honest() {
    for lie in [0.30, 0.90] {
        let mut world = SurfaceFixture::new(3, 3);
        world.submit_all(&[smile(0.60, -0.20), smile(0.61, -0.21), smile(lie, 0.3)]);
        world.publish().unwrap();
        assert_within(&world, [0.60, 0.61], [-0.21, -0.20]);
        // Once more, over a published surface, with the liar in another place.
        world.pass(600, 600);
        world.submit_all(&[smile(lie, 0.3), smile(0.61, -0.21), smile(0.605, -0.20)]);
        world.publish().unwrap();
        assert_within(&world, [0.605, 0.61], [-0.21, -0.20]);
        assert_eq!(world.surface().publications, 2);
    }
}

#[test]
fn k_of_n_fresh_submissions_are_needed() {
    let mut world = SurfaceFixture::new(4, 3);
    world.submit_all(&[smile(0.6, -0.2), smile(0.6, -0.2)]);
    let before = world.fingerprint();
    assert_eq!(error_code(&world.publish()), code(RiskError::TooFewSubmissions));
    assert_eq!(world.fingerprint(), before);
    world.pass(600, 600);
    world.submit(2, smile(0.7, -0.2)).unwrap();
    world.publish().unwrap();
    assert_within(&world, [0.6, 0.6], [-0.2, -0.2]);
}

#[test]
fn a_stale_submission_does_not_count() {
    let mut world = SurfaceFixture::new(3, 2);
    world.submit(0, smile(0.9, 0.1)).unwrap();
    world.pass(1, 1);
    world.submit(1, smile(0.6, -0.2)).unwrap();
    world.submit(2, smile(0.6, -0.2)).unwrap();
    world.pass(600, 600);
    // The first is a second too old: the medians are of the other two.
    world.publish().unwrap();
    assert_within(&world, [0.6, 0.6], [-0.2, -0.2]);
    world.pass(600, 600);
    assert_eq!(error_code(&world.publish()), code(RiskError::TooFewSubmissions));
}

/// Returns the published level after `hours` in which two of three keys, a majority, push as hard
/// as the program lets them, each `seconds`.
fn pushed(hours: i64, seconds: i64) -> f64 {
    let mut world = SurfaceFixture::new(3, 3);
    world.submit_all(&[smile(0.6, -0.2), smile(0.6, -0.2), smile(0.6, -0.2)]);
    world.publish().unwrap();
    for _ in 0..hours * 3_600 / seconds {
        world.pass(seconds, seconds as u64);
        for feeder in 0..2 {
            world.submit(feeder, wild_smile(2.0, -0.2)).unwrap();
        }
        world.submit(2, smile(0.6, -0.2)).unwrap();
        world.publish().unwrap();
    }
    volatility(&world.surface().published()[0])
}

#[test]
fn what_an_attacker_with_the_feeders_keys_can_do() {
    // One key of three: nothing, see above. A majority: the bound per hour, however often it
    // publishes.
    for (seconds, hours) in [(3_600, 3), (600, 2), (60, 1)] {
        let level = pushed(hours, seconds);
        let variance = (level / 0.6) * (level / 0.6);
        let most = (0.3 * hours as f64).exp();
        assert!((variance / most - 1.0).abs() < 1e-6, "{seconds}: {variance} {most}");
    }
}

#[test]
fn medians_with_arbitrage_are_published_without() {
    let mut world = SurfaceFixture::new(3, 3);
    let said = [(0.6, -0.25), (0.7, -0.4), (0.5, -0.3)].map(|(far, skew)| tight_smile(far, skew));
    world.submit_all(&said);
    world.publish().unwrap();
    let surface = world.surface();
    assert!(
        said.iter().all(|said| surface.published() != said),
        "the medians are nobody's own"
    );
    assert_eq!(surface.feed().check(world.clock().unix_timestamp), Ok(()));
}

#[test]
fn a_reader_refuses_what_is_old_and_ages_what_is_fresh() {
    let mut world = SurfaceFixture::new(1, 1);
    let now = world.clock().unix_timestamp;
    assert!(world.surface().live(now, 600).is_err(), "never published");
    world.submit_all(&[smile(0.6, -0.2)]);
    world.publish().unwrap();
    let surface = world.surface();
    assert_eq!(surface.live(now, 0).unwrap().slices().count(), 8);
    assert!(surface.live(now + 600, 600).is_ok());
    assert!(surface.live(now + 601, 600).is_err());
    assert!(surface.live(now - 1, 600).is_err(), "from the future");
    // Eight days on the first expiry has passed, and of the second six days are left.
    let later = surface.live(now + 8 * 86_400, u32::MAX).unwrap();
    let first = later.slices().next().unwrap();
    assert_eq!(later.slices().count(), 7);
    let (time, total): (f64, f64) = (first.time.to_num(), first.total_variance.to_num());
    assert!((time - 6.0 / 365.0).abs() < 1e-12 && (total - 0.36 * time).abs() < 1e-12);
    assert!(surface.live(now + 400 * 86_400, u32::MAX).is_err(), "nothing left");
}

#[test]
fn expiries_roll_off_and_follow() {
    let mut world = SurfaceFixture::new(3, 3);
    world.submit_all(&[smile(0.6, -0.2), smile(0.6, -0.2), smile(0.6, -0.2)]);
    world.publish().unwrap();
    // An hour before the first expiry the grid moves on; submissions about it no longer fit.
    world.pass(7 * 86_400 - 3_599, 100);
    assert_eq!(error_code(&world.submit(0, smile(0.6, -0.2))), code(RiskError::OffGrid));
    let mut next = smile(0.6, -0.2);
    next.remove(0);
    let last = *next.last().unwrap();
    next.push(ballast_risk::state::StoredSlice {
        expiry: ballast_testkit::surface::grid()[8],
        ..last
    });
    world.submit_all(&[next.clone(), next.clone(), next.clone()]);
    world.publish().unwrap();
    assert_eq!(world.surface().published(), next);
}

#[test]
fn the_average_remembers_by_time() {
    let mut world = SurfaceFixture::new(1, 1);
    for level in [0.6, 0.6, 0.66] {
        world.submit(0, smile(level, -0.2)).unwrap();
        world.publish().unwrap();
        world.pass(3_600, 100);
    }
    let average = world.surface().average.get().unwrap();
    let now = world.clock().unix_timestamp;
    let window = ballast_core_math::estimators::Elapsed::capped(7_200).unwrap();
    let got = ballast_core_math::Scaled::from(average.average(window, now).unwrap().0).to_f64();
    assert!((got - (0.6f64 * 0.66).sqrt()).abs() < 1e-8, "{got}");
}

#[test]
fn a_surface_tells_its_market_implied_volatility_and_nothing_else() {
    let plain = World::new();
    let mut world = SurfaceFixture::new(1, 1);
    world.submit_all(&[smile(0.6, -0.2)]);
    world.publish().unwrap();
    let (plain, mut told) = (plain.risk_market(), world.risk_market());
    assert_eq!(told.implied.published_at, world.clock().unix_timestamp);
    assert!(
        (6_000..=6_001).contains(&told.implied.volatility),
        "{}",
        told.implied.volatility
    );
    told.implied = plain.implied;
    assert_eq!(bytemuck::bytes_of(&told), bytemuck::bytes_of(&plain));
}
