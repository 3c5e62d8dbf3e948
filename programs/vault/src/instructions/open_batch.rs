//! `open_batch`: makes the account of a batch, for the requests behind it in the same transaction.
//! Its minute begins with its first request.

use crate::errors::{ensure, VaultError};
use crate::state::{RequestBatch, StoredBatch, StoredRequestBatch, Vault, BATCH_SEED, BATCH_VERSION, VAULT_VERSION};
use anchor_lang::prelude::*;

/// Accounts of `open_batch`. Permissionless.
#[derive(Accounts)]
#[instruction(number: u64)]
pub struct OpenBatch<'info> {
    /// Pays the rent, and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The vault.
    #[account(constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The batch.
    #[account(
        init_if_needed,
        payer = payer,
        space = 8 + RequestBatch::INIT_SPACE,
        seeds = [BATCH_SEED, vault.key().as_ref(), number.to_le_bytes().as_ref()],
        bump
    )]
    pub batch: Box<Account<'info, RequestBatch>>,
    /// System program.
    pub system_program: Program<'info, System>,
}

/// One that is there already stays as it is, and is no error: nobody can spoil a request by opening
/// its batch first.
pub(crate) fn handler(ctx: Context<OpenBatch>, number: u64) -> Result<()> {
    let batch = &mut ctx.accounts.batch;
    if batch.version != 0 {
        return Ok(());
    }
    let open = ctx.accounts.vault.queue.open;
    let is_next = number == open || number == open.wrapping_add(1);
    ensure!(is_next, VaultError::BatchNotOpen);
    batch.stored = StoredRequestBatch {
        version: BATCH_VERSION,
        bump: ctx.bumps.batch,
        padding: [0; 6],
        vault: ctx.accounts.vault.key(),
        number,
        payer: ctx.accounts.payer.key(),
        tickets: 0,
        pricing_fee: 0,
        quote_claimed: 0,
        shares_claimed: 0,
        totals: StoredBatch::default(),
    };
    Ok(())
}
