//! `move_collateral`: brings the collateral at the venue to what the book needs. The caller chooses nothing.

use crate::errors::VaultError;
use crate::events::{CollateralMoved, Prices};
use crate::tokens::with_signer;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ballast_core_market::admission::PriceUse;
use ballast_core_market::breaker::permitted;
use ballast_core_vault::collateral::{self, CollateralMove};
use ballast_reference_venue::program::BallastReferenceVenue;

/// Accounts of `move_collateral`. Nobody signs.
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
    #[account(mut, address = valuation.venue_market.vault @ VaultError::WrongVenueVault)]
    pub venue_vault: Box<Account<'info, TokenAccount>>,
    /// The venue.
    pub venue_program: Program<'info, BallastReferenceVenue>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<MoveCollateral>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let valuation = &mut accounts.valuation;
    let (price, standing) = valuation.live(PriceUse::Exit, &clock)?;
    let slow = valuation.slow_price()?;
    let supply = accounts.share_mint.supply;
    let book = valuation.book(price.bounds.mid, &clock)?;
    let nav_low = book.nav_low(&price.bounds, slow).ok_or(VaultError::OutOfRange)?;
    let nav = valuation.vault.redemption_nav(nav_low, supply, clock.unix_timestamp)?;
    let standing = standing.union(valuation.look(nav_low, supply, &clock)?);
    let vault = &valuation.vault;
    let mut targets = vault.targets(nav, supply, vault.leaving_shares)?;
    if !permitted(standing, true).open {
        // Exposure that may not be taken on now needs no collateral now.
        let held = book.delta(price.bounds.mid).ok_or(VaultError::OutOfRange)?;
        targets.delta = held;
    }
    let movement = collateral::due(&book, &price.bounds, &targets, vault.policy.collateral_ratio.ratio())
        .ok_or(VaultError::OutOfRange)?
        .ok_or(VaultError::CollateralInPlace)?;
    let held = accounts.custody.amount;
    match movement {
        CollateralMove::Deposit(amount) => deposit(accounts, amount)?,
        CollateralMove::Withdraw(amount) => withdraw(accounts, amount)?,
    }
    accounts.custody.reload()?;
    accounts.valuation.venue_trader.reload()?;
    let moved = book_movement(accounts, held, movement)?;
    let vault = &accounts.valuation.vault;
    vault.check_invariants(accounts.custody.amount, supply)?;
    emit!(CollateralMoved {
        vault: vault.key(),
        amount: moved,
        cash_after: vault.cash,
        collateral_after: accounts.valuation.venue_trader.collateral,
        queued_after: accounts.valuation.venue_trader.queued_withdrawal,
        prices: Prices::new(&price.bounds, slow),
        breakers: vault.watch.tripped,
    });
    Ok(())
}

/// Books what really moved, which for a deposit has to be the amount, and for a withdrawal is at most that: the venue may queue it.
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
            vault.credit(came)?;
            i64::try_from(amount).ok().and_then(i64::checked_neg)
        }
    };
    Ok(amount.ok_or(VaultError::OutOfRange)?)
}

fn deposit(accounts: &MoveCollateral, amount: u64) -> Result<()> {
    let valuation = &accounts.valuation;
    let call = ballast_reference_venue::cpi::accounts::Deposit {
        depositor: valuation.vault.to_account_info(),
        market: valuation.venue_market.to_account_info(),
        trader: valuation.venue_trader.to_account_info(),
        source: accounts.custody.to_account_info(),
        vault: accounts.venue_vault.to_account_info(),
        token_program: accounts.token_program.to_account_info(),
    };
    with_signer(&valuation.vault, |seeds| {
        ballast_reference_venue::cpi::deposit(
            CpiContext::new_with_signer(accounts.venue_program.key(), call, seeds),
            amount,
        )
    })
}

fn withdraw(accounts: &MoveCollateral, amount: u64) -> Result<()> {
    let valuation = &accounts.valuation;
    let call = ballast_reference_venue::cpi::accounts::Withdraw {
        owner: valuation.vault.to_account_info(),
        market: valuation.venue_market.to_account_info(),
        trader: valuation.venue_trader.to_account_info(),
        vault: accounts.venue_vault.to_account_info(),
        destination: accounts.custody.to_account_info(),
        risk_market: valuation.risk_market.to_account_info(),
        price_feed: valuation.price_feed.to_account_info(),
        token_program: accounts.token_program.to_account_info(),
    };
    with_signer(&valuation.vault, |seeds| {
        ballast_reference_venue::cpi::withdraw(
            CpiContext::new_with_signer(accounts.venue_program.key(), call, seeds),
            amount,
        )
    })
}
