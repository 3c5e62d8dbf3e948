//! Sets up a local network: programs, test USDC, risk market, venue with its insurance fund, vault,
//! volatility surface, options clearing house.
//!
//! | module | holds |
//! | --- | --- |
//! | [`config`] | the configuration file, and what the programs are given of it |
//! | [`keys`] | the keypairs of local networks |
//! | [`steps`] | the transactions of the initialisation |
//! | [`price`] | prices as set-up writes them |
//! | [`publication`] | prices and surfaces, where nobody else publishes them |
//!
//! Every step is a list of instructions ([`steps::Local::steps`]) that runs on any
//! [`ballast_rpc::TestCluster`], so the embedded demo is initialised by the very instructions that
//! a node is.
//!
//! **Local networks only**: the wallets are derived from public text, so anyone can sign as them.
#![forbid(unsafe_code)]

pub mod config;
pub mod keys;
pub mod price;
pub mod publication;
pub mod steps;
