//! `take_over` and `take_over_position`: the insurance account takes what nobody else took.

use crate::clearing::{sum, Venue};
use crate::errors::{OptionsError, Refuse};
use crate::events::{PositionTakenOver, StandingReport, TakenOver};
use crate::instructions::liquidation::stand;
use crate::state::{Expiry, House, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::liquidation;

/// Accounts of `take_over`. After them the markets that the account has positions on.
#[derive(Accounts)]
pub struct TakeOver<'info> {
    /// The house.
    #[account(has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, House>,
    /// The account that failed.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = account.key() != insurance.key() @ OptionsError::IsInsurance
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn take_over<'info>(ctx: Context<'info, TakeOver<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let house = accounts.house.load()?;
    let mut account = accounts.account.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let (mut books, mut fund) = (account.books()?, insurance.books()?);
    let standing = stand(&house, &books, ctx.remaining_accounts, &clock)?;
    let before = sum(&[&books, &fund]);
    let now = clock.unix_timestamp;
    liquidation::take_over(&mut books, &mut fund, &standing, &house.params(), now).or_refuse()?;
    require!(sum(&[&books, &fund]) == before, OptionsError::NotConserved);
    account.keep(&books)?;
    insurance.keep(&fund)?;
    emit!(TakenOver {
        account: accounts.account.key(),
        standing: StandingReport::from(&standing),
        insurance_cash: fund.cash,
    });
    Ok(())
}

/// Accounts of `take_over_position`.
#[derive(Accounts)]
pub struct TakeOverPosition<'info> {
    /// The house.
    #[account(mut, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, House>,
    /// The expiry of the series.
    #[account(mut, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The series.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = series.key.market == expiry.market && series.key.expiry == expiry.expiry @ OptionsError::WrongSeries
    )]
    pub series: Box<Account<'info, Series>>,
    /// The account that failed.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = account.key() != insurance.key() @ OptionsError::IsInsurance
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn take_over_position(ctx: Context<TakeOverPosition>) -> Result<()> {
    let accounts = ctx.accounts;
    let mut house = accounts.house.load_mut()?;
    house.check_version()?;
    accounts.expiry.check_version()?;
    let mut account = accounts.account.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let (mut books, mut fund) = (account.books()?, insurance.books()?);
    let terms = accounts.series.key.terms()?;
    let quantity = books.quantity(&terms);
    let change = liquidation::take_over_position(&mut books, &mut fund, &terms).or_refuse()?;
    let mut venue = Venue {
        house: &mut house,
        expiry: &mut accounts.expiry,
        series: &mut accounts.series,
    };
    venue.change_open_interest(change)?;
    account.keep(&books)?;
    insurance.keep(&fund)?;
    emit!(PositionTakenOver {
        account: accounts.account.key(),
        key: accounts.series.key,
        quantity: quantity.0,
    });
    Ok(())
}
