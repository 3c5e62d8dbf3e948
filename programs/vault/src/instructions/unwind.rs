//! `unwind`: a rebalance on behalf of holders who wait to leave. It can only reduce.

use crate::errors::VaultError;
use crate::instructions::trade::{run, Order, Rebalance};
use anchor_lang::prelude::*;
use ballast_core_vault::rebalance::RebalanceReason;

pub(crate) fn handler(ctx: Context<Rebalance>, orders: &[Order]) -> Result<()> {
    let waiting = ctx.accounts.valuation.vault.pending_redemption_shares;
    require!(waiting > 0, VaultError::NothingToDo);
    run(ctx.accounts, orders, RebalanceReason::Redemption)
}
