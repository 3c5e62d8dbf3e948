//! Where prices come from: the risk program's market, and nothing else.

use anchor_lang::prelude::*;
use ballast_core_market::admission::{PriceUse, Print};
use ballast_core_types::Lots;
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

use crate::errors::PerpError;
use crate::state::Market;

/// Leaving is easier than entering: a pure reduction may use a price that is admitted for exits.
pub fn usage_for(position: Lots, order: Lots) -> PriceUse {
    if position.is_reduced_by(order) {
        PriceUse::Exit
    } else {
        PriceUse::Trade
    }
}

/// Returns the price admitted for `usage`, unless the venue pretends to have none.
pub fn admit(
    market: &Market,
    risk_market: &AccountLoader<RiskMarket>,
    usage: PriceUse,
    clock: &Clock,
) -> Result<Print> {
    require!(!market.faults.stale, PerpError::VenuePriceStale);
    let (_, price) = read::price(&*risk_market.load()?, usage, clock)?;
    Ok(price)
}

/// Returns the price at which a liquidation is judged: nobody is liquidated because a price has
/// aged.
pub fn admit_liquidation(market: &Market, risk_market: &AccountLoader<RiskMarket>, clock: &Clock) -> Result<Print> {
    require!(!market.faults.stale, PerpError::VenuePriceStale);
    let view = risk_market.load()?.view()?;
    let price = view.unwidened_price(PriceUse::Exit, read::now(clock));
    Ok(price.map_err(RiskError::from)?)
}
