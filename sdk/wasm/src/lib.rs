//! One function that evaluates a row of raw integers with `risk-math` and gives raw integers back. It is compiled for the
//! host and for WebAssembly, and `tools/toolchain/wasm-check` demands the same words of both.
#![no_std]
#![deny(unsafe_code)]

pub mod evaluate;
#[cfg(target_arch = "wasm32")]
mod exports;
pub mod market;
pub mod row;

pub use evaluate::{evaluate, Results};
pub use row::{Operation, Row};
