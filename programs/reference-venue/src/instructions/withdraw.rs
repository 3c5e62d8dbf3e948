use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};
use ballast_core_market::admission::PriceUse;
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::events::{WithdrawalQueued, Withdrawn};
use crate::execution::refresh;
use crate::math::margin;
use crate::prices::admit;
use crate::state::{add, sub, Market, Trader};
use crate::transfers::pay_out;

#[derive(Accounts)]
pub struct Withdraw<'info> {
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
    #[account(address = market.risk_market @ PerpError::WrongRiskMarket)]
    pub risk_market: AccountLoader<'info, RiskMarket>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Withdraw<'_> {
    pub fn handle(ctx: Context<Withdraw>, amount: u64) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.market.require_running()?;
        require!(amount > 0, PerpError::ZeroAmount);
        let clock = Clock::get()?;
        let free = free_collateral(accounts, &clock)?;
        require!(amount <= free, PerpError::WithdrawalBelowMargin);

        let (market, trader) = (&mut accounts.market, &mut accounts.trader);
        trader.collateral = sub(trader.collateral, amount)?;
        market.total_collateral = sub(market.total_collateral, amount)?;
        let delay = market.faults.withdrawal_delay_seconds;
        if delay > 0 {
            return queue(accounts, amount, &clock);
        }
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

/// Returns what may leave. A flat account needs no price: it can leave while no price is admitted
/// at all.
fn free_collateral(accounts: &mut Withdraw, clock: &Clock) -> Result<u64> {
    if accounts.trader.lots == 0 {
        return Ok(accounts.trader.collateral);
    }
    let price = admit(&accounts.market, &accounts.risk_market, PriceUse::Exit, clock)?;
    let key = accounts.trader.key();
    refresh(&mut accounts.market, &mut accounts.trader, key, price.bounds.mid, clock)?;
    let position = accounts.trader.position();
    let free = margin::withdrawable(
        accounts.trader.collateral,
        &position,
        margin::adverse_price(position.lots, &price.bounds),
        accounts.market.params.initial_margin(),
    );
    Ok(free.ok_or(PerpError::Overflow)?)
}

/// Set the amount aside. A second request joins the first and waits as long as a new one.
fn queue(accounts: &mut Withdraw, amount: u64, clock: &Clock) -> Result<()> {
    let (market, trader) = (&mut accounts.market, &mut accounts.trader);
    let ready_at = clock
        .unix_timestamp
        .checked_add(i64::from(market.faults.withdrawal_delay_seconds))
        .ok_or(PerpError::Overflow)?;
    market.total_queued = add(market.total_queued, amount)?;
    trader.queued_withdrawal = add(trader.queued_withdrawal, amount)?;
    trader.queued_ready_at = trader.queued_ready_at.max(ready_at);
    emit!(WithdrawalQueued {
        market: market.key(),
        trader: trader.key(),
        amount,
        queued: trader.queued_withdrawal,
        ready_at: trader.queued_ready_at,
    });
    market.check_invariants(accounts.vault.amount)
}
