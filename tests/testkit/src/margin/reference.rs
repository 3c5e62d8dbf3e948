//! A reference for `assess` in doubles.

use super::market::{MarginMarket, EXPIRIES};

/// Skew of every slice.
pub(super) const SKEW: f64 = -0.3;

/// Returns φ = 1.5/√θ.
pub(super) fn curvature(variance: f64, days: i64) -> f64 {
    1.5 / (variance * days as f64 / 365.0).sqrt()
}

/// Returns the surface's volatility at a log-moneyness and a time: eSSVI, total variance linear
/// between expiries.
pub fn volatility(market: &MarginMarket, k: f64, years: f64) -> f64 {
    let variance = market.volatility * market.volatility;
    let total = |days: i64| {
        let (time, x) = (days as f64 / 365.0, curvature(variance, days) * k);
        variance * time / 2.0 * (1.0 + SKEW * x + ((x + SKEW).powi(2) + 1.0 - SKEW * SKEW).sqrt())
    };
    let days = years * 365.0;
    let squared = match EXPIRIES.iter().position(|expiry| *expiry as f64 >= days - 1e-9) {
        Some(0) => total(EXPIRIES[0]) / (EXPIRIES[0] as f64 / 365.0),
        None => total(EXPIRIES[2]) / (EXPIRIES[2] as f64 / 365.0),
        Some(index) => {
            let (from, to) = (EXPIRIES[index - 1], EXPIRIES[index]);
            let share = (days - from as f64) / (to - from) as f64;
            (total(from) * (1.0 - share) + total(to) * share) / years
        }
    };
    squared.sqrt()
}

/// Returns Φ by its density summed (Simpson), good to 10⁻¹³.
pub fn normal(x: f64) -> f64 {
    if x.abs() > 9.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let steps = 400;
    let h = x / f64::from(steps);
    let density = |y: f64| (-y * y / 2.0).exp();
    let inner: f64 = (1..steps)
        .map(|i| density(f64::from(i) * h) * if i % 2 == 1 { 4.0 } else { 2.0 })
        .sum();
    0.5 + h / 3.0 * (1.0 + inner + density(x)) / (2.0 * std::f64::consts::PI).sqrt()
}

/// Returns the value of an option without rate or carry.
pub fn black_scholes(call: bool, spot: f64, strike: f64, volatility: f64, years: f64) -> f64 {
    let horizon_volatility = volatility * years.sqrt();
    let first = (spot / strike).ln() / horizon_volatility + horizon_volatility / 2.0;
    let value = spot * normal(first) - strike * normal(first - horizon_volatility);
    if call {
        value
    } else {
        value - spot + strike
    }
}
