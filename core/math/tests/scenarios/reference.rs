//! The same revaluation in doubles, slowly.

use ballast_core_math::scenarios::{Cell, Grid, Losses};

/// A position.
#[derive(Clone, Debug)]
pub enum Series {
    Linear {
        lots: i64,
    },
    Option {
        lots: i64,
        call: bool,
        strike: f64,
        volatility: f64,
        years: f64,
    },
}

pub struct Book {
    pub spot: f64,
    pub series: Vec<Series>,
}

impl Book {
    pub fn new(spot: f64, series: Vec<Series>) -> Self {
        Self { spot, series }
    }

    /// Asserts each cell within `tolerance` of what the legs are worth at the spot (and of what
    /// they were worth before).
    pub fn compare(&self, ours: &Losses, prices: &[f64; 9], volatilities: &[f64; 3], cap: f64, tolerance: f64) {
        // Strikes far above the spot make the pricing's legs that much larger.
        let size: f64 = self
            .series
            .iter()
            .map(|series| match *series {
                Series::Linear { lots } => lots.unsigned_abs() as f64 * self.spot,
                Series::Option { lots, strike, .. } => lots.unsigned_abs() as f64 * self.spot.max(strike),
            })
            .sum();
        for (row, shock) in ours.cells().iter().zip(prices) {
            for (cell, volatility_shock) in row.iter().zip(volatilities) {
                let exact: f64 = self
                    .series
                    .iter()
                    .map(|s| self.loss(s, *shock, *volatility_shock, cap))
                    .sum();
                let error = (*cell as f64 - exact).abs();
                assert!(
                    error <= 30.0 + size * tolerance,
                    "{shock} {volatility_shock}: {cell} for {exact}, size {size}"
                );
            }
        }
    }

    fn loss(&self, series: &Series, shock: f64, volatility_shock: f64, cap: f64) -> f64 {
        let after = self.spot * shock.exp();
        match *series {
            Series::Linear { lots } => lots as f64 * (self.spot - after),
            Series::Option {
                lots,
                call,
                strike,
                volatility,
                years,
            } => {
                let term = (30.0 / 365.0 / years).sqrt().min(cap);
                let factor = (1.0 + volatility_shock * term).clamp(0.25, 4.0);
                let before = black_scholes(call, self.spot, strike, volatility, years);
                lots as f64 * (before - black_scholes(call, after, strike, volatility * factor, years))
            }
        }
    }

    /// Returns the mean of the worst 1 % by brute force: each loss repeated as often as its weight
    /// asks.
    pub fn shortfall(&self, ours: &Losses, grid: &Grid) -> f64 {
        let mut cells: Vec<(i64, f64)> = Vec::new();
        for (price, row) in ours.cells().iter().enumerate() {
            for (volatility, loss) in row.iter().enumerate() {
                cells.push((*loss, grid.weight(Cell { price, volatility }).to_num()));
            }
        }
        cells.sort_by_key(|cell| std::cmp::Reverse(cell.0));
        let (mut left, mut sum) = (0.01, 0.0);
        for (loss, weight) in cells {
            let taken = weight.min(left);
            sum += loss as f64 * taken;
            left -= taken;
        }
        sum / 0.01
    }
}

/// F of Student's t with four degrees of freedom, by its density summed (Simpson).
pub fn student(t: f64) -> f64 {
    let density = |x: f64| 3.0 / 8.0 * (1.0 + x * x / 4.0).powf(-2.5);
    let steps = 20_000;
    let h = t / steps as f64;
    let inner: f64 = (1..steps)
        .map(|i| density(i as f64 * h) * if i % 2 == 1 { 4.0 } else { 2.0 })
        .sum();
    0.5 + h / 3.0 * (density(0.0) + inner + density(t))
}

fn black_scholes(call: bool, spot: f64, strike: f64, volatility: f64, years: f64) -> f64 {
    let (rate, carry) = (0.04, 0.01);
    let deviation = volatility * years.sqrt();
    let first = ((spot / strike).ln() + (rate - carry) * years) / deviation + deviation / 2.0;
    let (s, k) = (spot * (-carry * years).exp(), strike * (-rate * years).exp());
    let value = s * normal(first) - k * normal(first - deviation);
    if call {
        value
    } else {
        value - s + k
    }
}

/// Φ by its density summed (Simpson), good to 10⁻¹³.
fn normal(x: f64) -> f64 {
    if x.abs() > 9.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let steps = 400;
    let h = x / steps as f64;
    let density = |y: f64| (-y * y / 2.0).exp();
    let inner: f64 = (1..steps)
        .map(|i| density(i as f64 * h) * if i % 2 == 1 { 4.0 } else { 2.0 })
        .sum();
    0.5 + h / 3.0 * (1.0 + inner + density(x)) / (2.0 * std::f64::consts::PI).sqrt()
}
