//! Runs and measures Ballast's mathematics inside Solana's virtual machine.
//!
//! **Never deployed**: a tool of `ballast bench math` and `ballast greeks --on svm`, which load it
//! into a virtual machine of their own. It checks no owner and no signer, because it holds nothing.
//!
//! One instruction: its two bytes are an [`Operation`] and a [`Tier`]. The first account holds rows
//! of arguments ([`wire::Arguments`]), the second, writable and owned by this program, receives one
//! [`wire::Outcome`] for each: status, compute units, and every bit of the results. A row that is
//! refused says so and stops nothing. The scenarios take a book of sixteen rows at once, and write
//! the first of its outcomes.
//!
//! **What is measured**: from typed arguments in memory (the
//! [`Inputs`](ballast_core_math::black_scholes::Inputs) of an option) to typed results in memory,
//! with every check of the domain, the call included. The cost of a measurement with nothing in it
//! is taken off. Decoding the arguments from the account, and encoding the results, is not in it.

pub mod wire;

#[cfg(feature = "entrypoint")]
mod meter;
#[cfg(feature = "entrypoint")]
mod program;
#[cfg(feature = "entrypoint")]
mod run;
#[cfg(feature = "entrypoint")]
mod scenarios;
#[cfg(feature = "entrypoint")]
mod surface;

pub use wire::{Operation, Tier};

/// The address the program is loaded at. Nobody holds a key to it.
pub const ADDRESS: [u8; 32] = *b"ballast-math: measuring program.";
