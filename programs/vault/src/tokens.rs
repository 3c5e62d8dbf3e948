//! Token movements signed by the vault, each followed by an observation at what really moved.

use crate::state::{Vault, VAULT_SEED};
use anchor_lang::prelude::*;
use anchor_lang::system_program::{self, Allocate, Assign};
use anchor_spl::token::{self, Burn, InitializeAccount3, InitializeMint2, MintTo, Token, Transfer};

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

/// Makes `account` a token-program account of `space` bytes at its own seeds. Lamports that anyone
/// sent there first do not matter.
pub(crate) fn allocate<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    space: usize,
    seeds: &[&[u8]],
) -> Result<()> {
    let missing = Rent::get()?.minimum_balance(space).saturating_sub(account.lamports());
    if missing > 0 {
        let transfer = system_program::Transfer {
            from: payer.clone(),
            to: account.clone(),
        };
        system_program::transfer(CpiContext::new(system_program::ID, transfer), missing)?;
    }
    let space = u64::try_from(space).map_err(|_| crate::errors::VaultError::OutOfRange)?;
    let signer = &[seeds];
    let allocate = Allocate {
        account_to_allocate: account.clone(),
    };
    system_program::allocate(CpiContext::new_with_signer(system_program::ID, allocate, signer), space)?;
    let assign = Assign {
        account_to_assign: account.clone(),
    };
    system_program::assign(
        CpiContext::new_with_signer(system_program::ID, assign, signer),
        &token::ID,
    )
}

/// Makes `account` a mint whose only authority is `vault`.
pub(crate) fn initialize_mint(account: &AccountInfo, vault: &Pubkey, decimals: u8) -> Result<()> {
    let mint = InitializeMint2 { mint: account.clone() };
    token::initialize_mint2(CpiContext::new(token::ID, mint), decimals, vault, None)
}

/// Makes `account` a token account of `mint` that `vault` owns.
pub(crate) fn initialize_account<'info>(
    account: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    vault: &AccountInfo<'info>,
) -> Result<()> {
    let created = InitializeAccount3 {
        account: account.clone(),
        mint: mint.clone(),
        authority: vault.clone(),
    };
    token::initialize_account3(CpiContext::new(token::ID, created))
}
