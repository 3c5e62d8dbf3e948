//! The maker: answers requests for quotes from a market's surface, with a spread that leans against
//! what it holds; hedges its delta with the perpetual; takes every quote back when the market
//! breaks. The protocol is in `docs/reference/rfq.md`.

pub mod args;
pub mod desk;
pub mod http;
pub mod metrics;
pub mod outstanding;
pub mod pricing;
mod quoting;
pub mod service;
