//! Price paths for tests: the real hourly series where they are at hand, and one that anybody can
//! make.

use std::path::PathBuf;

use ballast_market_data::history::{self, Candle};
use ballast_market_data::price::PriceE8;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Returns a uniform number in (0, 1).
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    ((random.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}

/// Returns a standard normal number, by Box and Muller's transform.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (-2.0 * uniform(random).ln()).sqrt() * (std::f64::consts::TAU * uniform(random)).cos()
}

/// Hours whose volatility wanders between about 20 % and 200 % a year, with a jump every few weeks,
/// from a round price.
pub fn synthetic(hours: i64) -> Vec<Candle> {
    let mut random = ChaCha8Rng::seed_from_u64(20_261_121);
    let (mut price, mut log_vol) = (40_000.0f64, 0.6f64.ln());
    let exact = |price: f64| PriceE8::from_raw((price * 1e8) as i64).unwrap();
    (0..hours)
        .map(|hour| {
            log_vol += 0.004 * (0.6f64.ln() - log_vol) + 0.06 * normal(&mut random);
            let open = price;
            let (mut high, mut low) = (open, open);
            for _ in 0..4 {
                price *= (log_vol.exp() / (4.0 * 8_760f64).sqrt() * normal(&mut random)).exp();
                if uniform(&mut random) < 0.0005 {
                    price *= (0.05 * normal(&mut random) - 0.01).exp();
                }
                (high, low) = (high.max(price), low.min(price));
            }
            Candle {
                unix_time: 1_600_041_600 + hour * 3_600,
                open: exact(open),
                high: exact(high),
                low: exact(low),
                close: exact(price),
            }
        })
        .collect()
}

/// Returns where the real series are, if anywhere.
pub fn folder() -> PathBuf {
    std::env::var_os("BALLAST_HISTORY").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/history"),
        PathBuf::from,
    )
}

/// Returns every series there is, with the name of its market; the synthetic one, as BTC, always.
pub fn all() -> Vec<(&'static str, &'static str, Vec<Candle>)> {
    let folder = folder();
    let mut all = vec![("synthetic", "btc", synthetic(20_000))];
    for market in ["btc", "eth", "sol"] {
        let file = folder.join(format!("{market}_usd_1h.csv.gz"));
        if file.is_file() {
            all.push((
                market,
                market,
                history::load(&history::Request::of(&file)).unwrap().candles,
            ));
        } else {
            println!("{market}: not at hand");
        }
    }
    all
}
