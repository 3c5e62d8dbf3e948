//! `begin_liquidation` and `end_liquidation`: by anyone, as the margin is.

use crate::clearing::MarginScratch;
use crate::errors::{OptionsError, Refuse};
use crate::events::{LiquidationBegun, LiquidationEnded, MarginStatusReport};
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
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
    house.check_version()?;
    let markets = Markets::read(&house, ctx.remaining_accounts, &[&book], Purpose::Liquidate, &clock)?;
    let [last, of_late] = both_statuses(&house, &book, &markets)?;
    let context = markets.context(&house);
    liquidation::begin(&mut book, &[last, of_late], &context).or_refuse()?;
    account.store(&book)?;
    emit!(LiquidationBegun {
        account: accounts.account.key(),
        margin_status: MarginStatusReport::from(&last),
        of_late: MarginStatusReport::from(&of_late),
        since: context.now,
    });
    Ok(())
}

pub(crate) fn end_liquidation<'info>(ctx: Context<'info, Liquidation<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let house = accounts.house.load()?;
    let mut account = accounts.account.load_mut()?;
    let mut book = account.book()?;
    house.check_version()?;
    let markets = Markets::read(&house, ctx.remaining_accounts, &[&book], Purpose::Liquidate, &clock)?;
    let [last, of_late] = both_statuses(&house, &book, &markets)?;
    liquidation::end(&mut book, &[last, of_late]).or_refuse()?;
    account.store(&book)?;
    emit!(LiquidationEnded {
        account: accounts.account.key(),
        margin_status: MarginStatusReport::from(&last),
        of_late: MarginStatusReport::from(&of_late),
    });
    Ok(())
}

/// Returns the margin statuses of an account with which a liquidation begins and ends: at the last
/// prices, and at the averages of late. A price that was caught at a moment suffices for neither.
#[inline(never)]
fn both_statuses(house: &ClearingHouse, book: &MarginBook, markets: &Markets) -> Result<[MarginStatus; 2]> {
    let mut scratch = MarginScratch::new();
    let context = markets.context_of_late(house, book)?;
    let of_late = scratch.margin_status(book, &context, Marks::Adverse)?;
    let last = scratch.margin_status(book, &markets.context(house), Marks::Adverse)?;
    Ok([last, of_late])
}
