//! The vault.

mod batches;
mod breakers;
mod directional;
mod events;
mod fees;
mod net_asset_values;
mod pay;
pub mod portfolio;
mod real_bank;
mod rules;
mod tokens;
mod trading_loss;
