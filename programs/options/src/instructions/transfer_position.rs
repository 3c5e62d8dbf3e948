//! `transfer_position`: an owner moves a position from one of their accounts to another.

use crate::clearing::{book_open_interest, sum, MarginScratch};
use crate::errors::{OptionsError, Refuse};
use crate::events::PositionTransferred;
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, Expiry, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::trade;
use ballast_core_types::Lots;

/// Accounts of `transfer_position`. After them the markets that either account has positions on.
#[derive(Accounts)]
pub struct TransferPosition<'info> {
    /// Owner of both accounts.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry of the series.
    #[account(mut, dup, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The series.
    #[account(
        mut, dup,
        has_one = house @ OptionsError::WrongHouse,
        constraint = series.key.market == expiry.market && series.key.expiry == expiry.expiry @ OptionsError::WrongSeries
    )]
    pub series: Box<Account<'info, Series>>,
    /// Where the position is.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        has_one = owner @ OptionsError::NotOwner,
        constraint = from.key() != to.key() @ OptionsError::SameAccount
    )]
    pub from: AccountLoader<'info, MarginAccount>,
    /// Where it goes.
    #[account(mut, has_one = house @ OptionsError::WrongHouse, has_one = owner @ OptionsError::NotOwner)]
    pub to: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, TransferPosition<'info>>, quantity: i64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    execute(accounts, ctx.remaining_accounts, Lots(quantity))?;
    emit!(PositionTransferred {
        house: accounts.house.key(),
        key: accounts.series.key,
        from: accounts.from.key(),
        to: accounts.to.key(),
        quantity,
        open_interest: accounts.series.open_interest,
    });
    Ok(())
}

#[inline(never)]
fn execute(accounts: &mut TransferPosition, markets: &[AccountInfo], quantity: Lots) -> Result<()> {
    let clock = Clock::get()?;
    let mut house = accounts.house.load_mut()?;
    let (mut from_account, mut to_account) = (accounts.from.load_mut()?, accounts.to.load_mut()?);
    let (mut from, mut to) = (from_account.book()?, to_account.book()?);
    let markets = Markets::read(&house, markets, &[&from, &to], Purpose::Margin, &clock)?;
    let terms = accounts.series.key.terms()?;
    let before = sum(&[&from, &to]);
    let change = trade::transfer(&mut from, &mut to, &terms, quantity, markets.now()).or_refuse()?;
    require!(sum(&[&from, &to]) == before, OptionsError::NotConserved);
    house.change_open_interest(terms.market, change)?;
    book_open_interest(&mut accounts.expiry, &mut accounts.series, change)?;
    let context = markets.context(&house);
    let mut scratch = MarginScratch::new();
    scratch.check_initial(&mut from, &context, "from")?;
    scratch.check_initial(&mut to, &context, "to")?;
    from_account.store(&from)?;
    to_account.store(&to)
}
