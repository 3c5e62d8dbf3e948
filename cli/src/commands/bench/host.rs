//! How many sets a second this machine works out, for a first impression; `cargo bench -p
//! ballast-core-math` measures it well.

use super::accuracy::tier_name;
use super::summary::Summary;
use super::vectors::Vector;
use ballast_core_math::black_scholes::{fast, precise};
use ballast_cu_bench::Tier;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a tier runs.
const BUDGET: Duration = Duration::from_millis(400);

/// Sets a second of each tier, on one core, over rounds of all vectors.
pub fn measure(vectors: &[Vector]) -> Vec<Summary> {
    [Tier::Fast, Tier::Precise]
        .into_iter()
        .filter_map(|tier| throughput(tier, vectors))
        .collect()
}

fn throughput(tier: Tier, vectors: &[Vector]) -> Option<Summary> {
    let mut rates = Vec::new();
    let begun = Instant::now();
    let mut warm = false;
    while rates.len() < 3 || begun.elapsed() < BUDGET {
        let round = Instant::now();
        for vector in vectors {
            match tier {
                Tier::Fast => drop(black_box(fast::greeks(black_box(&vector.inputs)))),
                Tier::Precise => drop(black_box(precise::greeks(black_box(&vector.inputs)))),
            }
        }
        // The first round fills the caches.
        if warm {
            rates.push((vectors.len() as f64 / round.elapsed().as_secs_f64()).round());
        }
        warm = true;
    }
    Summary::of("bsm_set", tier_name(tier), "sets/s", rates, 0)
}
