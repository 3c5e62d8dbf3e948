//! ln, exp, square root, and the normal density, distribution and quantile, in 64-bit integers and
//! two tiers.
//!
//! `fast` is for scenarios and search, `precise` for marks and settlement. Both give the same bits
//! on every machine. Every error bound, and why each function is monotone, is in
//! `docs/internals/numerics.md`.

pub(crate) mod arith;
#[rustfmt::skip]
pub(crate) mod coefficients;
mod elementary;
pub mod fast;
pub(crate) mod normal;
pub mod precise;
mod quantile;
