//! `settle_positions`: anyone settles anyone's positions of an expiry that has its price, many
//! accounts at once.

use crate::batch::{each_member, Acted};
use crate::clearing::with_pool;
use crate::errors::OptionsError;
use crate::events::PositionsSettled;
use crate::state::{ClearingHouse, Expiry, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::payout::{self, Settled};
use ballast_core_types::Price;

/// Accounts of `settle_positions`. After them the margin accounts.
#[derive(Accounts)]
pub struct SettlePositions<'info> {
    /// The house.
    #[account(mut, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry.
    #[account(mut, dup, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, SettlePositions<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let outcome = accounts.expiry.settlement()?.outcome;
    let price = outcome.ok_or(OptionsError::NotSettled)?.price;
    let mut insurance = accounts.insurance.load_mut()?;
    let mut fund = insurance.book()?;
    let open = accounts.expiry.open_long;
    let (house, fund_key) = (accounts.house.key(), accounts.insurance.key());
    each_member(ctx.remaining_accounts, &house, &fund_key, |key, book| {
        settle(&mut accounts.expiry, key, book, &mut fund, price)
    })?;
    insurance.store(&fund)?;
    // What was settled is not open any more.
    let settled = open.saturating_sub(accounts.expiry.open_long);
    let change = i64::try_from(settled).ok().and_then(i64::checked_neg);
    let market = accounts.expiry.market;
    let mut house = accounts.house.load_mut()?;
    house.change_open_interest(market, change.ok_or(OptionsError::TooLarge)?)
}

#[inline(never)]
fn settle(
    expiry: &mut Account<Expiry>,
    key: &Pubkey,
    book: &mut MarginBook,
    fund: &mut MarginBook,
    price: Price,
) -> Result<Acted> {
    let mut pool = expiry.book();
    let before = with_pool(book, fund, pool.pool());
    let (market, moment) = (expiry.market, expiry.expiry);
    let settled = match payout::settle_positions(book, fund, &mut pool, market, moment, price) {
        Ok(settled) => settled,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let after = with_pool(book, fund, pool.pool());
    require!(after == before, OptionsError::NotConserved);
    expiry.store(&pool);
    announce(expiry.key(), *key, &settled);
    Ok(Ok(()))
}

#[inline(never)]
fn announce(expiry: Pubkey, account: Pubkey, settled: &Settled) {
    emit!(PositionsSettled {
        expiry,
        account,
        net: settled.net.0,
        collected: settled.collected,
        unpaid: settled.unpaid,
        claim: settled.claim,
        dust: settled.dust,
    });
}
