//! The vault.

mod breakers;
mod net_asset_values;
mod real_bank;
mod rules;
