//! Every kernel against `tests/vectors/kernels.csv` (50 digits, by
//! `tools/numerics/kernel_vectors.py`).
//!
//! `cargo test -p ballast-core-math --test kernels -- --nocapture accuracy` prints the largest
//! errors.

use std::collections::BTreeMap;

use ballast_core_math::Magnitude;
use fixed::types::{I2F62, I7F57};

use super::shape::Sequence;
use super::tier::{Tier, FAST, PRECISE};

const KERNELS: [&str; 6] = ["ln", "exp", "sqrt", "norm_pdf", "norm_cdf", "norm_inv"];

const VECTORS: &str = include_str!("../vectors/kernels.csv");

/// An integer times a power of two.
#[derive(Clone, Copy)]
struct Exact {
    number: i128,
    exponent: i32,
}

impl Exact {
    /// `number·2^exponent − self`, as a double. The difference is taken in integers, at the scale
    /// of the finer one.
    fn below(self, number: i128, exponent: i32) -> f64 {
        let coarser = u32::try_from(exponent - self.exponent).expect("a vector is finer than what it judges");
        let shifted = number
            .checked_mul(1 << coarser.min(126))
            .expect("a vector has 30 bits to spare");
        (shifted - self.number) as f64 * 2f64.powi(self.exponent)
    }

    fn value(self) -> f64 {
        self.number as f64 * 2f64.powi(self.exponent)
    }
}

struct Row {
    kernel: &'static str,
    input: Exact,
    expected: Exact,
}

fn rows() -> Vec<Row> {
    VECTORS
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<_> = line.split(',').collect();
            let exact = |at: usize| Exact {
                number: fields[at].parse().unwrap(),
                exponent: fields[at + 1].parse().unwrap(),
            };
            Row {
                kernel: fields[0],
                input: exact(1),
                expected: exact(3),
            }
        })
        .collect()
}

/// Returns the error of one row, relative for the kernels whose bound is; and what it may be.
fn judge(tier: &Tier, bounds: &Bounds, row: &Row) -> (f64, f64) {
    let magnitude = || Magnitude::from_parts(u64::try_from(row.input.number).unwrap(), row.input.exponent).unwrap();
    let fixed = || I7F57::from_bits(i64::try_from(row.input.number).unwrap());
    let of_seven = |x: I7F57| row.expected.below(i128::from(x.to_bits()), -57);
    let of_two = |x: I2F62| row.expected.below(i128::from(x.to_bits()), -62);
    let relative = |x: Magnitude| {
        // The vector may be an octave lower or higher than a result beside a power of two.
        let error = row.expected.below(i128::from(x.mantissa()), x.exponent() - 63);
        error / row.expected.value()
    };
    match row.kernel {
        "ln" => (of_seven((tier.ln)(magnitude()).unwrap()), bounds.ln),
        "exp" => (relative((tier.exp)(fixed())), bounds.exp),
        "sqrt" => (relative((tier.sqrt)(magnitude())), bounds.sqrt),
        "norm_pdf" => (of_two((tier.norm_pdf)(fixed())), bounds.norm_pdf),
        "norm_cdf" => (of_two((tier.norm_cdf)(fixed())), bounds.norm_cdf),
        "norm_inv" => {
            let p = I2F62::from_bits(i64::try_from(row.input.number).unwrap());
            let x = row.expected.value();
            let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let central = (1e-3..=1.0 - 1e-3).contains(&row.input.value());
            let bound = if central {
                bounds.norm_inv
            } else {
                bounds.norm_cdf / density + bounds.norm_inv
            };
            (of_seven((tier.norm_inv)(p).unwrap()), bound)
        }
        other => panic!("no kernel {other}"),
    }
}

/// The bounds that the kernels' doc comments and docs/internals/numerics.md state. Of `exp` and
/// `sqrt` relative, of the others absolute.
struct Bounds {
    ln: f64,
    exp: f64,
    sqrt: f64,
    norm_pdf: f64,
    norm_cdf: f64,
    norm_inv: f64,
}

