//! `withdraw`: tokens out, as far as the initial margin holds with gains at the lower of spot and
//! slow price.

use crate::clearing::MarginScratch;
use crate::errors::{OptionsError, Refuse};
use crate::events::Withdrawn;
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, MarginAccount};
use crate::tokens::pay_out;
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{MarginStatus, Marks};

/// Accounts of `withdraw`. After them the markets that the account has positions on; none for an
/// account without.
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// The owner.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut, has_one = custody @ OptionsError::WrongCustody)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The account.
    #[account(mut, has_one = house @ OptionsError::WrongHouse, has_one = owner @ OptionsError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// Where the tokens go: anywhere but the custody.
    #[account(
        mut,
        constraint = destination.mint == house.load()?.quote_mint && destination.key() != custody.key()
            @ OptionsError::WrongTokenAccount
    )]
    pub destination: Box<Account<'info, TokenAccount>>,
    /// Custody.
    #[account(mut)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, Withdraw<'info>>, amount: u64) -> Result<()> {
    let accounts = ctx.accounts;
    let (status, cash) = book(accounts, ctx.remaining_accounts, amount)?;
    pay_out(
        &accounts.house,
        &mut accounts.custody,
        accounts.destination.to_account_info(),
        &accounts.token_program,
        amount,
    )?;
    emit!(Withdrawn {
        house: accounts.house.key(),
        account: accounts.account.key(),
        amount,
        cash,
        ledger: accounts.house.load()?.ledger,
        equity: status.equity.0,
        initial: status.initial.0,
    });
    Ok(())
}

#[inline(never)]
fn book(accounts: &Withdraw, markets: &[AccountInfo], amount: u64) -> Result<(MarginStatus, u64)> {
    let house = accounts.house.load()?;
    house.check_version()?;
    let clock = Clock::get()?;
    let mut account = accounts.account.load_mut()?;
    let mut book = account.book()?;
    book.withdraw(amount).or_refuse()?;
    // An account without positions leaves while there is no price at all.
    let markets = if book.positions().is_empty() {
        Markets::none(&clock)
    } else {
        Markets::read(&house, markets, &[&book], Purpose::Margin, &clock)?
    };
    let context = markets.context(&house);
    let status = MarginScratch::new().margin_status(&book, &context, Marks::Conservative)?;
    status.check_initial().or_refuse()?;
    liquidation::end(&mut book, &[status]).or_refuse()?;
    account.store(&book)?;
    Ok((status, book.cash))
}
