//! Files of prices on the command line: how they are read, and what they were taken for.

use crate::reading;
use anyhow::{bail, Result};
use ballast_files::moment::TimeUnit;
use ballast_files::name;
use ballast_market_data::history::{self, spacing, Columns, History, Request};
use std::path::{Path, PathBuf};

/// How a file of prices is read.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Shape {
    /// Which column is which, where the file's layout is not recognised: time=NAME,open=NAME,... by
    /// the header's names, or time,open,high,low,close,volume in their order without a header
    #[arg(long, value_name = "COLUMNS")]
    pub columns: Option<Columns>,

    /// Unit of times that are numbers: s, ms, us or ns (default: seconds, or what the layout's
    /// publisher writes)
    #[arg(long, value_name = "UNIT")]
    pub time_unit: Option<TimeUnit>,

    /// What the prices are of, such as BTC (default: what the file or its name says)
    #[arg(long, value_name = "NAME", value_parser = asset)]
    pub asset: Option<String>,
}

fn asset(text: &str) -> Result<String, String> {
    name::currency(text).map_err(str::to_owned)
}

/// The days that are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Days<'a> {
    /// The first.
    pub from: Option<&'a str>,
    /// The first left out.
    pub to: Option<&'a str>,
}

/// A file of hourly prices, and which days of it are asked for.
#[derive(clap::Args, Clone, Debug)]
pub struct Hourly {
    /// Hourly prices: a table with unix_time,open,high,low,close, or as exchanges and libraries
    /// write them
    #[arg(long, value_name = "FILE")]
    pub history: PathBuf,

    /// First day, YYYY-MM-DD, UTC (default: where the file begins)
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,

    /// First day left out, YYYY-MM-DD, UTC (default: where the file ends)
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,

    /// How it is read.
    #[command(flatten)]
    pub shape: Shape,
}

impl Hourly {
    /// Reads the history.
    ///
    /// # Errors
    /// See [`Shape::load`].
    pub fn load(&self) -> Result<History> {
        let days = Days {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
        };
        self.shape.load(&self.history, days)
    }

    /// Checks that its prices are those of a market.
    ///
    /// # Errors
    /// See [`Shape::check_market`].
    pub fn check_market(&self, history: &History, market: &str) -> Result<()> {
        self.shape.check_market(&self.history, history, market)
    }
}

/// What a command needs of the spacing of candles.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    /// The command, for messages.
    pub command: &'static str,
    /// The shortest, seconds.
    pub least: i64,
    /// The longest, seconds.
    pub most: i64,
    /// Why.
    pub why: &'static str,
}

impl Spacing {
    /// Checks the spacing of a history.
    ///
    /// # Errors
    /// The spacing found and the one needed.
    pub fn check(&self, file: &Path, history: &History) -> Result<()> {
        let found = history.step;
        if (self.least..=self.most).contains(&found) {
            return Ok(());
        }
        let needed = if self.least == self.most {
            format!("hourly candles, {} s apart", self.least)
        } else {
            format!("candles {} s to {} s apart", self.least, self.most)
        };
        bail!(
            "{}: rows are {found} s apart ({}), and {} needs {needed}: {}",
            file.display(),
            spacing(found),
            self.command,
            self.why
        )
    }
}

impl Shape {
    /// Reads a history.
    ///
    /// # Errors
    /// The file, the line or the dates that are wrong.
    pub fn load(&self, file: &Path, days: Days<'_>) -> Result<History> {
        let date = |text: Option<&str>| text.map(history::parse_date).transpose();
        let request = Request {
            columns: self.columns.as_ref(),
            unit: self.time_unit,
            ..Request::of(file).between(date(days.from)?, date(days.to)?)
        };
        Ok(history::load(&request)?)
    }

    /// Checks that prices are those of a market.
    ///
    /// # Errors
    /// What the file says they are of.
    pub fn check_market(&self, file: &Path, history: &History, market: &str) -> Result<()> {
        let found = self.asset.as_ref().or(history.asset.as_ref());
        match found {
            Some(found) if !found.eq_ignore_ascii_case(market) => bail!(
                "{}: its prices are of {found}, and --market is {market}; --asset {} says that they are of that after all",
                file.display(),
                market.to_ascii_uppercase()
            ),
            _ => Ok(()),
        }
    }
}

/// Checks that there are enough candles to show anything.
///
/// # Errors
/// How many there are, and the first row that was left out.
pub fn check_enough(history: &History, fewest: usize) -> Result<()> {
    let found = history.candles.len();
    if found >= fewest {
        return Ok(());
    }
    let rule = format!("{found} candles are too few to show anything: choose --from and --to at least {fewest} apart");
    match history.left_out.first() {
        Some(fault) => bail!("{fault}; without it {rule}"),
        None => bail!("{rule}"),
    }
}

/// Says on standard error what a file was taken for, and which rows were left out.
pub fn say(file: &Path, history: &History, asset: &str) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if !ballast_terminal::is_quiet() {
        eprintln!("{}", history.summary(asset));
    }
    reading::say(&name, &history.notes, &history.left_out);
}
