//! Sets up a local network: programs, test USDC, risk market, venue with its insurance fund, vault, volatility surface,
//! options clearing house.
//!
//! Every step is a list of instructions ([`steps::Local::steps`]) that runs on any [`cluster::Cluster`], so the embedded
//! demo is initialised by the very instructions that a node is.
//!
//! **Local networks only**: the wallets are derived from public text, so anyone can sign as them.

pub mod cluster;
pub mod config;
pub mod house;
pub mod keys;
pub mod publication;
pub mod rpc;
pub mod steps;
pub mod tokens;
