//! `begin_liquidation` and `end_liquidation`: by anyone, as the margin is.

use crate::clearing::Room;
use crate::errors::{OptionsError, Refuse};
use crate::events::{LiquidationBegun, LiquidationEnded, StandingReport};
use crate::markets::{Markets, Purpose};
use crate::state::{House, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{Marks, Standing};

/// Accounts of `begin_liquidation` and `end_liquidation`. After them the markets that the account has positions on.
#[derive(Accounts)]
pub struct Liquidation<'info> {
    /// The house.
    pub house: AccountLoader<'info, House>,
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
    let mut books = account.books()?;
    let standing = stand(&house, &books, ctx.remaining_accounts, &clock)?;
    liquidation::begin(&mut books, &standing, &house.params(), clock.unix_timestamp).or_refuse()?;
    account.keep(&books)?;
    emit!(LiquidationBegun {
        account: accounts.account.key(),
        standing: StandingReport::from(&standing),
        since: clock.unix_timestamp,
    });
    Ok(())
}

pub(crate) fn end_liquidation<'info>(ctx: Context<'info, Liquidation<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let house = accounts.house.load()?;
    let mut account = accounts.account.load_mut()?;
    let mut books = account.books()?;
    let standing = stand(&house, &books, ctx.remaining_accounts, &clock)?;
    liquidation::end(&mut books, &standing).or_refuse()?;
    account.keep(&books)?;
    emit!(LiquidationEnded {
        account: accounts.account.key(),
        standing: StandingReport::from(&standing),
    });
    Ok(())
}

/// Where an account stands, at prices to liquidate at.
#[inline(never)]
pub(crate) fn stand(
    house: &House,
    books: &ballast_core_clearing::account::MarginAccount,
    markets: &[AccountInfo],
    clock: &Clock,
) -> Result<Standing> {
    house.check_version()?;
    let markets = Markets::read(house, markets, Purpose::Liquidate, clock)?;
    let context = markets.context(house, clock.unix_timestamp);
    Room::new().standing(books, &context, Marks::Adverse)
}
