//! Series as people write them: `BTC-27NOV26-52000-C`, always at 08:00 UTC.

use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::calendar::EXPIRY_SECOND;
use ballast_market_data::format::utc;
use ballast_market_data::history::parse_date;
use ballast_options::state::SeriesKey;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

/// Reads a series on one of these markets, whose place in the list is its index in the house.
///
/// # Errors
/// The part that is wrong, and how it is written.
pub fn parse(text: &str, markets: &[String]) -> Result<SeriesKey> {
    let parts: Vec<&str> = text.split('-').collect();
    let [asset, date, strike, kind] = parts.as_slice() else {
        bail!("{text}: a series is written ASSET-DDMMMYY-STRIKE-C or -P, such as BTC-27NOV26-52000-C");
    };
    let market = markets.iter().position(|market| market.eq_ignore_ascii_case(asset));
    let market = market.ok_or_else(|| {
        anyhow!(
            "{text}: {asset} is none of the house's markets ({})",
            markets.join(", ")
        )
    })?;
    let kind = match kind.to_ascii_uppercase().as_str() {
        "C" => 1,
        "P" => 2,
        _ => bail!("{text}: {kind} is neither C (call) nor P (put)"),
    };
    let (digits, places) = strike_of(strike).ok_or_else(|| anyhow!("{text}: {strike} is no strike"))?;
    Ok(SeriesKey {
        market: u8::try_from(market)?,
        kind,
        places,
        padding: 0,
        digits,
        expiry: expiry_of(date).with_context(|| text.to_owned())?,
    })
}

/// Returns the name of a series.
pub fn of(key: &SeriesKey, markets: &[String]) -> String {
    let market = markets.get(usize::from(key.market)).map_or("?", String::as_str);
    let kind = if key.kind == 1 { "C" } else { "P" };
    format!("{market}-{}-{}-{kind}", date_of(key.expiry), strike(key))
}

/// Returns the strike in decimals.
pub fn strike(key: &SeriesKey) -> String {
    let places = usize::from(key.places);
    let digits = format!("{:0>width$}", key.digits, width = places.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
    if fraction.is_empty() {
        return whole.to_owned();
    }
    format!("{whole}.{fraction}")
}

/// Returns a day as `27NOV26`.
pub fn date_of(unix_time: i64) -> String {
    utc(unix_time, "%-d%b%y").to_uppercase()
}

/// Returns a moment as `2026-11-27 08:00:00`.
pub fn moment(unix_time: i64) -> String {
    utc(unix_time, "%Y-%m-%d %H:%M:%S")
}

/// 08:00 UTC of a day written `27NOV26`, unix seconds.
///
/// # Errors
/// How a day is written.
pub fn expiry_of(date: &str) -> Result<i64> {
    let wrong = || anyhow!("{date} is no day such as 27NOV26");
    let upper = date.to_ascii_uppercase();
    let at = upper
        .find(|letter: char| letter.is_ascii_alphabetic())
        .ok_or_else(wrong)?;
    let (day, rest) = upper.split_at(at);
    let (name, year) = rest.split_at_checked(3).ok_or_else(wrong)?;
    let month = MONTHS.iter().position(|month| *month == name).ok_or_else(wrong)?;
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(day, 2) || !is_number(year, 2) || year.len() != 2 {
        return Err(wrong());
    }
    let written = format!("20{year}-{:02}-{day:0>2}", month.saturating_add(1));
    let midnight = parse_date(&written).map_err(|_| wrong())?;
    Ok(midnight.saturating_add(EXPIRY_SECOND))
}

/// Returns the strike's digits and places in the one form the clearing house takes: no trailing
/// zero behind the point.
fn strike_of(text: &str) -> Option<(u32, u8)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let written = format!("{whole}{fraction}");
    if whole.is_empty() || fraction.len() > 9 || !written.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = written.parse().ok().filter(|digits| *digits > 0)?;
    Some((digits, u8::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::SECONDS_PER_DAY;

    fn markets() -> Vec<String> {
        ["BTC", "DOGE"].map(str::to_owned).to_vec()
    }

    #[test]
    fn names_are_read_and_written() {
        for (text, market, kind, digits, places, expiry) in [
            ("BTC-27NOV26-52000-C", 0, 1, 52_000, 0, 1_795_766_400),
            ("BTC-6FEB26-80000-P", 0, 2, 80_000, 0, 1_770_364_800),
            ("DOGE-29FEB28-0.055-P", 1, 2, 55, 3, 1_835_424_000),
        ] {
            let key = parse(text, &markets()).unwrap();
            let read = (key.market, key.kind, key.digits, key.places, key.expiry);
            assert_eq!(read, (market, kind, digits, places, expiry), "{text}");
            assert!(key.terms().is_ok());
            assert_eq!(of(&key, &markets()), text);
        }
        let same = parse("btc-27nov26-52000.50-c", &markets()).unwrap();
        assert_eq!((same.digits, same.places), (520_005, 1));
        assert_eq!(moment(1_795_766_400), "2026-11-27 08:00:00");
    }

    #[test]
    fn what_is_no_series_is_named() {
        for (text, expected) in [
            ("BTC-27NOV26-52000", "ASSET-DDMMMYY-STRIKE"),
            ("ETH-27NOV26-52000-C", "ETH is none of the house's markets (BTC, DOGE)"),
            ("BTC-27NOV26-52000-X", "neither C"),
            ("BTC-27NOV26-5e4-C", "5e4 is no strike"),
            ("BTC-27NOV26-0-C", "0 is no strike"),
            ("BTC-31NOV26-1-C", "31NOV26 is no day"),
            ("BTC-27NOV2026-1-C", "27NOV2026 is no day"),
            ("BTC-NOV26-1-C", "NOV26 is no day"),
        ] {
            let error = format!("{:#}", parse(text, &markets()).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn every_day_of_a_century_comes_back() {
        for day in 10_957..36_500 {
            let time = day * SECONDS_PER_DAY + EXPIRY_SECOND;
            assert_eq!(expiry_of(&date_of(time)).unwrap(), time, "{day}");
        }
    }
}
