//! `deposit`: quote tokens in, shares out, at the high net asset value.

use crate::errors::VaultError;
use crate::events::{Deposited, Prices};
use crate::tokens;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, Transfer};
use ballast_core_market::admission::PriceUse;
use ballast_core_market::breaker::permitted;
use ballast_core_types::Value;
use ballast_core_vault::shares;

/// Accounts of `deposit`.
#[derive(Accounts)]
pub struct Deposit<'info> {
    /// Pays the tokens and gets the shares.
    pub depositor: Signer<'info>,
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// Quote custody.
    #[account(mut, address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Share mint.
    #[account(mut, address = valuation.vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: Box<Account<'info, Mint>>,
    /// The depositor's quote tokens.
    #[account(
        mut,
        constraint = depositor_quote.mint == valuation.vault.quote_mint @ VaultError::WrongTokenAccount,
        constraint = depositor_quote.owner == depositor.key() @ VaultError::WrongTokenAccount,
    )]
    pub depositor_quote: Box<Account<'info, TokenAccount>>,
    /// The depositor's shares.
    #[account(
        mut,
        constraint = depositor_shares.mint == share_mint.key() @ VaultError::WrongTokenAccount,
        constraint = depositor_shares.owner == depositor.key() @ VaultError::WrongTokenAccount,
    )]
    pub depositor_shares: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<Deposit>, amount: u64, min_shares: u64) -> Result<()> {
    require!(amount > 0, VaultError::ZeroAmount);
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let valuation = &mut accounts.valuation;
    require!(
        clock.slot != valuation.vault.last_rebalance_slot,
        VaultError::SameSlotAsRebalance
    );
    let (price, standing) = valuation.live(PriceUse::Nav, &clock)?;
    let slow = valuation.slow_price()?;
    let book = valuation.book(price.bounds.mid, &clock)?;
    let supply = accounts.share_mint.supply;
    let nav_low = book.nav_low(&price.bounds, slow).ok_or(VaultError::OutOfRange)?;
    let standing = standing.union(valuation.look(nav_low, supply, &clock)?);
    if !permitted(standing, true).deposit {
        name_standing(standing, |permits| permits.deposit);
        return err!(VaultError::DepositNotPermitted);
    }
    let nav = book.nav_high(&price.bounds).ok_or(VaultError::OutOfRange)?;
    let minted = shares::shares_for_deposit_floor(amount, nav, supply).ok_or(VaultError::DepositTooSmall)?;
    require!(minted >= min_shares, VaultError::TooFewShares);
    let after = Value::from_amount(amount).and_then(|value| nav.checked_add(value));
    let after = after.and_then(Value::to_amount).ok_or(VaultError::OutOfRange)?;
    require!(after <= valuation.vault.policy.deposit_cap, VaultError::OverDepositCap);

    let held = accounts.custody.amount;
    let transfer = Transfer {
        from: accounts.depositor_quote.to_account_info(),
        to: accounts.custody.to_account_info(),
        authority: accounts.depositor.to_account_info(),
    };
    token::transfer(CpiContext::new(accounts.token_program.key(), transfer), amount)?;
    accounts.custody.reload()?;
    let came = accounts.custody.amount.checked_sub(held);
    require!(came == Some(amount), VaultError::BookedOtherwise);
    let vault = &mut valuation.vault;
    vault.credit(amount)?;
    tokens::mint(
        vault,
        accounts.share_mint.as_ref().as_ref(),
        accounts.depositor_shares.as_ref().as_ref(),
        &accounts.token_program,
        minted,
    )?;

    let supply_after = supply.checked_add(minted).ok_or(VaultError::OutOfRange)?;
    vault.check_invariants(accounts.custody.amount, supply_after)?;
    emit!(Deposited {
        vault: vault.key(),
        depositor: accounts.depositor.key(),
        amount,
        shares: minted,
        nav_before: nav.0,
        supply_before: supply,
        cash_after: vault.cash,
        prices: Prices::new(&price.bounds, slow),
        breakers: vault.watch.tripped,
    });
    Ok(())
}
