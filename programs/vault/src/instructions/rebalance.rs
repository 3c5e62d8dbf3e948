//! `rebalance`: trades the book back into its limits.

use crate::instructions::trade::{run, Order, Rebalance};
use anchor_lang::prelude::*;

pub(crate) fn handler(ctx: Context<Rebalance>, orders: &[Order]) -> Result<()> {
    run(ctx.accounts, orders)
}
