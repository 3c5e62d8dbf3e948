//! Who may ask, take back and claim for a holder.

use crate::errors::VaultError;
use anchor_lang::prelude::*;

/// First seed of an approval's address: `["operator", vault, holder, operator]`.
pub const OPERATOR_SEED: &[u8] = b"operator";

/// A holder's approval of an operator, for one vault. It is there while it holds.
#[account]
#[derive(InitSpace, Debug)]
pub struct OperatorApproval {
    /// The vault.
    pub vault: Pubkey,
    /// Who approved.
    pub holder: Pubkey,
    /// Who may act for them.
    pub operator: Pubkey,
}

/// Returns whether `signer` may act for `holder` at `vault`: they are the same, or `approval` says
/// so.
pub fn acts_for(
    signer: &Pubkey,
    holder: &Pubkey,
    vault: &Pubkey,
    approval: Option<&Account<OperatorApproval>>,
) -> bool {
    signer == holder
        || approval.is_some_and(|approval| {
            approval.vault == *vault && approval.holder == *holder && approval.operator == *signer
        })
}

/// Refuses whoever may not act for `holder`.
///
/// # Errors
/// [`VaultError::NotOperator`].
pub fn check_acts_for(
    signer: &Pubkey,
    holder: &Pubkey,
    vault: &Pubkey,
    approval: Option<&Account<OperatorApproval>>,
) -> Result<()> {
    require!(acts_for(signer, holder, vault, approval), VaultError::NotOperator);
    Ok(())
}
