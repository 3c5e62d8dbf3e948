//! `fund_insurance`: anyone gives tokens to the insurance fund.

use crate::errors::{OptionsError, Refuse};
use crate::events::Deposited;
use crate::state::{ClearingHouse, MarginAccount};
use crate::tokens::take_in;
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};

/// Accounts of `fund_insurance`.
#[derive(Accounts)]
pub struct FundInsurance<'info> {
    /// Gives, and gets nothing for it.
    pub giver: Signer<'info>,
    /// The house.
    #[account(mut, has_one = custody @ OptionsError::WrongCustody, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// Its insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
    /// The giver's tokens.
    #[account(
        mut,
        constraint = source.mint == house.load()?.quote_mint && source.owner == giver.key() @ OptionsError::WrongTokenAccount
    )]
    pub source: Box<Account<'info, TokenAccount>>,
    /// Custody.
    #[account(mut)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<FundInsurance>, amount: u64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let mut book = insurance.book()?;
    book.donate(amount).or_refuse()?;
    insurance.store(&book)?;
    take_in(
        &accounts.house,
        &mut accounts.custody,
        accounts.source.to_account_info(),
        accounts.giver.to_account_info(),
        &accounts.token_program,
        amount,
    )?;
    emit!(Deposited {
        house: accounts.house.key(),
        account: accounts.insurance.key(),
        amount,
        repaid: 0,
        cash: book.cash,
        ledger: accounts.house.load()?.ledger,
    });
    Ok(())
}
