//! Tokens come and go only here.

use crate::errors::OptionsError;
use crate::state::{ClearingHouse, HOUSE_SEED};
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Token, TokenAccount, Transfer};

/// Takes tokens in, sees that exactly so many came, and books them.
///
/// # Errors
/// The token program's, [`OptionsError::Insolvent`].
pub fn take_in<'info>(
    house: &AccountLoader<'info, ClearingHouse>,
    custody: &mut Account<'info, TokenAccount>,
    source: AccountInfo<'info>,
    authority: AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    amount: u64,
) -> Result<()> {
    let held = custody.amount;
    let transfer = Transfer {
        from: source,
        to: custody.to_account_info(),
        authority,
    };
    token::transfer(CpiContext::new(token_program.key(), transfer), amount)?;
    custody.reload()?;
    require!(
        custody.amount.checked_sub(held) == Some(amount),
        OptionsError::NotConserved
    );
    let mut house = house.load_mut()?;
    house.credit(amount)?;
    house.check_invariants(custody.amount)
}

/// Books tokens out, and sends them.
///
/// # Errors
/// The token program's, [`OptionsError::Insolvent`].
pub fn pay_out<'info>(
    house: &AccountLoader<'info, ClearingHouse>,
    custody: &mut Account<'info, TokenAccount>,
    destination: AccountInfo<'info>,
    token_program: &Program<'info, Token>,
    amount: u64,
) -> Result<()> {
    let (creator, number, bump) = {
        let mut house = house.load_mut()?;
        house.debit(amount)?;
        (house.creator, house.number.to_le_bytes(), [house.bump])
    };
    let seeds: &[&[u8]] = &[HOUSE_SEED, creator.as_ref(), &number, &bump];
    let transfer = Transfer {
        from: custody.to_account_info(),
        to: destination,
        authority: house.to_account_info(),
    };
    let context = CpiContext::new_with_signer(token_program.key(), transfer, &[]);
    token::transfer(context.with_signer(&[seeds]), amount)?;
    custody.reload()?;
    house.load()?.check_invariants(custody.amount)
}
