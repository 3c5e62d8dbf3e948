//! Six falls, and how late or early the risk engine was.

use ballast_core_market::breaker::MARKET;
use ballast_core_market::observation::MARKET_BREAKERS;
use ballast_core_market::regime::Regime;
use serde::Serialize;

use super::Step;
use crate::record::Mark;
use ballast_market_data::format::utc;
use ballast_market_data::history::{parse_date, step_seconds, Candle};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// The falls, by name and the days (first, and first no longer observed) of which the first that
/// fell by a tenth is taken.
pub const EVENTS: [(&str, &str, &str); 6] = [
    ("March 2020, the pandemic", "2020-03-12", "2020-03-13"),
    ("May 2021, the deleveraging", "2021-05-19", "2021-05-20"),
    ("November 2022, FTX", "2022-11-08", "2022-11-09"),
    ("August 2024, the yen", "2024-08-05", "2024-08-06"),
    ("October 2025, auto-deleveraging", "2025-10-10", "2025-10-11"),
    ("February 2026", "2026-02-01", "2026-03-01"),
];

/// Hours after the fall within which Crisis or a breaker has to be reached.
pub const IN_TIME: i64 = 2;

/// Beyond this many hours after the fall nothing is credited to it any more.
const LATEST: i64 = 48;

/// A day whose low was first at least a tenth under its open, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fall {
    /// What people call it.
    pub name: String,
    /// Midnight of the day, unix seconds.
    pub day: i64,
    /// End of the hour in which the price first traded a tenth under the day's open: the first
    /// observation that can know of it.
    pub at: i64,
}

/// How one fall was met. Hours from the fall: negative is before it, `None` not within two days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Met {
    /// The fall.
    pub fall: Fall,
    /// Crisis, or a breaker that prices trip.
    pub guarded: Option<i64>,
    /// Elevated or worse, Stressed or worse, Crisis.
    pub regimes: [Option<i64>; 3],
    /// Each breaker of a market, in the order of its panel.
    pub breakers: [Option<i64>; MARKET_BREAKERS],
}

impl Met {
    /// Returns whether Crisis or a breaker was reached within [`IN_TIME`].
    #[must_use]
    pub fn in_time(&self) -> bool {
        self.guarded.is_some_and(|hours| hours <= IN_TIME)
    }

    /// Returns the fall on a plot of years.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            unix_time: self.fall.at,
            label: utc(self.fall.day, "%b %Y"),
        }
    }

    /// Returns the fall on a plot of days.
    #[must_use]
    pub fn mark_of_day(&self) -> Mark {
        Mark {
            unix_time: self.fall.at,
            label: "−10 %".to_owned(),
        }
    }
}

/// Returns the falls that `candles` hold. One that the history does not cover, or that did not
/// happen in this market, is left out.
#[must_use]
pub fn falls(candles: &[Candle]) -> Vec<Fall> {
    let find = |(name, first, end): &(&str, &str, &str)| {
        let (first, end) = (parse_date(first).ok()?, parse_date(end).ok()?);
        (first..end)
            .step_by(DAY as usize)
            .find_map(|day| fall_of_day(candles, name, day))
    };
    EVENTS.iter().filter_map(find).collect()
}

fn fall_of_day(candles: &[Candle], name: &str, day: i64) -> Option<Fall> {
    let of_day = candles.iter().filter(|c| (day..day + DAY).contains(&c.unix_time));
    let open = of_day.clone().next().filter(|c| c.unix_time == day)?.open.raw();
    let first = of_day
        .clone()
        .find(|candle| i128::from(candle.low.raw()) * 10 <= i128::from(open) * 9)?;
    Some(Fall {
        name: name.to_owned(),
        day,
        at: first.unix_time + step_seconds(candles),
    })
}

/// Returns how `fall` was met by `steps`. `None` if they do not reach it.
#[must_use]
pub fn met(fall: &Fall, steps: &[Step]) -> Option<Met> {
    let at = steps.iter().position(|step| step.time >= fall.at)?;
    let regime = |level: Regime| reached(steps, at, fall.at, |step| step.regime >= level);
    Some(Met {
        guarded: reached(steps, at, fall.at, Step::guards),
        regimes: [Regime::Elevated, Regime::Stressed, Regime::Crisis].map(regime),
        breakers: MARKET
            .breakers()
            .map(|breaker| reached(steps, at, fall.at, |step| step.breakers.has(breaker))),
        fall: fall.clone(),
    })
}

/// Hours from the fall to when `holds` began: the stretch it holds in at the fall, or else the
/// first time after.
fn reached(steps: &[Step], at: usize, fall: i64, holds: impl Fn(&Step) -> bool) -> Option<i64> {
    let (before, after) = steps.split_at_checked(at)?;
    let first = after.first()?;
    let begun = if holds(first) {
        let stretch = before.iter().rev().take_while(|step| holds(step)).last();
        stretch.unwrap_or(first).time
    } else {
        let later = after.iter().take_while(|step| step.time <= fall + LATEST * HOUR);
        later.into_iter().find(|step| holds(step))?.time
    };
    // An observation within the hour counts as at its end.
    Some((begun - fall + if begun > fall { HOUR - 1 } else { 0 }).div_euclid(HOUR))
}

/// `2020-03-12 11:00`, and hours as `+2 h`.
#[must_use]
pub fn hours(lag: Option<i64>) -> String {
    match lag {
        Some(hours) if hours > 0 => format!("+{hours} h"),
        Some(0) => "0 h".to_owned(),
        Some(hours) if hours <= -48 => format!("−{} d", -hours / 24),
        Some(hours) => format!("−{} h", -hours),
        None => "–".to_owned(),
    }
}

impl Fall {
    /// Returns when it was, to the minute.
    #[must_use]
    pub fn when(&self) -> String {
        utc(self.at, "%Y-%m-%d %H:%M")
    }
}
