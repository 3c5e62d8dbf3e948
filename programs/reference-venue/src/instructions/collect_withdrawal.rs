use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use crate::errors::PerpError;
use crate::events::Withdrawn;
use crate::state::{sub, Market, Trader};
use crate::transfers::pay_out;

#[derive(Accounts)]
pub struct CollectWithdrawal<'info> {
    pub owner: Signer<'info>,
    #[account(mut, dup)]
    pub market: Box<Account<'info, Market>>,
    #[account(
        mut, dup,
        has_one = market @ PerpError::WrongTraderMarket,
        has_one = owner @ PerpError::NotOwner,
    )]
    pub trader: Box<Account<'info, Trader>>,
    #[account(mut, address = market.vault @ PerpError::WrongVault)]
    pub vault: Box<InterfaceAccount<'info, TokenAccount>>,
    #[account(
        mut,
        constraint = destination.mint == market.quote_mint @ PerpError::WrongMint,
        constraint = destination.key() != market.vault @ PerpError::VaultAsCounterparty,
    )]
    pub destination: Box<InterfaceAccount<'info, TokenAccount>>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl CollectWithdrawal<'_> {
    pub fn handle(ctx: Context<CollectWithdrawal>) -> Result<()> {
        let accounts = ctx.accounts;
        let (market, trader) = (&mut accounts.market, &mut accounts.trader);
        market.require_running()?;
        require!(trader.queued_withdrawal > 0, PerpError::NothingQueued);
        require!(
            Clock::get()?.unix_timestamp >= trader.queued_ready_at,
            PerpError::WithdrawalNotReady
        );
        let amount = std::mem::take(&mut trader.queued_withdrawal);
        trader.queued_ready_at = 0;
        market.total_queued = sub(market.total_queued, amount)?;
        emit!(Withdrawn {
            market: market.key(),
            trader: trader.key(),
            amount,
            collateral: trader.collateral,
        });
        pay_out(
            &accounts.market,
            &mut accounts.vault,
            accounts.destination.to_account_info(),
            &accounts.token_program,
            amount,
        )
    }
}
