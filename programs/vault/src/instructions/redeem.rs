//! `redeem`: shares in, quote tokens out, at the low net asset value, from what is liquid.

use crate::errors::VaultError;
use crate::instructions::payout::Exit;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, Mint, Token, TokenAccount};

/// How much to redeem.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedeemRequest {
    /// Burn these shares, for at least this amount.
    Shares {
        /// Share base units.
        shares: u64,
        /// Least quote base units accepted.
        min_amount: u64,
    },
    /// Pay this amount, for at most these shares.
    Amount {
        /// Quote base units.
        amount: u64,
        /// Most share base units accepted.
        max_shares: u64,
    },
}

/// Accounts of `redeem`.
#[derive(Accounts)]
pub struct Redeem<'info> {
    /// Burns the shares and gets the tokens.
    pub holder: Signer<'info>,
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// Quote custody.
    #[account(mut, address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: Box<Account<'info, TokenAccount>>,
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
    /// The holder's shares.
    #[account(
        mut,
        constraint = holder_shares.mint == share_mint.key() @ VaultError::WrongTokenAccount,
        constraint = holder_shares.owner == holder.key() @ VaultError::WrongTokenAccount,
    )]
    pub holder_shares: Box<Account<'info, TokenAccount>>,
    /// Token program.
    pub token_program: Program<'info, Token>,
}

pub(crate) fn handler(ctx: Context<Redeem>, request: RedeemRequest) -> Result<()> {
    let accounts = ctx.accounts;
    let supply = accounts.share_mint.supply;
    let exit = Exit::read(&accounts.valuation, supply)?;
    let (amount, burnt) = terms(&exit, request)?;
    let vault = &mut accounts.valuation.vault;
    exit.may_pay(vault, amount, burnt, false)?;

    let burn = Burn {
        mint: accounts.share_mint.to_account_info(),
        from: accounts.holder_shares.to_account_info(),
        authority: accounts.holder.to_account_info(),
    };
    token::burn(CpiContext::new(accounts.token_program.key(), burn), burnt)?;
    let (custody, to) = (&mut accounts.custody, &accounts.holder_quote);
    exit.pay(vault, custody, to, &accounts.token_program, amount, burnt)
}

/// The amount paid and the shares burnt.
fn terms(exit: &Exit, request: RedeemRequest) -> Result<(u64, u64)> {
    match request {
        RedeemRequest::Shares { shares, min_amount } => {
            require!(shares > 0, VaultError::ZeroAmount);
            let amount = exit.worth(shares)?;
            require!(amount >= min_amount, VaultError::WorseThanAsked);
            Ok((amount, shares))
        }
        RedeemRequest::Amount { amount, max_shares } => {
            require!(amount > 0, VaultError::ZeroAmount);
            let shares = exit.shares_for(amount)?;
            require!(shares <= max_shares, VaultError::WorseThanAsked);
            Ok((amount, shares))
        }
    }
}
