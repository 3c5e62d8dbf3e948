//! A market, however wild, can always be published: the walk, the lift, and both together.

use super::*;
use ballast_core_math::surface::SurfaceError;
use std::println;

/// One surface after another: published at `NOW`, then `after` seconds later from one submission.
fn next(from: &FeedSurface, to: &FeedSurface, after: i64) -> Publication {
    let before = Some(Published { at: NOW, slices: from });
    let bounds = FeedBounds {
        min_interval_seconds: 1,
        ..bounds()
    };
    publish(before, &[*to], 1, &bounds, NOW + after).unwrap()
}

fn surface(slices: &[FeedSlice]) -> FeedSurface {
    FeedSurface::new(slices).unwrap()
}

/// From θ and φ as of `NOW`.
pub(super) fn of_totals(list: &[(i64, f64, f64, f64)]) -> FeedSurface {
    let slices: Vec<_> = list
        .iter()
        .map(|(days, theta, skew, curvature)| slice(*days, (theta * 365.0 / *days as f64).sqrt(), *skew, *curvature))
        .collect();
    surface(&slices)
}

#[test]
fn what_is_free_of_arbitrage_and_near_is_published_as_it_was_said() {
    let (old, near) = (flat(0.60, -0.20), flat(0.62, -0.21));
    let published = next(&old, &near, 3_600);
    assert_eq!((published.slices, published.limited, published.lifted), (near, 0, 0));
    let first = publish(None, &[old], 1, &bounds(), NOW).unwrap();
    assert_eq!((first.slices, first.limited, first.lifted), (old, 0, 0));
}

#[test]
fn what_was_said_too_far_away_is_approached_by_the_hours_and_reached() {
    let (old, said) = (flat(0.6, -0.2), flat(1.2, 0.1));
    let hours = |hours: f64| next(&old, &said, (hours * 3_600.0) as i64);
    let one = hours(1.0);
    assert_eq!(one.limited, 3);
    for (before, after) in old.slices().iter().zip(one.slices.slices()) {
        // A variance may grow by e^0.2 an hour, and ρ by a tenth.
        let grown = after.variance.to_num::<f64>() / before.variance.to_num::<f64>();
        assert!((grown / 0.2f64.exp() - 1.0).abs() < 1e-9, "{grown}");
        assert!((after.skew - before.skew).to_num::<f64>() <= 0.1 + 1e-12);
    }
    assert_eq!(hours(0.0 + 1.0 / 3_600.0).limited, 3);
    // A longer silence counts as an hour; ln 4 of variance at 0.2 an hour is seven of them.
    assert_eq!(hours(24.0 * 6.9).slices, one.slices);
    let (mut at, mut now) = (old, NOW);
    for _ in 0..7 {
        let before = Some(Published { at: now, slices: &at });
        now += 3_600;
        at = publish(before, &[said], 1, &bounds(), now).unwrap().slices;
    }
    assert_eq!(at, said);
    let down = next(&said, &old, 3_600);
    let shrunk = down.slices.slices()[2].variance.to_num::<f64>() / said.slices()[2].variance.to_num::<f64>();
    assert!((shrunk * 0.2f64.exp() - 1.0).abs() < 1e-9, "{shrunk}");
}

#[test]
fn many_steps_go_as_far_as_one_and_no_further() {
    let (old, said) = (flat(0.6, -0.2), flat(3.0, -0.2));
    let bounds = FeedBounds {
        min_interval_seconds: 1,
        ..bounds()
    };
    let reached = |steps: &[i64]| {
        let (mut now, mut at) = (NOW, old);
        for seconds in steps {
            let before = Some(Published { at: now, slices: &at });
            now += seconds;
            at = publish(before, &[said], 1, &bounds, now).unwrap().slices;
        }
        at.slices()[2].variance.to_num::<f64>()
    };
    let once = reached(&[3_600]);
    for steps in [&[1_800, 1_800][..], &[1, 3_599], &[36; 100]] {
        let split = reached(steps);
        assert!((split / once - 1.0).abs() < 1e-9, "{steps:?}: {split} {once}");
    }
}

