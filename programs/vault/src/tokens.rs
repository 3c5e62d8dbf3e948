//! Token movements, most of them signed by the vault, and what accounts of it hold.
//!
//! The vault's own token accounts and its share mint are pinned by their addresses, at which it had
//! the token programs create them: what is read of them is read from their bytes.

use crate::errors::VaultError;
use crate::state::{Vault, VAULT_SEED};
use anchor_lang::prelude::*;
use anchor_spl::token_2022;
use anchor_spl::token_interface::{self, Burn, MintTo, TokenInterface, Transfer};
use ballast_core_types::Shares;

/// Where a mint's supply lies, and a token account's amount and state: the same in both token
/// programs.
const SUPPLY: core::ops::Range<usize> = 36..44;
const AMOUNT: core::ops::Range<usize> = 64..72;
const STATE: usize = 108;
/// What that is of an account that is neither new nor frozen.
const INITIALIZED: u8 = 1;

/// Returns the supply of the share mint.
///
/// # Errors
/// [`VaultError::WrongShareMint`] if it is none.
pub(crate) fn supply(mint: &AccountInfo) -> Result<Shares> {
    Ok(number(mint, SUPPLY).map(Shares).ok_or(VaultError::WrongShareMint)?)
}

/// Returns what a token account of the vault holds, base units.
///
/// # Errors
/// [`VaultError::WrongTokenAccount`] if it is none.
pub(crate) fn amount(account: &AccountInfo) -> Result<u64> {
    Ok(number(account, AMOUNT).ok_or(VaultError::WrongTokenAccount)?)
}

fn number(account: &AccountInfo, at: core::ops::Range<usize>) -> Option<u64> {
    let data = account.try_borrow_data().ok()?;
    let bytes = data.get(at)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// Returns whether tokens may leave an account of the vault: not while its mint's authority has
/// frozen it.
pub(crate) fn can_pay(account: &AccountInfo) -> bool {
    let data = account.try_borrow_data();
    data.is_ok_and(|data| data.get(STATE) == Some(&INITIALIZED))
}

/// Runs `action` with the vault's signing seeds.
pub(crate) fn with_signer<T>(vault: &Vault, action: impl FnOnce(&[&[&[u8]]]) -> Result<T>) -> Result<T> {
    let id = vault.id.to_le_bytes();
    let bump = [vault.bump];
    let seeds: &[&[u8]] = &[VAULT_SEED, vault.creator.as_ref(), &id, &bump];
    action(&[seeds])
}

/// Transfers tokens, by the program that owns the account which pays.
///
/// # Errors
/// [`VaultError::WrongTokenProgram`], and the token program's own.
pub(crate) fn transfer<'info>(
    program: &Interface<'info, TokenInterface>,
    transfer: Transfer<'info>,
    seeds: &[&[&[u8]]],
    amount: u64,
) -> Result<()> {
    require_keys_eq!(program.key(), *transfer.from.owner, VaultError::WrongTokenProgram);
    let context = CpiContext::new_with_signer(program.key(), transfer, seeds);
    #[expect(
        deprecated,
        reason = "what needs the mint beside the accounts are extensions that no mint of a vault may have"
    )]
    token_interface::transfer(context, amount)
}

/// Transfers out of an account that the vault owns.
pub(crate) fn send<'info>(
    vault: &Account<'info, Vault>,
    from: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    token_program: &Interface<'info, TokenInterface>,
    amount: u64,
) -> Result<()> {
    let accounts = Transfer {
        from: from.clone(),
        to: to.clone(),
        authority: vault.to_account_info(),
    };
    with_signer(vault, |seeds| transfer(token_program, accounts, seeds, amount))
}

/// Mints shares.
pub(crate) fn mint<'info>(
    vault: &Account<'info, Vault>,
    mint: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    shares: u64,
) -> Result<()> {
    let accounts = MintTo {
        mint: mint.clone(),
        to: to.clone(),
        authority: vault.to_account_info(),
    };
    with_signer(vault, |seeds| {
        token_interface::mint_to(CpiContext::new_with_signer(token_2022::ID, accounts, seeds), shares)
    })
}

/// Burns shares that sit in the vault's escrow.
pub(crate) fn burn_escrowed<'info>(
    vault: &Account<'info, Vault>,
    mint: &AccountInfo<'info>,
    escrow: &AccountInfo<'info>,
    shares: u64,
) -> Result<()> {
    let accounts = Burn {
        mint: mint.clone(),
        from: escrow.clone(),
        authority: vault.to_account_info(),
    };
    with_signer(vault, |seeds| {
        token_interface::burn(CpiContext::new_with_signer(token_2022::ID, accounts, seeds), shares)
    })
}
