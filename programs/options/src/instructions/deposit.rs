//! `deposit`: tokens in. Debt is repaid first.

use crate::clearing::sum;
use crate::errors::{OptionsError, Refuse};
use crate::events::Deposited;
use crate::state::{ClearingHouse, MarginAccount};
use crate::tokens::take_in;
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};

/// Accounts of `deposit`.
#[derive(Accounts)]
pub struct Deposit<'info> {
    /// The owner: anyone's gift would change what somebody else's account is worth.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut, has_one = custody @ OptionsError::WrongCustody, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The account.
    #[account(mut, has_one = house @ OptionsError::WrongHouse, has_one = owner @ OptionsError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The house's insurance account, to which debt is repaid.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
    /// The owner's tokens.
    #[account(
        mut,
        constraint = source.mint == house.load()?.quote_mint && source.owner == owner.key() @ OptionsError::WrongTokenAccount
    )]
    pub source: Box<Account<'info, TokenAccount>>,
    /// Custody.
    #[account(mut)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<Deposit>, amount: u64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    let (repaid, cash) = book(accounts, amount)?;
    take_in(
        &accounts.house,
        &mut accounts.custody,
        accounts.source.to_account_info(),
        accounts.owner.to_account_info(),
        &accounts.token_program,
        amount,
    )?;
    emit!(Deposited {
        house: accounts.house.key(),
        account: accounts.account.key(),
        amount,
        repaid,
        cash,
        ledger: accounts.house.load()?.ledger,
    });
    Ok(())
}

#[inline(never)]
fn book(accounts: &Deposit, amount: u64) -> Result<(u64, u64)> {
    let mut account = accounts.account.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let (mut book, mut fund) = (account.book()?, insurance.book()?);
    let before = sum(&[&book, &fund]);
    let repaid = book.deposit(&mut fund, amount).or_refuse()?;
    let came = sum(&[&book, &fund]).checked_sub(before);
    require!(came == Some(u128::from(amount)), OptionsError::NotConserved);
    account.store(&book)?;
    insurance.store(&fund)?;
    Ok((repaid, book.cash))
}
