//! `unwind`: trades down what belongs to holders who leave, and proves that it trades nothing else.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, PricesView, Unwound as UnwoundEvent};
use crate::instructions::trade::*;
use crate::payment::payment;
use crate::state::{RequestBatch, Vault, VAULT_VERSION};
use crate::tokens;
use crate::valuation::*;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_core_types::{FillReceipt, Lots};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::unwind::{check, due, UnwindProposal, Unwound};
use ballast_risk::state::Fixed;

/// Accounts of `unwind`.
#[event_cpi]
#[derive(Accounts)]
pub struct Unwind<'info> {
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
    /// The batch whose part of the book it is.
    #[account(mut, dup, constraint = batch.vault == vault.key() @ VaultError::WrongBatch)]
    pub batch: Box<Account<'info, RequestBatch>>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, Unwind<'info>>, order: Order) -> Result<()> {
    let accounts = ctx.accounts;
    ensure!(order.lots != 0, VaultError::EmptyOrder);
    let portfolio = PortfolioAccounts::of(&accounts.vault, ctx.remaining_accounts)?;
    let state = accounts.vault.state();
    // Whoever waits meanwhile is filled without the venue.
    let is_quarantined = state.is_quarantined(usize::from(order.leg));
    ensure!(!is_quarantined, VaultError::VenueQuarantined);
    let minted = tokens::supply(&accounts.share_mint)?;
    let moment = portfolio.moment(&state, Purpose::Trade, minted)?;
    accounts.vault.check_slot(moment.clock.slot)?;
    let before = portfolio.appraise(&state, &moment)?;
    accounts.vault.record(&before);
    let mut batch = accounts.batch.totals.get();
    let receipt = place(
        &accounts.vault,
        &accounts.venue_program,
        &portfolio,
        order,
        &before,
        true,
    )?;

    let positions = portfolio.positions(&state, &moment);
    let after = appraise(&state, &positions, &moment)?;
    let redemptions = &mut batch.redemptions;
    let lots_left = redemptions.lots_left.get_mut(usize::from(order.leg));
    let lots_left = lots_left.ok_or(VaultError::WrongLeg)?;
    let mut done = prove(&before, &after, order.leg, *lots_left, &receipt)?;
    let paid = payment!(accounts).for_unwinding(&mut accounts.vault, done.earned)?;
    // Those it was done for bear it with the rest.
    done.cost = done.cost.checked_add(paid).ok_or(VaultError::OutOfRange)?;
    *lots_left = lots_left.checked_sub(done.lots).ok_or(VaultError::OutOfRange)?;
    let cost = redemptions.unwind_cost.checked_add(done.cost);
    redemptions.unwind_cost = cost.ok_or(VaultError::OutOfRange)?;
    accounts.batch.totals = batch.into();
    let vault = &mut accounts.vault;
    vault.unwound(order.leg, &done)?;
    vault.traded(&moment.clock, done.notional);
    // What was observed before holds for the book after, its cost added back.
    let state = vault.state_after(&state);
    let after = appraise(&state, &positions, &moment)?;
    vault.record(&after);
    vault.check_invariants(tokens::amount(&accounts.custody)?, moment.minted)?;
    let event = UnwoundEvent {
        vault: vault.key(),
        keeper: accounts.keeper.key(),
        batch: accounts.batch.number,
        leg: order.leg,
        ordered: order.lots,
        unwound: done.lots.0,
        fill_price: receipt.price.map_or(Fixed::default(), Fixed::from),
        cost: done.cost,
        paid,
        prices: PricesView::of(&before.prices),
        leaving_after: vault.leaving,
        vault_breakers_after: vault.monitor.tripped,
    };
    announce(&accounts.event_authority, &event)
}

#[inline(never)]
fn prove(before: &Appraisal, after: &Appraisal, place: u8, lots_left: Lots, receipt: &FillReceipt) -> Result<Unwound> {
    check_fill(before, after, place, receipt)?;
    let ((was, bounds), (is, _)) = (leg(before, place)?, leg(after, place)?);
    let nav = |appraisal: &Appraisal| appraisal.portfolio.nav_mid(&before.prices);
    let cost = nav(before).zip(nav(after)).and_then(|(was, is)| was.checked_sub(is));
    let cost = cost.ok_or(VaultError::OutOfRange)?;
    let proposal = UnwindProposal {
        policy: &before.vault.policy.rebalance,
        keepers: &before.vault.policy.keepers,
        permissions: before.permissions_in(was.market),
        due: due(lots_left, was.position.lots),
        least: before.least_trade().ok_or(VaultError::OutOfRange)?,
        price: bounds.mid,
        before: &was.position,
        after: &is.position,
        cost,
    };
    Ok(check(&proposal).map_err(VaultError::from)?)
}
