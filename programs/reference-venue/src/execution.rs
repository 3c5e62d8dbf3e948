//! What every kind of fill shares: funding first, then the fill, then its announcement.

use anchor_lang::prelude::*;
use ballast_core_types::PriceBounds;
use ballast_core_types::{Lots, Price};
use ballast_risk::state::Fixed;
use fixed::types::I80F48;

use crate::errors::PerpError;
use crate::events::{BadDebt, CancelReason, FillCause, Filled, FundingSettled, OrderCancelled, ProfitUnpaid};
use crate::math::{fills, margin, pricing};
use crate::state::{CashFlow, Market, PendingOrder, Trader};

/// An order as its owner gives it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq)]
pub struct OrderArgs {
    /// Positive buys, negative sells.
    pub lots: i64,
    /// Worst acceptable execution price, in quote base units per lot.
    pub limit_price: Fixed,
    /// Refuse to open, grow or flip a position.
    pub reduce_only: bool,
}

/// Return data of `place_order` and `fulfil`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq)]
pub struct FillReceipt {
    /// Lots that filled: fewer than ordered, or none while the order waits or after it was refused.
    pub lots: i64,
    pub price: Fixed,
    pub fee: u64,
    /// Result of the closed part, before the fee.
    pub realised: i64,
    /// The order waits for a later slot.
    pub pending: bool,
}

/// A fill that has been applied to a market and a trader, not yet announced.
pub struct Fill {
    pub lots: Lots,
    pub price: Price,
    pub fee: u64,
    pub realised: i64,
    pub collateral_before: u64,
    pub flow: CashFlow,
}

impl OrderArgs {
    /// The rules that need no price.
    pub fn validate(&self, trader: &Trader) -> Result<()> {
        require!(self.lots != 0, PerpError::ZeroLots);
        require!(self.limit_price.get() > I80F48::ZERO, PerpError::InvalidLimitPrice);
        require!(
            !self.reduce_only || Lots(trader.lots).is_reduced_by(Lots(self.lots)),
            PerpError::ReduceOnlyWouldIncrease
        );
        Ok(())
    }
}

impl From<PendingOrder> for OrderArgs {
    fn from(pending: PendingOrder) -> Self {
        OrderArgs {
            lots: pending.lots,
            limit_price: pending.limit_price,
            reduce_only: pending.reduce_only,
        }
    }
}

/// Accrue the market's funding and settle the trader's. Precedes every change of a position and
/// every margin check.
pub fn refresh(market: &mut Market, trader: &mut Trader, trader_key: Pubkey, mid: Price, clock: &Clock) -> Result<()> {
    market.accrue_funding(mid, clock.unix_timestamp)?;
    if let Some(payment) = trader.settle_funding(market)? {
        emit!(FundingSettled {
            market: trader.market,
            trader: trader_key,
            owed: payment.owed,
            carried: payment.carried,
            unpaid: payment.unpaid,
        });
    }
    Ok(())
}

/// Execute an order against the pool: price, limit, size, open interest, fee, margin.
pub fn execute(market: &mut Market, trader: &mut Trader, order: &OrderArgs, bounds: &PriceBounds) -> Result<Fill> {
    order.validate(trader)?;
    let lots = filled_lots(market, Lots(order.lots))?;
    let price = pricing::fill_price(bounds.mid, lots, market.params.half_spread(), market.params.depth()?)
        .ok_or(PerpError::OrderBeyondDepth)?;
    require!(
        pricing::within_limit(price, order.limit_price.get(), lots),
        PerpError::BeyondLimitPrice
    );
    let reduces = Lots(trader.lots).is_reduced_by(lots);
    let fee = margin::requirement(lots, price, market.params.taker_fee())
        .and_then(|fee| u64::try_from(fee.0).ok())
        .ok_or(PerpError::Overflow)?;
    let fill = apply(market, trader, lots, price, fee)?;
    if !reduces {
        require_initial_margin(market, trader, bounds)?;
    }
    Ok(fill)
}

/// Apply `lots` at `price` to the position, open interest and cash.
pub fn apply(market: &mut Market, trader: &mut Trader, lots: Lots, price: Price, fee: u64) -> Result<Fill> {
    let before = trader.position();
    let outcome = fills::fill(before, lots, price).ok_or(PerpError::Overflow)?;
    market.move_open_interest(before.lots, outcome.position.lots)?;
    trader.lots = outcome.position.lots.0;
    trader.entry_cost = outcome.position.entry_cost.0;
    let collateral_before = trader.collateral;
    let realised = outcome.realised.0;
    let result = i64::try_from(fee)
        .ok()
        .and_then(|fee| realised.checked_sub(fee))
        .ok_or(PerpError::Overflow)?;
    let flow = market.settle_cash(&mut trader.collateral, result)?;
    Ok(Fill {
        lots,
        price,
        fee,
        realised,
        collateral_before,
        flow,
    })
}

impl Fill {
    pub fn receipt(&self) -> FillReceipt {
        FillReceipt {
            lots: self.lots.0,
            price: Fixed::from(self.price.fixed()),
            fee: self.fee,
            realised: self.realised,
            pending: false,
        }
    }

    pub fn announce(&self, trader: &Trader, trader_key: Pubkey, cause: FillCause) {
        let market = trader.market;
        emit!(Filled {
            market,
            trader: trader_key,
            cause,
            lots: self.lots.0,
            price: Fixed::from(self.price.fixed()),
            fee: self.fee,
            realised: self.realised,
            lots_after: trader.lots,
            entry_cost_after: trader.entry_cost,
            collateral_before: self.collateral_before,
            collateral_after: trader.collateral,
        });
        if self.flow.uncovered > 0 {
            emit!(BadDebt {
                market,
                trader: trader_key,
                amount: self.flow.uncovered,
            });
        }
        if self.flow.unpaid > 0 {
            emit!(ProfitUnpaid {
                market,
                trader: trader_key,
                unpaid: self.flow.unpaid,
            });
        }
    }
}

/// Forget a waiting order, and say why.
pub fn cancel_pending(trader: &mut Trader, trader_key: Pubkey, reason: CancelReason) {
    let order = std::mem::take(&mut trader.pending);
    emit!(OrderCancelled {
        market: trader.market,
        trader: trader_key,
        lots: order.lots,
        reason,
    });
}

fn filled_lots(market: &Market, ordered: Lots) -> Result<Lots> {
    let share = market.faults.partial_fill.get();
    if share == I80F48::ZERO {
        return Ok(ordered);
    }
    let lots = pricing::partial_lots(ordered, share).ok_or(PerpError::Overflow)?;
    require!(lots.0 != 0, PerpError::PartialFillEmpty);
    Ok(lots)
}

fn require_initial_margin(market: &Market, trader: &Trader, bounds: &PriceBounds) -> Result<()> {
    let position = trader.position();
    let price = margin::adverse_price(position.lots, bounds);
    let equity = margin::equity(trader.collateral, &position, price).ok_or(PerpError::Overflow)?;
    let required =
        margin::requirement(position.lots, price, market.params.initial_margin()).ok_or(PerpError::Overflow)?;
    require!(equity.0 >= required.0, PerpError::InsufficientInitialMargin);
    Ok(())
}
