//! Liquidation, and what a liquidator does with what they took.

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

/// The terms on which a liquidator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeTerms {
    /// The share of everything, in billionths: what is permitted is taken if that is less.
    pub share: u64,
    /// The most to pay for it, base units; negative where the liquidator is to be paid.
    pub max_payment: i64,
}

/// Builds `liquidate`: `parties.maker` is the account that fails, `parties.taker` one with cash and
/// nothing else.
pub fn liquidate(
    keys: &ClearingHouseKeys,
    parties: &Parties,
    markets: &[MarketKeys],
    terms: &TakeTerms,
) -> Instruction {
    let accounts = accounts::Liquidate {
        owner: parties.owner,
        house: keys.house,
        liquidator: parties.taker,
        account: parties.maker,
        insurance: keys.insurance,
    };
    let data = instruction::Liquidate {
        share: terms.share,
        max_payment: terms.max_payment,
    };
    with_markets(build(ID, accounts, data), markets)
}

/// Builds `transfer_position`: from `parties.taker` to `parties.maker`, both the owner's;
/// `quantity` has the sign of the position.
pub fn transfer_position(
    keys: &ClearingHouseKeys,
    key: &SeriesKey,
    parties: &Parties,
    markets: &[MarketKeys],
    quantity: i64,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::TransferPosition {
        owner: parties.owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        from: parties.taker,
        to: parties.maker,
    };
    with_markets(build(ID, accounts, instruction::TransferPosition { quantity }), markets)
}
