//! `unwind`: trades down what belongs to holders who leave, and proves that it trades nothing else.

use crate::errors::VaultError;
use crate::events::{announce, Unwound as UnwoundEvent};
use crate::instructions::trade::*;
use crate::state::RequestBatch;
use crate::tokens;
use crate::valuation::*;
use anchor_lang::prelude::*;
use ballast_core_types::{FillReceipt, Lots};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::unwind::{check, due, UnwindProposal, Unwound};
use ballast_risk::state::Fixed;

/// Accounts of `unwind`.
#[derive(Accounts)]
pub struct Unwind<'info> {
    /// Those of a trade.
    pub trade: Rebalance<'info>,
    /// The batch whose part of the book it is.
    #[account(mut, constraint = batch.vault == trade.valuation.vault.key() @ VaultError::WrongBatch)]
    pub batch: Box<Account<'info, RequestBatch>>,
}

pub(crate) fn handler(ctx: Context<Unwind>, orders: &[Order]) -> Result<()> {
    let accounts = &mut ctx.accounts.trade;
    let record = &mut ctx.accounts.batch;
    let order = single(orders)?;
    // Whoever waits meanwhile is filled without the venue.
    let is_quarantined = accounts.valuation.vault.cases.is_quarantined();
    require!(!is_quarantined, VaultError::VenueQuarantined);
    let minted = tokens::supply(&accounts.share_mint)?;
    let moment = accounts.valuation.moment(Purpose::Trade, minted)?;
    accounts.valuation.vault.check_slot(moment.clock.slot)?;
    let state = accounts.valuation.vault.state();
    let before = accounts.valuation.appraise(&state, &moment)?;
    accounts.valuation.vault.record(&before);
    let mut batch = record.totals.get();
    let receipt = place(accounts, order, &before, true)?;

    let position = accounts.valuation.position(before.prices.bounds.mid, &moment.clock)?;
    let after = appraise(&state, Some(position), &moment)?;
    let redemptions = &mut batch.redemptions;
    let done = prove(&before, &after, redemptions.lots_left, &receipt)?;
    redemptions.lots_left = redemptions
        .lots_left
        .checked_sub(done.lots)
        .ok_or(VaultError::OutOfRange)?;
    let cost = redemptions.unwind_cost.checked_add(done.cost);
    redemptions.unwind_cost = cost.ok_or(VaultError::OutOfRange)?;
    record.totals = batch.into();
    let vault = &mut accounts.valuation.vault;
    vault.unwound(&done)?;
    vault.traded(&moment.clock, done.notional);
    // What was observed before holds for the book after, its cost added back.
    let state = vault.state();
    let after = appraise(&state, Some(position), &moment)?;
    vault.record(&after);
    vault.check_invariants(tokens::amount(&accounts.custody)?, moment.minted)?;
    let event = UnwoundEvent {
        vault: vault.key(),
        keeper: accounts.keeper.key(),
        batch: record.number,
        ordered: order.lots,
        unwound: done.lots.0,
        fill_price: receipt.price.map_or(Fixed::default(), Fixed::from),
        cost: done.cost,
        prices: (&before.prices).into(),
        leaving_after: vault.leaving,
        vault_breakers_after: vault.monitor.tripped,
    };
    announce(&accounts.event_authority, &event)
}

#[inline(never)]
fn prove(before: &Appraisal, after: &Appraisal, lots_left: Lots, receipt: &FillReceipt) -> Result<Unwound> {
    let (was, is) = (&before.portfolio.position, &after.portfolio.position);
    check_fill(before, after, receipt)?;
    let mid = before.prices.bounds.mid;
    let nav = |appraisal: &Appraisal| appraisal.portfolio.nav_at(mid);
    let cost = nav(before).zip(nav(after)).and_then(|(was, is)| was.checked_sub(is));
    let cost = cost.ok_or(VaultError::OutOfRange)?;
    let proposal = UnwindProposal {
        policy: &before.vault.policy.rebalance,
        permissions: before.permissions,
        due: due(lots_left, was.lots),
        least: before.least_trade().ok_or(VaultError::OutOfRange)?,
        price: mid,
        before: was,
        after: is,
        cost,
    };
    Ok(check(&proposal).map_err(VaultError::from)?)
}
