//! Options gathered into snapshots, each of them once.

use std::collections::BTreeMap;

use ballast_core_math::fit::quotes::{Expiry, Quote};
use ballast_files::fault::RowError;
use ballast_files::table::{Row, Table};

use super::layout::{is_put, Layout, Quoted};
use super::{Snapshot, TOO_NEAR, YEAR};
use crate::format::utc_minute;

/// An update of a recording counts for this long, seconds.
const FRESH: i64 = 3_600;

/// Bits of the strike, which order as positive numbers do, and whether it is a put.
type Key = (u64, bool);

/// A quote with its line and time.
#[derive(Clone, Copy)]
struct Kept {
    line: u64,
    unix_time: i64,
    quote: Quote,
}

/// The quotes of each expiry, unix seconds.
#[derive(Default)]
pub(super) struct Quotes(BTreeMap<i64, BTreeMap<Key, Kept>>);

impl Quotes {
    /// Adds an option; one that was there before is replaced, and is a fault.
    pub(super) fn add(&mut self, table: &Table, row: &Row, option: &Quoted) -> Option<RowError> {
        let kept = Kept {
            line: row.line,
            unix_time: option.unix_time,
            quote: option.quote,
        };
        let key = (option.quote.strike.to_bits(), is_put(option.quote.kind));
        let before = self.0.entry(option.expiry).or_default().insert(key, kept)?;
        Some(RowError {
            file: std::sync::Arc::clone(&table.file),
            line: row.line,
            column: "strike".to_owned(),
            value: format!("{} {}", option.quote.strike, if key.1 { "P" } else { "C" }),
            rule: format!(
                "this option is on line {} of the same snapshot already; the last counts",
                before.line
            ),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the expiries that lie more than a minute ahead of `unix_time`, without quotes before
    /// `since`. Those that lie ahead by less are said.
    pub(super) fn expiries(self, unix_time: i64, since: i64, notes: &mut Vec<String>) -> Vec<Expiry> {
        let mut expiries = Vec::new();
        for (expiry, quotes) in self.0 {
            let ahead = expiry - unix_time;
            if (1..=TOO_NEAR).contains(&ahead) {
                let time = utc_minute(expiry);
                notes.push(format!(
                    "the expiry of {time} is left out: it is {ahead} s ahead, and has to be more than {TOO_NEAR}"
                ));
            }
            if ahead > TOO_NEAR {
                let fresh = quotes.into_values().filter(|kept| kept.unix_time >= since);
                expiries.push(Expiry {
                    years: ahead as f64 / YEAR,
                    quotes: fresh.map(|kept| kept.quote).collect(),
                });
            }
        }
        expiries.retain(|expiry| !expiry.quotes.is_empty());
        expiries
    }
}

/// Every snapshot of a file.
pub(super) struct Gathered {
    is_recording: bool,
    updates: usize,
    snapshots: BTreeMap<(i64, String), Quotes>,
    newest: BTreeMap<String, i64>,
}

impl Gathered {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            is_recording: layout.is_recording,
            updates: 0,
            snapshots: BTreeMap::new(),
            newest: BTreeMap::new(),
        }
    }

    /// Adds an option. One that was there before is a fault, unless the file is a recording.
    pub(super) fn add(&mut self, table: &Table, row: &Row, option: Quoted) -> Option<RowError> {
        let newest = self.newest.entry(option.currency.clone()).or_insert(option.unix_time);
        *newest = option.unix_time.max(*newest);
        let time = if self.is_recording { 0 } else { option.unix_time };
        let quotes = self.snapshots.entry((time, option.currency.clone())).or_default();
        let ahead = option.expiry - option.unix_time;
        if ahead <= TOO_NEAR {
            // Nothing that is left out is told apart; it has to be known to be said.
            if ahead > 0 {
                quotes.0.entry(option.expiry).or_default();
            }
            return None;
        }
        let fault = quotes.add(table, row, &option)?;
        if self.is_recording {
            self.updates += 1;
            return None;
        }
        Some(fault)
    }

    /// Returns the snapshots, and says what was left out of them.
    pub(super) fn finish(self, notes: &mut Vec<String>) -> Vec<Snapshot> {
        if self.is_recording {
            notes.push(format!(
                "{} rows are updates of options that come later once more; the last of the last hour counts, as of the newest row",
                self.updates
            ));
        }
        let (is_recording, newest) = (self.is_recording, self.newest);
        let made = |((time, currency), quotes): ((i64, String), Quotes)| {
            let (unix_time, since) = match newest.get(&currency) {
                Some(newest) if is_recording => (*newest, *newest - FRESH),
                _ => (time, i64::MIN),
            };
            Snapshot {
                unix_time,
                expiries: quotes.expiries(unix_time, since, notes),
                currency,
                left_out: Vec::new(),
            }
        };
        self.snapshots.into_iter().map(made).collect()
    }
}
