//! `pay_claims`: anyone has anyone's claims on an expiry paid, once all its positions are settled.

use crate::clearing::{with_pool, MAX_BATCH};
use crate::errors::{OptionsError, Refuse};
use crate::events::ClaimPaid;
use crate::state::{Expiry, House, MarginAccount};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as Books;
use ballast_core_clearing::payout;

/// Accounts of `pay_claims`. After them the margin accounts, the insurance account among them if it has a claim.
#[derive(Accounts)]
pub struct PayClaims<'info> {
    /// The house.
    #[account(has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, House>,
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
    let mut fund = insurance.books()?;
    for member in batch {
        if *member.key == accounts.insurance.key() {
            pay(&mut accounts.expiry, member.key, &mut fund, None)?;
        } else {
            pay_member(&mut accounts.expiry, member, &mut fund)?;
        }
    }
    insurance.keep(&fund)
}

#[inline(never)]
fn pay_member<'info>(
    expiry: &mut Account<'info, Expiry>,
    member: &'info AccountInfo<'info>,
    fund: &mut Books,
) -> Result<()> {
    let loader = AccountLoader::<MarginAccount>::try_from(member)?;
    let mut account = loader.load_mut()?;
    require_keys_eq!(account.house, expiry.house, OptionsError::WrongHouse);
    let mut books = account.books()?;
    pay(expiry, member.key, &mut books, Some(fund))?;
    account.keep(&books)
}

#[inline(never)]
fn pay(expiry: &mut Account<Expiry>, key: &Pubkey, books: &mut Books, mut fund: Option<&mut Books>) -> Result<()> {
    let mut book = expiry.book();
    let before = with_pool(books, fund.as_deref(), book.pool());
    let paid = payout::pay_claim(books, fund.as_deref_mut(), &mut book, expiry.market, expiry.expiry).or_refuse()?;
    let after = with_pool(books, fund.as_deref(), book.pool());
    require!(after == before, OptionsError::NotConserved);
    expiry.keep(&book);
    emit!(ClaimPaid {
        expiry: expiry.key(),
        account: *key,
        claim: paid.claim,
        collected: book.collected,
        claimed: book.claimed,
        amount: paid.amount,
        repaid: paid.repaid,
        dust: paid.dust,
    });
    Ok(())
}
