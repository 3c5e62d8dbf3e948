//! Files of implied volatility on the command line.

use crate::reading;
use anyhow::{bail, Result};
use ballast_files::moment::TimeUnit;
use ballast_market_data::format::utc_minute;
use ballast_market_data::history::History;
use ballast_sim::replay::implied::{ImpliedSeries, HOLDS};
use std::path::{Path, PathBuf};

/// What is read.
#[derive(Clone, Copy, Debug)]
pub struct ImpliedFiles<'a> {
    /// Option chains.
    pub chains: &'a [PathBuf],
    /// A daily index.
    pub index: Option<&'a Path>,
    /// Unit of times that are numbers.
    pub unit: Option<TimeUnit>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Implied {
    /// The points.
    pub series: ImpliedSeries,
    /// Whether no row was left out.
    pub whole: bool,
}

impl ImpliedFiles<'_> {
    /// Reads the files for the prices of a history, and says which rows were left out.
    ///
    /// # Errors
    /// A file that cannot be read, or none of whose points can be used with these prices.
    pub fn read(&self, market: &str, history: &History) -> Result<Implied> {
        let mut series = ImpliedSeries::default();
        if !self.chains.is_empty() {
            series = ImpliedSeries::load(self.chains, market, self.unit)?;
            reading::say_left_out(&series.left_out);
            check_span("--chains", &series, history)?;
        }
        if let Some(file) = self.index {
            let index = ImpliedSeries::of_index(file, self.unit)?;
            if index.is_empty() {
                match index.left_out.first() {
                    Some(fault) => bail!("--implied-index: {fault}"),
                    None => bail!("--implied-index: {} holds no rows", file.display()),
                }
            }
            reading::say_left_out(&index.left_out);
            check_span("--implied-index", &index, history)?;
            series = series.with(index);
        }
        if !ballast_terminal::is_quiet() {
            series.notes.iter().for_each(|note| eprintln!("{note}"));
        }
        Ok(Implied {
            whole: series.left_out.is_empty(),
            series,
        })
    }
}

/// Checks that a point speaks for at least one of the prices.
fn check_span(flag: &str, series: &ImpliedSeries, history: &History) -> Result<()> {
    let (Some((first, last)), Some(begin), Some(end)) =
        (series.span(), history.candles.first(), history.candles.last())
    else {
        return Ok(());
    };
    let (begin, end) = (begin.unix_time, end.unix_time + history.step);
    if first > end || last + HOLDS < begin {
        bail!(
            "{flag}: no point of it lies within the prices, which are from {} to {}; its points are from {} to {}",
            utc_minute(begin),
            utc_minute(end),
            utc_minute(first),
            utc_minute(last)
        );
    }
    Ok(())
}
