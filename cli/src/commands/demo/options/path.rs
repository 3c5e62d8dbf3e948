//! The prices that the options demo goes through, and the expiry and strikes it trades.

use anyhow::anyhow;
use anyhow::bail;
use anyhow::Result;
use ballast_core_clearing::calendar::EXPIRY_SECOND;
use ballast_core_clearing::listing_grid;
use ballast_core_clearing::params::ListingParams;
use ballast_core_types::SECONDS_PER_DAY;
use ballast_market_data::history::step_seconds;
use ballast_market_data::history::Candle;

/// One price and its moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Unix seconds.
    pub at: i64,
    /// US dollars for one.
    pub price: f64,
}

/// 2026-03-02 00:00 UTC, a Monday.
const START: i64 = 1_772_409_600;
/// Turning points of the built-in week: hour, price. Made up: two quiet days, a fall of an eighth
/// within a day, a third of it regained.
const TURNS: [(f64, f64); 6] = [
    (0.0, 80_000.0),
    (28.0, 81_400.0),
    (56.0, 79_600.0),
    (80.0, 69_800.0),
    (90.0, 72_600.0),
    (112.0, 73_400.0),
];
/// Least time from the first price to the expiry.
const MIN_TENOR: i64 = SECONDS_PER_DAY;

/// Returns the built-in week, by the hour.
pub fn built_in() -> Vec<Point> {
    let hours = 0..=112i32;
    let point = |hour: i32| {
        let hour = f64::from(hour);
        let pair = TURNS.windows(2).find(|pair| hour <= pair[1].0).unwrap_or(&TURNS[4..]);
        let share = ((hour - pair[0].0) / (pair[1].0 - pair[0].0)).clamp(0.0, 1.0);
        let line = pair[0].1 + share * (pair[1].1 - pair[0].1);
        let wiggle = 1.0 + 0.004 * (1.7 * hour).sin() + 0.0025 * (0.61 * hour).cos();
        Point {
            at: START + 3_600 * hour as i64,
            price: line * wiggle,
        }
    };
    hours.map(point).collect()
}

/// Returns a history's opening prices.
///
/// # Errors
/// If its steps are longer than an hour: a surface and a price live no longer.
pub fn of_history(candles: &[Candle]) -> Result<Vec<Point>> {
    let step = step_seconds(candles);
    if !(1..=3_600).contains(&step) {
        bail!("--history: its prices are {step} s apart; the clearing house needs one an hour");
    }
    let point = |candle: &Candle| Point {
        at: candle.unix_time,
        price: candle.open.raw() as f64 / 1e8,
    };
    Ok(candles.iter().map(point).collect())
}

/// Returns the last expiry within the prices that may be created at the first of them.
///
/// # Errors
/// If there is none a day or more away.
pub fn expiry(points: &[Point], listing: &ListingParams) -> Result<i64> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        bail!("there are no prices");
    };
    let mut expiry = last.at.div_euclid(SECONDS_PER_DAY) * SECONDS_PER_DAY + EXPIRY_SECOND;
    while expiry > first.at + MIN_TENOR {
        if expiry <= last.at && listing.check_expiry(expiry, first.at).is_ok() {
            return Ok(expiry);
        }
        expiry -= SECONDS_PER_DAY;
    }
    Err(anyhow!(
        "no expiry lies between a day after the first price and the last one: choose --from and --to further apart"
    ))
}

/// Returns the strike of the listing grid that is nearest to a price, as text.
pub fn strike(target: f64) -> String {
    let exponent = target.log10().floor() as i32 - 2;
    let digits = target / 10f64.powi(exponent);
    let step = listing_grid::step((digits as u32).clamp(100, 999)).map_or(1.0, f64::from);
    let rounded = (digits / step).round() * step;
    if exponent >= 0 {
        return format!("{:.0}", rounded * 10f64.powi(exponent));
    }
    let places = exponent.unsigned_abs() as usize;
    format!("{:.places$}", rounded * 10f64.powi(exponent))
}

/// Returns the price at a moment between two points, on a straight line.
pub fn between(points: &[Point], at: i64) -> f64 {
    let after = points
        .iter()
        .position(|point| point.at >= at)
        .unwrap_or(points.len().saturating_sub(1));
    let (Some(next), Some(before)) = (points.get(after), points.get(after.saturating_sub(1))) else {
        return 0.0;
    };
    if next.at == before.at || at >= next.at {
        return next.price;
    }
    let share = (at - before.at) as f64 / (next.at - before.at) as f64;
    before.price + share * (next.price - before.price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_deploy::config::{Config, DEFAULT};

    fn listing() -> ListingParams {
        let config = Config::parse(DEFAULT).unwrap();
        config.house().create(1, [1; 32]).unwrap().listings[0].params()
    }

    #[test]
    fn the_built_in_week_ends_after_a_friday_expiry_and_falls_by_an_eighth() {
        let points = built_in();
        assert_eq!(expiry(&points, &listing()).unwrap(), 1_772_784_000);
        let low = points.iter().map(|point| point.price).fold(f64::MAX, f64::min);
        let high = points.iter().map(|point| point.price).fold(0.0, f64::max);
        assert!(low / high < 0.87 && low / high > 0.83, "{low} {high}");
        assert!(expiry(&points[..20], &listing()).is_err());
    }

    #[test]
    fn strikes_lie_on_the_listing_grid() {
        for (target, expected) in [
            (76_123.0, "76000"),
            (105_100.0, "106000"),
            (2_512.0, "2500"),
            (143.2, "144"),
            (33.31, "33.5"),
            (0.0571, "0.0570"),
        ] {
            assert_eq!(strike(target), expected);
            let key =
                crate::commands::options::name::parse(&format!("X-6MAR26-{expected}-C"), &["X".to_owned()]).unwrap();
            let spot = ballast_core_types::Price::from_fixed(ballast_core_types::I80F48::from_num(target)).unwrap();
            let checked = listing().check_series(&key.terms().unwrap(), spot, 1_772_784_000 - 86_400);
            assert_eq!(checked, Ok(()), "{expected}");
        }
    }

    #[test]
    fn a_price_between_two_is_on_their_line() {
        let points = [Point { at: 0, price: 100.0 }, Point { at: 100, price: 200.0 }];
        for (at, expected) in [(0, 100.0), (25, 125.0), (100, 200.0), (500, 200.0), (-5, 100.0)] {
            assert_eq!(between(&points, at), expected, "{at}");
        }
    }
}
