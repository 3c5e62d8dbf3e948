//! What the `ballast` program is made of.
#![forbid(unsafe_code)]

pub mod chain;
pub mod demo;
pub mod depositor;
pub mod embedded;
pub mod localnet;
pub mod node;
pub mod places;
pub mod process;
pub mod sample;
pub mod stop;
