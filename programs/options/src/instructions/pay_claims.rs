//! `pay_claims`: anyone has anyone's claims on an expiry paid, once all its positions are settled.

use crate::batch::{each_member, Acted};
use crate::clearing::with_pool;
use crate::errors::OptionsError;
use crate::events::ClaimPaid;
use crate::state::{ClearingHouse, Expiry, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::payout;

/// Accounts of `pay_claims`. After them the margin accounts.
#[derive(Accounts)]
pub struct PayClaims<'info> {
    /// The house.
    #[account(has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry.
    #[account(mut, dup, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, PayClaims<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let mut fund = insurance.book()?;
    let (house, fund_key) = (accounts.house.key(), accounts.insurance.key());
    each_member(ctx.remaining_accounts, &house, &fund_key, |key, book| {
        pay(&mut accounts.expiry, key, book, &mut fund)
    })?;
    insurance.store(&fund)
}

#[inline(never)]
fn pay(expiry: &mut Account<Expiry>, key: &Pubkey, book: &mut MarginBook, fund: &mut MarginBook) -> Result<Acted> {
    let mut pool = expiry.book();
    let before = with_pool(book, fund, pool.pool());
    let paid = match payout::pay_claim(book, fund, &mut pool, expiry.market, expiry.expiry) {
        Ok(paid) => paid,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let after = with_pool(book, fund, pool.pool());
    require!(after == before, OptionsError::NotConserved);
    expiry.store(&pool);
    emit!(ClaimPaid {
        expiry: expiry.key(),
        account: *key,
        claim: paid.claim,
        collected: pool.collected,
        claimed: pool.claimed,
        covered: pool.covered,
        amount: paid.amount,
        is_last: paid.is_last,
        repaid: paid.repaid,
        dust: paid.dust,
    });
    Ok(Ok(()))
}
