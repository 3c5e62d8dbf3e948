//! `exit_liquid`: advances a batch its part of what is liquid. It reads no market, no venue and no
//! breaker, so that nothing of them can stand in its way.

use crate::errors::VaultError;
use crate::events::{announce, Advanced};
use crate::state::{RequestBatch, Vault, VAULT_VERSION};
use crate::tokens;
use anchor_lang::prelude::*;
use ballast_core_types::UnixTime;
use ballast_core_vault::advance::{advance, Liquid};

/// Accounts of `exit_liquid`. Permissionless, and nobody signs.
#[event_cpi]
#[derive(Accounts)]
pub struct ExitLiquid<'info> {
    /// The vault.
    #[account(
        mut, dup,
        has_one = share_mint @ VaultError::WrongShareMint,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// The batch.
    #[account(mut, dup, constraint = batch.vault == vault.key() @ VaultError::WrongBatch)]
    pub batch: Box<Account<'info, RequestBatch>>,
    /// CHECK: share mint, named by the vault; read for the supply.
    pub share_mint: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<ExitLiquid>) -> Result<()> {
    let (vault, record) = (&mut ctx.accounts.vault, &mut ctx.accounts.batch);
    let (now, queue) = (UnixTime(Clock::get()?.unix_timestamp), vault.queue.get());
    let state = vault.state();
    let liquid = Liquid {
        vault: &state,
        minted: tokens::supply(&ctx.accounts.share_mint)?,
        number: record.number,
        now,
    };
    let advanced = advance(&record.totals.get(), &liquid).map_err(VaultError::from)?;
    record.totals = advanced.batch.into();
    vault.ledger = advanced.ledger.into();
    if advanced.batch.priced_at.is_none() {
        vault.queue = queue.closed(record.number).into();
    }
    let event = Advanced {
        vault: vault.key(),
        number: record.number,
        amount: advanced.amount,
        supply: liquid.supply().0,
        totals: record.totals,
        ledger_after: vault.ledger,
    };
    announce(&ctx.accounts.event_authority, &event)
}
