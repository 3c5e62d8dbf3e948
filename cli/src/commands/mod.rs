//! The commands: one file or folder each.

pub mod bench;
pub mod build;
pub mod calibrate;
pub mod completions;
pub mod coverage;
pub mod demo;
pub mod doctor;
pub mod fit;
pub mod greeks;
pub mod keys;
pub mod localnet;
pub mod man;
pub mod options;
pub mod replay;
pub mod setup;
pub mod test;
pub mod vault;
