//! Price paths: the real hourly series, and a synthetic one that anybody can make.

use std::io::Read;
use std::path::PathBuf;

/// Unix seconds and price.
pub type Path = Vec<(i64, f64)>;

/// A small deterministic generator (SplitMix64: Steele, Lea & Flood 2014).
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Standard normal, by Box and Muller's transform.
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Returns a whole number of 1…most.
    pub fn up_to(&mut self, most: u64) -> i64 {
        (self.bits() % most) as i64 + 1
    }
}

/// 50 000 hours whose volatility wanders between about 20 % and 200 % a year, with a jump every few
/// weeks.
pub fn synthetic() -> Path {
    let mut random = Random(20_261_121);
    let (mut price, mut log_vol) = (40_000.0f64, 0.6f64.ln());
    let mut path = vec![(1_600_000_000, price)];
    for hour in 1..50_000 {
        log_vol += 0.004 * (0.6f64.ln() - log_vol) + 0.06 * random.normal();
        let mut r = log_vol.exp() / 8_760f64.sqrt() * random.normal();
        if random.uniform() < 0.002 {
            r += 0.05 * random.normal() - 0.01;
        }
        price *= r.exp();
        path.push((1_600_000_000 + hour * 3_600, price));
    }
    path
}

/// Returns every series there is, by name; the synthetic one always.
pub fn all() -> Vec<(&'static str, Path)> {
    let folder = std::env::var_os("BALLAST_HISTORY").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/history"),
        PathBuf::from,
    );
    let mut paths = vec![("synthetic", synthetic())];
    for (name, file) in [
        ("btc", "btc_usd_1h.csv.gz"),
        ("eth", "eth_usd_1h.csv.gz"),
        ("sol", "sol_usd_1h.csv.gz"),
    ] {
        let Ok(bytes) = std::fs::read(folder.join(file)) else {
            println!("{name}: not at hand");
            continue;
        };
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .unwrap();
        paths.push((name, text.lines().skip(1).map(row).collect()));
    }
    paths
}

/// `unix_time,open,high,low,close,volume`: the time and the close.
fn row(line: &str) -> (i64, f64) {
    let mut fields = line.split(',');
    (
        fields.next().unwrap().parse().unwrap(),
        fields.nth(3).unwrap().parse().unwrap(),
    )
}

/// Returns the points of a path after random gaps of 1…`most` points.
pub fn thinned(path: &[(i64, f64)], most: u64, seed: u64) -> Path {
    let (mut random, mut at, mut thin) = (Random(seed), 0, Vec::new());
    while at < path.len() {
        thin.push(path[at]);
        at += random.up_to(most) as usize;
    }
    thin
}
