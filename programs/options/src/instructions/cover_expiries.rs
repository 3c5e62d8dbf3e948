//! `cover_expiries`: anyone has the insurance fund put in its part of what is missing on the
//! expiries of one moment.

use crate::errors::{OptionsError, Refuse};
use crate::events::ExpiryCovered;
use crate::state::{ClearingHouse, Expiry, MarginAccount, EXPIRY_SEED};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::payout::shortfall::cover;
use ballast_core_clearing::payout::ExpiryBook;

/// Accounts of `cover_expiries`. After them the address of each market's expiry of that moment, in
/// the order of the house's listings, whether there is an account or not.
#[derive(Accounts)]
pub struct CoverExpiries<'info> {
    /// The house.
    #[account(has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The insurance account.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, CoverExpiries<'info>>, moment: i64) -> Result<()> {
    let accounts = ctx.accounts;
    let house = accounts.house.load()?;
    house.check_version()?;
    let (passed, key) = (ctx.remaining_accounts, accounts.house.key());
    require!(passed.len() == house.listings().len(), OptionsError::ExpiryAccounts);
    let mut books = [None; MAX_LISTINGS];
    for ((market, account), book) in (0u8..).zip(passed).zip(&mut books) {
        *book = read(account, &key, market, moment)?;
    }
    let mut insurance = accounts.insurance.load_mut()?;
    let mut fund = insurance.book()?;
    let before = money(&fund, &books);
    let now = Clock::get()?.unix_timestamp;
    let old = books;
    cover(&mut fund, &mut books, moment, now).or_refuse()?;
    require!(money(&fund, &books) == before, OptionsError::NotConserved);
    insurance.store(&fund)?;
    for ((account, old), book) in passed.iter().zip(&old).zip(&books) {
        match book {
            Some(book) if *old != Some(*book) => store(account, &key, book)?,
            _ => {}
        }
    }
    Ok(())
}

/// Returns the book of an expiry, or nothing if nobody created it.
#[inline(never)]
fn read<'info>(
    account: &'info AccountInfo<'info>,
    house: &Pubkey,
    market: u8,
    moment: i64,
) -> Result<Option<ExpiryBook>> {
    if *account.owner != crate::ID {
        // No other address stands for an expiry that does not exist.
        let seeds = [EXPIRY_SEED, house.as_ref(), &[market], &moment.to_le_bytes()];
        let (address, _) = Pubkey::find_program_address(&seeds, &crate::ID);
        require_keys_eq!(*account.key, address, OptionsError::ExpiryAccounts);
        return Ok(None);
    }
    let expiry = Account::<Expiry>::try_from(account)?;
    expiry.check_version()?;
    let is_it = expiry.house == *house && expiry.market == market && expiry.expiry == moment;
    require!(is_it, OptionsError::ExpiryAccounts);
    Ok(Some(expiry.book()))
}

#[inline(never)]
fn store<'info>(account: &'info AccountInfo<'info>, house: &Pubkey, book: &ExpiryBook) -> Result<()> {
    let mut expiry = Account::<Expiry>::try_from(account)?;
    expiry.store(book);
    expiry.exit(&crate::ID)?;
    emit!(ExpiryCovered {
        house: *house,
        expiry: *account.key,
        missing: book.missing(),
        covered: book.covered,
    });
    Ok(())
}

/// All that the fund and the pools have: it has to be the same afterwards.
fn money(fund: &MarginBook, books: &[Option<ExpiryBook>]) -> u128 {
    let pools = books.iter().flatten().map(|book| u128::from(book.pool()));
    pools.fold(u128::from(fund.cash), u128::saturating_add)
}
