//! Files of market data, every row checked.
//!
//! | module | holds |
//! | --- | --- |
//! | [`price`] | [`PriceE8`](price::PriceE8), an exact price: an integer scaled by 10⁸ |
//! | [`chains`] | option chains from a `.csv` or `.csv.gz` file |
//! | [`history`] | candles from a `.csv` or `.csv.gz` file |
//! | [`markets`] | the parameters of the checked-in markets, as text and as typed values |
//! | [`mod@format`] | numbers and dates as people read them |
#![warn(missing_docs)]

pub mod chains;
pub mod format;
pub mod history;
pub mod markets;
pub mod price;
