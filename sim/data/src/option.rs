//! Options as files name them.

use ballast_core_math::black_scholes::Kind;
use ballast_files::moment::Moment;
use ballast_files::name;
use chrono::NaiveDate;

/// Hour of the day, UTC, at which options of Deribit expire.
const EXPIRY_HOUR: u32 = 8;

/// Reads the type of an option: `C` or `call`, `P` or `put`, in any case.
///
/// # Errors
/// The rule, for any other text.
pub fn kind(text: &str) -> Result<Kind, &'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "c" | "call" => Ok(Kind::Call),
        "p" | "put" => Ok(Kind::Put),
        _ => Err("the type must be C or call, or P or put"),
    }
}

/// An option by its name at an exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// The underlying, in capitals.
    pub currency: String,
    /// When it expires.
    pub expiry: Moment,
    /// The strike, in quote currency.
    pub strike: f64,
    /// Call or put.
    pub kind: Kind,
}

/// Reads a name such as `BTC-27MAR26-100000-C`, as Deribit and those who record it write it:
/// currency, day of expiry (at 08:00 UTC), strike, type.
///
/// # Errors
/// The rule, for any other text.
pub fn instrument(text: &str) -> Result<Instrument, &'static str> {
    const RULE: &str = "an option is named like BTC-27MAR26-100000-C";
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [currency, day, strike, kind_text] = parts[..] else {
        return Err(RULE);
    };
    let day = NaiveDate::parse_from_str(day, "%d%b%y").map_err(|_| RULE)?;
    let expiry = day.and_hms_opt(EXPIRY_HOUR, 0, 0).ok_or(RULE)?.and_utc().timestamp();
    // Fractions are written with a `d`, as in XRP_USDC-27MAR26-0d65-C.
    let strike: f64 = strike.replace('d', ".").parse().map_err(|_| RULE)?;
    let base = currency.split('_').next().unwrap_or_default();
    Ok(Instrument {
        currency: name::currency(base).map_err(|_| RULE)?,
        expiry: Moment::new(expiry).ok_or(RULE)?,
        strike,
        kind: kind(kind_text).map_err(|_| RULE)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_in_words_and_letters() {
        for text in ["C", "c", "call", "Call", "CALL"] {
            assert_eq!(kind(text), Ok(Kind::Call));
        }
        for text in ["P", "p", "put", "Put"] {
            assert_eq!(kind(text), Ok(Kind::Put));
        }
        assert!(kind("").is_err() && kind("straddle").is_err());
    }

    #[test]
    fn names_say_currency_expiry_strike_and_type() {
        let read = instrument("btc-7MAR26-100000-C").unwrap();
        // 2026-03-07 08:00 UTC.
        assert_eq!(
            (read.currency.as_str(), read.expiry.unix_seconds()),
            ("BTC", 1_772_870_400)
        );
        assert_eq!((read.strike, read.kind), (100_000.0, Kind::Call));
        assert_eq!(instrument("XRP_USDC-27MAR26-0d65-P").unwrap().strike, 0.65);
        for text in [
            "BTC-PERPETUAL",
            "BTC-31FEB26-1-C",
            "BTC-27MAR26-x-C",
            "BTC-27MAR26-1-X",
            "",
        ] {
            assert!(instrument(text).is_err(), "{text}");
        }
    }
}
