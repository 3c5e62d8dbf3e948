//! `open_account`, `close_account` and `set_quote_signer`: margin accounts, several to an owner,
//! isolated from each other.

use crate::errors::OptionsError;
use crate::events::{AccountClosed, AccountOpened};
use crate::state::{ClearingHouse, MarginAccount, ACCOUNT_SEED, MARGIN_ACCOUNT_BYTES, NUMBER_SLOTS};
use anchor_lang::prelude::*;

/// Accounts of `open_account`.
#[derive(Accounts)]
#[instruction(number: u64)]
pub struct OpenAccount<'info> {
    /// Pays, and gets the rent back one day.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: any key may own an account, a program's own address among them; only its signature
    /// moves the money.
    pub owner: UncheckedAccount<'info>,
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The account.
    #[account(
        init,
        payer = payer,
        space = MARGIN_ACCOUNT_BYTES,
        seeds = [ACCOUNT_SEED, house.key().as_ref(), owner.key().as_ref(), &number.to_le_bytes()],
        bump
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn open_account(ctx: Context<OpenAccount>, number: u64) -> Result<()> {
    let accounts = ctx.accounts;
    let (house, owner) = (accounts.house.key(), accounts.owner.key());
    accounts.house.load()?.check_version()?;
    let age = Clock::get()?.slot.checked_sub(number);
    require!(age.is_some_and(|age| age < NUMBER_SLOTS), OptionsError::AccountNumber);
    let mut account = accounts.account.load_init()?;
    account.open(house, owner, accounts.payer.key(), number, ctx.bumps.account);
    emit!(AccountOpened {
        house,
        account: accounts.account.key(),
        owner,
        number,
    });
    Ok(())
}

/// Accounts of `close_account`.
#[derive(Accounts)]
pub struct CloseAccount<'info> {
    /// The owner.
    pub owner: Signer<'info>,
    /// The account.
    #[account(
        mut,
        close = payer,
        has_one = owner @ OptionsError::NotOwner,
        has_one = payer @ OptionsError::WrongPayer
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// CHECK: who paid for the account: it can only be given lamports.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

pub(crate) fn close_account(ctx: Context<CloseAccount>) -> Result<()> {
    let account = ctx.accounts.account.load()?;
    let book = account.book()?;
    require!(book.is_empty(), OptionsError::NotEmpty);
    // Until then it could be opened again, and a quote signed for it be taken once more.
    let age = Clock::get()?.slot.saturating_sub(account.number);
    require!(age >= NUMBER_SLOTS, OptionsError::TooYoungToClose);
    emit!(AccountClosed {
        house: account.house,
        account: ctx.accounts.account.key(),
        owner: account.owner,
    });
    Ok(())
}

/// Accounts of `set_quote_signer`.
#[derive(Accounts)]
pub struct SetQuoteSigner<'info> {
    /// The owner.
    pub owner: Signer<'info>,
    /// The account.
    #[account(mut, has_one = owner @ OptionsError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn set_quote_signer(ctx: Context<SetQuoteSigner>, quote_signer: Pubkey, lots_a_minute: u64) -> Result<()> {
    let mut account = ctx.accounts.account.load_mut()?;
    account.check_version()?;
    account.quote_signer = quote_signer;
    // What was filled before goes on counting.
    account.lots_a_minute = lots_a_minute;
    Ok(())
}
