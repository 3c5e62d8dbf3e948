//! What is learnt from prices observed at irregular times: variance, the shape of returns, trend
//! and its acceleration, and a time-weighted average of implied volatility.
//!
//! Each estimator is a small `Copy` state of integers with an `update` that cannot fail, because
//! arguments are types that are checked where they are made; only [`Gwav`] refuses what is out of
//! range or order, and stays as it was. All of it is 64-bit, made of 32×32→64 products, because the
//! chain has no wide multiply.
//!
//! | Estimator | Fed with | Answers |
//! |---|---|---|
//! | [`Sampler`] | every observation | steps no shorter than a chosen time |
//! | [`EwmaVariance`] | steps | variance of log returns per year |
//! | [`EwmaMoments`] | steps | skewness and excess kurtosis |
//! | [`Trend`] | every observation | trend and acceleration as z-scores |
//! | [`LongTrend`] | steps | how strong the trend of weeks is |
//! | [`Gwav`] | every published volatility | its geometric average over a window |
//!
//! Formulae, ranges and measured errors are in `docs/internals/estimators.md`.

mod decay;
mod gwav;
mod long_trend;
mod moments;
mod observation;
mod sampler;
mod trend;
mod variance;

pub use decay::{Decay, TimeConstant};
pub use gwav::{Checkpoint, Gwav, GwavError, CHECKPOINTS};
pub use long_trend::{LongTrend, LONG_TREND_TIMES, LONG_VARIANCE_TIME};
pub use moments::EwmaMoments;
pub use observation::{Elapsed, LogReturn, NoiseVariance, Observation, Score};
pub use sampler::{Sampler, Step, MAX_HELD_SECONDS};
pub use trend::{Trend, TrendParams, TrendScores};
pub use variance::EwmaVariance;
