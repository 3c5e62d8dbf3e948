//! Tables and properties of the feed: medians, gate, bounds.

extern crate std;

use super::median::lower_median;
use super::slices::years;
use super::*;
use ballast_core_math::surface::SliceError;
use ballast_core_types::fixtures::ratio;
use fixed::types::{I2F62, U16F48, U8F56};
use proptest::prelude::*;
use std::vec::Vec;

const NOW: i64 = 1_700_000_000;
const DAY: i64 = 86_400;

fn slice(days: i64, volatility: f64, skew: f64, curvature: f64) -> FeedSlice {
    FeedSlice {
        expiry: NOW + days * DAY,
        variance: U8F56::from_num(volatility * volatility),
        skew: I2F62::from_num(skew),
        curvature: U16F48::from_num(curvature),
    }
}

/// φ = 1/√θ, which has no arbitrage for falling √θ·φ's; three expiries at one volatility and skew.
fn flat(volatility: f64, skew: f64) -> FeedSurface {
    let slices: Vec<_> = [30, 90, 180]
        .map(|days| {
            let theta = volatility * volatility * days as f64 / 365.0;
            slice(days, volatility, skew, theta.sqrt().recip())
        })
        .into();
    FeedSurface::new(&slices).unwrap()
}

fn with(surface: FeedSurface, index: usize, change: impl FnOnce(&mut FeedSlice)) -> FeedSurface {
    let mut surface = surface;
    change(&mut surface.slices[index]);
    surface
}

fn bounds() -> FeedBounds {
    FeedBounds {
        min_interval_seconds: 60,
        average_tenor_seconds: 2_592_000,
        variance_change_per_hour: ratio("0.2"),
        skew_change_per_hour: ratio("0.1"),
        curvature_change_per_hour: ratio("0.5"),
    }
}

fn volatility(slice: &FeedSlice) -> f64 {
    slice.variance.to_num::<f64>().sqrt()
}

#[test]
fn years_are_exact_and_end_where_slices_do() {
    for seconds in [61, 3_600, 31_536_000, 157_680_000] {
        let exact = (seconds as u128) * (1 << 61) / 31_536_000;
        assert_eq!(u128::from(years(seconds)), exact);
    }
    for (ahead, there) in [
        (60, false),
        (61, true),
        (MAX_TIME_TO_EXPIRY, true),
        (MAX_TIME_TO_EXPIRY + 1, false),
        (-1, false),
    ] {
        let one = FeedSlice {
            expiry: NOW + ahead,
            ..slice(0, 0.5, 0.0, 1.0)
        };
        assert_eq!(one.slice(NOW).is_some(), there, "{ahead}");
        assert_eq!(FeedSurface::new(&[one]).unwrap().check(NOW).is_ok(), there, "{ahead}");
    }
}

#[test]
fn medians_are_of_the_lower_rank() {
    for (submitted, expected) in [
        (&[5][..], 5),
        (&[9, 1], 1),
        (&[3, 1, 2], 2),
        (&[4, 1, 3, 2], 2),
        (&[7, 7, 1, 9, 8], 7),
        (&[16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 8),
    ] {
        assert_eq!(lower_median(submitted.iter().copied()), expected, "{submitted:?}");
    }
}

#[test]
fn one_liar_of_three_moves_nothing_beyond_the_honest() {
    let honest = [flat(0.60, -0.20), flat(0.61, -0.22)];
    for lie in [flat(0.30, 0.9), flat(0.90, -0.9), flat(0.60, 0.5)] {
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let submitted = [honest[0], honest[1], lie];
            let submitted = order.map(|index| submitted[index]);
            let publication = publish(None, &submitted, 3, &bounds(), NOW).unwrap();
            for slice in publication.slices.slices() {
                assert!((0.60 - 1e-9..=0.61 + 1e-9).contains(&volatility(slice)));
                assert!((-0.22..=-0.20).contains(&slice.skew.to_num::<f64>()));
            }
        }
    }
}

#[test]
fn too_few_too_many_and_other_expiries() {
    let one = flat(0.6, -0.2);
    let other = with(one, 1, |slice| slice.expiry += 1);
    let shorter = FeedSurface::new(&one.slices()[..2]).unwrap();
    assert_eq!(medians(&[], 0), Err(FeedError::TooFew));
    assert_eq!(medians(&[one, one], 3), Err(FeedError::TooFew));
    assert_eq!(medians(&[one; 17], 3), Err(FeedError::TooMany));
    assert_eq!(medians(&[one, other], 2), Err(FeedError::Grid));
    assert_eq!(medians(&[one, shorter], 2), Err(FeedError::Grid));
    assert_eq!(FeedSurface::new(&[slice(1, 0.5, 0.0, 1.0); 9]), None);
}

