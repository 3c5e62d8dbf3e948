//! `complete_redemption`: pays a request, whole if the book allows it; after a grace, its part of
//! what is liquid in any case.

use crate::errors::VaultError;
use crate::instructions::payout::{exit_moment, Decided, Payout};
use crate::state::RedemptionTicket;
use crate::tokens;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

/// Accounts of `complete_redemption`. Permissionless: the money can only go to the holder.
#[derive(Accounts)]
pub struct CompleteRedemption<'info> {
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// The request.
    #[account(
        mut,
        constraint = ticket.vault == valuation.vault.key() @ VaultError::WrongTicket,
        has_one = holder @ VaultError::WrongTicket,
    )]
    pub ticket: Box<Account<'info, RedemptionTicket>>,
    /// CHECK: named by the request; gets the rent back when the request is paid out.
    #[account(mut)]
    pub holder: UncheckedAccount<'info>,
    /// Quote custody.
    #[account(mut, address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Share escrow.
    #[account(mut, address = valuation.vault.escrow @ VaultError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,
    /// Share mint.
    #[account(mut, address = valuation.vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: Box<Account<'info, Mint>>,
    /// The holder's quote tokens.
    #[account(
        mut,
        constraint = holder_quote.mint == valuation.vault.quote_mint @ VaultError::WrongTokenAccount,
        constraint = holder_quote.owner == holder.key() @ VaultError::WrongTokenAccount,
    )]
    pub holder_quote: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<CompleteRedemption>) -> Result<()> {
    let accounts = ctx.accounts;
    let moment = exit_moment(&accounts.valuation, accounts.share_mint.supply)?;
    let state = accounts.valuation.vault.state();
    let appraisal = accounts.valuation.appraise(&state, &moment)?;
    let payment = appraisal
        .payment_of_request(&accounts.ticket.request())
        .map_err(VaultError::from)?;
    let decided = Decided::new(payment, &appraisal);

    let (vault, burnt) = (&mut accounts.valuation.vault, payment.shares.0);
    let waiting = vault.pending_redemption_shares.checked_sub(burnt);
    vault.pending_redemption_shares = waiting.ok_or(VaultError::OutOfRange)?;
    let left = accounts.ticket.shares.checked_sub(burnt);
    accounts.ticket.shares = left.ok_or(VaultError::OutOfRange)?;
    tokens::burn_escrowed(
        vault,
        accounts.share_mint.as_ref().as_ref(),
        accounts.escrow.as_ref().as_ref(),
        &accounts.token_program,
        burnt,
    )?;
    let payout = Payout {
        valuation: &mut accounts.valuation,
        custody: &mut accounts.custody,
        to: &accounts.holder_quote,
        token_program: &accounts.token_program,
    };
    payout.pay(&moment, &decided)?;
    if accounts.ticket.shares == 0 {
        accounts.ticket.close(accounts.holder.to_account_info())?;
    }
    Ok(())
}
