//! Which column is which: the layouts that exchanges and libraries publish candles in.

use std::str::FromStr;

use ballast_files::moment::TimeUnit;
use ballast_files::table::{normal, Table, TableError};

use super::asset::{asset_of, QUOTES};
use super::Request;

/// What is needed, for messages.
pub(super) const WANTED: &str = "unix_time,open,high,low,close and perhaps volume, or a layout of Binance, Bitstamp, \
                                 Coinbase, CryptoDataDownload, Kraken, ccxt or yfinance; --columns says which is which";

/// Names of the column of times, the surest first.
const TIMES: [&str; 9] = [
    "unix_time",
    "unix",
    "unix_timestamp",
    "open_time",
    "timestamp",
    "time",
    "ts",
    "datetime",
    "date",
];

/// Which column is which, as a user says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// `time=ts,open=o,…`: by the names of the header.
    Named(Vec<(String, String)>),
    /// `time,open,-,…`: by their order, for files without a header; `-` is not used.
    Ordered(Vec<String>),
}

/// What a column can be.
const ROLES: [&str; 6] = ["time", "open", "high", "low", "close", "volume"];

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = |what: String| {
            format!("{what}; write time=NAME,open=NAME,high=NAME,low=NAME,close=NAME[,volume=NAME], or for a file without a header the roles in its order, such as time,open,high,low,close,volume with - for what is not used")
        };
        let items: Vec<&str> = text.split(',').map(str::trim).collect();
        let pairs: Vec<(String, String)> = items
            .iter()
            .filter_map(|item| item.split_once('='))
            .map(|(role, name)| (role.trim().to_owned(), name.trim().to_owned()))
            .collect();
        let named = !pairs.is_empty();
        if named && pairs.len() != items.len() {
            return Err(rule(format!("`{text}` mixes names and order")));
        }
        let roles: Vec<&str> = if named {
            pairs.iter().map(|(role, _)| role.as_str()).collect()
        } else {
            items.iter().copied().filter(|item| *item != "-").collect()
        };
        if let Some(unknown) = roles.iter().find(|role| !ROLES.contains(role)) {
            return Err(rule(format!("`{unknown}` is none of {}", ROLES.join(", "))));
        }
        for role in ROLES {
            match roles.iter().filter(|other| **other == role).count() {
                0 if role != "volume" => return Err(rule(format!("`{role}` is missing"))),
                0 | 1 => {}
                _ => return Err(rule(format!("`{role}` is there twice"))),
            }
        }
        Ok(if named {
            Self::Named(pairs)
        } else {
            Self::Ordered(items.into_iter().map(str::to_owned).collect())
        })
    }
}

/// Where everything stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whose it is, for a person.
    pub(super) name: &'static str,
    pub(super) time: usize,
    /// Open, high, low, close.
    pub(super) prices: [usize; 4],
    pub(super) volume: Option<usize>,
    /// Names the asset.
    pub(super) symbol: Option<usize>,
    /// The asset, where the header says it.
    pub(super) asset: Option<String>,
    pub(super) unit: TimeUnit,
    /// Prices are binary floats written out: they are rounded to 8 places.
    pub(super) floats: bool,
}

impl Layout {
    const fn new(name: &'static str, time: usize, prices: [usize; 4], volume: Option<usize>) -> Self {
        Self {
            name,
            time,
            prices,
            volume,
            symbol: None,
            asset: None,
            unit: TimeUnit::Seconds,
            floats: false,
        }
    }

    fn with_unit(self, unit: TimeUnit) -> Self {
        Self { unit, ..self }
    }

    /// Recognises the layout of a file by its header, or by its shape where it has none.
    pub(super) fn find(table: &mut Table, request: &Request<'_>) -> Result<Self, TableError> {
        let found = match request.columns {
            Some(columns) => Self::of_user(table, columns)?,
            None if table.header.is_empty() => Self::of_shape(table)?,
            None => Self::of_header(table)?,
        };
        Ok(match request.unit {
            Some(unit) => found.with_unit(unit),
            None => found,
        })
    }

    fn of_user(table: &Table, columns: &Columns) -> Result<Self, TableError> {
        let place = |role: &str| match columns {
            Columns::Ordered(roles) => Ok(roles.iter().position(|other| other == role)),
            Columns::Named(pairs) => match pairs.iter().find(|(other, _)| other == role) {
                Some((_, name)) => table.need(&[name], "the names that --columns gives").map(Some),
                None => Ok(None),
            },
        };
        let missing = |role: &str| table.missing(&[role], "the columns that --columns gives");
        let need = |role: &str| {
            place(role)?
                .filter(|at| *at < table.width())
                .ok_or_else(|| missing(role))
        };
        let prices = [need("open")?, need("high")?, need("low")?, need("close")?];
        Ok(Self {
            floats: true,
            ..Self::new("the columns given", need("time")?, prices, place("volume")?)
        })
    }

