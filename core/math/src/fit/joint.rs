//! All expiries at once, with the no-arbitrage check's rules as the bounds of the parameters.
//!
//! With p = θφ, the slopes of the wings are u = p(1+ρ) and v = p(1−ρ), and the no-arbitrage check's
//! rules between neighbours say that θ, u and v do not fall and that p/θ does not rise. So a slice
//! is a step from the one before it:
//! - θ₂ = θ₁·(1 + growth), growth > 0;
//! - p₂ = p₁ + s·(p̂ − p₁) with 0 < s < 1, where p̂ = p₁θ₂/θ₁, or less as the butterfly rules
//!   demand;
//! - u₂ = u₁ + 2t(p₂ − p₁), v₂ = v₁ + 2(1−t)(p₂ − p₁) with 0 < t < 1.
//!
//! Growth, s and t come from unbounded numbers by e^x and by the logistic function. s and t stay
//! 10⁻³ away from 0 and 1 (so
//! |ρ| ≤ 0.998) and the butterfly rules are held with a part in 10⁶ to spare, so that rounding to fixed point breaks none.

use std::vec::Vec;

use super::essvi::Essvi;
use super::least_squares::minimise;
use super::quotes::Point;

/// Half-widths below this, in volatility, weigh no more: a fit within a quarter of a vol point is a
/// good fit.
const MIN_HALF_WIDTH: f64 = 0.0025;
/// How near s, t and the first skew come to their bounds.
const MARGIN: f64 = 1e-3;
/// The share of the butterfly bounds that is used.
const BUTTERFLY_SHARE: f64 = 1.0 - 1e-6;
/// θ grows at least by this part from expiry to expiry, and at most by e^(20). With the margins of
/// s and t that keeps each wing 2·10⁻¹⁰ above the one before, where rounding θ at a total variance
/// of 10⁻⁶ moves it by 10⁻¹¹.
const MIN_GROWTH: f64 = 1e-4;

/// Returns the slice that fits one expiry best, whether or not it admits arbitrage.
pub fn fit_alone(years: f64, points: &[Point]) -> Essvi {
    let read = |x: &[f64]| Essvi {
        theta: x[0].exp(),
        rho: 0.999 * x[1].tanh(),
        phi: x[2].exp(),
    };
    let nearest = points.iter().min_by(|a, b| a.k.abs().total_cmp(&b.k.abs()));
    let theta = nearest.map_or(0.25, |point| point.mid() * point.mid()) * years;
    let mut x = [theta.ln(), 0.0, -theta.ln() / 2.0];
    minimise(&mut x, |x, out| {
        out.clear();
        residuals(&read(x), years, points, out);
    });
    read(&x)
}

/// Returns the slices that fit all expiries (by time) best among those the no-arbitrage check
/// accepts; the search begins near `start`.
pub fn fit_together(expiries: &[(f64, Vec<Point>)], start: &[Essvi]) -> Vec<Essvi> {
    let mut x = encode(start);
    minimise(&mut x, |x, out| {
        out.clear();
        for ((years, points), essvi) in expiries.iter().zip(decode(x)) {
            residuals(&essvi, *years, points, out);
        }
    });
    decode(&x)
}

/// Distance of the model from the middle of each quote in half-widths of the quote, large ones
/// damped (the pseudo-Huber loss: squared it is 2(√(1+r²) − 1)), so that a stale quote does not
/// bend the smile.
fn residuals(essvi: &Essvi, years: f64, points: &[Point], out: &mut Vec<f64>) {
    out.extend(points.iter().map(|point| {
        let r = (essvi.volatility(point.k, years) - point.mid()) / point.half_width().max(MIN_HALF_WIDTH);
        // The same without the loss of digits at a small r.
        r / ((1.0 + r * r).sqrt() / 2.0 + 0.5).sqrt()
    }));
}

/// A slice by θ, p = θφ and q = ρp.
#[derive(Clone, Copy)]
struct Wings {
    theta: f64,
    p: f64,
    q: f64,
}

impl Wings {
    fn essvi(&self) -> Essvi {
        Essvi {
            theta: self.theta,
            rho: self.q / self.p,
            phi: self.p / self.theta,
        }
    }

