//! `collect_withdrawal`: fetches a withdrawal the venue had queued, and books what really came.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, WithdrawalCollected};
use crate::state::{Vault, VAULT_VERSION};
use crate::tokens;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_venues::{AccountRole, VenueAction};

/// Accounts of `collect_withdrawal`. Permissionless.
#[event_cpi]
#[derive(Accounts)]
#[instruction(leg: u8)]
pub struct CollectWithdrawal<'info> {
    /// The vault.
    #[account(
        mut, dup,
        has_one = custody @ VaultError::WrongCustody,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: the market of the leg's venue, pinned by the vault.
    #[account(mut, address = vault.portfolio.leg(leg)?.venue_market @ VaultError::WrongVenueMarket)]
    pub venue_market: UncheckedAccount<'info>,
    /// CHECK: the vault's account there, pinned by the vault.
    #[account(mut, address = vault.portfolio.leg(leg)?.venue_trader @ VaultError::WrongVenueTrader)]
    pub venue_trader: UncheckedAccount<'info>,
    /// CHECK: quote custody, named by the vault.
    #[account(mut)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: the venue's token account, named by its market.
    #[account(mut, constraint = venue::custody(&venue_market) == Some(venue_vault.key()) @ VaultError::WrongVenueVault)]
    pub venue_vault: UncheckedAccount<'info>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
    /// Token program of quote tokens.
    pub token_program: Interface<'info, TokenInterface>,
}

pub(crate) fn handler(ctx: Context<CollectWithdrawal>, leg: u8) -> Result<()> {
    let accounts = ctx.accounts;
    let held = tokens::amount(&accounts.custody)?;
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
    let holds = tokens::amount(&accounts.custody)?;
    let came = holds.checked_sub(held).ok_or(VaultError::BookedOtherwise)?;
    accounts.vault.credit_returned(leg, came)?;
    let needed = accounts.vault.ledger.get().in_custody();
    ensure!(needed.is_some_and(|needed| holds >= needed), VaultError::CustodyShort);
    let event = WithdrawalCollected {
        vault: accounts.vault.key(),
        leg,
        amount: came,
        cash_after: accounts.vault.ledger.cash,
    };
    announce(&accounts.event_authority, &event)
}
