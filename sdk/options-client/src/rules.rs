//! The clearing house's rules in words, with their numbers.

use crate::name;
use ballast_core_clearing::listing_grid::{step, ListingGridError};
use ballast_core_clearing::nonces::NonceError;
use ballast_core_clearing::params::ListingParams;
use ballast_core_clearing::quote::QuoteError;
use ballast_core_clearing::series::SeriesTerms;
use ballast_core_types::{Price, SECONDS_PER_DAY};
use ballast_rpc::words::in_words;
use ballast_sdk::quotes::SignedQuoteError;

/// Basis points of one.
const ONE: f64 = 10_000.0;

/// What decides whether a series may be created.
pub struct Listing<'a> {
    /// The market's rules.
    pub params: &'a ListingParams,
    /// The series.
    pub terms: &'a SeriesTerms,
    /// The market's price.
    pub spot: Price,
    /// Unix time.
    pub now: i64,
}

impl Listing<'_> {
    /// Returns why the series cannot be created.
    pub fn words(&self, error: ListingGridError) -> String {
        match error {
            ListingGridError::StrikeForm => {
                "a strike is a positive number of at most nine places, without needless zeros".to_owned()
            }
            ListingGridError::StrikeStep { .. } => {
                let strike = self.strike();
                let (below, above) = (on_grid(strike, f64::floor), on_grid(strike, f64::ceil));
                format!("{strike} is no strike; the nearest are {below} and {above}")
            }
            ListingGridError::StrikeTooLow | ListingGridError::StrikeTooHigh => {
                let (least, greatest) = self.range();
                format!(
                    "strikes are from {least} to {greatest} now, at a price of {}",
                    plain(self.spot(), 2)
                )
            }
            ListingGridError::ExpiryTime(time) => {
                format!("an expiry is at 08:00:00 UTC, not at {}", name::moment(time))
            }
            ListingGridError::TooSoon { seconds } => format!(
                "it expires in {}, and a series is created at least {} before",
                span(seconds),
                span(i64::from(self.params.expiries.min_seconds))
            ),
            ListingGridError::TooFar { seconds } => {
                let rules = &self.params.expiries;
                format!(
                    "it expires in {}; there are days up to {} days ahead, Fridays up to {}, and last Fridays of \
                     a month up to {}",
                    span(seconds),
                    rules.daily_days,
                    rules.weekly_days,
                    rules.longest_days
                )
            }
        }
    }

    fn strike(&self) -> f64 {
        f64::from(self.terms.strike.digits) / 10f64.powi(i32::from(self.terms.strike.places))
    }

    /// The market's price in the strike's unit.
    fn spot(&self) -> f64 {
        self.spot.fixed().to_num()
    }

    /// Returns the least and the greatest strike that may be created now.
    fn range(&self) -> (String, String) {
        let share = |points: ballast_core_types::basis_points::BasisPoints| self.spot() * f64::from(points.0) / ONE;
        let strikes = &self.params.strikes;
        (
            on_grid(share(strikes.least), f64::ceil),
            on_grid(share(strikes.greatest), f64::floor),
        )
    }
}

/// Returns the strike of the listing grid that `round` chooses for a number.
fn on_grid(value: f64, round: impl Fn(f64) -> f64) -> String {
    let exponent = value.log10().floor() - 2.0;
    let unit = 10f64.powf(exponent);
    // A strike that is on the grid is not to be moved by the last bit of a division.
    let three = (value / unit * 1e9).round() / 1e9;
    let step = step(three as u32).map_or(10.0, f64::from);
    let places = usize::try_from(-(exponent as i64)).unwrap_or_default();
    plain(round(three / step) * step * unit, places)
}

