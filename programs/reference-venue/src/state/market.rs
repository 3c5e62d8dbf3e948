use anchor_lang::prelude::*;
use ballast_core_types::{Lots, Price};
use ballast_risk::state::Fixed;

use super::{Faults, MarketParams, VERSION};
use crate::errors::PerpError;
use ballast_venues::reference::funding;

pub const MARKET_SEED: &[u8] = b"market";
pub const VAULT_SEED: &[u8] = b"vault";

/// Stored in every market, so that whoever reads the account cannot miss what it is.
pub const NETWORK_NOTICE: [u8; 32] = *b"LOCAL NETWORKS ONLY, FOR TESTING";

/// One perpetual, its token pool and its maker of last resort.
///
/// Every trader's counterparty is the insurance fund: losses, fees and funding flow into it,
/// profits and funding received flow out of it, and never more than it holds.
#[account]
#[derive(InitSpace, Debug)]
pub struct Market {
    pub version: u8,
    pub bump: u8,
    pub vault_bump: u8,
    pub network_notice: [u8; 32],
    pub authority: Pubkey,
    pub risk_market: Pubkey,
    pub quote_mint: Pubkey,
    /// Token account that holds everything owed and the insurance fund.
    pub vault: Pubkey,
    pub params: MarketParams,
    pub faults: Faults,
    pub open_long_lots: i64,
    pub open_short_lots: i64,
    /// Quote base units that one long lot has paid since the market began.
    pub cumulative_funding: Fixed,
    pub funding_updated_at: i64,
    pub insurance_fund: u64,
    pub total_collateral: u64,
    pub total_queued: u64,
    pub reserved: [u8; 64],
}

/// How a signed result met the money that was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CashFlow {
    /// A loss that collateral could not cover.
    pub uncovered: u64,
    /// A profit that the insurance fund could not pay.
    pub unpaid: u64,
}

impl Market {
    pub fn find(risk_market: &Pubkey, quote_mint: &Pubkey) -> (Pubkey, u8) {
        Pubkey::find_program_address(&[MARKET_SEED, risk_market.as_ref(), quote_mint.as_ref()], &crate::ID)
    }

    pub fn find_vault(market: &Pubkey) -> (Pubkey, u8) {
        Pubkey::find_program_address(&[VAULT_SEED, market.as_ref()], &crate::ID)
    }

    /// Refuses an account of a layout this program does not know, and a paused venue.
    pub fn require_running(&self) -> Result<()> {
        require!(self.version == VERSION, PerpError::UnknownVersion);
        require!(!self.faults.paused, PerpError::Paused);
        Ok(())
    }

    /// Returns all that the vault must be able to pay.
    pub fn liabilities(&self) -> Result<u64> {
        let sum = self
            .total_collateral
            .checked_add(self.total_queued)
            .and_then(|sum| sum.checked_add(self.insurance_fund));
        Ok(sum.ok_or(PerpError::Overflow)?)
    }

    /// Ends every instruction that moves tokens. Tokens sent to the vault by anyone are
    /// nobody's, so the vault may hold more.
    pub fn check_invariants(&self, vault_tokens: u64) -> Result<()> {
        require!(self.liabilities()? <= vault_tokens, PerpError::Insolvent);
        require!(
            self.open_long_lots >= 0 && self.open_short_lots >= 0,
            PerpError::Overflow
        );
        Ok(())
    }

    /// Ends every instruction that moves value without tokens.
    pub fn check_conserved(&self, liabilities_before: u64) -> Result<()> {
        require!(self.liabilities()? == liabilities_before, PerpError::ValueNotConserved);
        require!(
            self.open_long_lots >= 0 && self.open_short_lots >= 0,
            PerpError::Overflow
        );
        Ok(())
    }

    /// Bring the funding index up to `now` at the current skew and price.
    pub fn accrue_funding(&mut self, mid: Price, now: i64) -> Result<()> {
        let seconds = now.saturating_sub(self.funding_updated_at);
        if seconds <= 0 {
            return Ok(());
        }
        self.funding_updated_at = now;
        if self.open_long_lots == self.open_short_lots {
            return Ok(());
        }
        let rate = funding::rate_per_day(&funding::Skew {
            open_long: Lots(self.open_long_lots),
            open_short: Lots(self.open_short_lots),
            max_open_interest: self.params.max_open_interest(),
            scale: self.params.funding_scale_per_day.ratio(),
            cap: self.params.funding_cap_per_day.ratio(),
        });
        let cumulative = rate.and_then(|rate| funding::accrued(self.cumulative_funding.get(), rate, seconds, mid));
        self.cumulative_funding = Fixed::from(cumulative.ok_or(PerpError::Overflow)?);
        Ok(())
    }

    /// Move open interest from a position's size before a fill to its size after it. A side that
    /// grows must stay within the limit; a side that shrinks always may.
    pub fn move_open_interest(&mut self, before: Lots, after: Lots) -> Result<()> {
        let limit = self.params.max_open_interest_lots;
        let long = moved(self.open_long_lots, before.0.max(0), after.0.max(0), limit)?;
        let short = moved(self.open_short_lots, short_side(before)?, short_side(after)?, limit)?;
        self.open_long_lots = long;
        self.open_short_lots = short;
        Ok(())
    }

    /// Settle a signed result between a trader's collateral and the insurance fund. Never takes
    /// more than is there, never pays more than the fund has; the caller announces the rest.
    pub fn settle_cash(&mut self, collateral: &mut u64, result: i64) -> Result<CashFlow> {
        let size = result.unsigned_abs();
        let mut flow = CashFlow::default();
        if result < 0 {
            let taken = size.min(*collateral);
            flow.uncovered = size.saturating_sub(taken);
            *collateral = sub(*collateral, taken)?;
            self.total_collateral = sub(self.total_collateral, taken)?;
            self.insurance_fund = add(self.insurance_fund, taken)?;
        } else {
            let given = size.min(self.insurance_fund);
            flow.unpaid = size.saturating_sub(given);
            *collateral = add(*collateral, given)?;
            self.total_collateral = add(self.total_collateral, given)?;
            self.insurance_fund = sub(self.insurance_fund, given)?;
        }
        Ok(flow)
    }
}

pub(crate) fn add(left: u64, right: u64) -> Result<u64> {
    Ok(left.checked_add(right).ok_or(PerpError::Overflow)?)
}

pub(crate) fn sub(left: u64, right: u64) -> Result<u64> {
    Ok(left.checked_sub(right).ok_or(PerpError::Overflow)?)
}

fn short_side(lots: Lots) -> Result<i64> {
    Ok(lots.0.min(0).checked_neg().ok_or(PerpError::Overflow)?)
}

fn moved(open: i64, before: i64, after: i64, limit: i64) -> Result<i64> {
    let total = open
        .checked_sub(before)
        .and_then(|rest| rest.checked_add(after))
        .ok_or(PerpError::Overflow)?;
    require!(after <= before || total <= limit, PerpError::OpenInterestLimit);
    Ok(total)
}