#[test]
fn slices_walk_from_their_own_expiry_and_a_new_one_from_the_one_before_it() {
    let old = flat(0.6, -0.2);
    let mut said: Vec<_> = old.slices()[1..].to_vec();
    said.push(slice(365, 0.7, -0.2, 0.9));
    // Where the last one stands, and no further than an hour allows.
    let published = next(&old, &surface(&said), 3_600);
    let (last, new) = (old.slices().last().unwrap(), published.slices.slices().last().unwrap());
    assert_eq!(
        (published.limited, published.lifted, new.expiry),
        (1, 0, NOW + 365 * DAY)
    );
    let grown = new.variance.to_num::<f64>() / last.variance.to_num::<f64>();
    assert!((grown / 0.2f64.exp() - 1.0).abs() < 1e-9, "{grown}");
    said.pop();
    said.push(FeedSlice {
        expiry: NOW + 365 * DAY,
        ..*last
    });
    said[0].variance = U8F56::from_num(0.5);
    let published = next(&old, &surface(&said), 1);
    assert_eq!(published.limited, 1);
    assert!(published.slices.slices()[0].variance < U8F56::from_num(0.3601));
}

#[test]
fn a_flat_smile_can_become_a_curved_one_and_back() {
    let (none, some) = (
        surface(&[slice(30, 0.6, 0.0, 0.0)]),
        surface(&[slice(30, 0.6, 0.0, 0.4)]),
    );
    let grown = next(&none, &some, 1_800).slices.slices()[0].curvature.to_num::<f64>();
    assert!((grown - (0.25f64.exp() - 1.0)).abs() < 1e-9, "{grown}");
    assert_eq!(next(&none, &some, 3_600).slices, some);
    let after = |surface: &FeedSurface| next(surface, &none, 3_600).slices;
    assert_eq!(after(&after(&some)), none);
}

#[test]
fn where_every_shorter_step_is_illegal_the_walk_still_arrives() {
    // Both ends are legal; every point of the segment between breaks φ₂ ≤ φ₁ in (θ, u, v).
    let from = of_totals(&[(30, 0.01, 0.0, 10.0), (60, 0.02, 0.0, 10.0)]);
    let to = of_totals(&[(30, 0.04, 0.0, 8.0), (60, 0.05, 0.0, 8.0)]);
    from.check(NOW).unwrap();
    to.check(NOW).unwrap();
    let (mut at, mut now) = (from, NOW);
    for _ in 0..40 {
        let before = Some(Published { at: now, slices: &at });
        now += 900;
        let published = publish(before, &[to], 1, &bounds(), now).unwrap();
        assert_eq!(published.slices.check(now), Ok(()));
        at = published.slices;
    }
    assert_eq!(at, to);
}

#[test]
fn medians_with_arbitrage_are_lifted() {
    // Each is free of arbitrage; the second slice's medians (σ² of one, φ of another) break its
    // call wing.
    let tight = |skew_near, skew_far, far: f64| {
        let near = slice(30, 0.6, skew_near, 3.0);
        let theta = |days: f64, volatility: f64| volatility * volatility * days / 365.0;
        let wing = theta(30.0, 0.6) * 3.0 * (1.0 + skew_near);
        let far_curvature = wing / (theta(90.0, far) * (1.0 + skew_far)) * 1.000_001;
        surface(&[near, slice(90, far, skew_far, far_curvature)])
    };
    let submitted = [tight(-0.2, -0.25, 0.6), tight(-0.2, -0.4, 0.7), tight(-0.2, -0.3, 0.5)];
    let middle = medians(&submitted, 3).unwrap();
    assert_eq!(
        middle.check(NOW),
        Err(FeedError::Surface(SurfaceError::Slice {
            slice: 1,
            error: SliceError::CalendarCallWing
        }))
    );
    let publication = publish(None, &submitted, 3, &bounds(), NOW).unwrap();
    assert_eq!(publication.slices.check(NOW), Ok(()));
    assert_eq!(publication.lifted, 1);
    let (said, lifted) = (middle.slices()[1], publication.slices.slices()[1]);
    // The level was sound and is kept; the wings give way by what they lacked.
    assert_eq!(
        (publication.slices.slices()[0], lifted.variance),
        (middle.slices()[0], said.variance)
    );
    let moved = lifted.skew.to_num::<f64>() - said.skew.to_num::<f64>();
    assert!((0.0..0.2).contains(&moved), "{moved}");
}

