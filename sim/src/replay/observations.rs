//! Candles as observations of a market.

use std::str::FromStr;

use ballast_core_market::admission::{Now, RawPrice};
use ballast_core_market::observation::Implied;

use super::implied::ImpliedSeries;
use super::liquidity::CostSeries;
use crate::scenario;
use ballast_market_data::history::{step_seconds, Candle};
use ballast_market_data::price::PriceE8;

/// Slots in a second, for the clock of a replay; nothing depends on how many there really are.
const SLOTS_PER_SECOND: i64 = 2;

/// Everything that can be seen of a market at one moment, in the units of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceObservation {
    /// When, unix seconds. The price is published at that moment.
    pub time: i64,
    /// The price.
    pub price: PriceE8,
    /// Its confidence interval, 10⁻⁸ quote.
    pub confidence: u64,
    /// Cost of a standard size, of any unit, if it is known.
    pub trading_cost: Option<u64>,
    /// Implied volatility, if a surface was ever published.
    pub implied: Option<Implied>,
}

impl PriceObservation {
    /// Returns the clock at that moment.
    #[must_use]
    pub fn now(&self) -> Now {
        Now {
            unix_time: self.time,
            slot: u64::try_from(self.time.saturating_mul(SLOTS_PER_SECOND)).unwrap_or(0),
        }
    }

    /// Returns the price as its publisher writes it.
    #[must_use]
    pub fn raw_price(&self) -> RawPrice {
        let now = self.now();
        RawPrice {
            price: self.price.raw(),
            confidence: self.confidence,
            exponent: -8,
            publish_time: now.unix_time,
            slot: now.slot,
        }
    }
}

/// Which prices of a candle are observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Path {
    /// The close, at the candle's end.
    #[default]
    Close,
    /// Open, the extreme nearer to it, the other, close: after a sixtieth of the candle, a third,
    /// two thirds, and all of it. The order of the extremes is a guess, as a candle does not say
    /// it.
    Ohlc,
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "close" => Ok(Self::Close),
            "ohlc" => Ok(Self::Ohlc),
            _ => Err(format!("the path is `{text}`; it must be `close` or `ohlc`")),
        }
    }
}

/// What else is known of the market, beside its candles.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Implied volatility over time.
    pub implied: ImpliedSeries,
    /// Cost of trading for each candle.
    pub costs: CostSeries,
}

/// Returns the observations of `candles` along `path`, by time. Confidence is a calm hour's for
/// most, wider where the candle is wide: see [`scenario::confidence`].
#[must_use]
pub fn observations(candles: &[Candle], path: Path, known: &Known) -> Vec<PriceObservation> {
    let length = step_seconds(candles);
    let mut observations = Vec::with_capacity(candles.len() * if path == Path::Close { 1 } else { 4 });
    for candle in candles {
        let confidence = scenario::confidence(candle);
        let mut push = |time: i64, price: PriceE8| {
            observations.push(PriceObservation {
                time,
                price,
                confidence,
                trading_cost: known.costs.at(candle.unix_time),
                implied: known.implied.at(time),
            });
        };
        let end = candle.unix_time + length;
        if path == Path::Ohlc {
            let [open, first, second] = within(candle);
            push(candle.unix_time + length / 60, open);
            push(candle.unix_time + length / 3, first);
            push(candle.unix_time + 2 * length / 3, second);
        }
        push(end, candle.close);
    }
    observations
}

/// Open, the extreme nearer to it, and the other.
fn within(candle: &Candle) -> [PriceE8; 3] {
    let up = candle.high.raw() - candle.open.raw();
    let down = candle.open.raw() - candle.low.raw();
    if up <= down {
        [candle.open, candle.high, candle.low]
    } else {
        [candle.open, candle.low, candle.high]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candle(unix_time: i64, prices: [&str; 4]) -> Candle {
        let [open, high, low, close] = prices.map(|text| text.parse().unwrap());
        Candle {
            unix_time,
            open,
            high,
            low,
            close,
        }
    }

    #[test]
    fn an_observation_is_at_the_close_or_along_the_whole_candle() {
        let candles = [
            candle(0, ["10", "12", "9.5", "11"]),
            candle(3_600, ["11", "11.5", "8", "9"]),
        ];
        let known = Known::default();
        let seen = |path| -> Vec<(i64, String)> {
            let each = observations(&candles, path, &known).into_iter();
            each.map(|observation| (observation.time, observation.price.to_string()))
                .collect()
        };
        let expected = |list: &[(i64, &str)]| -> Vec<(i64, String)> {
            list.iter().map(|(time, price)| (*time, (*price).to_owned())).collect()
        };
        assert_eq!(seen(Path::Close), expected(&[(3_600, "11"), (7_200, "9")]));
        assert_eq!(
            seen(Path::Ohlc),
            expected(&[
                (60, "10"),
                (1_200, "9.5"),
                (2_400, "12"),
                (3_600, "11"),
                (3_660, "11"),
                (4_800, "11.5"),
                (6_000, "8"),
                (7_200, "9")
            ])
        );
        assert_eq!("close".parse(), Ok(Path::Close));
        assert_eq!(
            "hourly".parse::<Path>(),
            Err("the path is `hourly`; it must be `close` or `ohlc`".to_owned())
        );
    }
}