    /// Returns the largest rise of p that the rules let pass when p rises to θ with a share t of it
    /// in the call wing.
    fn largest_rise(&self, theta: f64, t: f64) -> f64 {
        let by_calendar = self.p * (theta / self.theta - 1.0);
        // Each wing p ± q, of slope g, must stay below 4, and its product with p below 4θ.
        let wing = |wing: f64, g: f64| {
            let by_slope = (4.0 * BUTTERFLY_SHARE - wing) / g;
            // (p + d)(wing + g·d) = 4θ.
            let (b, c) = (wing + g * self.p, self.p * wing - 4.0 * BUTTERFLY_SHARE * theta);
            let by_curvature = -2.0 * c / (b + (b * b - 4.0 * g * c).max(0.0).sqrt());
            by_slope.min(by_curvature)
        };
        let by_butterfly = wing(self.p + self.q, 2.0 * t).min(wing(self.p - self.q, 2.0 * (1.0 - t)));
        by_calendar.min(by_butterfly).max(0.0)
    }

    /// Returns the next expiry's.
    fn next(&self, growth: f64, s: f64, t: f64) -> Self {
        let theta = self.theta * (1.0 + growth);
        let rise = s * self.largest_rise(theta, t);
        Self {
            theta,
            p: self.p + rise,
            q: self.q + (2.0 * t - 1.0) * rise,
        }
    }

    /// Returns the largest p of the first expiry.
    fn largest_first(theta: f64, rho: f64) -> f64 {
        let tilt = 1.0 + rho.abs();
        BUTTERFLY_SHARE * (4.0 / tilt).min((4.0 * theta / tilt).sqrt())
    }
}

/// Returns the slices that the unbounded numbers stand for, three a slice.
pub(super) fn decode(x: &[f64]) -> Vec<Essvi> {
    let mut slices = Vec::with_capacity(x.len() / 3);
    let mut last: Option<Wings> = None;
    for numbers in x.chunks_exact(3) {
        let (s, t) = (logistic(numbers[1]), logistic(numbers[2]));
        let size = numbers[0].clamp(-40.0, 20.0).exp();
        let wings = match last {
            Some(before) => before.next(MIN_GROWTH + size, s, t),
            None => {
                let rho = 2.0 * t - 1.0;
                let p = s * Wings::largest_first(size, rho);
                Wings {
                    theta: size,
                    p,
                    q: rho * p,
                }
            }
        };
        slices.push(wings.essvi());
        last = Some(wings);
    }
    slices
}

/// Numbers whose slices are near these ones, inside the bounds.
fn encode(slices: &[Essvi]) -> Vec<f64> {
    // Away from the ends, where a bounded number hardly moves.
    let inside = |share: f64| if share.is_nan() { 0.5 } else { share.clamp(0.05, 0.95) };
    let mut x = Vec::with_capacity(slices.len() * 3);
    let mut last: Option<Wings> = None;
    for slice in slices {
        let (p, q) = (slice.theta * slice.phi, slice.rho * slice.theta * slice.phi);
        let (size, s, t, wings) = match last {
            None => {
                let t = inside((1.0 + slice.rho) / 2.0);
                let rho = 2.0 * t - 1.0;
                let s = inside(p / Wings::largest_first(slice.theta, rho));
                let p = s * Wings::largest_first(slice.theta, rho);
                let wings = Wings {
                    theta: slice.theta,
                    p,
                    q: rho * p,
                };
                (slice.theta, s, t, wings)
            }
            Some(before) => {
                let growth = (slice.theta / before.theta - 1.0).max(1e-3);
                let t = inside(0.5 + (q - before.q) / (p - before.p).max(0.0) / 2.0);
                let largest = before.largest_rise(before.theta * (1.0 + growth), t);
                let s = inside((p - before.p) / largest);
                (growth, s, t, before.next(growth, s, t))
            }
        };
        x.extend([size.ln(), logit(s), logit(t)]);
        last = Some(wings);
    }
    x
}

/// Returns a number between [`MARGIN`] and 1 − [`MARGIN`].
fn logistic(x: f64) -> f64 {
    MARGIN + (1.0 - 2.0 * MARGIN) / (1.0 + (-x).exp())
}

/// Returns the inverse of [`logistic`].
fn logit(share: f64) -> f64 {
    let share = ((share - MARGIN) / (1.0 - 2.0 * MARGIN)).clamp(1e-9, 1.0 - 1e-9);
    (share / (1.0 - share)).ln()
}
