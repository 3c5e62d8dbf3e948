//! `move_collateral`: brings the collateral at the venue to what the book needs. The caller chooses
//! nothing.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, CollateralMoved, PricesView};
use crate::instructions::trade::leg;
use crate::payment::payment;
use crate::state::{Vault, VAULT_VERSION};
use crate::tokens;
use crate::valuation::*;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_core_vault::collateral::CollateralMove;
use ballast_core_vault::places;
use ballast_core_vault::prices::Purpose;
use ballast_venues::{AccountRole, VenueAction};

/// Accounts of `move_collateral`. Permissionless.
#[event_cpi]
#[derive(Accounts)]
pub struct MoveCollateral<'info> {
    /// The vault; the accounts of its portfolio follow those named here.
    #[account(mut, dup, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: quote custody, pinned by the vault; pays the keeper.
    #[account(mut, address = vault.custody @ VaultError::WrongCustody)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: gets the keeper's pay; without it nobody is paid.
    #[account(mut)]
    pub payee: Option<UncheckedAccount<'info>>,
    /// Token program of quote tokens.
    pub token_program: Interface<'info, TokenInterface>,
    /// CHECK: share mint, pinned by the vault; read for the supply.
    #[account(address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount<'info>,
    /// CHECK: the token account of the leg's venue, named by its market.
    #[account(mut)]
    pub venue_vault: UncheckedAccount<'info>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, MoveCollateral<'info>>, place: u8) -> Result<()> {
    let accounts = ctx.accounts;
    let portfolio = PortfolioAccounts::of(&accounts.vault, ctx.remaining_accounts)?;
    let at = portfolio.leg(accounts.vault.portfolio.leg(place)?, place)?;
    let pinned = venue::custody(at.venue_market);
    ensure!(pinned == Some(accounts.venue_vault.key()), VaultError::WrongVenueVault);
    let minted = tokens::supply(&accounts.share_mint)?;
    let state = accounts.vault.state();
    let moment = portfolio.moment(&state, Purpose::Collateral, minted)?;
    let appraisal = portfolio.appraise(&state, &moment)?;
    leg(&appraisal, place)?;
    at.check_readable(&appraisal, place)?;
    accounts.vault.record(&appraisal);
    let movement = appraisal
        .collateral_due(usize::from(place))
        .ok_or(VaultError::OutOfRange)?;
    let movement = movement.ok_or(VaultError::CollateralInPlace)?;
    let held = tokens::amount(&accounts.custody)?;
    transfer(accounts, &at, movement)?;
    let holds = tokens::amount(&accounts.custody)?;
    let vault = &mut accounts.vault;
    let moved = book_movement(vault, place, held, holds, movement)?;
    let position = places::at(&portfolio.positions(&state, &moment), usize::from(place));
    let position = position.ok_or(VaultError::VenueUnreadable)?;
    let vault = &mut accounts.vault;
    let paid = payment!(accounts).for_task(vault, appraisal.nav.low, &moment.clock)?;
    vault.check_invariants(tokens::amount(&accounts.custody)?, moment.minted)?;
    let event = CollateralMoved {
        vault: vault.key(),
        leg: place,
        amount: moved,
        cash_after: vault.ledger.cash,
        collateral_after: position.collateral,
        queued_after: position.queued_withdrawal,
        paid,
        prices: PricesView::of(&moment.prices),
        breakers: vault.monitor.tripped,
    };
    announce(&accounts.event_authority, &event)
}

/// Books what really moved, which for a deposit has to be the amount, and for a withdrawal is at
/// most that: the venue may queue it.
fn book_movement(vault: &mut Vault, leg: u8, held: u64, holds: u64, movement: CollateralMove) -> Result<i64> {
    let amount = match movement {
        CollateralMove::Deposit(amount) => {
            let left = held.checked_sub(holds);
            ensure!(left == Some(amount), VaultError::BookedOtherwise);
            vault.debit(amount)?;
            i64::try_from(amount).ok()
        }
        CollateralMove::Withdraw(amount) => {
            let came = holds.checked_sub(held);
            let came = came.ok_or(VaultError::BookedOtherwise)?;
            ensure!(came <= amount, VaultError::BookedOtherwise);
            vault.credit_returned(leg, came)?;
            i64::try_from(amount).ok().and_then(i64::checked_neg)
        }
    };
    let amount = amount.ok_or(VaultError::OutOfRange)?;
    vault.collateral_moved(leg, amount);
    Ok(amount)
}

/// Has the venue take or give the collateral.
#[inline(never)]
fn transfer<'info>(accounts: &MoveCollateral<'info>, at: &LegAccounts<'info>, movement: CollateralMove) -> Result<()> {
    let action = match movement {
        CollateralMove::Deposit(amount) => VenueAction::Deposit(amount),
        CollateralMove::Withdraw(amount) => VenueAction::Withdraw(amount),
    };
    let roles = [
        (AccountRole::Owner, accounts.vault.to_account_info()),
        (AccountRole::Market, at.venue_market.clone()),
        (AccountRole::Trader, at.venue_trader.clone()),
        (AccountRole::OwnerQuote, accounts.custody.to_account_info()),
        (AccountRole::VenueCustody, accounts.venue_vault.to_account_info()),
        (AccountRole::RiskMarket, at.risk_market.clone()),
        (AccountRole::TokenProgram, accounts.token_program.to_account_info()),
    ];
    venue::call(&accounts.vault, &action, &roles, &accounts.venue_program)
}
