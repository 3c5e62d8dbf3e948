//! `deposit`: quote tokens in, shares out, at the high net asset value.

use crate::errors::VaultError;
use crate::events::Deposited;
use crate::tokens;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, Transfer};
use ballast_core_types::{Shares, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;

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

pub(crate) fn handler(ctx: Context<Deposit>, amount: u64, min_shares: Shares) -> Result<()> {
    require!(amount > 0, VaultError::ZeroAmount);
    let accounts = ctx.accounts;
    let supply = accounts.share_mint.supply;
    accounts.valuation.vault.check_slot(Clock::get()?.slot)?;
    let moment = accounts.valuation.moment(Purpose::Deposit, supply)?;
    let state = accounts.valuation.vault.state();
    let appraisal = accounts.valuation.appraise(&state, &moment)?;
    let minted = mint_terms(&appraisal, amount, min_shares)?;
    accounts.valuation.vault.record(&appraisal);
    take_in(accounts, amount)?;
    let vault = &accounts.valuation.vault;
    tokens::mint(
        vault,
        accounts.share_mint.as_ref().as_ref(),
        accounts.depositor_shares.as_ref().as_ref(),
        &accounts.token_program,
        minted.shares.0,
    )?;
    let supply_after = supply.checked_add(minted.shares.0).ok_or(VaultError::OutOfRange)?;
    vault.check_invariants(accounts.custody.amount, Shares(supply_after))?;
    emit!(Deposited {
        vault: vault.key(),
        depositor: accounts.depositor.key(),
        amount,
        shares: minted.shares.0,
        nav_before: minted.nav.0,
        supply_before: supply,
        cash_after: vault.cash,
        prices: (&moment.prices).into(),
        breakers: vault.monitor.tripped,
    });
    Ok(())
}

/// What a deposit mints, and the high net asset value that says so.
struct Minted {
    nav: Value,
    shares: Shares,
}

fn mint_terms(appraisal: &Appraisal, amount: u64, min_shares: Shares) -> Result<Minted> {
    if !appraisal.permissions.deposit {
        log_active(appraisal.active, |permits| permits.deposit);
        return err!(VaultError::DepositNotPermitted);
    }
    let nav = appraisal.nav_high().ok_or(VaultError::OutOfRange)?;
    let shares = appraisal
        .shares_for_deposit(nav, amount)
        .ok_or(VaultError::DepositTooSmall)?;
    require!(shares >= min_shares, VaultError::TooFewShares);
    let after = Value::from_amount(amount).and_then(|value| nav.checked_add(value));
    let after = after.and_then(Value::to_amount).ok_or(VaultError::OutOfRange)?;
    require!(after <= appraisal.vault.policy.deposit_cap, VaultError::OverDepositCap);
    Ok(Minted { nav, shares })
}

/// Moves the tokens into custody, and books what really came.
fn take_in(accounts: &mut Deposit, amount: u64) -> Result<()> {
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
    accounts.valuation.vault.credit(amount)
}
