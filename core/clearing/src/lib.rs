//! The options clearing house as pure decisions: series, margin accounts, trades, quotes, auctions,
//! liquidation, settlement.
//!
//! Nothing here knows an account of a chain, a clock or a token: a program loads plain values,
//! calls one function, and stores what came back. A refusal is a value that names the rule and,
//! where there is one, the number that broke it; whatever a function changes in place is then as it
//! was. Formulae, the table of roundings, and what is bounded by what are in
//! `docs/concepts/clearing.md`.
//!
//! **Money.** Cash lies in margin accounts and in the pools of expiries that are being paid out;
//! the insurance fund is a margin account too. Every function here moves cash between them or not
//! at all, so their sum is what was deposited less what was withdrawn.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod account;
pub mod auction;
pub mod calendar;
pub mod cash_need;
pub mod charges;
pub mod cover;
pub mod ed25519;
pub mod fees;
#[cfg(test)]
mod fixtures;
pub mod legs;
pub mod liquidation;
pub mod listing_grid;
pub mod margin;
pub mod nonces;
pub mod params;
pub mod payout;
pub mod permission;
pub mod protection;
pub mod quote;
pub mod series;
pub mod settlement;
pub mod trade;
pub mod what_if;
