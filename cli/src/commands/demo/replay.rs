//! What is replayed: a stretch of history, or the built-in scenario.

use super::Args;
use anyhow::bail;
use anyhow::Result;
use ballast_market_data::format::utc_day;
use ballast_market_data::history;
use ballast_market_data::history::Candle;
use ballast_sim::record::Mark;
use ballast_sim::scenario;

/// The demo needs room for both arrivals and the visit in the middle.
const FEWEST_STEPS: usize = 8;

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
    /// Moments worth marking.
    pub marks: Vec<Mark>,
}

impl Replay {
    /// Reads the history that `args` name, or makes the built-in scenario.
    ///
    /// # Errors
    /// The file, the line or the dates that are wrong, or that there are too few prices.
    pub fn of(args: &Args) -> Result<Self> {
        let replay = match &args.history {
            None => Self::built_in(args.seed),
            Some(file) => {
                let date = |text: &Option<String>| text.as_deref().map(history::parse_date).transpose();
                let candles = history::load(file, date(&args.from)?, date(&args.to)?)?;
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let asset = asset_of(&name);
                let title = format!("Ballast: {asset} {}", days(&candles));
                Self {
                    step_seconds: history::step_seconds(&candles),
                    candles,
                    asset,
                    title,
                    source: name,
                    marks: Vec::new(),
                }
            }
        };
        if replay.candles.len() < FEWEST_STEPS {
            bail!(
                "{} prices are too few to show anything: choose --from and --to at least {FEWEST_STEPS} apart",
                replay.candles.len()
            );
        }
        Ok(replay)
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
            asset: "BTC".to_owned(),
            title: format!("Ballast: {}", scenario::NAME),
            source: format!("built-in scenario, seed {seed}: published turning points joined by seeded bridges"),
        }
    }
}

/// Returns the asset a file is named for, BTC if for none that is known.
fn asset_of(file: &str) -> String {
    let file = file.to_ascii_lowercase();
    let known = ["btc", "eth", "sol"].into_iter().find(|asset| file.starts_with(asset));
    known.unwrap_or("btc").to_ascii_uppercase()
}

fn days(candles: &[Candle]) -> String {
    let day = |candle: Option<&Candle>| candle.map_or_else(String::new, |c| utc_day(c.unix_time));
    format!("from {} to {}", day(candles.first()), day(candles.last()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asset_is_read_from_the_beginning_of_the_files_name() {
        for (file, asset) in [
            ("btc_usd_1h.csv.gz", "BTC"),
            ("ETH.csv", "ETH"),
            ("solana.csv", "SOL"),
            ("doge.csv", "BTC"),
        ] {
            assert_eq!(asset_of(file), asset);
        }
    }

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
