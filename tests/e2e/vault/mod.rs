//! The vault.

mod batches;
mod breakers;
mod fees;
mod net_asset_values;
mod real_bank;
mod rules;
mod trading_loss;
