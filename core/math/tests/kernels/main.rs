//! The kernels of both tiers: their errors against vectors of 50 digits, and their shape (range,
//! symmetry, monotonicity).
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod accuracy;
mod junctions;
mod shape;
mod tier;
