//! `backstop` and `backstop_position`: the insurance account takes what nobody else took.

use crate::clearing::{sum, SeriesAccounts};
use crate::errors::{OptionsError, Refuse};
use crate::events::{AccountAbsorbed, MarginStatusReport, PositionAbsorbed};
use crate::instructions::liquidation::margin_status;
use crate::state::{ClearingHouse, Expiry, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::liquidation;

/// Accounts of `backstop`. After them the markets that the account has positions on.
#[derive(Accounts)]
pub struct Backstop<'info> {
    /// The house.
    #[account(has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
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

pub(crate) fn backstop<'info>(ctx: Context<'info, Backstop<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let house = accounts.house.load()?;
    let mut account = accounts.account.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let (mut book, mut fund) = (account.book()?, insurance.book()?);
    let status = margin_status(&house, &book, ctx.remaining_accounts, &clock)?;
    let before = sum(&[&book, &fund]);
    let now = clock.unix_timestamp;
    liquidation::backstop(&mut book, &mut fund, &status, &house.params(), now).or_refuse()?;
    require!(sum(&[&book, &fund]) == before, OptionsError::NotConserved);
    account.store(&book)?;
    insurance.store(&fund)?;
    emit!(AccountAbsorbed {
        account: accounts.account.key(),
        margin_status: MarginStatusReport::from(&status),
        insurance_cash: fund.cash,
    });
    Ok(())
}

/// Accounts of `backstop_position`.
#[derive(Accounts)]
pub struct BackstopPosition<'info> {
    /// The house.
    #[account(mut, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
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

pub(crate) fn backstop_position(ctx: Context<BackstopPosition>) -> Result<()> {
    let accounts = ctx.accounts;
    let mut house = accounts.house.load_mut()?;
    house.check_version()?;
    accounts.expiry.check_version()?;
    let mut account = accounts.account.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let (mut book, mut fund) = (account.book()?, insurance.book()?);
    let terms = accounts.series.key.terms()?;
    let quantity = book.quantity(&terms);
    let change = liquidation::backstop_position(&mut book, &mut fund, &terms).or_refuse()?;
    let mut venue = SeriesAccounts {
        house: &mut house,
        expiry: &mut accounts.expiry,
        series: &mut accounts.series,
    };
    venue.change_open_interest(change)?;
    account.store(&book)?;
    insurance.store(&fund)?;
    emit!(PositionAbsorbed {
        account: accounts.account.key(),
        key: accounts.series.key,
        quantity: quantity.0,
    });
    Ok(())
}
