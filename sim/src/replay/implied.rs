//! Volatility at the money from option chains, as honest feeders would have published it.

use std::path::{Path, PathBuf};

use ballast_core_market::observation::Implied;
use ballast_core_math::fit::publish;
use ballast_core_math::surface::MAX_SLICES;
use ballast_core_types::basis_points::BasisPoints;
use thiserror::Error;

use crate::fitting::{self, FitError};
use ballast_files::fault::RowError;
use ballast_files::moment::TimeUnit;
use ballast_market_data::chains::{self, ChainError};
use ballast_market_data::format::utc_minute;
use ballast_market_data::index;

/// The tenor whose volatility stands for the surface, in years: 30 days.
const TENOR: f64 = 30.0 / 365.0;

/// Seconds for which a snapshot speaks, at most until the next one: 26 hours, since snapshots are
/// daily, at about the same time.
pub const HOLDS: i64 = 26 * 3_600;

/// Why a file of chains gave no volatility.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImpliedError {
    /// The file is refused.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// No row is left: the first that is not.
    #[error("{0}")]
    Row(RowError),
    /// A snapshot gives no surface.
    #[error("the chain of {currency} at {} gives no surface: {error}", utc_minute(*.time))]
    Surface {
        /// The underlying.
        currency: String,
        /// When it was taken, unix seconds.
        time: i64,
        /// Why.
        error: FitError,
    },
    /// The surface has no volatility at the money at 30 days.
    #[error("the chain of {currency} at {} has no volatility 30 days ahead", utc_minute(*.time))]
    Tenor {
        /// The underlying.
        currency: String,
        /// When it was taken, unix seconds.
        time: i64,
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
pub struct ImpliedSeries {
    points: Vec<(i64, BasisPoints)>,
    /// What a person should know of how the files were read.
    pub notes: Vec<String>,
    /// Rows that were left out.
    pub left_out: Vec<RowError>,
}

impl ImpliedSeries {
    /// Of known points, by increasing time.
    #[must_use]
    pub fn new(mut points: Vec<(i64, BasisPoints)>) -> Self {
        points.sort_by_key(|point| point.0);
        Self {
            points,
            ..Self::default()
        }
    }

    /// Fits every snapshot of `currency` in `files`; `unit` is that of times that are numbers.
    ///
    /// # Errors
    /// [`ImpliedError`]: a file that cannot be read, or the first snapshot that gives no
    /// volatility.
    pub fn load(files: &[PathBuf], currency: &str, unit: Option<TimeUnit>) -> Result<Self, ImpliedError> {
        let mut all = Self::default();
        for file in files {
            let chains = chains::load(file, unit)?;
            let name = |note: String| format!("{}: {note}", file.display());
            all.notes.extend(chains.notes.into_iter().map(name));
            all.left_out.extend(chains.left_out);
            for snapshot in chains.snapshots {
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
                all.points
                    .push((time, BasisPoints((volatility * 10_000.0).ceil() as u32)));
            }
        }
        if all.points.is_empty() {
            return Err(match all.left_out.into_iter().next() {
                Some(fault) => ImpliedError::Row(fault),
                None => ImpliedError::None {
                    currency: currency.to_owned(),
                },
            });
        }
        all.points.sort_by_key(|point| point.0);
        Ok(all)
    }

    /// Reads a daily index of implied volatility 30 days ahead.
    ///
    /// # Errors
    /// [`ImpliedError::Chain`] if the file cannot be read.
    pub fn of_index(file: &Path, unit: Option<TimeUnit>) -> Result<Self, ImpliedError> {
        let index = index::load(file, unit)?;
        let name = |note: String| format!("{}: {note}", file.display());
        Ok(Self {
            points: index.points.into_iter().collect(),
            notes: index.notes.into_iter().map(name).collect(),
            left_out: index.left_out,
        })
    }

    /// Adds the points of another; where both have one, the later of the two speaks.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.points.extend(other.points);
        self.points.sort_by_key(|point| point.0);
        self.notes.extend(other.notes);
        self.left_out.extend(other.left_out);
        self
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// First and last snapshot, unix seconds.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        Some((self.points.first()?.0, self.points.last()?.0))
    }

    /// Returns what a market would know at `time`. Feeders publish often, so a snapshot counts as
    /// published anew at every observation for 26 hours; after that the last publication grows old.
    /// `None` before the first.
    #[must_use]
    pub fn at(&self, time: i64) -> Option<Implied> {
        let after = self.points.partition_point(|point| point.0 <= time);
        let (taken, volatility) = *self.points.get(after.checked_sub(1)?)?;
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
        let both = series.with(ImpliedSeries::of_index(&file, None).unwrap());
        assert_eq!(both.at(50_000).unwrap().volatility, BasisPoints(6_150));
        assert_eq!(both.at(90_000).unwrap().volatility, BasisPoints(6_000));
        std::fs::write(&file, "time,v\n1,50\n").unwrap();
        let error = ImpliedSeries::of_index(&file, None).unwrap_err().to_string();
        assert!(
            error.contains("line 1 is `time,v`, wanted are unix_time,dvol_percent"),
            "{error}"
        );
        for (row, message) in [
            (
                "1",
                "line 2, column dvol_percent is empty: the row has 1 fields, the header 2",
            ),
            ("1,0", "line 2, column dvol_percent is `0`: a volatility is within"),
            ("x,50", "line 2, column unix_time is `x`: a time is"),
            ("1583625600000,60.7", "it looks like milliseconds"),
        ] {
            std::fs::write(&file, format!("unix_time,dvol_percent\n{row}\n")).unwrap();
            let index = ImpliedSeries::of_index(&file, None).unwrap();
            let fault = index.left_out[0].to_string();
            assert!(index.is_empty() && fault.contains(message), "{fault}");
        }
        assert_eq!(ImpliedSeries::default().at(5), None);
    }
}
