//! `collect`: gives a batch what came back from a venue in quarantine for those of its shares that
//! were burnt meanwhile. `claim` does so before it pays; this one pays nobody, so that no payee
//! whose account cannot be paid keeps a case's place taken.

use crate::errors::{ensure, VaultError};
use crate::state::{RequestBatch, Vault, VAULT_VERSION};
use anchor_lang::prelude::*;

/// Accounts of `collect`. Permissionless, and nobody signs.
#[derive(Accounts)]
pub struct Collect<'info> {
    /// The vault.
    #[account(mut, dup, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The batch.
    #[account(mut, dup, constraint = batch.vault == vault.key() @ VaultError::WrongBatch)]
    pub batch: Box<Account<'info, RequestBatch>>,
}

pub(crate) fn handler(ctx: Context<Collect>) -> Result<()> {
    let (vault, batch) = (&mut ctx.accounts.vault, &mut ctx.accounts.batch);
    ensure!(batch.totals.has_rights(), VaultError::NothingToClaim);
    batch.collect(vault)
}