/// Each rule broken alone, at any time to expiry.
#[test]
fn every_broken_rule_is_mended_and_the_first_slice_gives_way() {
    let sound = flat(0.6, -0.2);
    let table: [(&str, FeedSurface); 9] = [
        ("θ falls", with(sound, 1, |s| s.variance = U8F56::from_num(0.01))),
        ("φ rises", with(sound, 2, |s| s.curvature = U16F48::from_num(30))),
        ("put wing", with(sound, 1, |s| s.skew = I2F62::from_num(0.95))),
        ("call wing", with(sound, 1, |s| s.skew = I2F62::from_num(-0.95))),
        ("butterfly", with(sound, 0, |s| s.curvature = U16F48::from_num(900))),
        ("all of φ", with(sound, 0, |s| s.curvature = U16F48::MAX)),
        ("flat first", with(sound, 0, |s| s.curvature = U16F48::ZERO)),
        ("no variance", with(sound, 0, |s| s.variance = U8F56::ZERO)),
        ("all variance", with(sound, 1, |s| s.variance = U8F56::MAX)),
    ];
    for (rule, said) in table {
        let publication = publish(None, &[said], 1, &bounds(), NOW).unwrap();
        assert_eq!(publication.slices.check(NOW), Ok(()), "{rule}");
        assert!(publication.lifted >= 1, "{rule}");
    }
    // φ higher by one bit, which no mean shows where θ is this small.
    let mut tie = [slice(7, 0.05, 0.0, 30.0), slice(8, 0.05, 0.0, 30.0)];
    tie[1].curvature = U16F48::from_bits(tie[0].curvature.to_bits() + 1);
    let publication = publish(None, &[surface(&tie)], 1, &bounds(), NOW).unwrap();
    assert_eq!((publication.slices.check(NOW), publication.lifted), (Ok(()), 1));
    // The least time to expiry, at the least and the most variance.
    for variance in [U8F56::ZERO, U8F56::MAX] {
        let soon = FeedSlice {
            expiry: NOW + 61,
            variance,
            ..slice(0, 0.6, 0.999, 65_535.0)
        };
        let publication = publish(None, &[surface(&[soon])], 1, &bounds(), NOW).unwrap();
        assert_eq!(publication.slices.check(NOW), Ok(()), "{variance}");
    }
    // Wings that a level does not bear shrink; it stays, and so does their skew.
    let near = surface(&[FeedSlice {
        expiry: NOW + 3_600,
        ..slice(0, 0.6, -0.4, 900.0)
    }]);
    let publication = publish(None, &[near], 1, &bounds(), NOW).unwrap();
    assert_eq!(publication.slices.check(NOW), Ok(()));
    let lifted = publication.slices.slices()[0];
    let said = near.slices()[0];
    assert_eq!((lifted.skew, lifted.variance), (said.skew, said.variance));
    assert!(lifted.curvature < 900);
}

/// Between two markets with smiles of the usual shape, φ = 1/(√θ + θ), however far apart: no
/// publication has a volatility that neither of them has.
#[test]
fn on_the_way_from_one_market_to_another_no_volatility_leaves_both() {
    let of = |level: f64, skew: f64| {
        let slices = [7, 14, 30, 90, 180, 365].map(|days| {
            let theta = level * level * days as f64 / 365.0;
            slice(days, level, skew, (theta.sqrt() + theta).recip())
        });
        surface(&slices)
    };
    let levels = [0.05, 0.2, 0.6, 1.2, 2.5, 4.9];
    let (mut ways, mut most) = (0, 0.0f64);
    for (from, skew) in levels.iter().flat_map(|level| [(*level, -0.6), (*level, 0.2)]) {
        for (to, turned) in levels.iter().flat_map(|level| [(*level, -0.5), (*level, 0.3)]) {
            let (mut at, said, mut now) = (of(from, skew), of(to, turned), NOW);
            let (low, high) = (from.min(to), from.max(to));
            loop {
                let before = Some(Published { at: now, slices: &at });
                now += 900;
                let published = publish(before, &[said], 1, &bounds(), now).unwrap();
                at = published.slices;
                for slice in at.slices() {
                    let beyond = (volatility(slice) / high).max(low / volatility(slice)) - 1.0;
                    most = most.max(beyond);
                    assert!(beyond < 1e-3, "{from} {skew} to {to} {turned}: {}", volatility(slice));
                }
                if published.limited == 0 {
                    break;
                }
                assert!(now < NOW + 6 * DAY, "{from} {skew} to {to} {turned}");
            }
            ways += 1;
        }
    }
    println!("{ways} ways, at most {most:.1e} beyond their ends");
}
