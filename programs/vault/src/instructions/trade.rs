//! What `rebalance` and `unwind` share: *propose, then prove*. The orders run, the book is valued
//! again, and unless it is provably better everything is undone.

use crate::errors::VaultError;
use crate::events::{self, Rebalanced};
use crate::tokens;
use crate::valuation::*;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use ballast_core_types::{value_ceil, FillReceipt, Lots, Position, Price, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::exposure::{Reason, Targets};
use ballast_core_vault::planner::largest_notional;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::rebalance::{check, fill_inside_band, notional, price_limits, Exposure, Proposal};
use ballast_risk::state::Fixed;
use ballast_venues::{AccountRole, VenueAction};

/// One proposed order.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which of the vault's venue markets; this version has one, number 0.
    pub market: u8,
    /// Positive buys, negative sells.
    pub lots: i64,
}

/// Accounts of `rebalance` and `unwind`.
#[event_cpi]
#[derive(Accounts)]
pub struct Rebalance<'info> {
    /// Whoever cranks; named in the event, has no rights and gets nothing.
    pub keeper: Signer<'info>,
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// CHECK: quote custody, pinned by the vault; read for the ledger's invariant.
    #[account(address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: share mint, pinned by the vault; read for the supply.
    #[account(address = valuation.vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount<'info>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
}

/// Runs and proves the orders of a rebalance.
pub(crate) fn run(accounts: &mut Rebalance, orders: &[Order]) -> Result<()> {
    let order = single(orders)?;
    let minted = tokens::supply(&accounts.share_mint)?;
    let moment = accounts.valuation.moment(Purpose::Trade, minted)?;
    accounts.valuation.vault.check_slot(moment.clock.slot)?;
    let state = accounts.valuation.vault.state();
    let before = accounts.valuation.appraise(&state, &moment)?;
    accounts.valuation.vault.record(&before);

    check_opening(order, &before)?;
    let depth = depth(accounts, &before);
    let receipt = place(accounts, order, &before, !before.permissions.open)?;

    let position = accounts.valuation.position(before.prices.bounds.mid, &moment.clock)?;
    let ordered = ordered(&before, &position)?;
    let vault = &mut accounts.valuation.vault;
    vault.traded(&moment.clock, ordered.positive_part());
    let state = vault.state();
    let after = appraise(&state, Some(position), &moment)?;
    let proof = prove(&before, &after, &receipt, depth)?;
    vault.record(&after);
    if proof.reason == Reason::Drift {
        vault.drifted(&moment.clock, ordered.positive_part());
    }
    // Those who moved the book have paid for this.
    let cost = proof
        .before
        .nav
        .checked_sub(proof.after.nav)
        .ok_or(VaultError::OutOfRange)?;
    vault.bear_cost(&moment.clock, cost.positive_part())?;
    vault.check_invariants(tokens::amount(&accounts.custody)?, moment.minted)?;
    announce(accounts, order, &before, &proof)
}

/// What was proven of a rebalance.
struct Proof {
    reason: Reason,
    targets: Targets,
    before: Exposure,
    after: Exposure,
    filled: Lots,
    fill_price: Option<Price>,
}

/// Returns the notional of the order, quote base units: one that waits counts as if it had filled,
/// so that a venue that drops it cannot trade for nothing.
fn ordered(before: &Appraisal, after: &Position) -> Result<Value> {
    let lots_if_filled = |position: &Position| position.lots.checked_add(position.in_flight);
    let was = lots_if_filled(&before.portfolio.position);
    let ordered = lots_if_filled(after).zip(was).and_then(|(is, was)| is.checked_sub(was));
    let notional = ordered.and_then(|ordered| notional(ordered, before.prices.bounds.mid));
    Ok(notional.ok_or(VaultError::OutOfRange)?)
}

/// Checks the fill against the venue's report and the price band; returns the lots that filled.
#[inline(never)]
pub(crate) fn check_fill(before: &Appraisal, after: &Appraisal, receipt: &FillReceipt) -> Result<Lots> {
    let (was, is) = (&before.portfolio.position, &after.portfolio.position);
    let (band, mid) = (before.vault.policy.rebalance.price_band, before.prices.bounds.mid);
    let filled = is.lots.checked_sub(was.lots).ok_or(VaultError::OutOfRange)?;
    require!(filled == receipt.lots, VaultError::FillMismatch);
    if filled != Lots::ZERO {
        let cost = receipt.price.and_then(|fill| value_ceil(filled, fill));
        let inside = cost.and_then(|cost| fill_inside_band(mid, band, filled, cost));
        require!(inside.ok_or(VaultError::OutOfRange)?, VaultError::FillOutsideBand);
    }
    Ok(filled)
}

