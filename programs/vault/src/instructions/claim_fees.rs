//! `claim_fees`: mints what the manager has earned, to where the one says who was named for it when
//! the vault was created. No price is in it, and no share of anybody's is worth less by it:
//! what was earned has been part of the supply since.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, FeesClaimed};
use crate::state::{StoredFees, Vault, VAULT_VERSION};
use crate::tokens;
use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use anchor_spl::token_interface::TokenAccount;
use ballast_core_types::UnixTime;

/// Accounts of `claim_fees`.
#[event_cpi]
#[derive(Accounts)]
pub struct ClaimFees<'info> {
    /// The vault's collector.
    pub collector: Signer<'info>,
    /// The vault.
    #[account(
        mut, dup,
        has_one = collector @ VaultError::WrongCollector,
        has_one = share_mint @ VaultError::WrongShareMint,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: share mint, named by the vault.
    #[account(mut)]
    pub share_mint: UncheckedAccount<'info>,
    /// Any account for shares.
    #[account(mut, dup, constraint = to.mint == vault.share_mint @ VaultError::WrongTokenAccount)]
    pub to: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Token program of shares.
    pub token_program: Program<'info, Token2022>,
}

pub(crate) fn handler(ctx: Context<ClaimFees>) -> Result<()> {
    let accounts = ctx.accounts;
    let now = UnixTime(Clock::get()?.unix_timestamp);
    let minted = tokens::supply(&accounts.share_mint)?;
    let vault = &mut accounts.vault;
    vault.accrue_fees(minted, now);
    let shares = vault.fees.shares;
    ensure!(shares > 0, VaultError::NoFees);
    vault.fees = StoredFees {
        shares: 0,
        ..vault.fees
    };
    let (mint, to) = (accounts.share_mint.to_account_info(), accounts.to.to_account_info());
    tokens::mint(vault, &mint, &to, shares)?;
    let event = FeesClaimed {
        vault: vault.key(),
        to: to.key(),
        shares,
        supply: minted.0.saturating_add(shares),
    };
    announce(&accounts.event_authority, &event)
}
