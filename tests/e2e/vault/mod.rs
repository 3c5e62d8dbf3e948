//! The vault.

mod breakers;
pub mod breakers_support;
mod real_bank;
mod rules;
