//! A surface fitted to each day's option chain, and how far it is from the quotes.

use ballast_core_math::fit::errors::{Errors, Summary};
use ballast_core_math::fit::judge::{self, Warning};
use ballast_core_math::fit::quotes::Census;
use ballast_core_math::fit::{self, publish, FittedExpiry, MIN_QUOTES};
use ballast_core_math::surface::{Surface, SurfaceError};

use ballast_market_data::chains::Snapshot;
use ballast_market_data::format::utc_minute;

/// A fitted chain.
#[derive(Clone, Debug)]
pub struct Day {
    /// When the chain was taken, unix seconds.
    pub unix_time: i64,
    /// The underlying.
    pub currency: String,
    /// Expiries in the chain.
    pub listed: usize,
    /// Those with enough quotes, fitted together.
    pub fitted: Vec<FittedExpiry>,
    /// What goes on-chain: some of them.
    pub published: Surface,
    /// Errors of the slices.
    pub errors: Errors,
    /// Errors of slices fitted one by one with no regard to arbitrage.
    pub alone: Errors,
    /// Errors of the published surface, with the expiries that were left out interpolated, in the
    /// chain's own arithmetic.
    pub on_chain: Errors,
    /// Quotes at which the published surface gives no volatility.
    pub unpriced: usize,
    /// What is wrong with the fit, if anything.
    pub warnings: Vec<Warning>,
}

/// Why a snapshot gives no surface.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Nothing to fit to.
    #[error("no expiry has {MIN_QUOTES} usable quotes; it lists {listed} expiries: {census}")]
    Quotes {
        /// Expiries in the chain.
        listed: usize,
        /// What became of its quotes.
        census: Census,
    },
    /// What the no-arbitrage check refuses.
    #[error(transparent)]
    Surface(#[from] SurfaceError),
}

/// Fits one snapshot and publishes at most `most` of its expiries.
///
/// # Errors
/// [`FitError`].
pub fn fit_day(snapshot: &Snapshot, most: usize) -> Result<Day, FitError> {
    let fitted = fit::fit(&snapshot.expiries)?;
    if fitted.is_empty() {
        return Err(FitError::Quotes {
            listed: snapshot.expiries.len(),
            census: Census::of(&snapshot.expiries),
        });
    }
    let published = publish::surface(&fitted, most)?;
    let mut day = Day {
        unix_time: snapshot.unix_time,
        currency: snapshot.currency.clone(),
        listed: snapshot.expiries.len(),
        fitted: Vec::new(),
        published,
        errors: Errors::default(),
        alone: Errors::default(),
        on_chain: Errors::default(),
        unpriced: 0,
        warnings: judge::judge(&fitted, &snapshot.expiries),
    };
    for expiry in &fitted {
        for point in &expiry.points {
            day.errors.add(point, expiry.essvi.volatility(point.k, expiry.years));
            day.alone
                .add(point, expiry.unconstrained.volatility(point.k, expiry.years));
            match publish::volatility(&published, point.k, expiry.years) {
                Some(volatility) => day.on_chain.add(point, volatility),
                None => day.unpriced += 1,
            }
        }
    }
    let distance = day.on_chain.summary();
    day.warnings
        .extend(distance.and_then(|summary| judge::distance(&summary, None)));
    day.fitted = fitted;
    Ok(day)
}

/// Returns the heading of [`row`]s.
#[must_use]
pub fn heading() -> String {
    format!(
        "{:<16} {:<4} {:>8} {:>6} {:>10} | {:>6} {:>6} {:>6} | {:>6} {:>6} {:>6} | {:>6} {:>6} {:>6}\n{:<16} {:<4} {:>8} {:>6} {:>10} | {:>20} | {:>20} | {:>20}",
        "time (UTC)", "", "expiries", "quotes", "bid-ask/2", "median", "p95", "inside", "median", "p95", "inside", "median", "p95", "inside",
        "", "", "", "", "", "free of arbitrage", "each expiry alone", "as published",
    )
}

/// Returns a line of the table: distances in vol points.
#[must_use]
pub fn row(name: &str, currency: &str, expiries: &str, errors: [&Errors; 3]) -> String {
    let [all, alone, on_chain] = errors.map(Errors::summary);
    let (quotes, half_width) = all.map_or((0, 0.0), |all| (all.quotes, all.half_width));
    let columns = |summary: Option<Summary>| match summary {
        Some(s) => format!("{:>6.2} {:>6.2} {:>4.0} %", s.median, s.p95, 100.0 * s.inside),
        None => format!("{:>20}", "no quotes"),
    };
    format!(
        "{name:<16} {currency:<4} {expiries:>8} {quotes:>6} {half_width:>10.2} | {} | {} | {}",
        columns(all),
        columns(alone),
        columns(on_chain),
    )
}

impl Day {
    /// Returns the day's line of the table.
    #[must_use]
    pub fn row(&self) -> String {
        let expiries = format!("{}/{}", self.fitted.len(), self.listed);
        let errors = [&self.errors, &self.alone, &self.on_chain];
        row(&utc_minute(self.unix_time), &self.currency, &expiries, errors)
    }
}

/// The names of the columns of [`parameters_csv`].
pub const PARAMETERS_HEADER: &str = "unix_time,currency,years,theta,rho,phi,quotes,published\n";
/// The names of the columns of [`errors_csv`].
pub const ERRORS_HEADER: &str = "unix_time,currency,years,log_moneyness,bid,ask,model,alone,published\n";

/// Returns the fitted parameters, one line for each expiry; exact decimals of the fixed-point
/// values.
#[must_use]
pub fn parameters_csv(days: &[Day]) -> String {
    let mut text = PARAMETERS_HEADER.to_owned();
    for day in days {
        for expiry in &day.fitted {
            let slice = &expiry.slice;
            let published = day.published.slices().any(|other| other.time == slice.time);
            text += &format!(
                "{},{},{},{},{},{},{},{}\n",
                day.unix_time,
                day.currency,
                slice.time,
                slice.total_variance,
                slice.skew,
                slice.curvature,
                expiry.points.len(),
                u8::from(published),
            );
        }
    }
    text
}

/// Returns each quote with the model's volatilities: fractions a year.
#[must_use]
pub fn errors_csv(days: &[Day]) -> String {
    let mut text = ERRORS_HEADER.to_owned();
    for day in days {
        for expiry in &day.fitted {
            for point in &expiry.points {
                let published = publish::volatility(&day.published, point.k, expiry.years);
                text += &format!(
                    "{},{},{:.8},{:.6},{:.6},{:.6},{:.6},{:.6},{}\n",
                    day.unix_time,
                    day.currency,
                    expiry.years,
                    point.k,
                    point.bid,
                    point.ask,
                    expiry.essvi.volatility(point.k, expiry.years),
                    expiry.unconstrained.volatility(point.k, expiry.years),
                    published.map_or(String::new(), |volatility| format!("{volatility:.6}")),
                );
            }
        }
    }
    text
}
