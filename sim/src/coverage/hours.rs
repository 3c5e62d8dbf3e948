//! What is known of a market in each hour of its history.

use ballast_core_math::surface::{Slice, Surface};
use ballast_core_types::{Price, I80F48};
use ballast_market_data::history::Candle;
use fixed::types::{I2F62, U16F48, U3F61, U8F56};
use std::collections::VecDeque;

/// Hours of a year.
const YEAR: f64 = 8_760.0;
/// Hours for which a day's move is remembered.
const REMEMBERED: usize = 8_760;

/// A market in one hour.
#[derive(Clone, Copy, Debug)]
pub struct Hour {
    /// Where it ends, unix seconds.
    pub unix_time: i64,
    /// The price then.
    pub price: f64,
    /// The same as the engine has it.
    pub price_fixed: Price,
    /// Variance a year with a time constant of ten days, as a market's slow one.
    pub slow_variance: f64,
    /// The larger of that and the one of six hours.
    pub larger_variance: f64,
    /// Implied volatility, a stand-in.
    pub implied: f64,
    /// Largest log move of 24 hours in the last year.
    pub worst_day: f64,
}

impl Hour {
    /// Returns a surface of its implied volatility, flat.
    ///
    /// # Panics
    /// Never: the volatility is held within 5…500 %, in which the slice is legal.
    pub fn surface(&self) -> Surface {
        let volatility = self.implied.clamp(0.05, 5.0);
        let slice = Slice {
            time: U3F61::lit("0.25"),
            total_variance: U8F56::from_num(volatility * volatility / 4.0),
            skew: I2F62::ZERO,
            curvature: U16F48::lit("0.01"),
        };
        Surface::new(&[slice]).expect("a legal surface")
    }
}

/// An average of squared returns that forgets.
struct Variance {
    kept: f64,
    value: f64,
}

impl Variance {
    fn of_hours(hours: f64, begins_at: f64) -> Self {
        Self {
            kept: (-1.0 / hours).exp(),
            value: begins_at,
        }
    }

    fn after(&mut self, square: f64) -> f64 {
        self.value = self.kept * self.value + (1.0 - self.kept) * square;
        self.value * YEAR
    }
}

/// Returns the hours of a history.
pub fn hours(candles: &[Candle]) -> Vec<Hour> {
    let closes: Vec<f64> = candles.iter().map(|candle| candle.close.to_f64()).collect();
    let returns = std::iter::once(0.0).chain(closes.windows(2).map(|pair| (pair[1] / pair[0]).ln()));
    let squares: Vec<f64> = returns.map(|size| size * size).collect();
    let begin = squares.iter().take(240).sum::<f64>() / 240.0;
    let [mut six_hours, mut ten_days, mut day, mut five_days, mut twenty_days] =
        [6.0, 240.0, 24.0, 120.0, 480.0].map(|hours| Variance::of_hours(hours, begin));
    // Hours whose move nothing later has exceeded, each less than the one before.
    let mut largest: VecDeque<(usize, f64)> = VecDeque::new();
    let mut all = Vec::with_capacity(candles.len());
    for (index, (candle, square)) in candles.iter().zip(squares).enumerate() {
        let price = closes[index];
        // A candle's price is above zero, and fits.
        let Some(price_fixed) = Price::from_fixed(I80F48::from_num(price)) else {
            continue;
        };
        let before = closes[index.saturating_sub(24)];
        let size = (price / before).ln().abs();
        while largest.back().is_some_and(|(_, other)| *other <= size) {
            largest.pop_back();
        }
        largest.push_back((index, size));
        if largest.front().is_some_and(|(at, _)| at + REMEMBERED <= index) {
            largest.pop_front();
        }
        let slow_variance = ten_days.after(square);
        let forecast = (day.after(square) + five_days.after(square) + twenty_days.after(square)) / 3.0;
        all.push(Hour {
            unix_time: candle.unix_time + 3_600,
            price,
            price_fixed,
            slow_variance,
            larger_variance: slow_variance.max(six_hours.after(square)),
            implied: forecast.sqrt().clamp(0.2, 5.0),
            worst_day: largest.front().map_or(0.0, |(_, size)| *size),
        });
    }
    all
}
