//! What the `ballast` program is made of.
#![forbid(unsafe_code)]

pub mod bench;
pub mod calibrate;
pub mod chain;
pub mod demo;
pub mod depositor;
pub mod embedded;
pub mod fit;
pub mod greeks;
pub mod localnet;
pub mod math_program;
pub mod node;
pub mod options;
pub mod options_demo;
pub mod places;
pub mod process;
pub mod replay;
pub mod sample;
pub mod stop;
mod verdict;
