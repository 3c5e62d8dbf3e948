//! The vault.

mod breakers;
pub mod breakers_support;
mod net_asset_values;
mod real_bank;
mod rules;
