//! `liquidate`: a liquidator takes the smallest sufficient part of a failing book, for a discount
//! that grows with time.

use crate::clearing::{sum, MarginScratch, SeriesAccounts};
use crate::errors::{OptionsError, Refuse};
use crate::events::{Liquidated, MarginStatusReport};
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, Expiry, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::liquidation::{apply_take, check_take, price_take, LiquidationFill, Seller};
use ballast_core_clearing::margin::{MarginContext, MarginStatus, Marks};
use ballast_core_clearing::params::ListingParams;
use ballast_core_clearing::series::SeriesTerms;
use ballast_core_types::Lots;

/// Accounts of `liquidate`. After them the markets that either account has positions on, or gets
/// one on.
#[derive(Accounts)]
pub struct Liquidate<'info> {
    /// The liquidator: owner of the account that takes.
    pub owner: Signer<'info>,
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
    /// The liquidator's account.
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
    /// The insurance account, to which debt is repaid.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

/// The three accounts of a take.
#[derive(Clone)]
struct Parties {
    account: Box<MarginBook>,
    liquidator: Box<MarginBook>,
    fund: Box<MarginBook>,
}

/// What a take did.
struct Done {
    take: LiquidationFill,
    before: MarginStatus,
    after: MarginStatus,
}

pub(crate) fn handler<'info>(ctx: Context<'info, Liquidate<'info>>, quantity: i64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let done = execute(accounts, ctx.remaining_accounts, Lots(quantity))?;
    emit!(Liquidated {
        account: accounts.account.key(),
        liquidator: accounts.liquidator.key(),
        key: accounts.series.key,
        quantity,
        payment: done.take.payment.0,
        discount: done.take.discount,
        cap: done.take.cap,
        before: MarginStatusReport::from(&done.before),
        after: MarginStatusReport::from(&done.after),
    });
    Ok(())
}

#[inline(never)]
fn execute(accounts: &mut Liquidate, markets: &[AccountInfo], quantity: Lots) -> Result<Done> {
    let clock = Clock::get()?;
    let mut house = accounts.house.load_mut()?;
    let markets = Markets::read(&house, markets, Purpose::Liquidate, &clock)?;
    let mut account = accounts.account.load_mut()?;
    let mut liquidator = accounts.liquidator.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let mut parties = Parties {
        account: account.book()?,
        liquidator: liquidator.book()?,
        fund: insurance.book()?,
    };
    let terms = accounts.series.key.terms()?;
    let listing = house.listing(terms.market)?.settings.params();
    let mut scratch = MarginScratch::new();
    // Open interest is the one before the take in every status: all are compared at one state of
    // the market.
    let context = markets.context(&house);
    let (done, change) = take(&mut parties, &terms, quantity, &listing, &context, &mut scratch)?;
    // The liquidator's own margin is that of any trade.
    let mut venue = SeriesAccounts {
        house: &mut house,
        expiry: &mut accounts.expiry,
        series: &mut accounts.series,
    };
    venue.change_open_interest(change)?;
    let context = markets.context(&house);
    scratch.check_initial(&mut parties.liquidator, &context, "liquidator")?;
    account.store(&parties.account)?;
    liquidator.store(&parties.liquidator)?;
    insurance.store(&parties.fund)?;
    Ok(done)
}

/// Takes, and holds the take to its rules. Returns by how much open interest changed.
#[inline(never)]
fn take(
    parties: &mut Parties,
    terms: &SeriesTerms,
    quantity: Lots,
    listing: &ListingParams,
    context: &MarginContext,
    scratch: &mut MarginScratch,
) -> Result<(Done, i64)> {
    let least = listing.min_size;
    let before = scratch.margin_status(&parties.account, context, Marks::Adverse)?;
    let untouched = parties.clone();
    let (take, change) = apply(parties, terms, quantity, listing, context)?;
    let after = scratch.margin_status(&parties.account, context, Marks::Adverse)?;
    let smaller = if after.is_restored() && quantity.0.unsigned_abs() > least.0.unsigned_abs() {
        let less = Lots(quantity.0.saturating_sub(least.0.saturating_mul(quantity.0.signum())));
        let mut other = untouched;
        apply(&mut other, terms, less, listing, context)?;
        Some(scratch.margin_status(&other.account, context, Marks::Adverse)?)
    } else {
        None
    };
    check_take(&take, least, &before, &after, smaller.as_ref()).or_refuse()?;
    Ok((Done { take, before, after }, change))
}

#[inline(never)]
fn apply(
    parties: &mut Parties,
    terms: &SeriesTerms,
    quantity: Lots,
    listing: &ListingParams,
    context: &MarginContext,
) -> Result<(LiquidationFill, i64)> {
    let take = price_take(&parties.account, Seller::Member, terms, quantity, listing, context).or_refuse()?;
    let cash = |parties: &Parties| sum(&[&parties.account, &parties.liquidator, &parties.fund]);
    let before = cash(parties);
    let Parties {
        account,
        liquidator,
        fund,
    } = parties;
    let change = apply_take(account, liquidator, Some(fund), &take, context.now).or_refuse()?;
    require!(cash(parties) == before, OptionsError::NotConserved);
    Ok((take, change))
}
