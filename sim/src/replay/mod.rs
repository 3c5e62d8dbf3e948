//! Years of hourly history through `observe`: what the risk engine would have seen, said and
//! stopped.
//!
//! | module | holds |
//! | --- | --- |
//! | [`observations`] | candles as the [`PriceObservation`]s of an observer: one at each close, or four within each hour |
//! | [`observer`] | [`Observer`], and the one that calls `risk-policy` in this process |
//! | [`implied`] | volatility at the money from option chains, as feeders would have published it |
//! | [`liquidity`] | the cost of trading, estimated from hourly range and volume, as history has no order books |
//! | [`run`] | one [`Step`] for each observation: every signal, the regime, the breakers, the limit multipliers |
//! | [`events`] | six falls, and how late or early each level and breaker was |
//! | [`alarms`] | days in Crisis that no fall explains, shares of time, trips a year |
//! | [`calibrate`] | parameters from a history, and why |
//! | [`figures`] | the plots, as SVG |
//! | [`page`] | the report: a page with plots, a table of every step, a summary |
//!
//! Prices enter as integers and go through `risk-policy` as they do on the chain; floats appear
//! only in what is told to people.

pub mod alarms;
pub mod calibrate;
pub mod events;
pub mod figures;
pub mod implied;
pub mod liquidity;
pub mod observations;
pub mod observer;
pub mod page;
pub mod run;

pub use observations::{Path, PriceObservation};
pub use observer::{Native, Observer, ObserverError};
pub use run::Step;
