//! What a browser runs of Ballast: a vault's two net asset values from account bytes
//! ([`net_asset_values`]), and the mathematics, a row of raw integers in and raw integers out
//! ([`evaluate`](mod@evaluate)). Both are compiled for the host and for WebAssembly, and
//! `tools/toolchain/wasm-check` demands the same words of both.
#![no_std]
#![deny(unsafe_code)]

pub mod accounts;
mod bytes;
pub mod evaluate;
#[cfg(target_arch = "wasm32")]
mod exports;
pub mod market;
pub mod net_asset_values;
pub mod row;

pub use evaluate::{evaluate, Results};
pub use row::{Operation, Row};
