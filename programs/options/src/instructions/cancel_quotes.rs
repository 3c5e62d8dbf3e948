//! `cancel_quote` and `cancel_all_quotes`: a maker takes back what was signed or posted.

use crate::errors::{OptionsError, Refuse};
use crate::events::QuotesCancelled;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;
use ballast_core_clearing::nonces::{Nonce, NonceError, Nonces};

/// Accounts of `cancel_quote` and `cancel_all_quotes`.
#[derive(Accounts)]
pub struct CancelQuotes<'info> {
    /// The owner of the account, or its quoter: taking quotes back only ever lowers risk.
    pub authority: Signer<'info>,
    /// The account.
    #[account(
        mut,
        constraint = account.load()?.may_quote(&authority.key()) @ OptionsError::NotQuoter
    )]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn cancel_quote(ctx: Context<CancelQuotes>, nonce: u64) -> Result<()> {
    change(&ctx, Some(nonce), |nonces| nonces.cancel(Nonce(nonce)))
}

pub(crate) fn cancel_all_quotes(ctx: Context<CancelQuotes>, below: u64) -> Result<()> {
    let is_owner = ctx.accounts.account.load()?.owner == ctx.accounts.authority.key();
    change(&ctx, None, |nonces| {
        // A quote signer ends everything that can be taken, and no account's quoting for good.
        if !is_owner && Nonce(below) > nonces.beyond() {
            return Err(NonceError::TooHigh(nonces.beyond()));
        }
        nonces.move_base(Nonce(below));
        Ok(())
    })
}

fn change(
    ctx: &Context<CancelQuotes>,
    cancelled: Option<u64>,
    action: impl FnOnce(&mut Nonces) -> core::result::Result<(), NonceError>,
) -> Result<()> {
    let mut account = ctx.accounts.account.load_mut()?;
    account.check_version()?;
    let mut nonces = account.nonces();
    action(&mut nonces).or_refuse()?;
    account.keep_nonces(&nonces);
    emit!(QuotesCancelled {
        account: ctx.accounts.account.key(),
        cancelled,
        nonce_base: nonces.base.0,
    });
    Ok(())
}
