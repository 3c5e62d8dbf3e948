//! A Rust client of Ballast's programs: where accounts live, how instructions are built, what
//! account bytes mean.
//!
//! It knows no network: keeper, demo and tests each bring their own way to read accounts and send
//! transactions.

pub mod accounts;
pub mod action;
pub mod addresses;
pub mod assess;
pub mod crank;
pub mod events;
pub mod feeds;
pub mod instructions;
pub mod prices;
pub mod quotes;
pub mod snapshot;
pub mod surface;

pub use anchor_lang::prelude::{AccountMeta, Pubkey};
pub use anchor_lang::solana_program::instruction::Instruction;
