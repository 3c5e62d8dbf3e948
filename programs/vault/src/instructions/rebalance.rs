//! `rebalance`: trades the book back into its limits.

use crate::instructions::trade::{run, Order, Rebalance};
use anchor_lang::prelude::*;
use ballast_core_vault::rebalance::RebalanceReason;

pub(crate) fn handler(ctx: Context<Rebalance>, orders: &[Order]) -> Result<()> {
    run(ctx.accounts, orders, RebalanceReason::Limits)
}
