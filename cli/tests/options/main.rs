//! `ballast options` on the chain in this process: a maker, a taker and whoever cranks, each with
//! the commands that a person has.
//!
//! Needs the compiled programs: `./ballast build` makes them. Without them these tests say so and
//! pass.

mod keep;
mod life;
mod liquidation;
mod maker;
mod network;
mod refusals;
