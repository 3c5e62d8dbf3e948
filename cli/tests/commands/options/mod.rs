//! `ballast options`: a maker, a taker and whoever cranks.

mod keep;
mod life;
mod liquidation;
mod maker;
mod network;
mod refusals;
