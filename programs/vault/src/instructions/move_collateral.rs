//! `move_collateral`: brings the collateral at the venue to what the book needs. The caller chooses
//! nothing.

use crate::errors::VaultError;
use crate::events::{announce, CollateralMoved};
use crate::state::Vault;
use crate::tokens;
use crate::valuation::*;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_core_vault::collateral::CollateralMove;
use ballast_core_vault::prices::Purpose;
use ballast_venues::{AccountRole, VenueAction};

/// Accounts of `move_collateral`. Permissionless.
#[event_cpi]
#[derive(Accounts)]
pub struct MoveCollateral<'info> {
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// CHECK: quote custody, pinned by the vault.
    #[account(mut, address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: share mint, pinned by the vault; read for the supply.
    #[account(address = valuation.vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount<'info>,
    /// CHECK: the venue's token account, named by its market.
    #[account(mut, constraint = venue::custody(&valuation.venue_market) == Some(venue_vault.key()) @ VaultError::WrongVenueVault)]
    pub venue_vault: UncheckedAccount<'info>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
    /// Token program of quote tokens.
    pub token_program: Interface<'info, TokenInterface>,
}

pub(crate) fn handler(ctx: Context<MoveCollateral>) -> Result<()> {
    let accounts = ctx.accounts;
    let minted = tokens::supply(&accounts.share_mint)?;
    let moment = accounts.valuation.moment(Purpose::Collateral, minted)?;
    let state = accounts.valuation.vault.state();
    let appraisal = accounts.valuation.appraise(&state, &moment)?;
    accounts.valuation.vault.record(&appraisal);
    let movement = appraisal.collateral_due().ok_or(VaultError::OutOfRange)?;
    let movement = movement.ok_or(VaultError::CollateralInPlace)?;
    let held = tokens::amount(&accounts.custody)?;
    transfer(accounts, movement)?;
    let holds = tokens::amount(&accounts.custody)?;
    let vault = &mut accounts.valuation.vault;
    let moved = book_movement(vault, held, holds, movement)?;
    let position = accounts.valuation.position(moment.prices.bounds.mid, &moment.clock)?;
    let vault = &accounts.valuation.vault;
    vault.check_invariants(holds, moment.minted)?;
    let event = CollateralMoved {
        vault: vault.key(),
        amount: moved,
        cash_after: vault.ledger.cash,
        collateral_after: position.collateral,
        queued_after: position.queued_withdrawal,
        prices: (&moment.prices).into(),
        breakers: vault.monitor.tripped,
    };
    announce(&accounts.event_authority, &event)
}

/// Books what really moved, which for a deposit has to be the amount, and for a withdrawal is at
/// most that: the venue may queue it.
fn book_movement(vault: &mut Vault, held: u64, holds: u64, movement: CollateralMove) -> Result<i64> {
    let amount = match movement {
        CollateralMove::Deposit(amount) => {
            let left = held.checked_sub(holds);
            require!(left == Some(amount), VaultError::BookedOtherwise);
            vault.debit(amount)?;
            i64::try_from(amount).ok()
        }
        CollateralMove::Withdraw(amount) => {
            let came = holds.checked_sub(held);
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
