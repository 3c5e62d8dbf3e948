use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use crate::errors::PerpError;
use crate::events::Deposited;
use crate::state::{add, Market, Trader};
use crate::transfers::take_in;

#[derive(Accounts)]
pub struct Deposit<'info> {
    /// The owner. Anyone's gift would change what somebody else's account is worth, and a vault
    /// that reads its value from here has to be able to ignore gifts.
    #[account(address = trader.owner @ PerpError::NotOwner)]
    pub depositor: Signer<'info>,
    #[account(mut, dup)]
    pub market: Box<Account<'info, Market>>,
    #[account(mut, dup, has_one = market @ PerpError::WrongTraderMarket)]
    pub trader: Box<Account<'info, Trader>>,
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

impl Deposit<'_> {
    pub fn handle(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.market.require_running()?;
        require!(amount > 0, PerpError::ZeroAmount);
        accounts.trader.collateral = add(accounts.trader.collateral, amount)?;
        accounts.market.total_collateral = add(accounts.market.total_collateral, amount)?;
        emit!(Deposited {
            market: accounts.market.key(),
            trader: accounts.trader.key(),
            amount,
            collateral: accounts.trader.collateral,
        });
        take_in(
            &accounts.market,
            &mut accounts.vault,
            accounts.source.to_account_info(),
            accounts.depositor.to_account_info(),
            &accounts.token_program,
            amount,
        )
    }
}
