//! `cancel_quote` and `cancel_all_quotes`: a maker takes back what was signed.

use crate::errors::{OptionsError, Refuse};
use crate::events::QuotesCancelled;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;
use ballast_core_clearing::nonces::Nonce;

/// Accounts of `cancel_quote` and `cancel_all_quotes`.
#[derive(Accounts)]
pub struct CancelQuotes<'info> {
    /// The owner of the account, or its quoter: taking quotes back only ever lowers risk.
    pub authority: Signer<'info>,
    /// The account.
    #[account(
        mut,
        constraint = account.load()?.owner == authority.key() || account.load()?.quote_signer == authority.key()
            @ OptionsError::NotQuoter
    )]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn cancel_quote(ctx: Context<CancelQuotes>, nonce: u64) -> Result<()> {
    let mut account = ctx.accounts.account.load_mut()?;
    account.check_version()?;
    let mut nonces = account.quotes();
    nonces.cancel(Nonce(nonce)).or_refuse()?;
    account.keep_quotes(&nonces);
    emit!(QuotesCancelled {
        account: ctx.accounts.account.key(),
        cancelled: Some(nonce),
        min_nonce: nonces.least.0,
    });
    Ok(())
}

pub(crate) fn cancel_all_quotes(ctx: Context<CancelQuotes>, up_to: Option<u64>) -> Result<()> {
    let mut account = ctx.accounts.account.load_mut()?;
    account.check_version()?;
    let mut nonces = account.quotes();
    nonces.cancel_all(up_to.map(Nonce));
    account.keep_quotes(&nonces);
    emit!(QuotesCancelled {
        account: ctx.accounts.account.key(),
        cancelled: None,
        min_nonce: nonces.least.0,
    });
    Ok(())
}
