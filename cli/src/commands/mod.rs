//! The commands: one file or folder each.

pub mod bench;
pub mod build;
pub mod calibrate;
pub mod completions;
pub mod demo;
pub mod fit;
pub mod greeks;
pub mod localnet;
pub mod options;
pub mod replay;
pub mod setup;
pub mod test;
