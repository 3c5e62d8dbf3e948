//! `complete_redemption`: pays a request, whole if the book allows it; after a grace, its part of what is liquid in any case.

use crate::errors::VaultError;
use crate::instructions::payout::Exit;
use crate::state::{RedemptionTicket, Vault, UNWIND_GRACE_SECONDS};
use crate::tokens;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

/// Accounts of `complete_redemption`. Nobody signs: the money can only go to the holder.
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
    let supply = accounts.share_mint.supply;
    let exit = Exit::read(&accounts.valuation, supply)?;
    let vault = &mut accounts.valuation.vault;
    let (amount, burnt) = payable(&exit, vault, &accounts.ticket)?;

    let leaving = vault.leaving_shares.checked_sub(burnt);
    vault.leaving_shares = leaving.ok_or(VaultError::OutOfRange)?;
    let left = accounts.ticket.shares.checked_sub(burnt);
    accounts.ticket.shares = left.ok_or(VaultError::OutOfRange)?;
    tokens::burn_escrowed(
        vault,
        accounts.share_mint.as_ref().as_ref(),
        accounts.escrow.as_ref().as_ref(),
        &accounts.token_program,
        burnt,
    )?;
    let (custody, to) = (&mut accounts.custody, &accounts.holder_quote);
    exit.pay(vault, custody, to, &accounts.token_program, amount, burnt)?;
    if accounts.ticket.shares == 0 {
        accounts.ticket.close(accounts.holder.to_account_info())?;
    }
    Ok(())
}

/// The amount to pay and the shares to burn: the whole request if it may be paid; once its grace is over, the part of the
/// liquid tokens that its shares stand for.
fn payable(exit: &Exit, vault: &Vault, ticket: &RedemptionTicket) -> Result<(u64, u64)> {
    let shares = ticket.shares;
    let whole = exit.worth(shares)?;
    let refusal = match exit.may_pay(vault, whole, shares, true) {
        Ok(()) => return Ok((whole, shares)),
        Err(refusal) => refusal,
    };
    let waited = exit.now.unix_time.saturating_sub(ticket.requested_at);
    let amount = exit.liquid_part(shares)?.min(whole);
    if waited < UNWIND_GRACE_SECONDS || amount == 0 {
        return Err(refusal);
    }
    let burnt = exit.shares_for(amount)?.min(shares);
    Ok((amount, burnt))
}
