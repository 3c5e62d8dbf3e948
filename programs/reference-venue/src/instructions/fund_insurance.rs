use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use crate::errors::PerpError;
use crate::events::InsuranceFunded;
use crate::state::{add, Market};
use crate::transfers::take_in;

#[derive(Accounts)]
pub struct FundInsurance<'info> {
    pub funder: Signer<'info>,
    #[account(mut, dup)]
    pub market: Box<Account<'info, Market>>,
    #[account(
        mut,
        constraint = source.mint == market.quote_mint @ PerpError::WrongMint,
        constraint = source.key() != market.vault @ PerpError::VaultAsCounterparty,
    )]
    pub source: Box<InterfaceAccount<'info, TokenAccount>>,
    #[account(mut, address = market.vault @ PerpError::WrongVault)]
    pub vault: Box<InterfaceAccount<'info, TokenAccount>>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl FundInsurance<'_> {
    /// A gift to the market: it pays traders' profits and cannot be taken back.
    pub fn handle(ctx: Context<FundInsurance>, amount: u64) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.market.require_running()?;
        require!(amount > 0, PerpError::ZeroAmount);
        accounts.market.insurance_fund = add(accounts.market.insurance_fund, amount)?;
        emit!(InsuranceFunded {
            market: accounts.market.key(),
            amount,
            insurance_fund: accounts.market.insurance_fund,
        });
        take_in(
            &accounts.market,
            &mut accounts.vault,
            accounts.source.to_account_info(),
            accounts.funder.to_account_info(),
            &accounts.token_program,
            amount,
        )
    }
}
