//! Liquidation, and what the insurance account takes over and sells.

use super::super::build;
use super::keys::with_markets;
use super::{ClearingHouseKeys, MarketKeys, Parties};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use ballast_options::state::SeriesKey;
use ballast_options::{accounts, instruction, ID};

/// Builds `begin_liquidation`.
pub fn begin_liquidation(keys: &ClearingHouseKeys, account: &Pubkey, markets: &[MarketKeys]) -> Instruction {
    let accounts = accounts::Liquidation {
        house: keys.house,
        account: *account,
    };
    with_markets(build(ID, accounts, instruction::BeginLiquidation {}), markets)
}

/// Builds `end_liquidation`.
pub fn end_liquidation(keys: &ClearingHouseKeys, account: &Pubkey, markets: &[MarketKeys]) -> Instruction {
    let accounts = accounts::Liquidation {
        house: keys.house,
        account: *account,
    };
    with_markets(build(ID, accounts, instruction::EndLiquidation {}), markets)
}

/// Builds `liquidate`: `parties.maker` is the account that fails, `quantity` has the sign of its
/// position.
pub fn liquidate(
    keys: &ClearingHouseKeys,
    key: &SeriesKey,
    parties: &Parties,
    markets: &[MarketKeys],
    quantity: i64,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::Liquidate {
        owner: parties.owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        liquidator: parties.taker,
        account: parties.maker,
        insurance: keys.insurance,
    };
    with_markets(build(ID, accounts, instruction::Liquidate { quantity }), markets)
}

/// Builds `backstop`.
pub fn backstop(keys: &ClearingHouseKeys, account: &Pubkey, markets: &[MarketKeys]) -> Instruction {
    let accounts = accounts::Backstop {
        house: keys.house,
        account: *account,
        insurance: keys.insurance,
    };
    with_markets(build(ID, accounts, instruction::Backstop {}), markets)
}

/// Builds `backstop_position`.
pub fn backstop_position(keys: &ClearingHouseKeys, account: &Pubkey, key: &SeriesKey) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::BackstopPosition {
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        account: *account,
        insurance: keys.insurance,
    };
    build(ID, accounts, instruction::BackstopPosition {})
}

/// Builds `buy_from_insurance`: `quantity` has the sign of the insurance account's position.
pub fn buy_from_insurance(
    keys: &ClearingHouseKeys,
    key: &SeriesKey,
    owner: &Pubkey,
    account: &Pubkey,
    markets: &[MarketKeys],
    quantity: i64,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::BuyFromInsurance {
        owner: *owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        liquidator: *account,
        insurance: keys.insurance,
    };
    with_markets(build(ID, accounts, instruction::BuyFromInsurance { quantity }), markets)
}
