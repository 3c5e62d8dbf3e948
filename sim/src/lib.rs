//! Everything of the Ballast demo that does not touch the chain.
//!
//! | module | holds |
//! | --- | --- |
//! | [`fitting`] | a volatility surface for each snapshot of them, and its errors |
//! | [`scenario`] | the built-in scenario, and a confidence for a candle |
//! | [`json`] | what commands print with `--json` |
//! | [`record`] | one [`Step`](record::Step) per candle, and the [`Summary`](record::Summary) of a run; the same of a strangle |
//! | [`coverage`] | how often a day's loss of short options was more than their margin, over a history |
//! | [`checks`] | the checks that follow from the recorded steps |
//! | [`replay`] | years of history through `observe`: events, false alarms, calibration, and the report of it |
//! | [`smiles`] | a plot of a day's quotes and fitted smiles |
//! | [`table`] | the live table on the terminal |
//! | [`report`] | the report directory: `index.html`, `report.json`, `steps.csv` |
//!
//! Prices that enter the chain are integers from end to end. Floats appear only in [`coverage`],
//! [`record`] and after it, where a run or a history is described to people.

#![warn(missing_docs)]

mod chart;
pub mod checks;
pub mod coverage;
pub mod fitting;
pub mod json;
pub mod plot;
pub mod record;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod smiles;
pub mod table;
