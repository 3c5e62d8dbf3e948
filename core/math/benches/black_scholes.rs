//! Sets a second on this machine: `cargo bench -p ballast-core-math`. Built in the release profile,
//! as programs are.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used)]

use ballast_core_math::black_scholes::{fast, precise, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use fixed::types::I2F62;
use std::hint::black_box;

/// Calls and puts from a minute to two years, deep in the money to far out of it.
fn book() -> Vec<Inputs> {
    let decimal = |digits, exponent| Magnitude::from_decimal(digits, exponent).expect("in range");
    let mut book = Vec::new();
    for (time, width) in [
        (1_903, 1),
        (2_740_000, 4),
        (82_000_000, 20),
        (1_000_000_000, 60),
        (2_000_000_000, 100),
    ] {
        for step in 0..20u128 {
            book.push(Inputs {
                kind: if step % 2 == 0 { Kind::Call } else { Kind::Put },
                spot: Spot(decimal(30_000, 0)),
                strike: Strike(decimal(
                    30_000_000 + step * 75_000 * width / 20 - 712_500 * width / 20,
                    -3,
                )),
                rate: Rate(I2F62::from_num(0.05)),
                carry: Rate(I2F62::from_num(-0.02)),
                volatility: Volatility(decimal(30 + step * 5, -2)),
                time: Years(decimal(time, -9)),
            });
        }
    }
    book
}

fn sets(criterion: &mut Criterion) {
    let book = book();
    let mut group = criterion.benchmark_group("bsm_set");
    group.throughput(Throughput::Elements(book.len() as u64));
    group.bench_function("fast", |bencher| {
        bencher.iter(|| {
            book.iter()
                .filter(|option| black_box(fast::greeks(black_box(option))).is_ok())
                .count()
        });
    });
    group.bench_function("precise", |bencher| {
        bencher.iter(|| {
            book.iter()
                .filter(|option| black_box(precise::greeks(black_box(option))).is_ok())
                .count()
        });
    });
    group.finish();
}

criterion_group!(benches, sets);
criterion_main!(benches);
