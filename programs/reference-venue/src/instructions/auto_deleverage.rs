use anchor_lang::prelude::*;
use ballast_core_market::admission::PriceUse;
use ballast_core_types::Lots;
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::events::FillCause;
use crate::execution::{apply, refresh};
use crate::prices::admit;
use crate::state::{Market, Trader};

#[derive(Accounts)]
pub struct AutoDeleverage<'info> {
    pub authority: Signer<'info>,
    #[account(mut, dup, has_one = authority @ PerpError::NotAuthority)]
    pub market: Box<Account<'info, Market>>,
    #[account(mut, dup, has_one = market @ PerpError::WrongTraderMarket)]
    pub trader: Box<Account<'info, Trader>>,
    #[account(address = market.risk_market @ PerpError::WrongRiskMarket)]
    pub risk_market: AccountLoader<'info, RiskMarket>,
}

impl AutoDeleverage<'_> {
    /// Take `lots` (signed as an order) off a position at the oracle's price, without a fee and
    /// without its owner's consent. Only while the fault is switched on, only toward zero.
    pub fn handle(ctx: Context<AutoDeleverage>, lots: i64) -> Result<()> {
        let accounts = ctx.accounts;
        let (market, trader) = (&mut accounts.market, &mut accounts.trader);
        market.require_running()?;
        require!(market.faults.auto_deleverage, PerpError::AutoDeleverageOff);
        require!(trader.lots != 0, PerpError::NoPosition);
        require!(
            Lots(trader.lots).is_reduced_by(Lots(lots)),
            PerpError::DeleverageWouldIncrease
        );
        let clock = Clock::get()?;
        let price = admit(market, &accounts.risk_market, PriceUse::Exit, &clock)?;
        let key = trader.key();
        let liabilities = market.liabilities()?;
        refresh(market, trader, key, price.bounds.mid, &clock)?;
        let fill = apply(market, trader, Lots(lots), price.bounds.mid, 0)?;
        fill.announce(trader, key, FillCause::AutoDeleverage);
        market.check_conserved(liabilities)
    }
}
