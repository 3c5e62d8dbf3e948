use anchor_lang::prelude::*;
use ballast_core_types::Lots;
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::events::{FillCause, OrderPending};
use crate::execution::{execute, refresh, FillReceipt, OrderArgs};
use crate::prices::{admit, usage_for};
use crate::state::{Market, PendingOrder, Trader, PENDING_LIFETIME_SECONDS};

#[derive(Accounts)]
pub struct PlaceOrder<'info> {
    pub owner: Signer<'info>,
    #[account(mut, dup)]
    pub market: Box<Account<'info, Market>>,
    #[account(
        mut, dup,
        has_one = market @ PerpError::WrongTraderMarket,
        has_one = owner @ PerpError::NotOwner,
    )]
    pub trader: Box<Account<'info, Trader>>,
    #[account(address = market.risk_market @ PerpError::WrongRiskMarket)]
    pub risk_market: AccountLoader<'info, RiskMarket>,
}

impl PlaceOrder<'_> {
    pub fn handle(ctx: Context<PlaceOrder>, order: OrderArgs) -> Result<FillReceipt> {
        let accounts = ctx.accounts;
        accounts.market.require_running()?;
        require!(!accounts.trader.pending.is_some(), PerpError::OrderAlreadyPending);
        order.validate(&accounts.trader)?;
        let clock = Clock::get()?;
        if accounts.market.faults.delayed {
            return wait(accounts, &order, &clock);
        }

        let usage = usage_for(Lots(accounts.trader.lots), Lots(order.lots));
        let price = admit(&accounts.market, &accounts.risk_market, usage, &clock)?;
        let key = accounts.trader.key();
        let (market, trader) = (&mut accounts.market, &mut accounts.trader);
        let liabilities = market.liabilities()?;
        trader.fill_at_one_price(clock.slot, price.publish_time)?;
        refresh(market, trader, key, price.bounds.mid, &clock)?;
        let fill = execute(market, trader, &order, &price.bounds)?;
        fill.announce(trader, key, FillCause::Order);
        market.check_conserved(liabilities)?;
        Ok(fill.receipt())
    }
}

/// Keep the order for `fulfil`. No price is read: the fill takes a later one.
fn wait(accounts: &mut PlaceOrder, order: &OrderArgs, clock: &Clock) -> Result<FillReceipt> {
    require!(!accounts.market.faults.stale, PerpError::VenuePriceStale);
    let trader = &mut accounts.trader;
    trader.pending = PendingOrder {
        lots: order.lots,
        limit_price: order.limit_price,
        reduce_only: order.reduce_only,
        placed_slot: clock.slot,
        placed_at: clock.unix_timestamp,
        expires_at: clock
            .unix_timestamp
            .checked_add(PENDING_LIFETIME_SECONDS)
            .ok_or(PerpError::Overflow)?,
    };
    emit!(OrderPending {
        market: trader.market,
        trader: trader.key(),
        lots: order.lots,
        limit_price: order.limit_price,
        placed_slot: trader.pending.placed_slot,
        expires_at: trader.pending.expires_at,
    });
    Ok(FillReceipt {
        pending: true,
        ..FillReceipt::default()
    })
}
