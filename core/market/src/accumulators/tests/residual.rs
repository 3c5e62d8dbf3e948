//! What is left to whoever brings prints: measured on random paths, with the prints of every
//! second. The figures are those of `docs/concepts/prices-and-breakers.md`.

extern crate std;

use super::AveragedMarket;
use ballast_core_types::{Price, I80F48};
use std::vec::Vec;

const SECONDS: usize = 1_800;
const SECONDS_PER_YEAR: f64 = 31_536_000.0;
const HALF_HOURS: u64 = 400;

/// A generator of 64 bits (SplitMix64).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Roughly normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Returns a price of every second, from 60,000.
fn path(volatility: f64, seed: u64) -> Vec<f64> {
    let mut random = Random(seed);
    let step = volatility / SECONDS_PER_YEAR.sqrt();
    let mut price = 60_000.0;
    let next = |_| {
        let now = price;
        price *= (step * random.normal()).exp();
        now
    };
    (0..=SECONDS).map(next).collect()
}

/// Returns the average of the half hour in which the market has these prints.
fn average(path: &[f64], is_brought: impl Fn(usize) -> bool) -> f64 {
    let mut market = AveragedMarket::default();
    for (second, price) in path.iter().enumerate() {
        if second == 0 || second == SECONDS || is_brought(second) {
            market.print(
                second as i64,
                Price::from_fixed(I80F48::from_num(*price)).unwrap(),
                true,
            );
        }
    }
    let averages = market.averages().unwrap();
    let sums = averages.at(SECONDS as i64).sums;
    let average = sums.average_since(averages.at(0).sums).unwrap();
    average.price.fixed().to_num()
}

/// Returns which prints move the average most, where others observe every so many seconds: each
/// that is above all since the last of theirs.
fn greatest_each_time(path: &[f64], every: usize) -> Vec<bool> {
    let mut held = 0.0;
    let brings = |(second, price): (usize, &f64)| {
        if second % every == 0 || *price > held {
            held = *price;
            return true;
        }
        false
    };
    path.iter().enumerate().map(brings).collect()
}

/// Returns which prints move the average most where nobody else observes and the whole path is
/// known beforehand: each print is held for a minute at most.
fn best_of_all(path: &[f64]) -> Vec<bool> {
    let mut best = std::vec![(0.0, 1usize); SECONDS + 1];
    for second in (0..SECONDS).rev() {
        let held = |wait: usize| path[second] * wait as f64 + best[second + wait].0;
        let waits = 1..=60.min(SECONDS - second);
        best[second] = waits
            .map(|wait| (held(wait), wait))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap();
    }
    let mut brought = std::vec![false; SECONDS + 1];
    let mut at = 0;
    while at < SECONDS {
        brought[at] = true;
        at += best[at].1;
    }
    brought
}

/// Returns by how much such a choice moves the average of a half hour, in the mean, basis points.
fn moved(volatility: f64, every: usize, choose: impl Fn(&[f64]) -> Vec<bool>) -> f64 {
    let one = |seed| {
        let path = path(volatility, seed);
        let (honest, brought) = (average(&path, |second| second % every == 0), choose(&path));
        1e4 * (average(&path, |second| brought[second]) / honest - 1.0)
    };
    (0..HALF_HOURS).map(one).sum::<f64>() / HALF_HOURS as f64
}

#[test]
fn whoever_adds_the_best_prints_moves_an_average_by_a_few_basis_points() {
    for (volatility, every, expected) in [
        (0.8, 10, 1.6),
        (0.8, 30, 3.3),
        (0.8, 60, 5.0),
        (2.0, 10, 4.0),
        (2.0, 30, 8.3),
        (2.0, 60, 12.5),
    ] {
        let found = moved(volatility, every, |path| greatest_each_time(path, every));
        std::println!("{volatility} {every} s: {found:.2} bp");
        assert!(
            (found - expected).abs() < 0.05 * expected,
            "{volatility} {every}: {found}"
        );
    }
    // Alone for half an hour, and knowing the future.
    for (volatility, expected) in [(0.8, 6.6), (2.0, 16.4)] {
        let found = moved(volatility, 60, best_of_all);
        std::println!("{volatility} alone: {found:.2} bp");
        assert!((found - expected).abs() < 0.05 * expected, "{volatility}: {found}");
    }
}
