//! What a series is worth, from the very functions that margin is made of.

use crate::rules;
use anyhow::{anyhow, Result};
use ballast_core_clearing::margin::{MarginContext, MIN_SECONDS};
use ballast_core_clearing::settlement::WINDOW_SECONDS;
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_margin as assessment;
use ballast_core_margin::{BookLeg, MarketInputs, VolatilityBand};
use ballast_core_types::{Lots, Price, PriceBounds, Value, I80F48};
use ballast_options::state::SeriesKey;
use fixed::types::I2F62;
use serde::Serialize;

/// The least time to expiry that a price from the surface is given for: the window of settlement,
/// and half an hour.
pub const LEAST_SECONDS: i64 = WINDOW_SECONDS + 1_800;

/// A position's worth and Greeks. Amounts are base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Worth {
    /// On the adverse side, as margin counts it.
    pub mark: i64,
    /// At the published price and the surface's own volatility.
    pub fair: i64,
    /// How it changes with the price: quantity × Δ × spot.
    pub delta: i64,
    /// How delta changes when the price moves by 1 %.
    pub gamma: i64,
    /// How it changes per vol point.
    pub vega: i64,
    /// Per day.
    pub theta: i64,
}

fn leg(key: &SeriesKey, quantity: i64, now: i64) -> Result<BookLeg> {
    let terms = key
        .terms()
        .map_err(|_| anyhow!("the series is written in no canonical form"))?;
    // As margin does: what has expired and is not settled is worth what an option with some minutes
    // to live is.
    let contract = terms.contract(terms.expiry.max(now.saturating_add(MIN_SECONDS)));
    Ok(BookLeg {
        market: 0,
        contract,
        quantity: Lots(quantity),
    })
}

fn inputs<'a>(context: &MarginContext<'a>, market: u8) -> Result<MarketInputs<'a>> {
    let view = context.markets.get(usize::from(market)).and_then(Option::as_ref);
    Ok(view.ok_or_else(|| anyhow!("market {market} was not read"))?.inputs)
}

fn units(value: Value) -> i64 {
    value.0
}

/// Returns what a signed quantity of a series is worth.
///
/// # Errors
/// What the risk engine does not assess.
pub fn worth(key: &SeriesKey, quantity: i64, context: &MarginContext) -> Result<Worth> {
    let market = inputs(context, key.market)?;
    let leg = leg(key, quantity, context.now)?;
    let refused = |refusal| {
        anyhow!(
            "the risk engine does not assess the position: {}",
            rules::named(&refusal)
        )
    };
    let mark = assessment::mark(&leg, &market, context.now).map_err(refused)?;
    let fair = assessment::mark(&leg, &market.neutral(), context.now).map_err(refused)?;
    let greeks = assessment::greeks(&[leg], &market, context.now).map_err(refused)?;
    Ok(Worth {
        mark: units(mark),
        fair: units(fair),
        delta: greeks.delta,
        gamma: greeks.gamma,
        vega: greeks.vega,
        theta: greeks.theta,
    })
}

/// Returns a maker's price for one unit of the underlying: at the published price, and at the
/// surface's volatility times 1 + `spread` where the maker sells, 1 − `spread` where the maker
/// buys. Rounded against the taker.
///
/// # Errors
/// A spread outside 0…0.9; what the risk engine does not assess.
pub fn price(
    key: &SeriesKey,
    side: Side,
    spread: f64,
    lots_per_unit: u64,
    context: &MarginContext,
) -> Result<UnitPrice> {
    if !(0.0..=0.9).contains(&spread) {
        return Err(anyhow!(
            "--spread: {spread} is not a share of the volatility within 0 and 0.9"
        ));
    }
    let volatility = match side {
        Side::Buy => 1.0 - spread,
        Side::Sell => 1.0 + spread,
    };
    let assumed = Assumed { volatility, spot: 1.0 };
    price_at(key, side, assumed, lots_per_unit, context)
}

/// What a maker prices with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumed {
    /// The surface's volatility is multiplied by it.
    pub volatility: f64,
    /// The published price is multiplied by it.
    pub spot: f64,
}

/// Returns a maker's price for one unit of the underlying under what is assumed. Rounded against
/// the taker.
///
/// # Errors
/// A series whose window of settlement is near or has begun: what it settles at is known in part,
/// and no volatility says it. What the risk engine does not assess.
pub fn price_at(
    key: &SeriesKey,
    side: Side,
    assumed: Assumed,
    lots_per_unit: u64,
    context: &MarginContext,
) -> Result<UnitPrice> {
    let left = key.expiry.saturating_sub(context.now);
    if left < LEAST_SECONDS {
        return Err(anyhow!(
            "it expires in {left} s, and is priced from the surface until {LEAST_SECONDS} s before: then it settles at \
             an average that has begun, or is about to"
        ));
    }
    let mut market = inputs(context, key.market)?.neutral();
    let moved = market.bounds.mid.fixed().saturating_mul(I80F48::from_num(assumed.spot));
    let moved = Price::from_fixed(moved).ok_or_else(|| anyhow!("a price of {moved} is none"))?;
    market.bounds = PriceBounds {
        low: moved,
        mid: moved,
        high: moved,
    };
    market.volatility = market.volatility.map(|band| VolatilityBand {
        low: I2F62::from_num(assumed.volatility),
        high: I2F62::from_num(assumed.volatility),
        floor: None,
        ..band
    });
    let unit = i64::try_from(lots_per_unit)?;
    // Who sells is short, and a short position's mark is minus what it costs, rounded down.
    let quantity = match side {
        Side::Buy => unit,
        Side::Sell => -unit,
    };
    let leg = leg(key, quantity, context.now)?;
    let mark = assessment::mark(&leg, &market, context.now);
    let mark = mark.map_err(|refusal| anyhow!("the surface gives no price: {}", rules::named(&refusal)))?;
    Ok(UnitPrice(units(mark).unsigned_abs()))
}
