//! Cash that has to be there when positions expire, because at settlement nothing else pays.
//!
//! A margin requirement counts what a later option is worth; the moment of expiry does not. So from
//! [`super::params::HouseParams::cash_window_seconds`] before it on, the positions that expire together on one market, and are settled by their net,
//! have to be covered by cash alone in the worst price of the risk engine's scenarios. Without this rule anybody could owe the insurance
//! fund on purpose: sell the near option, hold the far one, and have no cash on the day.
//!
//! The net payoff of options is a straight line between neighbouring strikes, so its least value over a range of prices lies at a strike or at an
//! end: it is found exactly by one walk from the lowest price to the highest.

use super::account::Position;
use crate::admission::PriceBounds;
use crate::assessment::{MARGIN, SCENARIOS};
use ballast_risk_math::black_scholes::Kind;
use ballast_risk_math::kernels::fast::exp;
use ballast_risk_math::{Price, Value, I80F48};
use fixed::types::I7F57;

/// The cash that an account needs for what expires soon, base units, rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CashNeed {
    /// For positions to be opened and cash to be withdrawn: the net loss at the worst price of the scenarios.
    pub initial: Value,
    /// Lest the account be liquidated: the net loss at the worse end of the price's confidence, and no less than the maintenance share (70 %)
    /// of the initial need.
    pub maintenance: Value,
}

impl CashNeed {
    /// The sum of both. `None` if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            initial: self.initial.checked_add(other.initial)?,
            maintenance: self.maintenance.checked_add(other.maintenance)?,
        })
    }
}

/// Prices between which a net loss is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRange {
    /// The lowest.
    pub low: Price,
    /// The highest.
    pub high: Price,
}

impl PriceRange {
    /// From the scenarios' greatest fall to their greatest rise. `None` if a price does not fit.
    pub fn of_scenarios(spot: Price, deviation: I7F57) -> Option<Self> {
        let [lowest, .., highest] = SCENARIOS.price_halves;
        let half = deviation.to_bits() >> 1;
        let shocked = |halves: i8| {
            let shock = I7F57::from_bits(half.checked_mul(i64::from(halves))?);
            Price::from_fixed(spot.fixed().checked_mul(exp(shock).to_fixed()?)?)
        };
        Some(Self {
            low: shocked(lowest)?,
            high: shocked(highest)?,
        })
    }
}

/// The cash need of positions that expire together on one market, in rising order of strikes. `scenarios` is [`PriceRange::of_scenarios`].
///
/// `None` if a number does not fit.
pub fn cash_need(positions: &[Position], bounds: &PriceBounds, scenarios: &PriceRange) -> Option<CashNeed> {
    let loss = |range: &PriceRange| {
        // ⌈−x⌉ = −⌊x⌋.
        let least = Value::floor(least_payoff(positions, range)?)?;
        Some(Value(least.0.min(0).checked_neg()?))
    };
    let wide = PriceRange {
        low: scenarios.low.min(bounds.low),
        high: scenarios.high.max(bounds.high),
    };
    let initial = loss(&wide)?;
    let now = loss(&PriceRange {
        low: bounds.low,
        high: bounds.high,
    })?;
    Some(CashNeed {
        initial,
        maintenance: now.max(MARGIN.maintenance_share.of_ceil(initial)?),
    })
}

/// The least net payoff of positions with rising strikes over a range of prices.
#[inline(never)]
pub fn least_payoff(positions: &[Position], range: &PriceRange) -> Option<I80F48> {
    let mut at = range.low;
    let (mut payoff, mut slope) = (I80F48::ZERO, 0i64);
    for position in positions {
        let quantity = position.quantity.0;
        let above = position.series.strike_price()? > at;
        let worth = position.series.intrinsic(at)?;
        payoff = payoff.checked_add(worth.checked_mul_int(i128::from(quantity))?)?;
        // A call in the money gains with the price, a put in the money loses.
        slope = match (position.series.kind, above) {
            (Kind::Call, false) => slope.checked_add(quantity)?,
            (Kind::Put, true) => slope.checked_sub(quantity)?,
            _ => slope,
        };
    }
    let mut least = payoff;
    let mut walk = |to: Price, payoff: &mut I80F48, slope: i64| {
        let distance = to.fixed().checked_sub(at.fixed())?;
        *payoff = payoff.checked_add(distance.checked_mul_int(i128::from(slope))?)?;
        least = least.min(*payoff);
        at = to;
        Some(())
    };
    for position in positions {
        let strike = position.series.strike_price()?;
        if strike <= range.low || strike >= range.high {
            continue;
        }
        walk(strike, &mut payoff, slope)?;
        // A call begins to gain here, a put ends to lose: both add their quantity to the slope.
        slope = slope.checked_add(position.quantity.0)?;
    }
    walk(range.high, &mut payoff, slope)?;
    Some(least)
}
