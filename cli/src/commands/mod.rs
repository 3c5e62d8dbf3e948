//! The commands: one file or folder each.

pub mod bench;
pub mod build;
pub mod calibrate;
pub mod completions;
pub mod demo;
pub mod depositor;
pub mod fit;
pub mod greeks;
pub mod localnet;
pub mod options;
pub mod options_demo;
pub mod replay;
pub mod sample;
pub mod setup;
pub mod test;
