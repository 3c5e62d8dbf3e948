extern crate std;

use super::*;
use crate::fixtures::AveragedMarket;
use proptest::prelude::*;
use std::vec::Vec;

fn size(text: &str) -> LogReturn {
    LogReturn::saturating(text.parse().unwrap())
}

fn moved(market: &AveragedMarket) -> Option<f64> {
    let averages = market.averages().unwrap();
    move_of_day(averages.half_hours).map(|size| size.bits() as f64 / 2f64.powi(48))
}

const HALF_HOUR: i64 = 1_800;
const DAY: i64 = 86_400;

#[test]
fn a_day_is_measured_from_ten_minutes_to_ten_minutes() {
    let day = AveragedMarket::default().prints((0..DAY).step_by(60), "100");
    assert_eq!(moved(&day), None, "nothing counted a day before");
    let quiet = day.prints((DAY..DAY + HALF_HOUR).step_by(60), "100");
    let fallen = quiet.prints((DAY + HALF_HOUR..=DAY + 2 * HALF_HOUR).step_by(60), "50");
    assert!((moved(&fallen).unwrap() + core::f64::consts::LN_2).abs() < 1e-9);
    // One print of a minute in an hour that had a half hour of another price.
    let day = AveragedMarket::default().prints((0..=DAY + HALF_HOUR).step_by(60), "100");
    let spiked = day
        .prints([DAY + HALF_HOUR + 1], "400")
        .prints((DAY + HALF_HOUR + 60..=DAY + 2 * HALF_HOUR).step_by(60), "100");
    let spike = moved(&spiked).unwrap();
    assert!(spike > 0.0 && spike < (1.0f64 + 3.0 * 60.0 / 1_740.0).ln(), "{spike}");
}

#[test]
fn a_silence_hides_no_move() {
    let before = AveragedMarket::default().prints((0..=HALF_HOUR).step_by(60), "100");
    let after = before.prints((9 * DAY..=9 * DAY + HALF_HOUR).step_by(60), "200");
    assert!((moved(&after).unwrap() - core::f64::consts::LN_2).abs() < 1e-9);
}

#[test]
fn a_day_counts_for_a_year_and_no_longer_than_fifteen_months() {
    let (large, small) = (size("-0.5"), size("0.125"));
    for offset in [0, 1, QUARTER_SECONDS / 2, QUARTER_SECONDS - 1] {
        let begun = 223 * QUARTER_SECONDS + offset;
        let first = WorstDay::first(large, begun);
        assert_eq!(first.size(), size("0.5"));
        let later = |seconds| first.after(small, begun + seconds).size();
        for kept in [0, 1, QUARTER_SECONDS, 3 * QUARTER_SECONDS, 4 * QUARTER_SECONDS] {
            assert_eq!(later(kept), size("0.5"), "{offset} {kept}");
        }
        for gone in [5 * QUARTER_SECONDS, 40 * QUARTER_SECONDS, i64::MAX - begun] {
            assert_eq!(later(gone), size("0.125"), "{offset} {gone}");
        }
        // Nobody makes it forget by a clock.
        assert_eq!(later(-9 * QUARTER_SECONDS), size("0.5"));
    }
    let grown = WorstDay::first(small, 0).after(large, 1).after(small, 2);
    assert_eq!(grown.size(), size("0.5"));
}

#[test]
fn what_a_market_begins_with_is_bounded() {
    let ratio = |text: &str| Ratio::from_fixed(text.parse().unwrap());
    assert_eq!(initial_worst_day(ratio("0.5")), Some(size("0.5")));
    for points in [1_000, 4_000, 15_000] {
        assert!(
            initial_worst_day(Ratio::from_basis_points(points).unwrap()).is_some(),
            "{points}"
        );
    }
    for bad in ["0", "-0.5", "0.0999", "1.5001", "1000000"] {
        assert_eq!(initial_worst_day(ratio(bad)), None, "{bad}");
    }
}

proptest! {
    /// Whatever is measured whenever: what counts is never less than what was measured in the last
    /// year, and never more than the largest that was measured in fifteen months.
    #[test]
    fn the_worst_of_a_year_counts(steps in proptest::collection::vec((0i64..QUARTER_SECONDS / 3, -1_000_000i64..1_000_000), 1..60)) {
        let mut now = 500 * QUARTER_SECONDS + 12_345;
        let mut all: Vec<(i64, u64)> = Vec::new();
        let mut worst = WorstDay::first(LogReturn::ZERO, now);
        for (seconds, bits) in steps {
            now += seconds;
            all.push((now, bits.unsigned_abs()));
            worst = worst.after(LogReturn::from_bits(bits), now);
            let within = |span: i64| {
                let recent = all.iter().filter(|(at, _)| now - at <= span);
                recent.map(|(_, size)| *size).max().unwrap()
            };
            let counts = worst.size().bits().unsigned_abs();
            prop_assert!(counts >= within(4 * QUARTER_SECONDS), "{counts}");
            prop_assert!(counts <= within(5 * QUARTER_SECONDS), "{counts}");
        }
    }
}
