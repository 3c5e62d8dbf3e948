//! `rebalance`: trades the book back into its limits, by orders for any of its legs, under one
//! proof.

use crate::errors::{ensure, VaultError};
use crate::events::{self, OrderView, PricesView, Rebalanced, TargetsView};
use crate::instructions::trade::*;
use crate::payment::payment;
use crate::state::{Vault, VAULT_VERSION};
use crate::tokens;
use crate::valuation::*;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_core_types::{FillReceipt, Lots, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::keeper_pay::Trade;
use ballast_core_vault::places::MAX_LEGS;
use ballast_core_vault::planner::largest_notional;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::rebalance::{check, notional, Exposure, Proposal};
use ballast_core_vault::targets::{Reason, Targets};
use ballast_risk::state::Fixed;

/// Accounts of `rebalance`.
#[event_cpi]
#[derive(Accounts)]
pub struct Rebalance<'info> {
    /// Whoever cranks; named in the event, has no rights.
    pub keeper: Signer<'info>,
    /// The vault; the accounts of its portfolio follow those named here.
    #[account(mut, dup, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: quote custody, pinned by the vault; pays the keeper.
    #[account(mut, address = vault.custody @ VaultError::WrongCustody)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: gets the keeper's pay; without it nobody is paid.
    #[account(mut)]
    pub payee: Option<UncheckedAccount<'info>>,
    /// Token program of quote tokens.
    pub token_program: Interface<'info, TokenInterface>,
    /// CHECK: share mint, pinned by the vault; read for the supply.
    #[account(address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount<'info>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, Rebalance<'info>>, orders: &[Order]) -> Result<()> {
    let accounts = ctx.accounts;
    check_orders(orders)?;
    let portfolio = PortfolioAccounts::of(&accounts.vault, ctx.remaining_accounts)?;
    let minted = tokens::supply(&accounts.share_mint)?;
    let state = accounts.vault.state();
    let moment = portfolio.moment(&state, Purpose::Trade, minted)?;
    accounts.vault.check_slot(moment.clock.slot)?;
    let before = portfolio.appraise(&state, &moment)?;
    accounts.vault.record(&before);

    let depths = depths(&portfolio, &before);
    let receipts = place_all(accounts, &portfolio, orders, &before)?;
    let positions = portfolio.positions(&state, &moment);
    let ordered = ordered(orders, &before, &positions)?;
    accounts.vault.traded(&moment.clock, ordered.positive_part());
    let state = accounts.vault.state_after(&state);
    let after = appraise(&state, &positions, &moment)?;
    let proof = prove(&before, &after, orders, &receipts, depths)?;
    let vault = &mut accounts.vault;
    vault.record(&after);
    if proof.trade.reason == Reason::Drift {
        vault.drifted(&moment.clock, ordered.positive_part());
    }
    // Those who moved the book have paid for this.
    let paid = payment!(accounts).for_trade(vault, proof.earned, before.nav.low, &moment.clock)?;
    vault.bear_cost(&moment.clock, proof.trade.cost.positive_part().saturating_add(paid))?;
    vault.check_invariants(tokens::amount(&accounts.custody)?, moment.minted)?;
    announce(accounts, &before, &proof, paid)
}

/// Sends each order to the venue of its leg; returns what those report.
fn place_all<'info>(
    accounts: &Rebalance<'info>,
    portfolio: &PortfolioAccounts<'info>,
    orders: &[Order],
    before: &Appraisal,
) -> Result<Vec<FillReceipt>> {
    let (vault, program) = (&accounts.vault, &accounts.venue_program);
    let mut receipts = Vec::with_capacity(orders.len());
    for order in orders {
        let at = portfolio.leg(vault.portfolio.leg(order.leg)?, order.leg)?;
        at.check_readable(before, order.leg)?;
        let reduce_only = check_opening(*order, before)?;
        receipts.push(place(vault, program, portfolio, *order, before, reduce_only)?);
    }
    Ok(receipts)
}

/// What was proven of a rebalance.
struct Proof {
    trade: Trade,
    targets: Targets,
    before: Exposure,
    after: Exposure,
    /// What whoever sent it has earned.
    earned: u64,
    orders: Vec<OrderView>,
}

/// Refuses what is no set of orders: none, one of no lots, or two for one leg.
fn check_orders(orders: &[Order]) -> Result<()> {
    ensure!(!orders.is_empty(), VaultError::EmptyOrder);
    let mut seen = [false; MAX_LEGS];
    for order in orders {
        ensure!(order.lots != 0, VaultError::EmptyOrder);
        let seen = seen.get_mut(usize::from(order.leg)).ok_or(VaultError::WrongLeg)?;
        ensure!(!*seen, VaultError::DuplicateOrder);
        *seen = true;
    }
    Ok(())
}

