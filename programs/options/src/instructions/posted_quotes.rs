//! `post_quote` and `close_quote`: a quote on the chain, for owners who cannot sign off it. It is
//! the same message, with the same rules and the same nonces.

use crate::errors::{OptionsError, Refuse};
use crate::events::{QuoteClosed, QuotePosted};
use crate::state::{ClearingHouse, MarginAccount, PostedQuote, QUOTE_SEED, VERSION};
use anchor_lang::prelude::*;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{Quote, QuoteScope};

/// Returns where a quote of an account has to hold.
pub(crate) fn scope_of(house: &AccountLoader<ClearingHouse>, maker: &Pubkey) -> Result<QuoteScope> {
    Ok(QuoteScope {
        program: crate::ID.to_bytes(),
        cluster: house.load()?.cluster,
        house: house.key().to_bytes(),
        maker: maker.to_bytes(),
    })
}

/// Accounts of `post_quote`.
#[derive(Accounts)]
#[instruction(nonce: u64)]
pub struct PostQuote<'info> {
    /// Pays for the quote's account.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The owner of the margin account, or its quote signer.
    pub authority: Signer<'info>,
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The margin account.
    #[account(
        has_one = house @ OptionsError::WrongHouse,
        constraint = account.load()?.may_quote(&authority.key()) @ OptionsError::NotQuoter
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The quote.
    #[account(
        init,
        payer = payer,
        space = 8 + PostedQuote::INIT_SPACE,
        seeds = [QUOTE_SEED, account.key().as_ref(), &nonce.to_le_bytes()],
        bump
    )]
    pub quote: Box<Account<'info, PostedQuote>>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn post_quote(ctx: Context<PostQuote>, nonce: u64, message: Vec<u8>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    let account = accounts.account.load()?;
    account.check_version()?;
    let quote = Quote::decode(&message).or_refuse()?;
    let here = scope_of(&accounts.house, &accounts.account.key())?;
    quote.check_scope(&here).or_refuse()?;
    require!(quote.nonce == Nonce(nonce), OptionsError::WrongQuote);
    account.nonces().check(quote.nonce).or_refuse()?;
    emit!(QuotePosted {
        quote: accounts.quote.key(),
        account: accounts.account.key(),
        nonce,
        message: message.clone(),
    });
    accounts.quote.set_inner(PostedQuote {
        version: VERSION,
        bump: ctx.bumps.quote,
        account: accounts.account.key(),
        authority: accounts.authority.key(),
        payer: accounts.payer.key(),
        nonce,
        message,
    });
    Ok(())
}

/// Accounts of `close_quote`.
#[derive(Accounts)]
pub struct CloseQuote<'info> {
    /// The owner of the margin account or its quote signer; anyone, once the quote cannot be taken
    /// any more.
    pub authority: Signer<'info>,
    /// CHECK: the margin account that the quote names; it may have been closed.
    #[account(address = quote.account @ OptionsError::WrongQuote)]
    pub account: UncheckedAccount<'info>,
    /// The quote.
    #[account(mut, dup, close = payer, has_one = payer @ OptionsError::WrongPayer)]
    pub quote: Box<Account<'info, PostedQuote>>,
    /// CHECK: who paid for the account: it can only be given lamports.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

pub(crate) fn close_quote<'info>(ctx: Context<'info, CloseQuote<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let posted = &accounts.quote;
    // The address of an account that was closed never comes back, so nothing can be made of its
    // quotes.
    if *accounts.account.owner == crate::ID {
        let account = AccountLoader::<MarginAccount>::try_from(&accounts.account)?;
        let account = account.load()?;
        let is_past = Quote::decode(&posted.message).map_or(true, |quote| {
            account.nonces().check(quote.nonce).is_err()
                || Clock::get().is_ok_and(|clock| clock.slot > quote.expiry_slot)
        });
        let is_makers = account.may_quote(&accounts.authority.key());
        require!(is_past || is_makers, OptionsError::QuoteHolds);
    }
    emit!(QuoteClosed {
        quote: posted.key(),
        account: posted.account,
        nonce: posted.nonce,
    });
    Ok(())
}
