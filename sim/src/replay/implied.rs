//! Volatility at the money from option chains, as honest feeders would have published it.

use std::path::{Path, PathBuf};

use ballast_core_market::observation::Implied;
use ballast_core_math::fit::publish;
use ballast_core_math::surface::{SurfaceError, MAX_SLICES};
use ballast_core_types::basis_points::BasisPoints;
use thiserror::Error;

use crate::fitting;
use ballast_market_data::chains::{self, ChainError};
use ballast_market_data::format::utc_minute;
use ballast_market_data::history;

/// The tenor whose volatility stands for the surface, in years: 30 days.
const TENOR: f64 = 30.0 / 365.0;

/// A snapshot speaks until the next one, but no longer than this: 26 hours, since snapshots are
/// daily, at about the same time.
const HOLDS: i64 = 26 * 3_600;

/// Why a file of chains gave no volatility.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImpliedError {
    /// The file is refused.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A snapshot gives no surface.
    #[error("the chain of {currency} at {} gives no surface: {error}", utc_minute(*.time))]
    Surface {
        /// The underlying.
        currency: String,
        /// When it was taken, unix seconds.
        time: i64,
        /// What the no-arbitrage check refuses.
        error: SurfaceError,
    },
    /// The surface has no volatility at the money at 30 days.
    #[error("the chain of {currency} at {} has no volatility 30 days ahead", utc_minute(*.time))]
    Tenor {
        /// The underlying.
        currency: String,
        /// When it was taken, unix seconds.
        time: i64,
    },
    /// An index file breaks a rule.
    #[error("{}: line {line}: `{text}`: {rule}", .file.display())]
    Index {
        /// The file.
        file: PathBuf,
        /// Line in the file, from 1.
        line: usize,
        /// What stands there.
        text: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// The files hold nothing of the currency.
    #[error("the option chains hold none of {currency}; leave --chains out, or choose files that do")]
    None {
        /// The underlying.
        currency: String,
    },
}

/// Volatility at the money, 30 days ahead, of each snapshot by time.
#[derive(Clone, Debug, Default)]
pub struct ImpliedSeries(Vec<(i64, BasisPoints)>);

impl ImpliedSeries {
    /// Of known points, by increasing time.
    #[must_use]
    pub fn new(mut points: Vec<(i64, BasisPoints)>) -> Self {
        points.sort_by_key(|point| point.0);
        Self(points)
    }

    /// Fits every snapshot of `currency` in `files`.
    ///
    /// # Errors
    /// [`ImpliedError`]: a file that cannot be read, or the first snapshot that gives no
    /// volatility.
    pub fn load(files: &[PathBuf], currency: &str) -> Result<Self, ImpliedError> {
        let mut points = Vec::new();
        for file in files {
            for snapshot in chains::load(file)? {
                if !snapshot.currency.eq_ignore_ascii_case(currency) {
                    continue;
                }
                let (currency, time) = (snapshot.currency.clone(), snapshot.unix_time);
                let day = match fitting::fit_day(&snapshot, MAX_SLICES) {
                    Ok(day) => day,
                    Err(error) => return Err(ImpliedError::Surface { currency, time, error }),
                };
                let volatility = publish::volatility(&day.published, 0.0, TENOR);
                let volatility = volatility.ok_or(ImpliedError::Tenor { currency, time })?;
                points.push((time, BasisPoints((volatility * 10_000.0).ceil() as u32)));
            }
        }
        if points.is_empty() {
            return Err(ImpliedError::None {
                currency: currency.to_owned(),
            });
        }
        Ok(Self::new(points))
    }

    /// Adds the points of a daily index of implied volatility 30 days ahead: a .csv or .csv.gz with
    /// the header `unix_time,dvol_percent`. A snapshot's own volatility is preferred where it is
    /// the later of two.
    ///
    /// # Errors
    /// [`ImpliedError::Chain`] if the file cannot be read, [`ImpliedError::Index`] with the line.
    pub fn with_index(self, file: &Path) -> Result<Self, ImpliedError> {
        let text = history::text(file).map_err(|source| {
            let file = file.to_owned();
            ImpliedError::Chain(ChainError::Open { file, source })
        })?;
        let mut points = self.0;
        for (line, text) in (1..).zip(text.lines()) {
            let fault = |rule| ImpliedError::Index {
                file: file.to_owned(),
                line,
                text: text.chars().take(60).collect(),
                rule,
            };
            if line == 1 {
                if text.trim() != "unix_time,dvol_percent" {
                    return Err(fault("the header is `unix_time,dvol_percent`"));
                }
                continue;
            }
            let (time, percent) = text.split_once(',').ok_or_else(|| fault("a row has two fields"))?;
            let time = time.parse().map_err(|_| fault("a time is whole unix seconds"))?;
            let percent: f64 = percent.trim().parse().map_err(|_| fault("a volatility is a number"))?;
            if !(1.0..=500.0).contains(&percent) {
                return Err(fault("a volatility is within 1 … 500 %"));
            }
            points.push((time, BasisPoints((percent * 100.0).ceil() as u32)));
        }
        Ok(Self::new(points))
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// First and last snapshot, unix seconds.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        Some((self.0.first()?.0, self.0.last()?.0))
    }

    /// Returns what a market would know at `time`. Feeders publish often, so a snapshot counts as
    /// published anew at every observation for 26 hours; after that the last publication grows old.
    /// `None` before the first.
    #[must_use]
    pub fn at(&self, time: i64) -> Option<Implied> {
        let after = self.0.partition_point(|point| point.0 <= time);
        let (taken, volatility) = *self.0.get(after.checked_sub(1)?)?;
        Some(Implied {
            volatility,
            published_at: time.min(taken.saturating_add(HOLDS)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_speaks_until_the_next_or_for_26_hours() {
        let series = ImpliedSeries::new(vec![(1_000, BasisPoints(5_000)), (90_000, BasisPoints(6_000))]);
        for (time, expected) in [
            (999, None),
            (1_000, Some((5_000, 1_000))),
            (89_999, Some((5_000, 89_999))),
            (90_000, Some((6_000, 90_000))),
            (183_600, Some((6_000, 183_600))),
            (200_000, Some((6_000, 183_600))),
        ] {
            let got = series.at(time).map(|seen| (seen.volatility.0, seen.published_at));
            assert_eq!(got, expected, "{time}");
        }
        assert_eq!(series.span(), Some((1_000, 90_000)));
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("index.csv");
        std::fs::write(&file, "unix_time,dvol_percent\n50000,61.5\n").unwrap();
        let both = series.with_index(&file).unwrap();
        assert_eq!(both.at(50_000).unwrap().volatility, BasisPoints(6_150));
        assert_eq!(both.at(90_000).unwrap().volatility, BasisPoints(6_000));
        for (text, message) in [
            ("time,v\n1,50\n", "line 1: `time,v`: the header is"),
            ("unix_time,dvol_percent\n1\n", "line 2: `1`: a row has two fields"),
            ("unix_time,dvol_percent\n1,0\n", "line 2: `1,0`: a volatility is within"),
            ("unix_time,dvol_percent\nx,50\n", "line 2: `x,50`: a time is"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = ImpliedSeries::default().with_index(&file).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        assert_eq!(ImpliedSeries::default().at(5), None);
    }
}