fn check(tier: &Tier, bounds: &Bounds) {
    let mut worst: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let mut over = Vec::new();
    for row in rows() {
        let (error, bound) = judge(tier, bounds, &row);
        let entry = worst.entry(row.kernel).or_default();
        // Of the quantile in the tails only the share of its bound is comparable.
        entry.0 = entry.0.max(error.abs());
        entry.1 = entry.1.max(error.abs() / bound);
        if error.abs() >= bound {
            over.push(format!(
                "{} of {}: error {error:e}, bound {bound:e}",
                row.kernel, row.input.number
            ));
        }
    }
    for (kernel, (error, share)) in &worst {
        println!(
            "{} {kernel}: largest error {error:.3e}, {:.0} % of the bound",
            tier.name,
            100.0 * share
        );
    }
    assert_eq!(worst.len(), KERNELS.len(), "some kernel has no vectors");
    assert!(over.is_empty(), "{} {}:\n{}", over.len(), tier.name, over.join("\n"));
}

#[test]
fn accuracy_of_the_fast_tier() {
    let bounds = Bounds {
        ln: 4e-10,
        exp: 1e-9,
        sqrt: 2f64.powi(-31),
        norm_pdf: 3.2e-9,
        norm_cdf: 7e-9,
        norm_inv: 1e-7,
    };
    check(&FAST, &bounds);
    densely(&bounds);
}

#[test]
fn accuracy_of_the_precise_tier() {
    let bounds = Bounds {
        ln: 5e-17,
        exp: 1e-16,
        sqrt: 2f64.powi(-59),
        norm_pdf: 2e-16,
        norm_cdf: 3e-14,
        norm_inv: 1e-12,
    };
    check(&PRECISE, &bounds);
}

/// The fast tier against the precise one at many more points than there are vectors: its error is a
/// hundred thousand times larger, so the difference is all its own.
fn densely(bounds: &Bounds) {
    let mut random = Sequence(5);
    let mut worst = [0f64; 6];
    let fixed = |x: I7F57| x.to_num::<f64>();
    let two = |x: I2F62| x.to_bits() as f64 * 2f64.powi(-62);
    let ratio = |x: Magnitude, y: Magnitude| {
        let octaves = x.exponent() - y.exponent();
        x.mantissa() as f64 / y.mantissa() as f64 * 2f64.powi(octaves) - 1.0
    };
    for case in 0..1_000_000 {
        let bits = random.next();
        // Scores by their square root are denser in the middle, where the density is.
        let score = I7F57::from_bits((bits as i64) >> (1 + bits % 6));
        let whole = I7F57::from_bits(bits as i64);
        let x = Magnitude::from_parts(bits | 1 << 63, (bits % 64) as i32 - 95).unwrap();
        // A quantile costs as much as thirty of the others, so every twentieth turn: p within
        // 10⁻³…1 − 10⁻³.
        let p = I2F62::from_bits((1 << 62) / 1000 + (bits % ((1 << 62) / 500 * 499)) as i64);
        let quantiles = || fixed((FAST.norm_inv)(p).unwrap() - (PRECISE.norm_inv)(p).unwrap());
        let errors = [
            fixed((FAST.ln)(x).unwrap() - (PRECISE.ln)(x).unwrap()),
            ratio((FAST.exp)(whole), (PRECISE.exp)(whole)),
            ratio((FAST.sqrt)(x), (PRECISE.sqrt)(x)),
            two((FAST.norm_pdf)(score) - (PRECISE.norm_pdf)(score)),
            two((FAST.norm_cdf)(score) - (PRECISE.norm_cdf)(score)),
            if case % 20 == 0 { quantiles() } else { 0.0 },
        ];
        for (worst, error) in worst.iter_mut().zip(errors) {
            *worst = worst.max(error.abs());
        }
    }
    let limits = [
        bounds.ln,
        bounds.exp,
        bounds.sqrt,
        bounds.norm_pdf,
        bounds.norm_cdf,
        bounds.norm_inv,
    ];
    for ((worst, limit), kernel) in worst.into_iter().zip(limits).zip(KERNELS) {
        println!("fast against precise, {kernel}: largest difference {worst:.3e}, bound {limit:e}");
        assert!(worst < limit, "{kernel}: {worst:e}, bound {limit:e}");
    }
}
