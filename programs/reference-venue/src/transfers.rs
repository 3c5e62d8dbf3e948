//! Tokens leave the vault only here.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TokenInterface, Transfer};

use crate::state::{Market, MARKET_SEED};

/// Pay `amount` out of the vault, signed by the market, and see that what is left is enough.
pub fn pay_out<'info>(
    market: &Account<'info, Market>,
    vault: &mut InterfaceAccount<'info, TokenAccount>,
    destination: AccountInfo<'info>,
    token_program: &Interface<'info, TokenInterface>,
    amount: u64,
) -> Result<()> {
    let bump = [market.bump];
    let seeds: &[&[u8]] = &[
        MARKET_SEED,
        market.risk_market.as_ref(),
        market.quote_mint.as_ref(),
        &bump,
    ];
    move_tokens(
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
    vault: &mut InterfaceAccount<'info, TokenAccount>,
    source: AccountInfo<'info>,
    authority: AccountInfo<'info>,
    token_program: &Interface<'info, TokenInterface>,
    amount: u64,
) -> Result<()> {
    move_tokens(
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

#[expect(
    deprecated,
    reason = "mints with extensions that need more than the accounts are refused by the token program"
)]
fn move_tokens<'info>(context: CpiContext<'_, '_, '_, 'info, Transfer<'info>>, amount: u64) -> Result<()> {
    token_interface::transfer(context, amount)
}
