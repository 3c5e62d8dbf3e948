//! `begin_liquidation` and `end_liquidation`: by anyone, as the margin is.

use crate::clearing::MarginScratch;
use crate::errors::{OptionsError, Refuse};
use crate::events::{LiquidationBegun, LiquidationEnded, MarginStatusReport};
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{MarginStatus, Marks};

/// Accounts of `begin_liquidation` and `end_liquidation`. After them the markets that the account
/// has positions on.
#[derive(Accounts)]
pub struct Liquidation<'info> {
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The account.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = account.key() != house.load()?.insurance @ OptionsError::IsInsurance
    )]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn begin_liquidation<'info>(ctx: Context<'info, Liquidation<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let house = accounts.house.load()?;
    let mut account = accounts.account.load_mut()?;
    let mut book = account.book()?;
    let status = margin_status(&house, &book, ctx.remaining_accounts, &clock)?;
    liquidation::begin(&mut book, &status, &house.params(), clock.unix_timestamp).or_refuse()?;
    account.store(&book)?;
    emit!(LiquidationBegun {
        account: accounts.account.key(),
        margin_status: MarginStatusReport::from(&status),
        since: clock.unix_timestamp,
    });
    Ok(())
}

pub(crate) fn end_liquidation<'info>(ctx: Context<'info, Liquidation<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let house = accounts.house.load()?;
    let mut account = accounts.account.load_mut()?;
    let mut book = account.book()?;
    let status = margin_status(&house, &book, ctx.remaining_accounts, &clock)?;
    liquidation::end(&mut book, &status).or_refuse()?;
    account.store(&book)?;
    emit!(LiquidationEnded {
        account: accounts.account.key(),
        margin_status: MarginStatusReport::from(&status),
    });
    Ok(())
}

/// Returns the margin status of an account, at prices to liquidate at.
#[inline(never)]
pub(crate) fn margin_status(
    house: &ClearingHouse,
    book: &ballast_core_clearing::account::MarginAccount,
    markets: &[AccountInfo],
    clock: &Clock,
) -> Result<MarginStatus> {
    house.check_version()?;
    let markets = Markets::read(house, markets, Purpose::Liquidate, clock)?;
    let context = markets.context(house);
    MarginScratch::new().margin_status(book, &context, Marks::Adverse)
}
