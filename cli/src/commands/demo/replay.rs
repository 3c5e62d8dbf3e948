//! What is replayed: a stretch of history, or the built-in scenario.

use super::Args;
use crate::prices;
use crate::prices::Days;
use crate::prices::Spacing;
use anyhow::bail;
use anyhow::Result;
use ballast_deploy::config::Config;
use ballast_deploy::config::DEFAULT;
use ballast_market_data::format::utc_day;
use ballast_market_data::format::utc_minute;
use ballast_market_data::history;
use ballast_market_data::history::Candle;
use ballast_sim::record::Mark;
use ballast_sim::scenario;
use std::path::Path;

/// The demo needs room for both arrivals and the visit in the middle.
const FEWEST_STEPS: usize = 8;

/// A price may be this many times the configured first one, or as small a part of it.
const SPREAD: f64 = 1_000.0;

/// What the demo needs of candles.
const NEEDED: Spacing = Spacing {
    command: "demo",
    least: 60,
    most: 3_600,
    why: "a price that is older than two hours trips the breaker `stale price`",
};

/// What is replayed.
pub struct Replay {
    /// The prices.
    pub candles: Vec<Candle>,
    /// Seconds from one of them to the next.
    pub step_seconds: i64,
    /// The market's asset.
    pub asset: String,
    /// Title of the report.
    pub title: String,
    /// Where the prices are from.
    pub source: String,
    /// Whether no row of the file was left out.
    pub whole: bool,
    /// Moments worth marking.
    pub marks: Vec<Mark>,
}

impl Replay {
    /// Reads the history that `args` name, or makes the built-in scenario.
    ///
    /// # Errors
    /// The file, the line or the dates that are wrong, or that there are too few prices.
    pub fn of(args: &Args) -> Result<Self> {
        match &args.history {
            None => Ok(Self::built_in(args.seed)),
            Some(file) => Self::from_file(args, file),
        }
    }

    fn from_file(args: &Args, file: &Path) -> Result<Self> {
        let days = Days {
            from: args.from.as_deref(),
            to: args.to.as_deref(),
        };
        let history = args.shape.load(file, days)?;
        prices::check_enough(&history, FEWEST_STEPS)?;
        NEEDED.check(file, &history)?;
        let said = args.shape.asset.clone().or_else(|| history.asset.clone());
        let asset = said.clone().unwrap_or_else(|| "BTC".to_owned());
        check_asset(file, &history.candles, &asset)?;
        prices::say(file, &history, &asset);
        if said.is_none() {
            eprintln!(
                "{}: its name says no asset: taken as BTC (--asset says otherwise)",
                file.display()
            );
        }
        Ok(Self {
            step_seconds: history.step,
            whole: history.left_out.is_empty(),
            title: format!("Ballast: {asset} {}", days_of(&history.candles)),
            candles: history.candles,
            asset,
            source: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            marks: Vec::new(),
        })
    }

    fn built_in(seed: u64) -> Self {
        let candles = scenario::candles(seed);
        let mark = |landmark: scenario::Landmark| {
            let candle = candles.get(landmark.index)?;
            Some(Mark {
                unix_time: candle.unix_time,
                label: landmark.name.to_owned(),
            })
        };
        let marks = scenario::landmarks().into_iter().filter_map(mark).collect();
        Self {
            step_seconds: history::step_seconds(&candles),
            marks,
            candles,
            whole: true,
            asset: "BTC".to_owned(),
            title: format!("Ballast: {}", scenario::NAME),
            source: format!("built-in scenario, seed {seed}: published turning points joined by seeded bridges"),
        }
    }
}

/// Checks that there is a market for an asset, and that prices can be those of it.
fn check_asset(file: &Path, candles: &[Candle], asset: &str) -> Result<()> {
    let config = Config::parse(DEFAULT)?;
    let known: Vec<&str> = config.assets().collect();
    if !known.contains(&asset) {
        bail!(
            "{}: no market is configured for {asset}; there are {} (--asset says that the prices are of another)",
            file.display(),
            known.join(", ")
        );
    }
    let usual = config.first_price(asset)? as f64 / 1e8;
    let (least, most) = (usual / SPREAD, usual * SPREAD);
    let outside = candles
        .iter()
        .find(|candle| !(least..=most).contains(&candle.close.to_f64()));
    if let Some(candle) = outside {
        bail!(
            "{}: a price of {} at {} is none of {asset}: they are taken within {least} and {most}; --asset says what the prices are of",
            file.display(),
            candle.close,
            utc_minute(candle.unix_time)
        );
    }
    Ok(())
}

fn days_of(candles: &[Candle]) -> String {
    let day = |candle: Option<&Candle>| candle.map_or_else(String::new, |c| utc_day(c.unix_time));
    format!("from {} to {}", day(candles.first()), day(candles.last()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_scenario_marks_its_falls_at_their_prices() {
        let replay = Replay::built_in(scenario::DEFAULT_SEED);
        assert_eq!((replay.candles.len(), replay.marks.len()), (scenario::STEPS, 3));
        assert!(replay
            .marks
            .iter()
            .all(|mark| replay.candles.iter().any(|c| c.unix_time == mark.unix_time)));
    }
}
