//! Parameters of a market from its history, and why each is what it is.
//!
//! 1. What a quantile tells is read off: floors, rates, the variance to begin with.
//! 2. For each pair of time constants the signals are worked out once, and for each choice of how
//!    rare Crisis shall be the ladders are read off their quantiles, cut to what the risk engine
//!    accepts.
//! 3. Each such candidate is run over the whole history: how it meets the six falls, and how many
//!    days of Crisis nothing explains.
//! 4. Of those that meet every fall with an hour to spare and have at least two false Crisis days a
//!    year fewer than [`MAX_FALSE_DAYS`], the one that meets the most falls by Crisis itself is
//!    taken, and among equals the one that is most of the time in Crisis: it asks for it most
//!    readily. If none does all that, the one that misses least.
//!
//! What history cannot tell (confidence, a second source, a venue's depth) is a choice, and says
//! so.

mod quantiles;
mod reasons;
mod search;
mod shares;
mod text;
mod toml;

pub use quantiles::Quantiles;
pub use search::Candidate;
pub use shares::Shares;

use std::io;

use ballast_core_market::regime::Indicator;
use ballast_core_market::worst_day::INITIAL_WORST_DAY;

use self::quantiles::rounded;
use super::alarms::Alarms;
use super::events::{self, Met};
use super::observations::{observations, Known, Path};
use super::run::{run, RunError};
use super::{alarms, Native, Step};
use crate::coverage::hours::hours;
use ballast_market_data::history::{step_seconds, Candle};
use ballast_market_data::markets::{
    Breakers, Ladder, LimitMultipliers, Market, MarketsError, Ramp, Regime, Settings, Signals, Threshold, Times,
};

/// The most days a year in a Crisis that no fall explains: the bar.
pub const MAX_FALSE_DAYS: f64 = 12.0;

/// Hours of history that the estimators warm up in, and that no quantile is taken of: ten days.
pub const WARM_UP: usize = 240;

/// The fewest candles that anything is calibrated on: 90 days of hours.
pub const FEWEST: usize = 2_160;

const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

/// Why nothing was calibrated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrateError {
    /// Too little history.
    #[error("{found} candles are too few to calibrate on: {FEWEST} are needed, 90 days of hours")]
    TooShort {
        /// How many there are.
        found: usize,
    },
    /// Not hourly.
    #[error("rows are {found} s apart: thresholds are calibrated on hourly candles, 3600 s apart")]
    NotHourly {
        /// Their distance.
        found: i64,
    },
    /// A candidate that the risk engine refuses: a fault of this module.
    #[error("a candidate is refused, which is a fault of the calibration: {0}")]
    Refused(#[from] MarketsError),
    /// A run ended early.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// One parameter, or a few that belong together, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name in the file, after the market's.
    pub parameter: &'static str,
    /// Its value, in words.
    pub value: String,
    /// Why.
    pub why: String,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// Name of the market.
    pub name: String,
    /// Its parameters.
    pub market: Market,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Quantiles of each indicator with the parameters taken.
    pub quantiles: Vec<(Indicator, Quantiles)>,
    /// Everything that was tried.
    pub candidates: Vec<Candidate>,
    /// Which of them was taken.
    pub taken: usize,
    /// How it meets the falls, from a full run.
    pub met: Vec<Met>,
    /// What it costs, from the same.
    pub alarms: Alarms,
}

/// Checks that candles can be calibrated on: enough of them, hourly.
///
/// # Errors
/// [`CalibrateError::TooShort`] and [`CalibrateError::NotHourly`].
pub fn check(candles: &[Candle]) -> Result<(), CalibrateError> {
    if candles.len() < FEWEST {
        return Err(CalibrateError::TooShort { found: candles.len() });
    }
    let found = step_seconds(candles);
    if found != i64::from(HOUR) {
        return Err(CalibrateError::NotHourly { found });
    }
    Ok(())
}

/// Calibrates the market `name` on `candles`, with what else is known of it. `progress` hears of
/// each candidate: how many of how many.
///
/// # Errors
/// [`CalibrateError`].
pub fn calibrate(
    name: &str,
    candles: &[Candle],
    known: &Known,
    mut progress: impl FnMut(usize, usize) -> io::Result<()>,
) -> Result<Calibration, CalibrateError> {
    check(candles)?;
    let observations = observations(candles, Path::Close, known);
    let (base, mut reasons) = base(candles);
    let search = search::search(name, &base, candles, &observations, &mut progress)?;
    let typed = search.market.typed(name)?;
    let mut native = Native::new(typed.params, typed.initial_variance);
    let steps = run(&mut native, &observations, &typed, |_, _| Ok(()))?;
    let met = events::falls(candles)
        .iter()
        .filter_map(|fall| events::met(fall, &steps))
        .collect();
    reasons.extend(search.reasons);
    Ok(Calibration {
        name: name.to_owned(),
        quantiles: quantiles_of(&steps),
        market: search.market,
        reasons,
        taken: search.taken,
        candidates: search.candidates,
        met,
        alarms: alarms::alarms(candles, &steps),
    })
}

