//! `cancel`: takes back a request that nobody could price for ten minutes.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, Cancelled};
use crate::state::{
    check_acts_for, OperatorApproval, RequestBatch, Ticket, Vault, HALF_FEE_LAMPORTS, REQUEST_FEE_LAMPORTS,
    VAULT_VERSION,
};
use crate::tokens;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};
use ballast_core_types::UnixTime;
use ballast_core_vault::batch::Side;

/// Accounts of `cancel`.
#[event_cpi]
#[derive(Accounts)]
pub struct Cancel<'info> {
    /// The holder, or an operator of theirs.
    pub canceller: Signer<'info>,
    /// CHECK: whose request it is; gets rent and fee back.
    #[account(mut)]
    pub holder: UncheckedAccount<'info>,
    /// The vault.
    #[account(mut, dup, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The ticket's batch.
    #[account(
        mut, dup,
        constraint = batch.vault == vault.key() @ VaultError::WrongBatch,
        constraint = batch.number == ticket.batch @ VaultError::WrongBatch,
    )]
    pub batch: Box<Account<'info, RequestBatch>>,
    /// The ticket.
    #[account(
        mut, dup,
        close = holder,
        constraint = ticket.vault == vault.key() @ VaultError::WrongTicket,
        has_one = holder @ VaultError::WrongTicket,
    )]
    pub ticket: Box<Account<'info, Ticket>>,
    /// CHECK: custody of a deposit, escrow of a redemption: pinned below.
    #[account(mut)]
    pub from: UncheckedAccount<'info>,
    /// Gets what was paid in: any account if the holder says so, one of the holder's if an operator
    /// does.
    #[account(mut, dup)]
    pub to: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Token program of what goes back.
    pub token_program: Interface<'info, TokenInterface>,
    /// The holder's approval of an operator who cancels.
    pub approval: Option<Box<Account<'info, OperatorApproval>>>,
}

pub(crate) fn handler(ctx: Context<Cancel>) -> Result<()> {
    let accounts = ctx.accounts;
    check_canceller(accounts)?;
    let (vault, record) = (&mut accounts.vault, &mut accounts.batch);
    let ticket = accounts.ticket.request();
    let now = UnixTime(Clock::get()?.unix_timestamp);
    let without = record.totals.get().without(&ticket, now).map_err(VaultError::from)?;
    record.totals = without.into();
    record.tickets = record.tickets.checked_sub(1).ok_or(VaultError::OutOfRange)?;
    vault.count_ticket(-1)?;
    match ticket.side {
        Side::Deposit => {
            require_keys_eq!(accounts.from.key(), vault.custody, VaultError::WrongCustody);
            let pending = vault.ledger.pending_deposits.checked_sub(ticket.amount);
            vault.ledger.pending_deposits = pending.ok_or(VaultError::OutOfRange)?;
        }
        Side::Redemption => {
            require_keys_eq!(accounts.from.key(), vault.escrow, VaultError::WrongEscrow);
        }
    }
    let (from, to) = (accounts.from.to_account_info(), accounts.to.to_account_info());
    tokens::send(vault, &from, &to, &accounts.token_program, ticket.amount)?;
    record.pricing_fee = record.pricing_fee.saturating_sub(HALF_FEE_LAMPORTS);
    record.sub_lamports(REQUEST_FEE_LAMPORTS)?;
    accounts.holder.add_lamports(REQUEST_FEE_LAMPORTS)?;
    let event = Cancelled {
        vault: vault.key(),
        ticket: accounts.ticket.key(),
        holder: accounts.holder.key(),
        batch: record.number,
        amount: ticket.amount,
    };
    announce(&accounts.event_authority, &event)
}

/// Refuses whoever may not act for the holder, and an operator who sends what comes back elsewhere.
fn check_canceller(accounts: &Cancel) -> Result<()> {
    let (canceller, holder) = (accounts.canceller.key, accounts.holder.key);
    check_acts_for(canceller, holder, &accounts.vault.key(), accounts.approval.as_deref())?;
    let is_theirs = canceller == holder || accounts.to.owner == *holder;
    ensure!(is_theirs, VaultError::NotTheHolders);
    Ok(())
}
