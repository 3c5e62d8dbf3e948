//! Which column is which in a file of option chains.

use ballast_core_math::black_scholes::Kind;
use ballast_core_math::fit::quotes::Quote;
use ballast_files::fault::RowError;
use ballast_files::moment::{Moment, TimeUnit};
use ballast_files::table::{Row, Table, TableError};
use ballast_files::{name, number};

use crate::option::{instrument, kind, Instrument};

/// What is needed, for messages.
pub(super) const WANTED: &str =
    "unix_time,currency,expiry,strike,type,bid,ask,forward, or an export of Deribit or Tardis";

const BIDS: [&str; 3] = ["bid", "bid_price", "best_bid_price"];
const ASKS: [&str; 3] = ["ask", "ask_price", "best_ask_price"];
/// The forward, or what stands for it, the best first.
const FORWARDS: [&str; 4] = ["forward", "underlying_price", "index_price", "estimated_delivery_price"];

/// What names an option.
enum Named {
    /// Columns of currency, expiry, strike, type.
    Columns([usize; 4]),
    /// A column with names such as `BTC-27MAR26-100000-C`.
    Instrument(usize),
}

/// Where everything stands in a file.
pub(super) struct Layout {
    /// Whose it is, for a person; nothing for ours.
    name: Option<&'static str>,
    time: usize,
    named: Named,
    bid: usize,
    ask: usize,
    forward: usize,
    /// Name of the column that the forward is taken from.
    forward_name: String,
    unit: TimeUnit,
    /// Rows are updates: the last of each option counts.
    pub(super) is_recording: bool,
}

/// A row, as understood.
#[derive(Clone, Debug)]
pub(super) struct Quoted {
    pub(super) unix_time: i64,
    pub(super) currency: String,
    pub(super) expiry: i64,
    pub(super) quote: Quote,
}

impl Layout {
    /// Recognises the layout of a file by its header.
    pub(super) fn find(table: &Table, unit: Option<TimeUnit>) -> Result<Self, TableError> {
        let instruments = table.find(&["instrument_name", "instrument", "symbol"])?;
        let ours = ["currency", "expiry", "strike", "type"];
        let has_ours = table.find(&["expiry"])?.is_some() || instruments.is_none();
        let is_recording = table.find(&["local_timestamp"])?.is_some();
        let (name, named, own_unit) = match instruments {
            Some(at) if !has_ours => {
                let name = if is_recording {
                    "a recording of Tardis"
                } else {
                    "an export of Deribit"
                };
                (Some(name), Named::Instrument(at), TimeUnit::BySize)
            }
            _ => {
                let mut places = [0; 4];
                for (place, column) in places.iter_mut().zip(ours) {
                    *place = table.need(&[column], WANTED)?;
                }
                (None, Named::Columns(places), TimeUnit::Seconds)
            }
        };
        let forward = table.need(&FORWARDS, WANTED)?;
        Ok(Self {
            name,
            time: table.need(&["unix_time", "timestamp", "creation_timestamp", "time"], WANTED)?,
            named,
            bid: table.need(&BIDS, WANTED)?,
            ask: table.need(&ASKS, WANTED)?,
            forward,
            forward_name: table.header[forward].clone(),
            unit: unit.unwrap_or(own_unit),
            is_recording,
        })
    }

    /// Says what the file was taken for, unless it is in our layout.
    pub(super) fn taken(&self) -> Option<String> {
        let forward = (ballast_files::table::normal(&self.forward_name) != "forward")
            .then(|| format!("the forward is taken from {}", self.forward_name));
        match (self.name, forward) {
            (None, None) => None,
            (None, forward) => forward,
            (Some(name), forward) => {
                let forward = forward.map_or_else(String::new, |forward| format!(", {forward}"));
                Some(format!(
                    "taken as {name}: options by their names, expiring at 08:00 UTC, times by their size{forward}"
                ))
            }
        }
    }

    /// Reads a row.
    pub(super) fn read(&self, table: &Table, row: &Row) -> Result<Quoted, RowError> {
        let time = |at: usize| {
            let read = Moment::parse(row.get(at), self.unit);
            read.map(|(moment, _)| moment.unix_seconds())
                .map_err(|rule| table.fault(row, at, rule.to_string()))
        };
        let unix_time = time(self.time)?;
        let option = match self.named {
            Named::Columns([currency, expiry, strike, type_at]) => Instrument {
                currency: name::currency(row.get(currency)).map_err(|rule| table.fault(row, currency, rule))?,
                expiry: Moment::new(time(expiry)?).ok_or_else(|| table.fault(row, expiry, "an expiry is a time"))?,
                strike: self.positive(table, row, strike, "a strike is a number above zero")?,
                kind: kind(row.get(type_at)).map_err(|rule| table.fault(row, type_at, rule))?,
            },
            Named::Instrument(at) => instrument(row.get(at)).map_err(|rule| table.fault(row, at, rule))?,
        };
        Ok(Quoted {
            unix_time,
            currency: option.currency,
            expiry: option.expiry.unix_seconds(),
            quote: Quote {
                kind: option.kind,
                strike: option.strike,
                forward: self.positive(table, row, self.forward, "a forward is a number above zero")?,
                bid: self.price(table, row, self.bid)?,
                ask: self.price(table, row, self.ask)?,
            },
        })
    }

    fn positive(&self, table: &Table, row: &Row, at: usize, rule: &str) -> Result<f64, RowError> {
        let read = number::finite(row.get(at)).ok().filter(|value| *value > 0.0);
        read.ok_or_else(|| table.fault(row, at, rule))
    }

    fn price(&self, table: &Table, row: &Row, at: usize) -> Result<Option<f64>, RowError> {
        match number::finite(row.get(at)) {
            Err(number::NumberError::Missing) => Ok(None),
            Ok(price) if price >= 0.0 => Ok(Some(price)),
            Ok(_) | Err(number::NumberError::Form) => {
                Err(table.fault(row, at, "bid and ask are numbers, zero or more, or empty"))
            }
            Err(rule) => Err(table.fault(row, at, rule.to_string())),
        }
    }
}

/// Whether a quote is of a put: together with the strike it tells options of an expiry apart.
pub(super) const fn is_put(kind: Kind) -> bool {
    matches!(kind, Kind::Put)
}
