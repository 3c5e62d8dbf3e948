//! What the venue announces. An event stands alone: it names the market and the trader, and
//! carries what changed.

use anchor_lang::prelude::*;
use ballast_risk::state::Fixed;

use crate::state::{Faults, MarketParams};

#[event]
pub struct MarketCreated {
    pub market: Pubkey,
    pub risk_market: Pubkey,
    pub quote_mint: Pubkey,
    pub authority: Pubkey,
    pub params: MarketParams,
}

#[event]
pub struct FaultsSet {
    pub market: Pubkey,
    pub before: Faults,
    pub after: Faults,
}

#[event]
pub struct InsuranceFunded {
    pub market: Pubkey,
    pub amount: u64,
    pub insurance_fund: u64,
}

#[event]
pub struct TraderCreated {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub owner: Pubkey,
}

#[event]
pub struct Deposited {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub amount: u64,
    pub collateral: u64,
}

#[event]
pub struct WithdrawalQueued {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub amount: u64,
    pub queued: u64,
    pub ready_at: i64,
}

#[event]
pub struct Withdrawn {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub amount: u64,
    pub collateral: u64,
}

#[event]
pub struct OrderPending {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub lots: i64,
    pub limit_price: Fixed,
    pub placed_slot: u64,
    pub expires_at: i64,
}

#[event]
pub struct OrderCancelled {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub lots: i64,
    pub reason: CancelReason,
}

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    Owner,
    Expired,
    Liquidated,
    /// The order could not be executed: the code of the rule that refused it.
    Refused {
        code: u32,
    },
}

/// Why a position changed without an order of its owner, or `Order`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillCause {
    Order,
    Fulfilment,
    Liquidation,
    AutoDeleverage,
}

#[event]
pub struct Filled {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub cause: FillCause,
    pub lots: i64,
    pub price: Fixed,
    pub fee: u64,
    pub realised: i64,
    pub lots_after: i64,
    pub entry_cost_after: i64,
    pub collateral_before: u64,
    pub collateral_after: u64,
}

#[event]
pub struct Liquidated {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub liquidator: Pubkey,
    pub equity: i64,
    pub maintenance: i64,
    pub fee: u64,
}

#[event]
pub struct FundingSettled {
    pub market: Pubkey,
    pub trader: Pubkey,
    /// Positive when the trader owed it.
    pub owed: i64,
    /// The part that collateral could not cover, now carried in the position's entry cost.
    pub carried: u64,
    /// The part of what was due that the insurance fund could not pay.
    pub unpaid: u64,
}

/// A profit that the insurance fund could not pay in full.
#[event]
pub struct ProfitUnpaid {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub unpaid: u64,
}

/// A loss that the trader's collateral could not cover.
#[event]
pub struct BadDebt {
    pub market: Pubkey,
    pub trader: Pubkey,
    pub amount: u64,
}
