//! The built-in scenario: three famous falls of bitcoin, one after another, in eight days of hours.
//!
//! Each fall is given by its published turning points (hour, price; see `points.rs` for where each
//! is from). Between two points the log price is a seeded Brownian bridge, so the path is restless
//! and still meets every point to the cent. The falls happened at different price levels; the
//! second and third are scaled by one factor each, so that each begins exactly where the last one
//! ended and every move keeps its size in per cent. The clock runs on without a break from the
//! first fall's hour.
//!
//! The same seed gives the same integers on every platform: see `maths.rs`.

mod maths;
mod points;

use self::maths::{exp, ln, Normals};
use self::points::{Episode, EPISODES};
use ballast_market_data::history::Candle;
use ballast_market_data::price::{PriceE8, ONE_E8};

/// The seed of `./ballast demo` when none is given.
pub const DEFAULT_SEED: u64 = 20_200_312;

/// Candles in the scenario: eight days of hours.
pub const STEPS: usize = 192;

/// One name for the scenario, for titles.
pub const NAME: &str = "three famous falls of BTC, 2020 to 2022";

/// 2020-03-11 12:00 UTC, unix seconds.
const START: i64 = 1_583_928_000;
const HOUR: i64 = 3_600;
/// Points of a bridge in each hour: one each five minutes.
const TICKS: u32 = 12;
/// 1/√12, the share of an hour's standard deviation that falls to one tick.
const TICK_SCALE: f64 = 0.288_675_134_594_812_9;
/// Prices are rounded to this, in E8 units: one cent.
const CENT: i64 = ONE_E8 / 100;

/// Calm width of a price, in basis points of it.
const CALM_BP: i128 = 5;
/// Part of the candle's range that is added to it, in per cent.
const RANGE_PERCENT: i128 = 2;
/// Widest confidence, in basis points of the price.
const CAP_BP: i128 = 100;

/// Where a fall begins in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landmark {
    /// Index of the first candle of it.
    pub index: usize,
    /// What people call it.
    pub name: &'static str,
}

/// Returns the scenario's candles: [`STEPS`] hours, each opening where the last one closed. Pure in
/// `seed`.
#[must_use]
pub fn candles(seed: u64) -> Vec<Candle> {
    let mut normals = Normals::new(seed);
    let mut candles = Vec::with_capacity(STEPS);
    for (episode, level) in EPISODES.iter().zip(levels()) {
        for pair in nodes(episode, level).windows(2) {
            for hour in bridge(&mut normals, pair[0], pair[1], episode.hourly_noise_ppm).chunks_exact(TICKS as usize) {
                let open = candles.last().map_or(level, |c: &Candle| c.close.raw());
                let close = hour.last().copied().unwrap_or(open);
                let high = hour.iter().copied().fold(open, i64::max);
                let low = hour.iter().copied().fold(open, i64::min);
                let unix_time = START + candles.len() as i64 * HOUR;
                let [open, high, low, close] = [open, high, low, close].map(price);
                candles.push(Candle {
                    unix_time,
                    open,
                    high,
                    low,
                    close,
                });
            }
        }
    }
    candles
}

/// Returns where each fall begins.
#[must_use]
pub fn landmarks() -> Vec<Landmark> {
    let starts = EPISODES.iter().scan(0, |index, episode| {
        let start = *index;
        *index += hours(episode);
        Some(Landmark {
            index: start,
            name: episode.name,
        })
    });
    starts.collect()
}

/// Returns a believable Pyth confidence for the candle's close, in E8 units of quote: 5 basis
/// points of the price, plus 2 % of the candle's range, at most 100 basis points. Never zero for a
/// price of 0.0001 or more.
///
/// Sources disagree more when the price runs: a calm hour gets 5 to 6 basis points, an hour that
/// falls by a quarter about 60.
#[must_use]
pub fn confidence(candle: &Candle) -> u64 {
    let close = i128::from(candle.close.raw());
    let range = i128::from(candle.high.raw()) - i128::from(candle.low.raw());
    let width = close * CALM_BP / 10_000 + range * RANGE_PERCENT / 100;
    u64::try_from(width.min(close * CAP_BP / 10_000)).unwrap_or(0)
}

/// Hours from an episode's first point to its last.
fn hours(episode: &Episode) -> usize {
    episode.points.last().map_or(0, |(hour, _)| *hour as usize)
}

/// Returns the price, in E8 units, at which each episode begins in the chain.
fn levels() -> [i64; EPISODES.len()] {
    let mut next = EPISODES[0].points[0].1 * ONE_E8;
    EPISODES.each_ref().map(|episode| {
        let level = next;
        next = nodes(episode, level).last().map_or(level, |(_, price)| *price);
        level
    })
}

