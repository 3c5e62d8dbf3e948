//! Tokens leave the vault only here.

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Token, TokenAccount, Transfer};

use crate::state::{Market, MARKET_SEED};

/// Pay `amount` out of the vault, signed by the market, and see that what is left is enough.
pub fn pay_out<'info>(
    market: &Account<'info, Market>,
    vault: &mut Account<'info, TokenAccount>,
    destination: AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    amount: u64,
) -> Result<()> {
    let bump = [market.bump];
    let seeds: &[&[u8]] = &[
        MARKET_SEED,
        market.risk_market.as_ref(),
        market.quote_mint.as_ref(),
        &bump,
    ];
    token::transfer(
        CpiContext::new_with_signer(
            token_program.key(),
            Transfer {
                from: vault.to_account_info(),
                to: destination,
                authority: market.to_account_info(),
            },
            &[seeds],
        ),
        amount,
    )?;
    vault.reload()?;
    market.check_invariants(vault.amount)
}

/// Take `amount` from a signer's token account into the vault.
pub fn take_in<'info>(
    market: &Account<'info, Market>,
    vault: &mut Account<'info, TokenAccount>,
    source: AccountInfo<'info>,
    authority: AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    amount: u64,
) -> Result<()> {
    token::transfer(
        CpiContext::new(
            token_program.key(),
            Transfer {
                from: source,
                to: vault.to_account_info(),
                authority,
            },
        ),
        amount,
    )?;
    vault.reload()?;
    market.check_invariants(vault.amount)
}