impl Calibration {
    /// Returns whether every fall is met in time with at most [`MAX_FALSE_DAYS`].
    #[must_use]
    pub fn holds(&self) -> bool {
        self.met.iter().all(Met::in_time) && self.alarms.false_crisis_days_a_year <= MAX_FALSE_DAYS
    }
}

/// Quantiles of each indicator that was ever read, without the warm-up.
fn quantiles_of(steps: &[Step]) -> Vec<(Indicator, Quantiles)> {
    let of = |indicator: Indicator| {
        let readings = steps.iter().skip(WARM_UP);
        let values: Vec<u32> = readings
            .filter_map(|step| Some(step.indicators.get(indicator)?.0))
            .collect();
        Some((indicator, Quantiles::new(values)?))
    };
    Indicator::ALL.into_iter().filter_map(of).collect()
}

/// Returns a threshold that is left a fifth under where it is entered.
const fn threshold(enter: u32) -> Threshold {
    Threshold {
        enter,
        exit: enter / 5 * 4,
    }
}

/// Returns a ladder of three.
const fn ladder(enter: [u32; 3]) -> Ladder {
    let [elevated, stressed, crisis] = enter;
    Ladder {
        elevated: threshold(elevated),
        stressed: threshold(stressed),
        crisis: threshold(crisis),
    }
}

/// Returns the largest log move of a day in the last year of the history, rounded up to a
/// hundredth, within what a market may begin with.
fn worst_day(candles: &[Candle]) -> f64 {
    let largest = hours(candles).last().map_or(0.0, |hour| hour.worst_day);
    let [least, greatest] = [INITIAL_WORST_DAY.start(), INITIAL_WORST_DAY.end()].map(|points| *points as f64 / 1e4);
    ((largest * 100.0).ceil() / 100.0).clamp(least, greatest)
}

/// Returns what does not depend on the search: read off returns, or chosen.
fn base(candles: &[Candle]) -> (Market, Vec<Reason>) {
    let returns: Vec<f64> = candles
        .windows(2)
        .map(|pair| (pair[1].close.to_f64() / pair[0].close.to_f64()).ln())
        .collect();
    let variance = 8_760.0 * returns.iter().map(|r| r * r).sum::<f64>() / returns.len() as f64;
    let sizes = Quantiles::new(returns.iter().map(|r| (r.abs() * 1e4).round() as u32).collect());
    let size = |share: f64| sizes.as_ref().map_or(0, |sizes| sizes.at(share));
    let daily = (variance / 365.0).sqrt() * 1e4;
    let rate = size(0.999).div_ceil(100).clamp(2, 50);
    let floor = rounded(size(0.99), 50).clamp(50, 1_000);
    let high_fall = rounded(daily as u32, 50).clamp(50, 2_000);
    let breaker = |trip, reset| Settings {
        trip,
        reset,
        cooldown_seconds: 4 * HOUR,
    };
    let market = Market {
        initial_variance: format!("{:.2}", variance.max(0.01)),
        worst_day: format!("{:.2}", worst_day(candles)),
        trading_cost: DAY,
        max_surface_age_seconds: 2 * HOUR,
        signals: Signals {
            slow_price_rate_per_hour: format!("{:.2}", f64::from(rate) / 100.0),
            high_fall_per_day: high_fall,
            jump_floor: floor,
            times: Times {
                sampling: HOUR,
                fast_variance: 6 * HOUR,
                slow_variance: 10 * DAY,
                moments: 20 * DAY,
                trend: [12 * HOUR, 4 * DAY, DAY],
            },
        },
        regime: Regime {
            dwell_seconds: 6 * HOUR,
            longest_gap_seconds: HOUR,
            volatility_ratio: ladder([13_000, 18_000, 25_000]),
            volatility: ladder([8_000, 12_000, 18_000]),
            implied_ratio: ladder([16_000, 21_000, 23_500]),
            jump: ladder([40_000, 55_000, 70_000]),
            contraction: ladder([15_000, 25_000, 50_000]),
            drawdown: ladder([500, 800, 1_200]),
        },
        breakers: Breakers {
            longest_gap_seconds: HOUR,
            price_jump: breaker(60_000, 30_000),
            volatility_jump: breaker(30_000, 24_000),
            wide_confidence: breaker(100, 50),
            stale_price: breaker(2 * HOUR, HOUR + 900),
            source_divergence: breaker(100, 50),
            liquidity_contraction: breaker(50_000, 25_000),
            stale_surface: breaker(2 * HOUR, HOUR),
            quote_off_par: breaker(100, 50),
        },
        limit_multipliers: LimitMultipliers {
            delta: Ramp {
                from: 10_000,
                to: 30_000,
                floor: 2_500,
            },
            gamma: Ramp {
                from: 12_000,
                to: 30_000,
                floor: 2_000,
            },
            vega: Ramp {
                from: 12_000,
                to: 40_000,
                floor: 1_000,
            },
            liquidity: Ramp {
                from: 15_000,
                to: 60_000,
                floor: 3_000,
            },
        },
    };
    let reasons = reasons::reasons_of_base(&market, &size, daily);
    (market, reasons)
}
