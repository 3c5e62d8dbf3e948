//! `pay_claims`: anyone has anyone's claims on an expiry paid, once all its positions are settled.

use crate::clearing::{with_pool, MAX_BATCH};
use crate::errors::{OptionsError, Refuse};
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
    #[account(mut, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, PayClaims<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let batch = ctx.remaining_accounts;
    require!((1..=MAX_BATCH).contains(&batch.len()), OptionsError::Batch);
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let mut fund = insurance.book()?;
    for participant in batch {
        require_keys_neq!(*participant.key, accounts.insurance.key(), OptionsError::IsInsurance);
        pay_member(&mut accounts.expiry, participant, &mut fund)?;
    }
    insurance.store(&fund)
}

#[inline(never)]
fn pay_member<'info>(
    expiry: &mut Account<'info, Expiry>,
    participant: &'info AccountInfo<'info>,
    fund: &mut MarginBook,
) -> Result<()> {
    let loader = AccountLoader::<MarginAccount>::try_from(participant)?;
    let mut account = loader.load_mut()?;
    require_keys_eq!(account.house, expiry.house, OptionsError::WrongHouse);
    let mut book = account.book()?;
    pay(expiry, participant.key, &mut book, fund)?;
    account.store(&book)
}

#[inline(never)]
fn pay(expiry: &mut Account<Expiry>, key: &Pubkey, book: &mut MarginBook, fund: &mut MarginBook) -> Result<()> {
    let mut pool = expiry.book();
    let before = with_pool(book, fund, pool.pool());
    let paid = payout::pay_claim(book, fund, &mut pool, expiry.market, expiry.expiry).or_refuse()?;
    let after = with_pool(book, fund, pool.pool());
    require!(after == before, OptionsError::NotConserved);
    expiry.store(&pool);
    emit!(ClaimPaid {
        expiry: expiry.key(),
        account: *key,
        claim: paid.claim,
        collected: pool.collected,
        claimed: pool.claimed,
        amount: paid.amount,
        repaid: paid.repaid,
        dust: paid.dust,
    });
    Ok(())
}
