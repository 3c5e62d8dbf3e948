//! `request_redemption`: sets shares aside, so that the book may be brought down for them.

use crate::errors::VaultError;
use crate::events::RedemptionRequested;
use crate::state::{RedemptionTicket, Vault, TICKET_SEED, VAULT_VERSION};
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Token, TokenAccount, Transfer};

/// Accounts of `request_redemption`.
#[derive(Accounts)]
pub struct RequestRedemption<'info> {
    /// Whose shares.
    #[account(mut)]
    pub holder: Signer<'info>,
    /// The vault.
    #[account(mut, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The request; one at a time for each holder.
    #[account(
        init,
        payer = holder,
        space = 8 + RedemptionTicket::INIT_SPACE,
        seeds = [TICKET_SEED, vault.key().as_ref(), holder.key().as_ref()],
        bump
    )]
    pub ticket: Box<Account<'info, RedemptionTicket>>,
    /// Share escrow.
    #[account(mut, address = vault.escrow @ VaultError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,
    /// The holder's shares.
    #[account(
        mut,
        constraint = holder_shares.mint == vault.share_mint @ VaultError::WrongTokenAccount,
        constraint = holder_shares.owner == holder.key() @ VaultError::WrongTokenAccount,
    )]
    pub holder_shares: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
    /// System program.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<RequestRedemption>, shares: u64) -> Result<()> {
    require!(shares > 0, VaultError::ZeroAmount);
    let accounts = ctx.accounts;
    let transfer = Transfer {
        from: accounts.holder_shares.to_account_info(),
        to: accounts.escrow.to_account_info(),
        authority: accounts.holder.to_account_info(),
    };
    token::transfer(CpiContext::new(accounts.token_program.key(), transfer), shares)?;
    let (vault, holder) = (accounts.vault.key(), accounts.holder.key());
    accounts.ticket.set_inner(RedemptionTicket {
        version: VAULT_VERSION,
        bump: ctx.bumps.ticket,
        vault,
        holder,
        shares,
        requested_at: Clock::get()?.unix_timestamp,
    });
    let leaving = accounts.vault.pending_redemption_shares.checked_add(shares);
    accounts.vault.pending_redemption_shares = leaving.ok_or(VaultError::OutOfRange)?;
    emit!(RedemptionRequested {
        vault,
        holder,
        shares,
        pending_after: accounts.vault.pending_redemption_shares
    });
    Ok(())
}
