//! `claim`: pays a ticket its part of what its batch was given. It needs no state of the vault but
//! the ledger: no price, no breaker, no venue.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, Claimed};
use crate::state::{acts_for, OperatorApproval, RequestBatch, Ticket, Vault, HALF_FEE_LAMPORTS, VAULT_VERSION};
use crate::tokens;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};
use ballast_core_vault::batch::ticket::Claim as Due;

/// Accounts of `claim`. Anyone may send it to the account that the ticket names; the holder may
/// send it to any, so that a frozen or closed account keeps nobody's money, and an operator of
/// theirs to any of the holder's.
#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    /// Whoever sends it; gets the ticket's fee when it ends.
    #[account(mut)]
    pub claimer: Signer<'info>,
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
        constraint = ticket.vault == vault.key() @ VaultError::WrongTicket,
        has_one = holder @ VaultError::WrongTicket,
    )]
    pub ticket: Box<Account<'info, Ticket>>,
    /// CHECK: named by the ticket; gets its rent back.
    #[account(mut)]
    pub holder: UncheckedAccount<'info>,
    /// CHECK: custody if quote tokens are due, escrow if shares are: pinned below.
    #[account(mut)]
    pub from: UncheckedAccount<'info>,
    /// CHECK: gets them: the one the ticket names, or another that the holder or an operator does.
    /// The token program refuses what is no account of the mint.
    #[account(mut)]
    pub to: UncheckedAccount<'info>,
    /// Token program of what is due.
    pub token_program: Interface<'info, TokenInterface>,
    /// The holder's approval of an operator who claims.
    pub approval: Option<Box<Account<'info, OperatorApproval>>>,
}

pub(crate) fn handler(ctx: Context<Claim>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.batch.collect(&mut accounts.vault)?;
    let due = accounts.ticket.request().claim(&accounts.batch.totals.get());
    let is_quote = due.quote > 0;
    let amount = if is_quote { due.quote } else { due.shares.0 };
    ensure!(amount > 0 || due.ends, VaultError::NothingToClaim);
    check_accounts(accounts, &due)?;
    let (vault, record) = (&mut accounts.vault, &mut accounts.batch);
    if is_quote {
        let owed = vault.ledger.owed.checked_sub(amount);
        vault.ledger.owed = owed.ok_or(VaultError::OutOfRange)?;
        record.quote_claimed = record.quote_claimed.checked_add(amount).ok_or(VaultError::OutOfRange)?;
    } else {
        record.shares_claimed = record
            .shares_claimed
            .checked_add(amount)
            .ok_or(VaultError::OutOfRange)?;
    }
    let claimed = accounts.ticket.claimed.checked_add(due.quote);
    accounts.ticket.claimed = claimed.ok_or(VaultError::OutOfRange)?;
    if amount > 0 {
        let (from, to) = (accounts.from.to_account_info(), accounts.to.to_account_info());
        tokens::send(vault, &from, &to, &accounts.token_program, amount)?;
    }
    let event = Claimed {
        vault: vault.key(),
        ticket: accounts.ticket.key(),
        holder: accounts.ticket.holder,
        batch: record.number,
        to: accounts.to.key(),
        quote: due.quote,
        shares: due.shares.0,
        is_returned: due.is_returned,
        ends: due.ends,
    };
    announce(&accounts.event_authority, &event)?;
    if due.ends {
        end(accounts)?;
    }
    Ok(())
}

/// Money and shares go out of the vault's own accounts, to where the ticket says or the holder
/// does.
fn check_accounts(accounts: &Claim, due: &Due) -> Result<()> {
    let vault = &accounts.vault;
    // What a ticket that ends with nothing is sent to does not matter; it is asked all the same.
    let pays_shares = due.shares.0 > 0;
    let (from, error) = if pays_shares {
        (vault.escrow, VaultError::WrongEscrow)
    } else {
        (vault.custody, VaultError::WrongCustody)
    };
    if accounts.from.key() != from {
        return Err(error.into());
    }
    let ticket = &accounts.ticket;
    let named = if due.is_returned {
        ticket.return_to
    } else {
        ticket.pay_to
    };
    if accounts.claimer.key() == ticket.holder || accounts.to.key() == named {
        return Ok(());
    }
    let approval = accounts.approval.as_deref();
    let is_operator = acts_for(accounts.claimer.key, &ticket.holder, &vault.key(), approval);
    ensure!(is_operator, VaultError::WrongTokenAccount);
    let to = TokenAccount::try_deserialize(&mut &**accounts.to.try_borrow_data()?)?;
    require_keys_eq!(to.owner, ticket.holder, VaultError::NotTheHolders);
    Ok(())
}

/// Closes the ticket: rent to its holder, the fee to whoever sent this.
fn end(accounts: &mut Claim) -> Result<()> {
    let tickets = accounts.batch.tickets.checked_sub(1);
    accounts.batch.tickets = tickets.ok_or(VaultError::OutOfRange)?;
    accounts.vault.count_ticket(-1)?;
    accounts.batch.sub_lamports(HALF_FEE_LAMPORTS)?;
    accounts.claimer.add_lamports(HALF_FEE_LAMPORTS)?;
    accounts.ticket.close(accounts.holder.to_account_info())
}
