//! `move_collateral`: brings the collateral at the venue to what the book needs. The caller chooses
//! nothing.

use crate::errors::VaultError;
use crate::events::CollateralMoved;
use crate::valuation::*;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ballast_core_vault::collateral::CollateralMove;
use ballast_core_vault::prices::Purpose;
use ballast_venues::{AccountRole, VenueAction};

/// Accounts of `move_collateral`. Permissionless.
#[derive(Accounts)]
pub struct MoveCollateral<'info> {
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// Quote custody.
    #[account(mut, address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Share mint; read for the supply.
    #[account(address = valuation.vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: Box<Account<'info, Mint>>,
    /// The venue's token account.
    #[account(mut, constraint = venue::custody(&valuation.venue_market) == Some(venue_vault.key()) @ VaultError::WrongVenueVault)]
    pub venue_vault: Box<Account<'info, TokenAccount>>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<MoveCollateral>) -> Result<()> {
    let accounts = ctx.accounts;
    let minted = accounts.share_mint.supply;
    let moment = accounts.valuation.moment(Purpose::Collateral, minted)?;
    let state = accounts.valuation.vault.state();
    let appraisal = accounts.valuation.appraise(&state, &moment)?;
    accounts.valuation.vault.record(&appraisal);
    let movement = appraisal.collateral_due().ok_or(VaultError::OutOfRange)?;
    let movement = movement.ok_or(VaultError::CollateralInPlace)?;
    let held = accounts.custody.amount;
    transfer(accounts, movement)?;
    accounts.custody.reload()?;
    let moved = book_movement(accounts, held, movement)?;
    let position = accounts.valuation.position(moment.prices.bounds.mid, &moment.clock)?;
    let vault = &accounts.valuation.vault;
    vault.check_invariants(accounts.custody.amount, moment.minted)?;
    emit!(CollateralMoved {
        vault: vault.key(),
        amount: moved,
        cash_after: vault.ledger.cash,
        collateral_after: position.collateral,
        queued_after: position.queued_withdrawal,
        prices: (&moment.prices).into(),
        breakers: vault.monitor.tripped,
    });
    Ok(())
}

/// Books what really moved, which for a deposit has to be the amount, and for a withdrawal is at
/// most that: the venue may queue it.
fn book_movement(accounts: &mut MoveCollateral, held: u64, movement: CollateralMove) -> Result<i64> {
    let vault = &mut accounts.valuation.vault;
    let amount = match movement {
        CollateralMove::Deposit(amount) => {
            let left = held.checked_sub(accounts.custody.amount);
            require!(left == Some(amount), VaultError::BookedOtherwise);
            vault.debit(amount)?;
            i64::try_from(amount).ok()
        }
        CollateralMove::Withdraw(amount) => {
            let came = accounts.custody.amount.checked_sub(held);
            let came = came.ok_or(VaultError::BookedOtherwise)?;
            require!(came <= amount, VaultError::BookedOtherwise);
            vault.credit_returned(came)?;
            i64::try_from(amount).ok().and_then(i64::checked_neg)
        }
    };
    let amount = amount.ok_or(VaultError::OutOfRange)?;
    vault.collateral_moved(amount);
    Ok(amount)
}

/// Has the venue take or give the collateral.
fn transfer(accounts: &MoveCollateral, movement: CollateralMove) -> Result<()> {
    let action = match movement {
        CollateralMove::Deposit(amount) => VenueAction::Deposit(amount),
        CollateralMove::Withdraw(amount) => VenueAction::Withdraw(amount),
    };
    let valuation = &accounts.valuation;
    let roles = [
        (AccountRole::Owner, valuation.vault.to_account_info()),
        (AccountRole::Market, valuation.venue_market.to_account_info()),
        (AccountRole::Trader, valuation.venue_trader.to_account_info()),
        (AccountRole::OwnerQuote, accounts.custody.to_account_info()),
        (AccountRole::VenueCustody, accounts.venue_vault.to_account_info()),
        (AccountRole::RiskMarket, valuation.risk_market.to_account_info()),
        (AccountRole::TokenProgram, accounts.token_program.to_account_info()),
    ];
    venue::call(&valuation.vault, &action, &roles, &accounts.venue_program)
}
