//! `set_operator`: lets somebody ask, take back and claim for a holder, or no longer. All that they
//! bring about goes to the holder's own accounts.

use crate::errors::VaultError;
use crate::events::{announce, OperatorSet};
use crate::state::{OperatorApproval, Vault, OPERATOR_SEED, VAULT_VERSION};
use anchor_lang::prelude::*;

/// Accounts of `set_operator`.
#[event_cpi]
#[derive(Accounts)]
pub struct SetOperator<'info> {
    /// Who approves; pays the rent of the approval, and gets it back.
    #[account(mut)]
    pub holder: Signer<'info>,
    /// The vault.
    #[account(constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: who may act for the holder; need not sign: nothing is asked of it.
    pub operator: UncheckedAccount<'info>,
    /// The approval.
    #[account(
        init_if_needed,
        payer = holder,
        space = 8 + OperatorApproval::INIT_SPACE,
        seeds = [OPERATOR_SEED, vault.key().as_ref(), holder.key().as_ref(), operator.key().as_ref()],
        bump
    )]
    pub approval: Box<Account<'info, OperatorApproval>>,
    /// System program.
    pub system_program: Program<'info, System>,
}

/// Saying it twice is saying it once.
pub(crate) fn handler(ctx: Context<SetOperator>, approved: bool) -> Result<()> {
    let accounts = ctx.accounts;
    let (vault, holder, operator) = (accounts.vault.key(), accounts.holder.key(), accounts.operator.key());
    let event = OperatorSet {
        vault,
        holder,
        operator,
        approved,
    };
    announce(&accounts.event_authority, &event)?;
    if !approved {
        return accounts.approval.close(accounts.holder.to_account_info());
    }
    accounts.approval.set_inner(OperatorApproval {
        bump: ctx.bumps.approval,
        vault,
        holder,
        operator,
    });
    Ok(())
}
