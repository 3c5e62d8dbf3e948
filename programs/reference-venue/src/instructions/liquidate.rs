use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};
use ballast_core_types::PriceBounds;
use ballast_core_types::{Lots, Price, Value};
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::events::{CancelReason, FillCause, Liquidated};
use crate::execution::{apply, cancel_pending, refresh};
use crate::math::{margin, pricing};
use crate::prices::admit_liquidation;
use crate::state::{sub, Market, Trader};
use crate::transfers::pay_out;

#[derive(Accounts)]
pub struct Liquidate<'info> {
    pub liquidator: Signer<'info>,
    #[account(mut, dup)]
    pub market: Box<Account<'info, Market>>,
    #[account(mut, dup, has_one = market @ PerpError::WrongTraderMarket)]
    pub trader: Box<Account<'info, Trader>>,
    #[account(mut, address = market.vault @ PerpError::WrongVault)]
    pub vault: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Receives the liquidation fee.
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

impl Liquidate<'_> {
    /// Close a position whose equity at the adverse price is below the maintenance margin. The fee
    /// comes out of what collateral remains, so it never makes a debt.
    pub fn handle(ctx: Context<Liquidate>) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.market.require_running()?;
        require!(accounts.trader.lots != 0, PerpError::NoPosition);
        let clock = Clock::get()?;
        let bounds = admit_liquidation(&accounts.market, &accounts.risk_market, &clock)?.bounds;
        let key = accounts.trader.key();
        let (market, trader) = (&mut accounts.market, &mut accounts.trader);
        refresh(market, trader, key, bounds.mid, &clock)?;
        let (equity, maintenance) = require_liquidatable(market, trader, &bounds)?;

        let (closing, price) = closing_price(market, trader, bounds.mid)?;
        let fill = apply(market, trader, closing, price, 0)?;
        fill.announce(trader, key, FillCause::Liquidation);
        if trader.pending.is_some() {
            cancel_pending(trader, key, CancelReason::Liquidated);
        }
        let fee = margin::requirement(closing, price, market.params.liquidation_fee())
            .and_then(|fee| u64::try_from(fee.0).ok())
            .ok_or(PerpError::Overflow)?
            .min(trader.collateral);
        trader.collateral = sub(trader.collateral, fee)?;
        market.total_collateral = sub(market.total_collateral, fee)?;
        emit!(Liquidated {
            market: market.key(),
            trader: key,
            liquidator: accounts.liquidator.key(),
            equity: equity.0,
            maintenance: maintenance.0,
            fee,
        });
        pay_out(
            &accounts.market,
            &mut accounts.vault,
            accounts.destination.to_account_info(),
            &accounts.token_program,
            fee,
        )
    }
}

fn require_liquidatable(market: &Market, trader: &Trader, bounds: &PriceBounds) -> Result<(Value, Value)> {
    let position = trader.position();
    let price = margin::adverse_price(position.lots, bounds);
    let equity = margin::equity(trader.collateral, &position, price).ok_or(PerpError::Overflow)?;
    let maintenance =
        margin::requirement(position.lots, price, market.params.maintenance_margin()).ok_or(PerpError::Overflow)?;
    require!(equity.0 < maintenance.0, PerpError::NotLiquidatable);
    Ok((equity, maintenance))
}

fn closing_price(market: &Market, trader: &Trader, mid: Price) -> Result<(Lots, Price)> {
    let closing = Lots(trader.lots.checked_neg().ok_or(PerpError::Overflow)?);
    let price = pricing::spread_price(mid, closing, market.params.half_spread()).ok_or(PerpError::Overflow)?;
    Ok((closing, price))
}
