//! The vault.

mod breakers;
mod real_bank;
mod rules;
