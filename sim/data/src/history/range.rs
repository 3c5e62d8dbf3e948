//! The candles that are asked for, in order, and whether any is missing between them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ballast_files::fault::RowError;

use super::rows::{Entry, Read, Refused};
use super::{History, HistoryError, Request, DEFAULT_STEP};
use crate::format::utc_minute;

/// Returns the candles of the range that was asked for.
pub(super) fn choose(mut read: Read, request: &Request<'_>) -> Result<History, HistoryError> {
    let newest_first = order(&mut read);
    let step = commonest_step(&read.entries);
    keep_on_grid(&mut read, step);
    let (Some(head), Some(last)) = (read.entries.first(), read.entries.last()) else {
        return Err(match read.refused.into_iter().next() {
            Some(refused) => HistoryError::Row(refused.fault),
            None => HistoryError::Empty {
                file: request.file.to_owned(),
            },
        });
    };
    let (first, end) = (head.candle.unix_time, last.candle.unix_time + step);
    let (from, to) = (request.from.unwrap_or(first), request.to.unwrap_or(end));
    if from < first || to > end || from >= to {
        return Err(HistoryError::Outside {
            file: request.file.to_owned(),
            first,
            end,
            from,
            to,
        });
    }
    let range = from..to;
    // A row that was left out at an end of the file would have made it longer.
    let asked = request.from.unwrap_or(i64::MIN)..request.to.unwrap_or(i64::MAX);
    let gaps = gaps(&read.entries, step);
    let begin = read.entries.partition_point(|entry| entry.candle.unix_time < from);
    let stop = read.entries.partition_point(|entry| entry.candle.unix_time < to);
    let chosen = &read.entries[begin..stop];
    let within = gaps.iter().find(|gap| gap.lacks(&range, step));
    if let Some(gap) = within {
        let cause = read.refused.iter().find(|refused| lies_in(refused, gap));
        return Err(match cause {
            Some(refused) => HistoryError::Row(refused.fault.clone()),
            None => HistoryError::Gap {
                file: request.file.to_owned(),
                line: gap.line,
                before: gap.before,
                after: gap.after,
                step,
            },
        });
    }
    if chosen.is_empty() {
        return Err(HistoryError::Between {
            file: request.file.to_owned(),
            from,
            to,
            step,
        });
    }
    let (inside, outside): (Vec<Refused>, Vec<Refused>) = read
        .refused
        .into_iter()
        .partition(|refused| refused.time.is_none_or(|time| asked.contains(&time)));
    let mut notes = read.notes;
    if newest_first {
        notes.push("the newest row comes first; read from the end".to_owned());
    }
    if let Some(gap) = gaps.first() {
        let (before, after) = (utc_minute(gap.before), utc_minute(gap.after));
        notes.push(format!(
            "{} outside the range; the first is on line {}: {before} is followed by {after}",
            if gaps.len() == 1 {
                "a gap".to_owned()
            } else {
                format!("{} gaps", gaps.len())
            },
            gap.line
        ));
    }
    if let Some(refused) = outside.first() {
        notes.push(format!(
            "{} rows outside the range are left out; the first: {}",
            outside.len(),
            refused.fault
        ));
    }
    Ok(History {
        candles: chosen.iter().map(|entry| entry.candle).collect(),
        volumes: read
            .has_volume
            .then(|| chosen.iter().map(|entry| entry.volume).collect()),
        step,
        asset: read.asset,
        taken: read.taken,
        notes,
        left_out: inside.into_iter().map(|refused| refused.fault).collect(),
    })
}

/// Puts the oldest row first if the newest was, and returns whether it was.
fn order(read: &mut Read) -> bool {
    let time = |entry: Option<&Entry>| entry.map(|entry| entry.candle.unix_time);
    let newest_first = time(read.entries.first()) > time(read.entries.last());
    if newest_first {
        read.entries.reverse();
    }
    newest_first
}