/// Returns the episode's points as (hour, E8 price), scaled so that the first stands at `level`,
/// each rounded to a cent.
fn nodes(episode: &Episode, level: i64) -> Vec<(u32, i64)> {
    let first = i128::from(episode.points[0].1);
    let scale = |dollars: i64| {
        let cents = i128::from(dollars) * i128::from(level / CENT);
        // A scaled price is of the size of its level, far inside an i64.
        ((cents + first / 2) / first) as i64 * CENT
    };
    episode
        .points
        .iter()
        .map(|(hour, dollars)| (*hour, scale(*dollars)))
        .collect()
}

/// E8 prices at each tick after `from` up to and including `to`, which is met exactly.
fn bridge(normals: &mut Normals, from: (u32, i64), to: (u32, i64), noise_ppm: u32) -> Vec<i64> {
    let ticks = (to.0 - from.0) * TICKS;
    let sigma = f64::from(noise_ppm) / 1e6 * TICK_SCALE;
    let mut walk = 0.0;
    let walked: Vec<f64> = (0..ticks)
        .map(|_| {
            walk += sigma * normals.next();
            walk
        })
        .collect();
    let drift = ln(to.1 as f64 / from.1 as f64) - walk;
    let mut prices: Vec<i64> = walked
        .iter()
        .zip(1..=ticks)
        .map(|(walked, tick)| {
            let log_move = walked + drift * f64::from(tick) / f64::from(ticks);
            (from.1 as f64 / CENT as f64 * exp(log_move) + 0.5) as i64 * CENT
        })
        .collect();
    if let Some(last) = prices.last_mut() {
        *last = to.1;
    }
    prices
}

fn price(raw: i64) -> PriceE8 {
    PriceE8::from_raw(raw).expect("a bridge between positive prices, rounded to a cent, stays positive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_days_of_hours_that_join_up() {
        for seed in [0, 1, DEFAULT_SEED, u64::MAX] {
            let candles = candles(seed);
            assert_eq!(candles.len(), STEPS);
            for pair in candles.windows(2) {
                assert_eq!(pair[1].unix_time - pair[0].unix_time, HOUR);
                assert_eq!(pair[1].open, pair[0].close);
            }
            for c in &candles {
                assert!(c.low <= c.open && c.low <= c.close && c.high >= c.open && c.high >= c.close);
                assert_eq!(c.close.raw() % CENT, 0);
            }
        }
    }

    #[test]
    fn every_turning_point_is_met_exactly() {
        let candles = candles(DEFAULT_SEED);
        let mut base = 0;
        for (episode, level) in EPISODES.iter().zip(levels()) {
            for (hour, price) in nodes(episode, level) {
                let index = base + hour as usize;
                if index > 0 {
                    assert_eq!(candles[index - 1].close.raw(), price, "{} +{hour}", episode.name);
                }
            }
            base += hours(episode);
        }
        // The first fall is in its own dollars.
        assert_eq!(candles[0].open.to_string(), "7850");
        assert_eq!(candles[37].close.to_string(), "3900");
    }

    #[test]
    fn moves_of_the_chained_falls_keep_their_size() {
        for (episode, level) in EPISODES.iter().zip(levels()) {
            for ((_, dollars), (_, scaled)) in episode.points.iter().zip(nodes(episode, level)) {
                let published = *dollars as f64 / episode.points[0].1 as f64;
                assert!((scaled as f64 / level as f64 - published).abs() < 2e-6);
            }
        }
    }

    #[test]
    fn landmarks_stand_at_the_first_candle_of_each_fall() {
        let indices: Vec<_> = landmarks().iter().map(|l| l.index).collect();
        assert_eq!(indices, [0, 72, 126]);
    }

    #[test]
    fn confidence_is_calm_wide_or_capped() {
        let candle = |high, low, close: i64| {
            let [high, low, close] = [high, low, close].map(|p: i64| price(p * ONE_E8));
            Candle {
                unix_time: 0,
                open: close,
                high,
                low,
                close,
            }
        };
        for (high, low, close, bp) in [
            (10_000, 10_000, 10_000, 5),
            (10_000, 7_500, 10_000, 55),
            (30_000, 10_000, 10_000, 100),
        ] {
            let expected = u64::try_from(close * ONE_E8 / 10_000 * bp).unwrap();
            assert_eq!(confidence(&candle(high, low, close)), expected);
        }
    }

    /// Guards the promise that a seed means the same prices everywhere: FNV-1a over all prices.
    #[test]
    fn the_default_seed_is_pinned() {
        let hash = candles(DEFAULT_SEED)
            .iter()
            .flat_map(|c| [c.open, c.high, c.low, c.close])
            .flat_map(|p| p.raw().to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
                (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
            });
        assert_eq!(hash, 0xc211_6562_d0c3_3bbe, "{hash:#018x}");
    }
}
