//! Black-Scholes-Merton over its whole domain and at its edges, in both tiers: what must hold
//! whatever the digits are.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod domain;
mod edges;
mod found;
mod invariants;
mod properties;