#[test]
fn publishing_asks_for_time_first() {
    let old = flat(0.6, -0.2);
    let before = Some(Published { at: NOW, slices: &old });
    let publish = |now| publish(before, &[old], 1, &bounds(), now).map(|done| done.slices);
    assert_eq!(publish(NOW + 59), Err(FeedError::TooSoon));
    assert_eq!(publish(NOW - 1), Err(FeedError::TooSoon));
    assert_eq!(publish(NOW + 60), Ok(old));
}

#[test]
fn the_grid_rolls_by_itself() {
    let grid: Vec<i64> = (1..=10).map(|day| NOW + day * DAY).collect();
    assert_eq!(active(&grid, NOW, 3_600), &grid[..8]);
    assert_eq!(active(&grid, NOW + DAY - 3_600, 3_600), &grid[..8]);
    assert_eq!(active(&grid, NOW + DAY - 3_599, 3_600), &grid[1..9]);
    assert_eq!(active(&grid, NOW + 9 * DAY, 3_600), &grid[9..]);
    assert_eq!(active(&grid, NOW + 10 * DAY, 3_600), &[] as &[i64]);
}

#[test]
fn submissions_are_read_against_the_grid() {
    let submitted = flat(0.6, -0.2);
    let all: Vec<i64> = submitted.slices().iter().map(|slice| slice.expiry).collect();
    assert_eq!(submitted.aligned(&all), Some(submitted));
    let later = submitted.aligned(&all[1..]).unwrap();
    assert_eq!(later.slices(), &submitted.slices()[1..]);
    assert_eq!(submitted.aligned(&all[..2]), None, "one too many");
    assert_eq!(submitted.aligned(&[all[0], all[2]]), None, "one between");
    assert_eq!(submitted.aligned(&[all[0] - 1, all[1], all[2]]), None);
    assert_eq!(submitted.aligned(&[]), None);
}

#[test]
fn freshness_has_two_ends() {
    for (at, fresh) in [
        (NOW, true),
        (NOW - 60, true),
        (NOW - 61, false),
        (NOW + 1, false),
        (i64::MIN, false),
    ] {
        assert_eq!(is_fresh(at, NOW, 60), fresh, "{at}");
    }
}

/// Any three feeders' surfaces of three expiries that the no-arbitrage check accepts.
fn accepted() -> impl Strategy<Value = FeedSurface> {
    let parameters = || (0.2f64..2.0, -0.9f64..0.9, 0.05f64..1.9);
    proptest::array::uniform3(parameters()).prop_filter_map("arbitrage", |list| {
        let days = [7, 30, 90];
        let slices: Vec<_> = list
            .iter()
            .zip(days)
            .map(|((level, skew, eta), days)| {
                let theta = level * level * days as f64 / 365.0;
                slice(days, *level, *skew, eta / theta.sqrt())
            })
            .collect();
        FeedSurface::new(&slices).filter(|surface| surface.check(NOW).is_ok())
    })
}

proptest! {
    #[test]
    fn ageing_keeps_the_gate(surface in accepted(), seconds in 0i64..7 * DAY - 61) {
        let later = NOW + seconds;
        prop_assert_eq!(surface.check(later), Ok(()));
        prop_assert!(at(surface.slices().iter().copied(), later).is_some());
    }

    #[test]
    fn medians_are_between_the_honest(
        honest in proptest::collection::vec(accepted(), 3), liars in proptest::collection::vec(accepted(), 0..=2)
    ) {
        let mut submitted = honest.clone();
        submitted.extend(&liars);
        let middle = medians(&submitted, 3).unwrap();
        for index in 0..3 {
            let range = |of: fn(&FeedSlice) -> u64| {
                let submitted = honest.iter().map(|surface| of(&surface.slices()[index]));
                (submitted.clone().min().unwrap(), submitted.max().unwrap())
            };
            let variance = |slice: &FeedSlice| slice.variance.to_bits();
            let (least, most) = range(variance);
            prop_assert!((least..=most).contains(&variance(&middle.slices()[index])));
        }
    }
}

mod pairs;
mod publications;
