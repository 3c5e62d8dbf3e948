//! `collect_withdrawal`: fetches a withdrawal the venue had queued, and books what really came.

use crate::errors::VaultError;
use crate::events::WithdrawalCollected;
use crate::state::{Vault, VAULT_VERSION};
use crate::tokens::with_signer;
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ballast_reference_venue::program::BallastReferenceVenue;
use ballast_reference_venue::state::{Market as VenueMarket, Trader};

/// Accounts of `collect_withdrawal`. Nobody signs.
#[derive(Accounts)]
pub struct CollectWithdrawal<'info> {
    /// The vault.
    #[account(
        mut,
        has_one = venue_market @ VaultError::WrongVenueMarket,
        has_one = venue_trader @ VaultError::WrongVenueTrader,
        has_one = custody @ VaultError::WrongCustody,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// The venue's market.
    #[account(mut)]
    pub venue_market: Box<Account<'info, VenueMarket>>,
    /// The vault's account there.
    #[account(mut)]
    pub venue_trader: Box<Account<'info, Trader>>,
    /// Quote custody.
    #[account(mut)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// The venue's token account.
    #[account(mut, address = venue_market.vault @ VaultError::WrongVenueVault)]
    pub venue_vault: Box<Account<'info, TokenAccount>>,
    /// The venue.
    pub venue_program: Program<'info, BallastReferenceVenue>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<CollectWithdrawal>) -> Result<()> {
    let accounts = ctx.accounts;
    let held = accounts.custody.amount;
    let call = ballast_reference_venue::cpi::accounts::CollectWithdrawal {
        owner: accounts.vault.to_account_info(),
        market: accounts.venue_market.to_account_info(),
        trader: accounts.venue_trader.to_account_info(),
        vault: accounts.venue_vault.to_account_info(),
        destination: accounts.custody.to_account_info(),
        token_program: accounts.token_program.to_account_info(),
    };
    with_signer(&accounts.vault, |seeds| {
        ballast_reference_venue::cpi::collect_withdrawal(CpiContext::new_with_signer(
            accounts.venue_program.key(),
            call,
            seeds,
        ))
    })?;
    accounts.custody.reload()?;
    let came = accounts
        .custody
        .amount
        .checked_sub(held)
        .ok_or(VaultError::BookedOtherwise)?;
    accounts.vault.credit(came)?;
    require!(accounts.custody.amount >= accounts.vault.cash, VaultError::CustodyShort);
    emit!(WithdrawalCollected {
        vault: accounts.vault.key(),
        amount: came,
        cash_after: accounts.vault.cash
    });
    Ok(())
}
