//! A house, its insurance fund, its expiries and its series.

use super::super::{build, TOKEN};
use super::{ClearingHouseKeys, MarketKeys};
use crate::addresses;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_options::state::SeriesKey;
use ballast_options::{accounts, instruction, CreateClearingHouseArgs, ID};

/// Builds `create_clearing_house`: `markets` in the order of the listings.
pub fn create_clearing_house(
    creator: &Pubkey,
    quote_mint: &Pubkey,
    markets: &[MarketKeys],
    args: CreateClearingHouseArgs,
) -> Instruction {
    let keys = ClearingHouseKeys::derive(creator, args.number, quote_mint);
    let accounts = accounts::CreateClearingHouse {
        creator: *creator,
        quote_mint: *quote_mint,
        house: keys.house,
        custody: keys.custody,
        insurance: keys.insurance,
        token_program: TOKEN,
        system_program: system_program::ID,
    };
    let mut create = build(ID, accounts, instruction::CreateClearingHouse { args });
    let pairs = markets.iter().flat_map(|market| [market.risk_market, market.surface]);
    create
        .accounts
        .extend(pairs.map(|key| AccountMeta::new_readonly(key, false)));
    create
}

/// Builds `fund_insurance`.
pub fn fund_insurance(keys: &ClearingHouseKeys, giver: &Pubkey, source: &Pubkey, amount: u64) -> Instruction {
    let accounts = accounts::FundInsurance {
        giver: *giver,
        house: keys.house,
        insurance: keys.insurance,
        source: *source,
        custody: keys.custody,
        token_program: TOKEN,
    };
    build(ID, accounts, instruction::FundInsurance { amount })
}

/// Builds `create_expiry`: `moment` in unix seconds.
pub fn create_expiry(keys: &ClearingHouseKeys, payer: &Pubkey, market: u8, moment: i64) -> Instruction {
    let accounts = accounts::CreateExpiry {
        payer: *payer,
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::CreateExpiry { market, moment })
}

/// Builds `create_series`.
pub fn create_series(keys: &ClearingHouseKeys, payer: &Pubkey, market: &MarketKeys, key: SeriesKey) -> Instruction {
    let series = keys.series(&key);
    let accounts = accounts::CreateSeries {
        payer: *payer,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        risk_market: market.risk_market,
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::CreateSeries { key })
}

/// Builds `close_series`: `payer` is the one its account names.
pub fn close_series(keys: &ClearingHouseKeys, key: &SeriesKey, payer: &Pubkey) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::CloseSeries {
        expiry: series.expiry,
        series: series.series,
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseSeries {})
}

/// Builds `close_expiry`: `payer` is the one its account names.
pub fn close_expiry(expiry: &Pubkey, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CloseExpiry {
        expiry: *expiry,
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseExpiry {})
}