/// Returns a number without needless zeros.
fn plain(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns a time in days, hours, minutes and seconds, of which the first two that are not zero.
fn span(seconds: i64) -> String {
    if seconds < 0 {
        return format!("{} ago", span(-seconds));
    }
    let parts = [
        (seconds / SECONDS_PER_DAY, "d"),
        (seconds % SECONDS_PER_DAY / 3_600, "h"),
        (seconds % 3_600 / 60, "min"),
        (seconds % 60, "s"),
    ];
    let shown = parts.iter().filter(|(count, _)| *count > 0).take(2);
    let shown: Vec<String> = shown.map(|(count, unit)| format!("{count} {unit}")).collect();
    if shown.is_empty() {
        return "0 s".to_owned();
    }
    shown.join(" ")
}

/// Returns why a signed quote is not to be relied on at `slot`.
pub fn quote(error: &SignedQuoteError, slot: u64) -> String {
    let SignedQuoteError::Quote(error) = error else {
        return error.to_string();
    };
    let other = |what: &str| format!("the quote was signed for another {what}");
    match error {
        QuoteError::Expired(until) => {
            format!("the quote ran out at slot {until}, it is slot {slot}; ask for a new one")
        }
        QuoteError::Length(bytes) => format!("the message has {bytes} bytes, which is no quote's length"),
        QuoteError::Domain => "the message does not begin as a quote does".to_owned(),
        QuoteError::Version(version) => format!("the message is of version {version}, which is not known here"),
        QuoteError::SeriesForm => "the message names no series in canonical form".to_owned(),
        QuoteError::Side(side) => format!("the message's side is {side}, which is neither buy nor sell"),
        QuoteError::Legs(count) => format!("a quote has one to four legs, not {count}"),
        QuoteError::Ratio => "a leg's ratio is zero; it has to be positive".to_owned(),
        QuoteError::LegOrder => "a series is there twice, or before a lesser one".to_owned(),
        QuoteError::LegMarket => "the legs are on several markets; a quote is on one".to_owned(),
        QuoteError::Fill(fill) => format!(
            "the least fill, {} lots, has to be positive and no more than the greatest, {}",
            fill.least.0, fill.greatest.0
        ),
        QuoteError::Spot(spot) => format!("the quote does not hold at a price of {} base units", spot.0),
        QuoteError::Quantity(lots) => format!("{lots} lots of the quote may not be taken"),
        QuoteError::Program => other("program"),
        QuoteError::Cluster => other("cluster"),
        QuoteError::ClearingHouse => other("clearing house"),
        QuoteError::Maker => other("maker's account"),
        QuoteError::Taker => other("taker"),
    }
}

/// Returns why a nonce cannot be used.
pub fn nonce(error: &NonceError) -> String {
    match error {
        NonceError::BelowBase(base) => format!("the maker cancelled every nonce below {}", base.0),
        NonceError::TooHigh(end) => format!("nonces hold below {} until the maker cancels earlier ones", end.0),
        NonceError::Used => "it was taken, or the maker cancelled it".to_owned(),
        NonceError::Reserved => format!("the nonce {} is reserved", u64::MAX),
    }
}

/// Returns any other rule as its name says it.
pub fn named(error: &impl std::fmt::Debug) -> String {
    in_words(&format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_strikes_are_on_the_grid() {
        for (value, below, above) in [
            (80_000.5, "80000", "81000"),
            (81_234.0, "81000", "82000"),
            (110_999.0, "110000", "112000"),
            (999.5, "990", "1000"),
            (151.0, "150", "152"),
            (0.0551, "0.055", "0.056"),
            (3_000.0, "3000", "3000"),
        ] {
            let found = (on_grid(value, f64::floor), on_grid(value, f64::ceil));
            assert_eq!((found.0.as_str(), found.1.as_str()), (below, above), "{value}");
        }
    }

    #[test]
    fn times_are_said_in_two_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (3_661, "1 h 1 min"),
            (864_030, "10 d 30 s"),
            (-60, "1 min ago"),
        ] {
            assert_eq!(span(seconds), expected);
        }
    }
}
