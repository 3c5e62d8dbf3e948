//! Files of market data, every row checked.
//!
//! | module | holds |
//! | --- | --- |
//! | [`price`] | [`PriceE8`](price::PriceE8), an exact price: an integer scaled by 10⁸ |
//! | [`chains`] | option chains, in our layout and in those of Deribit and Tardis |
//! | [`history`] | candles, in the layouts that exchanges and libraries write |
//! | [`index`] | a daily index of implied volatility |
//! | [`markets`] | the parameters of the checked-in markets, as text and as typed values |
//! | [`option`] | options as files name them |
//! | [`mod@format`] | numbers and dates as people read them |
#![warn(missing_docs)]

pub mod chains;
pub mod format;
pub mod history;
pub mod index;
pub mod markets;
pub mod option;
pub mod price;