/// Refuses what opens where only reducing is permitted; returns whether it is.
fn check_opening(order: Order, before: &Appraisal) -> Result<bool> {
    let (leg, _) = leg(before, order.leg)?;
    let open = before.permissions_in(leg.market).open;
    let stays = before.vault.leaving.staying(usize::from(order.leg), leg.position.lots);
    let stays = stays.and_then(|stays| stays.checked_add(leg.position.in_flight));
    let stays = stays.ok_or(VaultError::OutOfRange)?;
    if !open && !stays.is_reduced_by(Lots(order.lots)) {
        log_active(before.active_in(leg.market), |permits| permits.open);
        return err!(VaultError::OpeningNotPermitted);
    }
    Ok(!open)
}

/// Returns the notional of all orders, quote base units: one that waits counts as if it had filled,
/// so that a venue that drops it cannot trade for nothing.
fn ordered(orders: &[Order], before: &Appraisal, after: &Positions) -> Result<Value> {
    let mut sum = Value::ZERO;
    for order in orders {
        let (was, bounds) = leg(before, order.leg)?;
        let of = || {
            let is = after.get(usize::from(order.leg))?.as_ref()?;
            let is = is.lots.checked_add(is.in_flight)?;
            let ordered = is.checked_sub(was.lots_if_filled()?)?;
            sum.checked_add(notional(ordered, bounds.mid)?)
        };
        sum = of().ok_or(VaultError::OutOfRange)?;
    }
    Ok(sum)
}

/// Checks the fills, and the book after against the book before.
#[inline(never)]
fn prove(
    before: &Appraisal,
    after: &Appraisal,
    orders: &[Order],
    receipts: &[FillReceipt],
    depths: [Value; MAX_LEGS],
) -> Result<Box<Proof>> {
    let mut views = Vec::with_capacity(orders.len());
    let mut traded = Value::ZERO;
    for (order, receipt) in orders.iter().zip(receipts) {
        let filled = check_fill(before, after, order.leg, receipt)?;
        let (_, bounds) = leg(before, order.leg)?;
        let more = notional(filled, bounds.mid).and_then(|more| traded.checked_add(more));
        traded = more.ok_or(VaultError::OutOfRange)?;
        views.push(OrderView {
            leg: order.leg,
            ordered: order.lots,
            filled: filled.0,
            fill_price: receipt.price.map_or(Fixed::default(), Fixed::from),
        });
    }
    let targets = before.targets().ok_or(VaultError::OutOfRange)?;
    let mut proof = Box::new(Proof {
        trade: Trade {
            reason: Reason::Drift,
            traded,
            cost: Value::ZERO,
            risk_removed: 0,
        },
        targets,
        before: exposure(before)?,
        after: exposure(after)?,
        earned: 0,
        orders: views,
    });
    let proposal = Proposal {
        policy: &before.vault.policy.rebalance,
        permissions: before.permissions_by_market(),
        targets: &proof.targets,
        cap_after: after.cap().ok_or(VaultError::OutOfRange)?,
        before: &proof.before,
        after: &proof.after,
        traded,
        slice_left: before.slice_left().ok_or(VaultError::OutOfRange)?,
        depths,
    };
    proof.trade.reason = check(&proposal).map_err(VaultError::from)?;
    let cost = proof.before.nav.checked_sub(proof.after.nav);
    proof.trade.cost = cost.ok_or(VaultError::OutOfRange)?;
    proof.trade.risk_removed = before.risk_removed(&proof.targets, &proof.before, &proof.after);
    let policy = &before.vault.policy;
    proof.earned = policy.keepers.of_trade(&proof.trade, &policy.rebalance);
    Ok(proof)
}

/// Returns the greatest order that the depth of each leg's venue allows now; one that says nothing
/// of it allows everything.
#[inline(never)]
fn depths(portfolio: &PortfolioAccounts, before: &Appraisal) -> [Value; MAX_LEGS] {
    let mut depths = [Value(i64::MAX); MAX_LEGS];
    for (venue_market, depth) in portfolio.venue_markets().zip(&mut depths) {
        let terms = venue::terms(venue_market);
        let largest = terms.and_then(|terms| largest_notional(&before.vault.policy.rebalance, &terms));
        *depth = largest.unwrap_or(Value(i64::MAX));
    }
    depths
}

fn exposure(appraisal: &Appraisal) -> Result<Exposure> {
    Ok(appraisal.exposure().ok_or(VaultError::OutOfRange)?)
}

#[inline(never)]
fn announce(accounts: &Rebalance, before: &Appraisal, proof: &Proof, paid: u64) -> Result<()> {
    let vault = &accounts.vault;
    let event = Rebalanced {
        vault: vault.key(),
        keeper: accounts.keeper.key(),
        reason: proof.trade.reason.into(),
        orders: proof.orders.clone(),
        prices: PricesView::of(&before.prices),
        breakers: before.active.bits(),
        vault_breakers_after: vault.monitor.tripped,
        targets: TargetsView::of(&proof.targets, &before.prices),
        before: (&proof.before).into(),
        after: (&proof.after).into(),
        risk_removed: proof.trade.risk_removed,
        paid,
    };
    events::announce(&accounts.event_authority, &event)
}
