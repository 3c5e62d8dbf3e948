//! `liquidate`: a liquidator takes a share of everything that a failing account holds on live
//! markets, for a discount that grows with time.

use crate::clearing::{sum, MarginScratch};
use crate::errors::{OptionsError, Refuse};
use crate::events::{Liquidated, MarginStatusReport};
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::liquidation::{apply_take, price_take, Fund, LiquidationError, Share, Take};
use ballast_core_clearing::margin::{FailingBook, MarginContext};
use ballast_core_types::Value;

/// Accounts of `liquidate`. After them the markets that the failing account has positions on.
#[derive(Accounts)]
pub struct Liquidate<'info> {
    /// The liquidator: owner of the account that takes.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The liquidator's account: it holds cash and nothing else.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        has_one = owner @ OptionsError::NotOwner,
        constraint = liquidator.key() != account.key() && liquidator.key() != insurance.key() @ OptionsError::SameAccount
    )]
    pub liquidator: AccountLoader<'info, MarginAccount>,
    /// The account that fails.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = account.key() != insurance.key() @ OptionsError::IsInsurance
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The insurance fund: debt is repaid to it, and below zero it pays.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

/// The books of the three accounts.
struct Parties {
    account: Box<MarginBook>,
    liquidator: Box<MarginBook>,
    fund: Box<MarginBook>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, Liquidate<'info>>, share: u64, max_payment: i64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    let (take, book, fund_cash) = execute(accounts, ctx.remaining_accounts, Share(share), Value(max_payment))?;
    emit!(Liquidated {
        account: accounts.account.key(),
        liquidator: accounts.liquidator.key(),
        share: take.share.0,
        permitted: take.permitted.0,
        payment: take.payment.0,
        discount: take.discount.0,
        fee: take.fee,
        from_fund: take.from_fund,
        fund_cash,
        fair: book.live.fair.0,
        before: MarginStatusReport::from(&book.status),
    });
    Ok(())
}

#[inline(never)]
fn execute(
    accounts: &mut Liquidate,
    markets: &[AccountInfo],
    asked: Share,
    limit: Value,
) -> Result<(Take, Box<FailingBook>, u64)> {
    let clock = Clock::get()?;
    let mut account = accounts.account.load_mut()?;
    let mut liquidator = accounts.liquidator.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let mut parties = Parties {
        account: account.book()?,
        liquidator: liquidator.book()?,
        fund: insurance.book()?,
    };
    let mut house = accounts.house.load_mut()?;
    let (take, book, day) = {
        let markets = Markets::read(&house, markets, &[&parties.account], Purpose::Liquidate, &clock)?;
        let context = markets.context(&house);
        let book = MarginScratch::new().failing_book(&parties.account, &context)?;
        let fund = Fund {
            cash: parties.fund.cash,
            day: house.fund_day().at(clock.unix_timestamp, parties.fund.cash),
        };
        let take = take(&mut parties, &book, &fund, &context, asked)?;
        if take.cost() > limit {
            return Err(LiquidationError::Limit {
                payment: take.cost(),
                limit,
            })
            .or_refuse();
        }
        (take, book, fund.day.less(take.beyond))
    };
    if take.from_fund > 0 {
        house.keep_fund_day(day);
    }
    account.store(&parties.account)?;
    liquidator.store(&parties.liquidator)?;
    insurance.store(&parties.fund)?;
    Ok((take, book, parties.fund.cash))
}

/// Prices the take and moves what is taken.
#[inline(never)]
fn take(parties: &mut Parties, book: &FailingBook, fund: &Fund, context: &MarginContext, asked: Share) -> Result<Take> {
    let take = price_take(&parties.account, book, fund, &context.house, context.now, asked).or_refuse()?;
    let cash = |parties: &Parties| sum(&[&parties.account, &parties.liquidator, &parties.fund]);
    let before = cash(parties);
    let Parties {
        account,
        liquidator,
        fund,
    } = parties;
    apply_take(account, liquidator, fund, &take, book, context).or_refuse()?;
    require!(cash(parties) == before, OptionsError::NotConserved);
    Ok(take)
}
