//! Everything of the Ballast demo that does not touch the chain.
//!
//! | module | holds |
//! | --- | --- |
//! | [`price`] | [`PriceE8`](price::PriceE8), an exact price: an integer scaled by 10⁸ |
//! | [`chains`] | option chains from a `.csv` or `.csv.gz` file |
//! | [`fitting`] | a volatility surface for each snapshot of them, and its errors |
//! | [`history`] | candles from a `.csv` or `.csv.gz` file, every row checked |
//! | [`scenario`] | the built-in scenario, and a confidence for a candle |
//! | [`record`] | one [`Step`](record::Step) per candle, and the [`Summary`](record::Summary) of a run |
//! | [`checks`] | the checks that follow from the recorded steps |
//! | [`replay`] | years of history through `observe`: events, false alarms, calibration, and the report of it |
//! | [`smiles`] | a plot of a day's quotes and fitted smiles |
//! | [`table`] | the live table on the terminal |
//! | [`mod@format`] | numbers and dates as people read them |
//! | [`report`] | the report directory: `index.html`, `report.json`, `steps.csv` |
//!
//! Prices that enter the chain are integers from end to end. Floats appear only in [`record`] and after it, where a
//! run is described to people.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod chains;
pub mod checks;
pub mod fitting;
pub mod format;
pub mod history;
pub mod price;
pub mod record;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod smiles;
pub mod table;
