//! Rows as candles, each read or refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use ballast_files::fault::RowError;
use ballast_files::moment::{Form, Moment};
use ballast_files::number;
use ballast_files::table::{Row, Table};

use super::asset::asset_of;
use super::layout::{Layout, WANTED};
use super::{Candle, HistoryError, Request, MAX_ROWS};
use crate::price::PriceE8;

/// A candle with its line and its volume.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) candle: Candle,
    pub(super) volume: f64,
}

/// A row that was left out, and its time as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) fault: RowError,
    pub(super) time: Option<i64>,
}

/// Everything that a file says.
pub(super) struct Read {
    pub(super) file: Arc<str>,
    /// Name of the column of times.
    pub(super) time_column: String,
    pub(super) entries: Vec<Entry>,
    pub(super) refused: Vec<Refused>,
    pub(super) has_volume: bool,
    pub(super) asset: Option<String>,
    pub(super) taken: String,
    pub(super) notes: Vec<String>,
}

pub(super) fn read(request: &Request<'_>) -> Result<Read, HistoryError> {
    let mut table = Table::open(request.file, WANTED)?;
    let layout = Layout::find(&mut table, request)?;
    let mut reader = Reader {
        layout: &layout,
        forms: BTreeSet::new(),
        rounded: 0,
    };
    let (mut entries, mut refused, mut symbols) = (Vec::new(), Vec::new(), BTreeSet::new());
    while let Some(row) = table.next_row()? {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                refused.push(Refused { fault, time: None });
                continue;
            }
        };
        // Spreadsheets leave rows of nothing but separators at the end.
        if row.fields.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if let Some(at) = layout.symbol {
            if symbols.len() < 2 {
                symbols.insert(row.get(at).to_owned());
            }
        }
        match reader.entry(&table, &row) {
            Ok(entry) => entries.push(entry),
            Err(row) => refused.push(row),
        }
        if entries.len() > MAX_ROWS {
            let file = request.file.to_owned();
            return Err(HistoryError::TooLong { file });
        }
    }
    if symbols.len() > 1 {
        return Err(HistoryError::Symbols {
            file: request.file.to_owned(),
            symbols: symbols.into_iter().collect::<Vec<_>>().join(" and "),
        });
    }
    let mut notes = std::mem::take(&mut table.notes);
    if reader.rounded > 0 {
        notes.push(format!("{} prices are rounded to 8 places", reader.rounded));
    }
    let name = request
        .file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let symbol = symbols.first().and_then(|symbol| asset_of(symbol));
    let asset = layout
        .asset
        .clone()
        .filter(|asset| !asset.is_empty())
        .or(symbol)
        .or_else(|| asset_of(&name));
    Ok(Read {
        file: Arc::clone(&table.file),
        time_column: table
            .header
            .get(layout.time)
            .cloned()
            .unwrap_or_else(|| (layout.time + 1).to_string()),
        entries,
        refused,
        has_volume: layout.volume.is_some(),
        asset,
        taken: taken(&name, &layout, &reader.forms),
        notes,
    })
}

fn taken(name: &str, layout: &Layout, forms: &BTreeSet<Form>) -> String {
    let times: Vec<String> = forms.iter().map(ToString::to_string).collect();
    let volume = if layout.volume.is_some() {
        "with volume"
    } else {
        "without volume"
    };
    format!(
        "{name}: taken as {} ({volume}), times as {} (UTC)",
        layout.name,
        times.join(" and ")
    )
}

struct Reader<'a> {
    layout: &'a Layout,
    forms: BTreeSet<Form>,
    rounded: u64,
}

impl Reader<'_> {
    fn entry(&mut self, table: &Table, row: &Row) -> Result<Entry, Refused> {
        let layout = self.layout;
        let read = Moment::parse(row.get(layout.time), layout.unit);
        let (moment, form) = read.map_err(|rule| Refused {
            fault: table.fault(row, layout.time, rule.to_string()),
            time: None,
        })?;
        self.forms.insert(form);
        let unix_time = moment.unix_seconds();
        self.candle(table, row, unix_time).map_err(|fault| Refused {
            fault,
            time: Some(unix_time),
        })
    }

    fn candle(&mut self, table: &Table, row: &Row, unix_time: i64) -> Result<Entry, RowError> {
        let mut prices = [PriceE8::ONE; 4];
        for (price, at) in prices.iter_mut().zip(self.layout.prices) {
            *price = self.price(row.get(at)).map_err(|rule| table.fault(row, at, rule))?;
        }
        let [open, high, low, close] = prices;
        for (at, price) in [(self.layout.prices[0], open), (self.layout.prices[3], close)] {
            if price > high {
                return Err(table.fault(row, at, format!("it is above the row's high, {high}")));
            }
            if price < low {
                return Err(table.fault(row, at, format!("it is below the row's low, {low}")));
            }
        }
        let mut volume = 0.0;
        if let Some(at) = self.layout.volume {
            let read = number::finite(row.get(at)).ok().filter(|volume| *volume >= 0.0);
            volume = read.ok_or_else(|| table.fault(row, at, "a volume is a number, zero or more"))?;
        }
        let candle = Candle {
            unix_time,
            open,
            high,
            low,
            close,
        };
        let line = row.line;
        Ok(Entry { line, candle, volume })
    }

    fn price(&mut self, text: &str) -> Result<PriceE8, String> {
        let plain = number::plain(text).map_err(|rule| match rule {
            number::NumberError::Missing => crate::price::PriceParseError::NotDecimal.to_string(),
            rule => rule.to_string(),
        })?;
        if !self.layout.floats {
            return plain
                .parse()
                .map_err(|rule: crate::price::PriceParseError| rule.to_string());
        }
        let (price, exact) = PriceE8::nearest(&plain).map_err(|rule| rule.to_string())?;
        self.rounded += u64::from(!exact);
        Ok(price)
    }
}
