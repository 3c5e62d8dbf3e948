//! `redeem`: shares in, quote tokens out, at the low net asset value, from what is liquid.

use crate::errors::VaultError;
use crate::instructions::payout::{exit_moment, Decided, Payout};
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, Mint, Token, TokenAccount};
use ballast_core_types::Shares;
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::redemption::{Payment, RedemptionSource};

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
    let moment = exit_moment(&accounts.valuation, accounts.share_mint.supply)?;
    let state = accounts.valuation.vault.state();
    let appraisal = accounts.valuation.appraise(&state, &moment)?;
    let payment = terms(&appraisal, request)?;
    appraisal
        .check_payment(&payment, RedemptionSource::Holder)
        .map_err(VaultError::from)?;
    let decided = Decided::new(payment, &appraisal);

    let burn = Burn {
        mint: accounts.share_mint.to_account_info(),
        from: accounts.holder_shares.to_account_info(),
        authority: accounts.holder.to_account_info(),
    };
    token::burn(CpiContext::new(accounts.token_program.key(), burn), payment.shares.0)?;
    let payout = Payout {
        valuation: &mut accounts.valuation,
        custody: &mut accounts.custody,
        to: &accounts.holder_quote,
        token_program: &accounts.token_program,
    };
    payout.pay(&moment, &decided)
}

/// Returns the amount paid and the shares burnt.
fn terms(appraisal: &Appraisal, request: RedeemRequest) -> Result<Payment> {
    match request {
        RedeemRequest::Shares { shares, min_amount } => {
            require!(shares > 0, VaultError::ZeroAmount);
            let payment = appraisal.payment_for_shares(Shares(shares)).map_err(VaultError::from)?;
            require!(payment.amount >= min_amount, VaultError::WorseThanAsked);
            Ok(payment)
        }
        RedeemRequest::Amount { amount, max_shares } => {
            require!(amount > 0, VaultError::ZeroAmount);
            let payment = appraisal.payment_of_amount(amount).map_err(VaultError::from)?;
            require!(payment.shares.0 <= max_shares, VaultError::WorseThanAsked);
            Ok(payment)
        }
    }
}