/// Returns the commonest distance of neighbours, seconds; of several the least.
fn commonest_step(entries: &[Entry]) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in entries.windows(2) {
        let distance = pair[1].candle.unix_time - pair[0].candle.unix_time;
        if distance > 0 {
            *counts.entry(distance).or_default() += 1;
        }
    }
    let commonest = counts.iter().rev().max_by_key(|(_, count)| **count);
    commonest.map_or(DEFAULT_STEP, |(distance, _)| *distance)
}

/// Leaves out rows whose time was there before, goes back, or falls between two steps.
fn keep_on_grid(read: &mut Read, step: i64) {
    let mut kept: Vec<Entry> = Vec::with_capacity(read.entries.len());
    for entry in read.entries.drain(..) {
        let time = entry.candle.unix_time;
        let rule = match kept.last() {
            None => None,
            Some(before) => {
                let (at, line) = (before.candle.unix_time, before.line);
                match time - at {
                    0 => Some(format!("times must increase, and line {line} has this one already")),
                    ..0 => Some(format!("times must increase, and line {line} is at {at}")),
                    found if found < step => Some(format!(
                        "it is {found} s after line {line}, at {at}, but rows are {step} s apart"
                    )),
                    _ => None,
                }
            }
        };
        match rule {
            None => kept.push(entry),
            Some(rule) => read.refused.push(Refused {
                fault: RowError {
                    file: Arc::clone(&read.file),
                    line: entry.line,
                    column: read.time_column.clone(),
                    value: time.to_string(),
                    rule,
                },
                time: Some(time),
            }),
        }
    }
    read.entries = kept;
}

/// Rows that are missing between two.
struct Gap {
    before: i64,
    after: i64,
    /// Of the row after it.
    line: u64,
}

fn gaps(entries: &[Entry], step: i64) -> Vec<Gap> {
    let gap = |pair: &[Entry]| {
        let [before, after] = [pair[0].candle.unix_time, pair[1].candle.unix_time];
        (after - before > step).then_some(Gap {
            before,
            after,
            line: pair[0].line.max(pair[1].line),
        })
    };
    entries.windows(2).filter_map(gap).collect()
}

impl Gap {
    /// Returns whether a row that is missing would begin in the range.
    fn lacks(&self, range: &Range<i64>, step: i64) -> bool {
        let from = range.start.max(self.before + step);
        let steps = (from - self.before + step - 1) / step;
        self.before + steps * step < range.end.min(self.after)
    }
}

fn lies_in(refused: &Refused, gap: &Gap) -> bool {
    refused.time.is_none_or(|time| (gap.before..gap.after).contains(&time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Candle;
    use crate::price::PriceE8;

    fn entries(times: &[i64]) -> Vec<Entry> {
        let candle = |unix_time: i64| Candle {
            unix_time,
            open: PriceE8::ONE,
            high: PriceE8::ONE,
            low: PriceE8::ONE,
            close: PriceE8::ONE,
        };
        let entry = |(line, time): (u64, &i64)| Entry {
            line,
            candle: candle(*time),
            volume: 0.0,
        };
        (2..).zip(times).map(entry).collect()
    }

    #[test]
    fn the_step_is_the_commonest_distance() {
        assert_eq!(commonest_step(&entries(&[0, 120, 180, 240, 300])), 60);
        assert_eq!(commonest_step(&entries(&[0, 60, 180])), 60);
        assert_eq!(commonest_step(&entries(&[5])), DEFAULT_STEP);
        let gaps = gaps(&entries(&[0, 120, 180, 360]), 60);
        assert_eq!(gaps.len(), 2);
        for (range, lacks) in [
            (0..360, true),
            (60..120, true),
            (61..120, false),
            (120..360, false),
            (0..60, false),
        ] {
            assert_eq!(gaps[0].lacks(&range, 60), lacks, "{range:?}");
        }
    }
}
