//! Alarms without a cause, and what the states cost in time.
//!
//! A day (UTC) is a Crisis day if a step in it is in Crisis. It is *explained* if at some hour of
//! it the low lay a tenth or more under the highest price of the 72 hours before (that hour
//! included), and *false* otherwise. The fall has to have happened already or to happen on that
//! very day: a warning a day ahead counts as false, and so does a rise, however steep, and the days
//! in which a true Crisis quietens.

use std::collections::{BTreeMap, VecDeque};

use ballast_core_market::breaker::{Breaker, MARKET};
use ballast_core_market::regime::Regime;
use serde::Serialize;

use super::Step;
use ballast_market_data::history::Candle;

const DAY: i64 = 86_400;
/// Hours that a high is remembered for.
const WINDOW: i64 = 72 * 3_600;

/// The states of a run in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarms {
    /// Length of the run, years of 365.25 days.
    pub years: f64,
    /// Share of steps in Calm, Elevated, Stressed, Crisis.
    pub time_in: [f64; 4],
    /// Stretches of Crisis.
    pub crises: usize,
    /// Days with a step in Crisis.
    pub crisis_days: usize,
    /// Those that no fall explains.
    pub false_crisis_days: usize,
    /// The same a year.
    pub false_crisis_days_a_year: f64,
    /// False Crisis days by calendar year, where there are any.
    pub false_by_year: BTreeMap<String, usize>,
    /// For each breaker of a market.
    pub breakers: Vec<BreakerAlarms>,
}

/// What one breaker did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BreakerAlarms {
    /// Its name.
    pub breaker: &'static str,
    /// How often it tripped.
    pub trips: usize,
    /// The same a year.
    pub trips_a_year: f64,
    /// Trips on days that no fall explains.
    pub false_trips: usize,
    /// The same a year.
    pub false_trips_a_year: f64,
    /// Share of steps at which it was active.
    pub time: f64,
}

/// Days (midnight, unix seconds) with an hour whose low lay a tenth or more under the high of 72
/// hours.
#[must_use]
pub fn explained_days(candles: &[Candle]) -> std::collections::BTreeSet<i64> {
    let mut days = std::collections::BTreeSet::new();
    // Highs that could still be the highest, falling from front to back.
    let mut highs: VecDeque<(i64, i64)> = VecDeque::new();
    for candle in candles {
        while highs.back().is_some_and(|back| back.1 <= candle.high.raw()) {
            highs.pop_back();
        }
        highs.push_back((candle.unix_time, candle.high.raw()));
        while highs.front().is_some_and(|front| front.0 <= candle.unix_time - WINDOW) {
            highs.pop_front();
        }
        let highest = highs.front().map_or(0, |front| front.1);
        if i128::from(candle.low.raw()) * 10 <= i128::from(highest) * 9 {
            days.insert(candle.unix_time.div_euclid(DAY) * DAY);
        }
    }
    days
}

/// Returns the day a step belongs to: an observation at a candle's end belongs to the day of the
/// candle.
fn day_of(step: &Step) -> i64 {
    (step.time - 1).div_euclid(DAY) * DAY
}

/// Returns the figures of a run over `candles`.
#[must_use]
pub fn alarms(candles: &[Candle], steps: &[Step]) -> Alarms {
    let explained = explained_days(candles);
    let span = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => (last.time - first.time) as f64,
        _ => 0.0,
    };
    let years = (span / (365.25 * DAY as f64)).max(f64::MIN_POSITIVE);
    let share = |count: usize| count as f64 / steps.len().max(1) as f64;
    let crisis_days: std::collections::BTreeSet<i64> = steps
        .iter()
        .filter(|step| step.regime == Regime::Crisis)
        .map(day_of)
        .collect();
    let false_days: Vec<i64> = crisis_days.difference(&explained).copied().collect();
    let mut false_by_year = BTreeMap::new();
    for day in &false_days {
        *false_by_year
            .entry(ballast_market_data::format::utc(*day, "%Y"))
            .or_default() += 1;
    }
    Alarms {
        years,
        time_in: Regime::ALL.map(|regime| share(steps.iter().filter(|step| step.regime == regime).count())),
        crises: begins(steps, |step| step.regime == Regime::Crisis).count(),
        crisis_days: crisis_days.len(),
        false_crisis_days: false_days.len(),
        false_crisis_days_a_year: false_days.len() as f64 / years,
        false_by_year,
        breakers: MARKET
            .breakers()
            .into_iter()
            .map(|breaker| of_breaker(breaker, steps, &explained, years))
            .collect(),
    }
}

fn of_breaker(
    breaker: Breaker,
    steps: &[Step],
    explained: &std::collections::BTreeSet<i64>,
    years: f64,
) -> BreakerAlarms {
    let is_active = |step: &Step| step.breakers.has(breaker);
    let trips = begins(steps, is_active).count();
    let false_trips = begins(steps, is_active)
        .filter(|step| !explained.contains(&day_of(step)))
        .count();
    BreakerAlarms {
        breaker: breaker.name(),
        trips,
        trips_a_year: trips as f64 / years,
        false_trips,
        false_trips_a_year: false_trips as f64 / years,
        time: steps.iter().filter(|step| is_active(step)).count() as f64 / steps.len().max(1) as f64,
    }
}

/// Returns the steps at which `holds` begins.
fn begins<'a>(steps: &'a [Step], holds: impl Fn(&Step) -> bool + Copy + 'a) -> impl Iterator<Item = &'a Step> {
    let before = std::iter::once(None).chain(steps.iter().map(Some));
    steps
        .iter()
        .zip(before)
        .filter(move |(step, before)| holds(step) && !before.is_some_and(holds))
        .map(|(step, _)| step)
}
