//! The same estimators as plain formulas in double precision, written from
//! docs/internals/estimators.md and not from the code.

use super::YEAR;

pub struct Variance {
    pub annual: f64,
}

impl Variance {
    pub fn update(&mut self, r: f64, elapsed: f64, noise: f64, constant: f64) {
        let kept = (-elapsed.min(constant) / constant).exp();
        self.annual = self.annual * kept + (1.0 - kept) * (r * r - noise).max(0.0) * YEAR / elapsed;
    }

    pub fn score(&self, r: f64, elapsed: f64, noise: f64) -> f64 {
        (r / (self.annual * elapsed / YEAR + noise).sqrt()).clamp(-8.0, 8.0)
    }
}

pub struct Moments {
    pub raw: [f64; 4],
}

impl Moments {
    pub fn update(&mut self, z: f64, elapsed: f64, constant: f64) {
        let kept = (-elapsed.min(constant) / constant).exp();
        for (n, moment) in self.raw.iter_mut().enumerate() {
            *moment = *moment * kept + (1.0 - kept) * z.powi(n as i32 + 1);
        }
    }

    /// Skewness and excess kurtosis.
    pub fn shape(&self) -> (f64, f64) {
        let [m1, m2, m3, m4] = self.raw;
        let variance = m2 - m1 * m1;
        let third = m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3);
        let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
        (third / variance.powf(1.5), fourth / (variance * variance) - 3.0)
    }
}

/// Averages of the log price itself, linear between observations.
pub struct Trend {
    pub log_price: f64,
    pub fast: f64,
    pub slow: f64,
    pub signal: f64,
    pub constants: [f64; 3],
}

impl Trend {
    pub fn first(log_price: f64, constants: [f64; 3]) -> Self {
        Self {
            log_price,
            fast: log_price,
            slow: log_price,
            signal: 0.0,
            constants,
        }
    }

    pub fn update(&mut self, log_price: f64, elapsed: f64) {
        let follow = |average: f64, from: f64, to: f64, constant: f64| {
            let kept = (-elapsed / constant).exp();
            let spread = -(-elapsed / constant).exp_m1() * constant / elapsed;
            kept * average + (spread - kept) * from + (1.0 - spread) * to
        };
        let [fast, slow, signal] = self.constants;
        let before = self.fast - self.slow;
        self.fast = follow(self.fast, self.log_price, log_price, fast);
        self.slow = follow(self.slow, self.log_price, log_price, slow);
        self.signal = follow(self.signal, before, self.fast - self.slow, signal);
        self.log_price = log_price;
    }

    /// Fast, slow, trend and acceleration.
    pub fn scores(&self, annual: f64) -> [f64; 4] {
        let [f, s, m] = self.constants;
        let trend = self.fast - self.slow;
        let of_trend = (s - f).powi(2) / (2.0 * (s + f));
        let of_acceleration = of_trend * m * m / ((m + f) * (m + s));
        [
            (self.log_price - self.fast, f / 2.0),
            (self.log_price - self.slow, s / 2.0),
            (trend, of_trend),
            (trend - self.signal, of_acceleration),
        ]
        .map(|(value, time)| (value / (annual * time / YEAR).sqrt()).clamp(-8.0, 8.0))
    }
}

/// Returns the geometric mean of a step function over the window before `now`, summed over all of
/// its steps.
pub fn geometric_mean(published: &[(i64, f64)], window: i64, now: i64) -> f64 {
    let mut sum = 0.0;
    for (at, (time, value)) in published.iter().enumerate() {
        let until = published.get(at + 1).map_or(now, |next| next.0).min(now);
        let held = until - (*time).max(now - window);
        if held > 0 {
            sum += value.ln() * held as f64;
        }
    }
    (sum / window as f64).exp()
}