    fn of_shape(table: &mut Table) -> Result<Self, TableError> {
        let first = table.peek(1)?;
        let time = first.first().and_then(|row| row.first()).map_or(0, String::len);
        let in_order = [1, 2, 3, 4];
        match table.width() {
            12 => Ok(Self::new("Binance's layout without a header", 0, in_order, Some(5)).with_unit(TimeUnit::BySize)),
            8 => Ok(Self::new(
                "Kraken's layout without a header, with vwap",
                0,
                in_order,
                Some(6),
            )),
            7 => Ok(Self::new("Kraken's layout without a header", 0, in_order, Some(5))),
            6 if time >= 13 => Ok(Self {
                floats: true,
                ..Self::new("ccxt's layout without a header", 0, in_order, Some(5)).with_unit(TimeUnit::BySize)
            }),
            _ => Err(table.missing(&["unix_time"], WANTED)),
        }
    }

    fn of_header(table: &mut Table) -> Result<Self, TableError> {
        let several = Self::several_lines(table)?;
        let time = table.need(&TIMES, WANTED)?;
        let mut prices = [0; 4];
        for (place, name) in prices.iter_mut().zip(["open", "high", "low", "close"]) {
            *place = table.need(&[name], WANTED)?;
        }
        let mut layout = Self {
            symbol: table.find(&["symbol", "pair", "tic"])?,
            asset: several.clone(),
            ..Self::new("a table of candles", time, prices, volume(table)?)
        };
        let numbers = table.peek(1)?;
        let has = |name: &str| table.header.iter().any(|other| normal(other) == name);
        let downloaded = table
            .preamble
            .iter()
            .any(|line| line.to_ascii_lowercase().contains("cryptodatadownload"));
        let digits = numbers.first().and_then(|row| row.get(time)).map_or(0, String::len);
        let name = normal(&table.header[time]);
        (layout.name, layout.unit, layout.floats) = match name.as_str() {
            _ if several.is_some() || has("adj_close") || has("dividends") => {
                ("yfinance's layout", TimeUnit::Seconds, true)
            }
            _ if downloaded || has("symbol") && ["unix", "unix_timestamp"].contains(&name.as_str()) => {
                ("CryptoDataDownload's layout", TimeUnit::BySize, true)
            }
            "unix_time" => ("a table of candles", TimeUnit::Seconds, false),
            "open_time" => ("Binance's layout", TimeUnit::BySize, false),
            "timestamp" if digits >= 13 => ("ccxt's layout", TimeUnit::BySize, true),
            "timestamp" => ("Bitstamp's layout", TimeUnit::Seconds, true),
            "time" if has("vwap") => ("Kraken's layout", TimeUnit::Seconds, true),
            "time" if layout.prices[2] < layout.prices[0] => ("Coinbase's layout", TimeUnit::Seconds, true),
            _ => ("a table of candles", TimeUnit::Seconds, true),
        };
        Ok(layout)
    }

    /// Takes together the three lines that yfinance writes above its rows, `Price`, `Ticker` and
    /// `Date`, and returns the asset they name.
    fn several_lines(table: &mut Table) -> Result<Option<String>, TableError> {
        if table.header.first().map(|name| normal(name)) != Some("price".to_owned()) {
            return Ok(None);
        }
        let below = table.peek(2)?;
        let [tickers, dates] = &below[..] else { return Ok(None) };
        let begins = |row: &Vec<String>, with: &str| row.first().is_some_and(|first| normal(first).starts_with(with));
        if !begins(tickers, "ticker") || !begins(dates, "date") {
            return Ok(None);
        }
        let asset = tickers.get(1).and_then(|ticker| asset_of(ticker));
        let mut names = table.header.clone();
        names[0].clone_from(&dates[0]);
        table.rename(names, 2);
        Ok(Some(asset.unwrap_or_default()))
    }
}

/// Returns the column of volumes in units of the asset: `volume`, or the one that is named for no
/// quote currency.
fn volume(table: &Table) -> Result<Option<usize>, TableError> {
    if let Some(at) = table.find(&["volume"])? {
        return Ok(Some(at));
    }
    Ok(table.header.iter().position(|name| {
        let name = normal(name);
        name.strip_prefix("volume_")
            .is_some_and(|of| !QUOTES.iter().any(|quote| quote.eq_ignore_ascii_case(of)))
    }))
}
