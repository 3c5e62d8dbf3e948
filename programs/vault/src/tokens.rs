//! Token movements signed by the vault, each followed by a look at what really moved.

use crate::state::{Vault, VAULT_SEED};
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, MintTo, Token, Transfer};

/// Runs `action` with the vault's signing seeds.
pub(crate) fn with_signer<T>(vault: &Vault, action: impl FnOnce(&[&[&[u8]]]) -> Result<T>) -> Result<T> {
    let id = vault.id.to_le_bytes();
    let bump = [vault.bump];
    let seeds: &[&[u8]] = &[VAULT_SEED, vault.creator.as_ref(), &id, &bump];
    action(&[seeds])
}

/// Transfers out of an account that the vault owns.
pub(crate) fn send<'info>(
    vault: &Account<'info, Vault>,
    from: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    amount: u64,
) -> Result<()> {
    let accounts = Transfer {
        from: from.clone(),
        to: to.clone(),
        authority: vault.to_account_info(),
    };
    with_signer(vault, |seeds| {
        token::transfer(
            CpiContext::new_with_signer(token_program.key(), accounts, seeds),
            amount,
        )
    })
}

/// Mints shares.
pub(crate) fn mint<'info>(
    vault: &Account<'info, Vault>,
    mint: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    shares: u64,
) -> Result<()> {
    let accounts = MintTo {
        mint: mint.clone(),
        to: to.clone(),
        authority: vault.to_account_info(),
    };
    with_signer(vault, |seeds| {
        token::mint_to(
            CpiContext::new_with_signer(token_program.key(), accounts, seeds),
            shares,
        )
    })
}

/// Burns shares that sit in the vault's escrow.
pub(crate) fn burn_escrowed<'info>(
    vault: &Account<'info, Vault>,
    mint: &AccountInfo<'info>,
    escrow: &AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    shares: u64,
) -> Result<()> {
    let accounts = Burn {
        mint: mint.clone(),
        from: escrow.clone(),
        authority: vault.to_account_info(),
    };
    with_signer(vault, |seeds| {
        token::burn(
            CpiContext::new_with_signer(token_program.key(), accounts, seeds),
            shares,
        )
    })
}