/// Checks the fill, and the book after against the book before.
#[inline(never)]
fn prove(before: &Appraisal, after: &Appraisal, receipt: &FillReceipt, depth: Value) -> Result<Proof> {
    let (policy, mid) = (&before.vault.policy.rebalance, before.prices.bounds.mid);
    let filled = check_fill(before, after, receipt)?;
    let targets = before.targets().ok_or(VaultError::OutOfRange)?;
    let cap_after = after.targets().ok_or(VaultError::OutOfRange)?.cap;
    let (was, is) = (exposure(before)?, exposure(after)?);
    let proposal = Proposal {
        policy,
        permissions: before.permissions,
        targets: &targets,
        cap_after,
        before: &was,
        after: &is,
        traded: notional(filled, mid).ok_or(VaultError::OutOfRange)?,
        slice_left: before.slice_left().ok_or(VaultError::OutOfRange)?,
        depth,
    };
    let reason = check(&proposal).map_err(VaultError::from)?;
    Ok(Proof {
        reason,
        targets,
        before: was,
        after: is,
        filled,
        fill_price: receipt.price,
    })
}

/// Returns the greatest order that the venue's depth allows now; one that says nothing of it allows
/// everything.
fn depth(accounts: &Rebalance, before: &Appraisal) -> Value {
    let terms = venue::terms(&accounts.valuation.venue_market);
    let largest = terms.and_then(|terms| largest_notional(&before.vault.policy.rebalance, &terms));
    largest.unwrap_or(Value(i64::MAX))
}

fn exposure(appraisal: &Appraisal) -> Result<Exposure> {
    Ok(appraisal.exposure().ok_or(VaultError::OutOfRange)?)
}

#[inline(never)]
fn announce(accounts: &Rebalance, order: Order, before: &Appraisal, proof: &Proof) -> Result<()> {
    let vault = &accounts.valuation.vault;
    let event = Rebalanced {
        vault: vault.key(),
        keeper: accounts.keeper.key(),
        reason: proof.reason.into(),
        ordered: order.lots,
        filled: proof.filled.0,
        fill_price: proof.fill_price.map_or(Fixed::default(), Fixed::from),
        prices: (&before.prices).into(),
        price_admitted: before.prices.is_admitted,
        breakers: before.active.bits(),
        vault_breakers_after: vault.monitor.tripped,
        outlook: (&before.prices.outlook).into(),
        targets: (&proof.targets).into(),
        before: (&proof.before).into(),
        after: (&proof.after).into(),
    };
    events::announce(&accounts.event_authority, &event)
}

/// Returns the one order of a vault with one market.
pub(crate) fn single(orders: &[Order]) -> Result<Order> {
    let (order, rest) = orders.split_first().ok_or(VaultError::EmptyOrder)?;
    require!(order.market == 0, VaultError::WrongMarket);
    require!(order.lots != 0, VaultError::EmptyOrder);
    if let Some(second) = rest.first() {
        require!(second.market == 0, VaultError::WrongMarket);
        return err!(VaultError::DuplicateOrder);
    }
    Ok(*order)
}

/// Refuses what opens where only reducing is permitted.
fn check_opening(order: Order, before: &Appraisal) -> Result<()> {
    let reduces = exposure(before)?.lots_if_filled.is_reduced_by(Lots(order.lots));
    if !before.permissions.open && !reduces {
        log_active(before.active, |permits| permits.open);
        return err!(VaultError::OpeningNotPermitted);
    }
    Ok(())
}

/// Sends the order to the venue, limited to the price band and, if so asked, to reducing.
pub(crate) fn place(accounts: &Rebalance, order: Order, before: &Appraisal, reduce_only: bool) -> Result<FillReceipt> {
    let lots = Lots(order.lots);
    let band = before.vault.policy.rebalance.price_band;
    let limits = price_limits(before.prices.bounds.mid, band);
    let (lowest_sale, highest_purchase) = limits.ok_or(VaultError::OutOfRange)?;
    let action = VenueAction::PlaceOrder {
        lots,
        limit: if order.lots > 0 { highest_purchase } else { lowest_sale },
        reduce_only,
    };
    let valuation = &accounts.valuation;
    let roles = [
        (AccountRole::Owner, valuation.vault.to_account_info()),
        (AccountRole::Market, valuation.venue_market.to_account_info()),
        (AccountRole::Trader, valuation.venue_trader.to_account_info()),
        (AccountRole::RiskMarket, valuation.risk_market.to_account_info()),
    ];
    venue::call(&valuation.vault, &action, &roles, &accounts.venue_program)?;
    venue::receipt()
}
