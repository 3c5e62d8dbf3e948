//! Who may ask, take back and claim for a holder.

use crate::errors::{ensure, VaultError};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

/// First seed of an approval's address: `["operator", vault, holder, operator]`.
pub const OPERATOR_SEED: &[u8] = b"operator";

/// A holder's approval of an operator, for one vault. It is there while it holds. Its address is
/// whom the holder delegates tokens to: the operator's own key moves none of them, and nothing does
/// once the approval is gone.
#[account]
#[derive(InitSpace, Debug)]
pub struct OperatorApproval {
    /// Bump of the address.
    pub bump: u8,
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
    ensure!(acts_for(signer, holder, vault, approval), VaultError::NotOperator);
    Ok(())
}

/// Refuses an operator's use of a token account that is not the holder's for good: of another
/// owner, or one that somebody else may close, and open again at the same address as their own.
///
/// # Errors
/// [`VaultError::NotTheHolders`].
pub fn check_is_theirs(account: &TokenAccount, holder: &Pubkey) -> Result<()> {
    let is_theirs = account.owner == *holder && account.close_authority.is_none();
    ensure!(is_theirs, VaultError::NotTheHolders);
    Ok(())
}

impl OperatorApproval {
    /// Runs `action` with the approval's signing seeds.
    pub(crate) fn with_signer<T>(&self, action: impl FnOnce(&[&[&[u8]]]) -> Result<T>) -> Result<T> {
        let bump = [self.bump];
        let keys = [&self.vault, &self.holder, &self.operator].map(AsRef::as_ref);
        let [vault, holder, operator] = keys;
        let seeds: &[&[u8]] = &[OPERATOR_SEED, vault, holder, operator, &bump];
        action(&[seeds])
    }
}
