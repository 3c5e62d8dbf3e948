//! `collect_withdrawal`: fetches a withdrawal the venue had queued, and books what really came.

use crate::errors::VaultError;
use crate::events::WithdrawalCollected;
use crate::state::{Vault, VAULT_VERSION};
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ballast_venues::{AccountRole, VenueAction};

/// Accounts of `collect_withdrawal`. Permissionless.
#[derive(Accounts)]
pub struct CollectWithdrawal<'info> {
    /// The vault.
    #[account(
        mut,
        has_one = custody @ VaultError::WrongCustody,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: the venue's market, pinned by the vault.
    #[account(mut, address = vault.venue_market @ VaultError::WrongVenueMarket)]
    pub venue_market: UncheckedAccount<'info>,
    /// CHECK: the vault's account there, pinned by the vault.
    #[account(mut, address = vault.venue_trader @ VaultError::WrongVenueTrader)]
    pub venue_trader: UncheckedAccount<'info>,
    /// Quote custody.
    #[account(mut)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// The venue's token account.
    #[account(mut, constraint = venue::custody(&venue_market) == Some(venue_vault.key()) @ VaultError::WrongVenueVault)]
    pub venue_vault: Box<Account<'info, TokenAccount>>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<CollectWithdrawal>) -> Result<()> {
    let accounts = ctx.accounts;
    let held = accounts.custody.amount;
    let roles = [
        (AccountRole::Owner, accounts.vault.to_account_info()),
        (AccountRole::Market, accounts.venue_market.to_account_info()),
        (AccountRole::Trader, accounts.venue_trader.to_account_info()),
        (AccountRole::OwnerQuote, accounts.custody.to_account_info()),
        (AccountRole::VenueCustody, accounts.venue_vault.to_account_info()),
        (AccountRole::TokenProgram, accounts.token_program.to_account_info()),
    ];
    let action = VenueAction::CollectWithdrawal;
    venue::call(&accounts.vault, &action, &roles, &accounts.venue_program)?;
    accounts.custody.reload()?;
    let came = accounts
        .custody
        .amount
        .checked_sub(held)
        .ok_or(VaultError::BookedOtherwise)?;
    accounts.vault.credit_returned(came)?;
    let needed = accounts.vault.ledger.get().in_custody();
    require!(
        needed.is_some_and(|needed| accounts.custody.amount >= needed),
        VaultError::CustodyShort
    );
    emit!(WithdrawalCollected {
        vault: accounts.vault.key(),
        amount: came,
        cash_after: accounts.vault.ledger.cash
    });
    Ok(())
}
