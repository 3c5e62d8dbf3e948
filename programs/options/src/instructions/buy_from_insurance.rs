//! `buy_from_insurance`: anyone takes what the insurance account took over, at the same discount
//! and cap as in a liquidation.

use crate::clearing::{sum, MarginScratch, SeriesAccounts};
use crate::errors::{OptionsError, Refuse};
use crate::events::InsuranceSold;
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, Expiry, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::liquidation::{apply_take, price_take, LiquidationFill, Seller};
use ballast_core_types::Lots;

/// Accounts of `buy_from_insurance`. After them the markets that the buyer has positions on, or
/// gets one on.
#[derive(Accounts)]
pub struct BuyFromInsurance<'info> {
    /// Owner of the account that takes.
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
    /// The account that takes.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        has_one = owner @ OptionsError::NotOwner,
        constraint = liquidator.key() != insurance.key() @ OptionsError::SameAccount
    )]
    pub liquidator: AccountLoader<'info, MarginAccount>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, BuyFromInsurance<'info>>, quantity: i64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let take = execute(accounts, ctx.remaining_accounts, Lots(quantity))?;
    emit!(InsuranceSold {
        house: accounts.house.key(),
        liquidator: accounts.liquidator.key(),
        key: accounts.series.key,
        quantity,
        payment: take.payment.0,
        discount: take.discount,
        cap: take.cap,
    });
    Ok(())
}

#[inline(never)]
fn execute(accounts: &mut BuyFromInsurance, markets: &[AccountInfo], quantity: Lots) -> Result<LiquidationFill> {
    let clock = Clock::get()?;
    let mut house = accounts.house.load_mut()?;
    let markets = Markets::read(&house, markets, Purpose::Liquidate, &clock)?;
    let mut liquidator = accounts.liquidator.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let (mut buyer, mut fund) = (liquidator.book()?, insurance.book()?);
    let terms = accounts.series.key.terms()?;
    let listing = house.listing(terms.market)?.settings.params();
    let context = markets.context(&house);
    let take = price_take(&fund, Seller::Insurance, &terms, quantity, &listing, &context).or_refuse()?;
    let before = sum(&[&buyer, &fund]);
    let change = apply_take(&mut fund, &mut buyer, None, &take, markets.now()).or_refuse()?;
    require!(sum(&[&buyer, &fund]) == before, OptionsError::NotConserved);
    let mut venue = SeriesAccounts {
        house: &mut house,
        expiry: &mut accounts.expiry,
        series: &mut accounts.series,
    };
    venue.change_open_interest(change)?;
    let context = markets.context(&house);
    MarginScratch::new().check_initial(&mut buyer, &context, "liquidator")?;
    liquidator.store(&buyer)?;
    insurance.store(&fund)?;
    Ok(take)
}
