//! `close_batch`: gives the rent of a batch back that nobody waits for.

use crate::errors::{ensure, VaultError};
use crate::state::{RequestBatch, Vault, VAULT_VERSION};
use crate::tokens;
use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;

/// Accounts of `close_batch`. Permissionless.
#[derive(Accounts)]
pub struct CloseBatch<'info> {
    /// The vault.
    #[account(
        mut, dup,
        has_one = escrow @ VaultError::WrongEscrow,
        has_one = share_mint @ VaultError::WrongShareMint,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// The batch.
    #[account(
        mut, dup,
        close = payer,
        has_one = payer @ VaultError::WrongBatch,
        constraint = batch.vault == vault.key() @ VaultError::WrongBatch,
    )]
    pub batch: Box<Account<'info, RequestBatch>>,
    /// CHECK: who opened it, and gets the rent back.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// CHECK: share escrow, named by the vault.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: share mint, named by the vault.
    #[account(mut)]
    pub share_mint: UncheckedAccount<'info>,
    /// Token program of shares.
    pub token_program: Program<'info, Token2022>,
}

/// What the tickets' rounding left over, a base unit for each at most, is the pool's.
pub(crate) fn handler(ctx: Context<CloseBatch>) -> Result<()> {
    let accounts = ctx.accounts;
    let batch = &accounts.batch;
    let is_done = batch.totals.get().is_done() && batch.tickets == 0;
    ensure!(is_done, VaultError::BatchInUse);
    let (quote, shares) = batch.outstanding()?;
    let vault = &mut accounts.vault;
    vault.ledger.owed = vault.ledger.owed.checked_sub(quote).ok_or(VaultError::OutOfRange)?;
    vault.credit(quote)?;
    if shares > 0 {
        let (mint, escrow) = (accounts.share_mint.to_account_info(), accounts.escrow.to_account_info());
        tokens::burn_escrowed(vault, &mint, &escrow, shares)?;
    }
    Ok(())
}
