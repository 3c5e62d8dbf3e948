//! Settlement of an expiry, and its payout.

use super::super::build;
use super::keys::with_members;
use super::ClearingHouseKeys;
use crate::addresses;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use ballast_options::{accounts, instruction, ID};

/// Builds `settle_expiry`.
pub fn settle_expiry(keys: &ClearingHouseKeys, market: u8, moment: i64, risk_market: &Pubkey) -> Instruction {
    let accounts = accounts::SettleExpiry {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        risk_market: *risk_market,
    };
    build(ID, accounts, instruction::SettleExpiry {})
}

/// Builds `settle_positions` of up to twenty margin accounts, the insurance account among them if
/// it has positions.
pub fn settle_positions(keys: &ClearingHouseKeys, market: u8, moment: i64, participants: &[Pubkey]) -> Instruction {
    let accounts = accounts::SettlePositions {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        insurance: keys.insurance,
    };
    with_members(build(ID, accounts, instruction::SettlePositions {}), participants)
}

/// Builds `cover_expiries` of a moment, for a house of so many markets.
pub fn cover_expiries(keys: &ClearingHouseKeys, markets: u8, moment: i64) -> Instruction {
    let accounts = accounts::CoverExpiries {
        house: keys.house,
        insurance: keys.insurance,
    };
    let expiries: Vec<Pubkey> = (0..markets)
        .map(|market| addresses::expiry(&keys.house, market, moment))
        .collect();
    with_members(build(ID, accounts, instruction::CoverExpiries { moment }), &expiries)
}

/// Builds `pay_claims` of up to twenty margin accounts, the insurance account among them if it has
/// a claim.
pub fn pay_claims(keys: &ClearingHouseKeys, market: u8, moment: i64, participants: &[Pubkey]) -> Instruction {
    let accounts = accounts::PayClaims {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        insurance: keys.insurance,
    };
    with_members(build(ID, accounts, instruction::PayClaims {}), participants)
}
