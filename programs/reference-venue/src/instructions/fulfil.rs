use anchor_lang::prelude::*;
use ballast_core_types::Lots;
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::events::{CancelReason, FillCause};
use crate::execution::{cancel_pending, execute, refresh, FillReceipt, OrderArgs};
use crate::prices::{admit, usage_for};
use crate::state::{Market, Trader};

/// Permissionless: whoever pays for the transaction plays the venue's own keeper.
#[derive(Accounts)]
pub struct Fulfil<'info> {
    #[account(mut, dup)]
    pub market: Box<Account<'info, Market>>,
    #[account(mut, dup, has_one = market @ PerpError::WrongTraderMarket)]
    pub trader: Box<Account<'info, Trader>>,
    #[account(address = market.risk_market @ PerpError::WrongRiskMarket)]
    pub risk_market: AccountLoader<'info, RiskMarket>,
}

impl Fulfil<'_> {
    /// Execute a waiting order at the price admitted now, or cancel it if a rule refuses it. An
    /// unadmitted price does neither: the transaction fails and the order waits until it expires.
    pub fn handle(ctx: Context<Fulfil>) -> Result<FillReceipt> {
        let accounts = ctx.accounts;
        accounts.market.require_running()?;
        let pending = accounts.trader.pending;
        require!(pending.is_some(), PerpError::NoPendingOrder);
        let clock = Clock::get()?;
        require!(clock.slot > pending.placed_slot, PerpError::FulfilTooEarly);
        let key = accounts.trader.key();
        if clock.unix_timestamp >= pending.expires_at {
            cancel_pending(&mut accounts.trader, key, CancelReason::Expired);
            return Ok(FillReceipt::default());
        }

        let order = OrderArgs::from(pending);
        let usage = usage_for(Lots(accounts.trader.lots), Lots(order.lots));
        let price = admit(&accounts.market, &accounts.risk_market, usage, &clock)?;
        let liabilities = accounts.market.liabilities()?;
        accounts.trader.fill_at_one_price(clock.slot, price.publish_time)?;
        refresh(
            &mut accounts.market,
            &mut accounts.trader,
            key,
            price.bounds.mid,
            &clock,
        )?;
        // executed on copies, so that a refused order leaves nothing behind
        let mut market = Box::new(Market::clone(&accounts.market));
        let mut trader = Box::new(Trader::clone(&accounts.trader));
        let receipt = match execute(&mut market, &mut trader, &order, &price.bounds) {
            Ok(fill) => {
                trader.pending = Default::default();
                fill.announce(&trader, key, FillCause::Fulfilment);
                accounts.market.set_inner(*market);
                accounts.trader.set_inner(*trader);
                fill.receipt()
            }
            Err(error) => {
                let reason = CancelReason::Refused {
                    code: error_code(&error),
                };
                cancel_pending(&mut accounts.trader, key, reason);
                FillReceipt::default()
            }
        };
        accounts.market.check_conserved(liabilities)?;
        Ok(receipt)
    }
}

fn error_code(error: &Error) -> u32 {
    match error {
        Error::AnchorError(error) => error.error_code_number,
        Error::ProgramError(_) => 0,
    }
}
