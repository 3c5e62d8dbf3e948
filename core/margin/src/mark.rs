//! What one leg is worth on its adverse side, and its Greeks.

use super::amount::{amount_floor, quotient, times};
use super::leg::{BookLeg, Contract, Decimal};
use super::market::MarketInputs;
use super::AssessError;
use ballast_core_math::black_scholes::{fast, precise, Greeks, Inputs, Kind, Spot, Strike, Volatility, Years};
use ballast_core_math::kernels::precise::{ln, sqrt};
use ballast_core_math::scenarios::{Leg, OptionLeg};
use ballast_core_math::surface::{LogMoneyness, PointError};
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::{value_floor, Lots, Price, Value, SECONDS_PER_DAY, SECONDS_PER_YEAR};
use fixed::types::I7F57;

/// The Greeks of a book on one market, in base units of the quote token, each leg's rounded toward
/// −∞: what is long counts as a little less and what is short as a little more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketGreeks {
    /// D = Σ q·Δ·S.
    pub delta: i64,
    /// G = Σ q·Γ·S²/100: how D changes when the price moves by 1 %.
    pub gamma: i64,
    /// V = Σ q·vega/100: per vol point.
    pub vega: i64,
    /// Σ q·vega/100·√(30 d/τ): per vol point of an option of thirty days.
    pub vega_weighted: i64,
    /// Per day.
    pub theta: i64,
    /// Per 1 % of the rate.
    pub rho: i64,
}

/// What all legs of a market share.
pub(super) struct Marking<'a> {
    market: &'a MarketInputs<'a>,
    now: i64,
    slow: Option<Price>,
    spot: Spot,
    log_spot: I7F57,
}

/// One leg, marked.
pub(super) struct Marked {
    /// Its value on the adverse side, in base units, rounded down.
    pub(super) value: Value,
    /// Its value at the slow price, likewise; the same as `value` where there is none.
    pub(super) slow_value: Value,
    /// The leg as the scenarios take it.
    pub(super) leg: Leg,
}

/// Fraction bits of a position's worth.
const WORTH_BITS: i32 = 10;

impl<'a> Marking<'a> {
    pub(super) fn new(market: &'a MarketInputs<'a>, slow: Option<Price>, now: i64) -> Result<Self, AssessError> {
        let spot = Spot::from_price(market.bounds.mid);
        Ok(Self {
            market,
            now,
            slow,
            spot,
            log_spot: ln(spot.0).ok_or(AssessError::TooLarge)?,
        })
    }

    /// Marks a leg and adds its Greeks to `sums`, if wanted, which are finished by
    /// [`MarketGreeks::per_unit`].
    pub(super) fn mark(&self, leg: &BookLeg, sums: Option<&mut MarketGreeks>) -> Result<Marked, AssessError> {
        match leg.contract {
            Contract::Linear { entry } => self.linear(leg.quantity, entry, sums),
            Contract::Option { kind, strike, expiry } => self.option(leg.quantity, kind, strike, expiry, sums),
        }
    }

    /// Returns the marks of a linear position: a long one could be sold at the low price, a short
    /// one bought back at the high one.
    #[inline(never)]
    fn linear(&self, quantity: Lots, entry: Decimal, sums: Option<&mut MarketGreeks>) -> Result<Marked, AssessError> {
        let bounds = &self.market.bounds;
        let adverse = if quantity.0 >= 0 { bounds.low } else { bounds.high };
        let cost = entry.cost_ceil(quantity)?;
        let value = |price| {
            let value = floor_of(quantity, price)?.checked_sub(cost);
            value.map(Value).ok_or(AssessError::TooLarge)
        };
        if let Some(sums) = sums {
            add_to(&mut sums.delta, Some(floor_of(quantity, bounds.mid)?))?;
        }
        Ok(Marked {
            value: value(adverse)?,
            slow_value: value(self.slow.unwrap_or(adverse))?,
            leg: Leg::Linear(quantity),
        })
    }

    fn option(
        &self,
        quantity: Lots,
        kind: Kind,
        strike: Decimal,
        expiry: i64,
        sums: Option<&mut MarketGreeks>,
    ) -> Result<Marked, AssessError> {
        let seconds = expiry.saturating_sub(self.now);
        if seconds <= 0 {
            return Err(AssessError::Expired);
        }
        let seconds = seconds.unsigned_abs();
        let time = Years(quotient(seconds, SECONDS_PER_YEAR.unsigned_abs()).ok_or(AssessError::TooLarge)?);
        let strike = strike.strike()?;
        let market = self.market;
        let volatility = market.volatility.as_ref().ok_or(AssessError::NoVolatility)?;
        let at = LogMoneyness(self.log_moneyness(strike, time)?);
        let volatility = volatility.adverse(quantity.0 >= 0, at, time)?;
        let inputs = self.inputs(kind, strike, volatility, time);
        if let Some(sums) = sums {
            self.add(quantity, &greeks(&inputs)?, seconds, sums)?;
        }
        // What gains with the price is worth least at its low end.
        let gains = (quantity.0 >= 0) == matches!(kind, Kind::Call);
        let bounds = &market.bounds;
        let adverse = if gains { bounds.low } else { bounds.high };
        let value_at = |at| {
            let spot = Spot::from_price(at);
            let value = amount_floor(quantity.0, price(&Inputs { spot, ..inputs })?, 0);
            value.map(Value).ok_or(AssessError::TooLarge)
        };
        let value = value_at(adverse)?;
        Ok(Marked {
            value,
            slow_value: match self.slow {
                Some(slow) => value_at(slow)?,
                None => value,
            },
            leg: Leg::Option(OptionLeg {
                quantity,
                kind,
                strike,
                volatility,
                time,
                rate: market.rate,
                carry: market.carry,
            }),
        })
    }

    fn inputs(&self, kind: Kind, strike: Strike, volatility: Volatility, time: Years) -> Inputs {
        Inputs {
            kind,
            spot: self.spot,
            strike,
            rate: self.market.rate,
            carry: self.market.carry,
            volatility,
            time,
        }
    }

    /// ln(K/F) = ln K − ln S − (r − q)τ.
    fn log_moneyness(&self, strike: Strike, time: Years) -> Result<I7F57, AssessError> {
        let outside = AssessError::Volatility(PointError::LogMoneyness);
        let over_spot = ln(strike.0)
            .and_then(|log| log.checked_sub(self.log_spot))
            .ok_or(outside)?;
        // Rates are within ±1 and carried in Q62, so their halves do not overflow.
        let half = (self.market.rate.0.to_bits() >> 1).wrapping_sub(self.market.carry.0.to_bits() >> 1);
        if half == 0 {
            return Ok(over_spot);
        }
        let growth = times(
            Scaled {
                mantissa: half,
                exponent: -61,
            },
            time.0,
        );
        let growth = amount_floor(1, growth, 57).ok_or(outside)?;
        over_spot.checked_sub(I7F57::from_bits(growth)).ok_or(outside)
    }

    /// Adds q·Δ·S, q·Γ·S², q·vega, q·vega·√(30 d/τ), q·θ a year and q·ρ.
    #[inline(never)]
    fn add(&self, quantity: Lots, greeks: &Greeks, seconds: u64, sums: &mut MarketGreeks) -> Result<(), AssessError> {
        let spot = self.spot.0;
        let per_lot = Scaled::from(spot);
        let worth = amount_floor(quantity.0, per_lot, WORTH_BITS).ok_or(AssessError::TooLarge)?;
        add_to(&mut sums.delta, amount_floor(worth, greeks.delta, -WORTH_BITS))?;
        add_to(
            &mut sums.gamma,
            amount_floor(worth, times(greeks.gamma, spot), -WORTH_BITS),
        )?;
        add_to(&mut sums.vega, amount_floor(quantity.0, greeks.vega, 0))?;
        let term = sqrt(quotient(THIRTY_DAYS, seconds).unwrap_or(Magnitude::ZERO));
        add_to(
            &mut sums.vega_weighted,
            amount_floor(quantity.0, times(greeks.vega, term), 0),
        )?;
        add_to(&mut sums.theta, amount_floor(quantity.0, greeks.theta, 0))?;
        add_to(&mut sums.rho, amount_floor(quantity.0, greeks.rho, 0))
    }
}

const THIRTY_DAYS: u64 = 30 * SECONDS_PER_DAY.unsigned_abs();
/// Days of a year.
const DAYS: i64 = SECONDS_PER_YEAR / SECONDS_PER_DAY;

impl MarketGreeks {
    /// Returns the sums brought to the units they are told in: per 1 %, per vol point, per day.
    pub(super) fn per_unit(&self) -> Self {
        let per = |sum: i64, unit: i64| sum.checked_div_euclid(unit).unwrap_or(0);
        Self {
            delta: self.delta,
            gamma: per(self.gamma, 100),
            vega: per(self.vega, 100),
            vega_weighted: per(self.vega_weighted, 100),
            theta: per(self.theta, DAYS),
            rho: per(self.rho, 100),
        }
    }
}

fn floor_of(quantity: Lots, price: Price) -> Result<i64, AssessError> {
    value_floor(quantity, price)
        .map(|value| value.0)
        .ok_or(AssessError::TooLarge)
}

fn add_to(sum: &mut i64, more: Option<i64>) -> Result<(), AssessError> {
    *sum = more
        .and_then(|more| sum.checked_add(more))
        .ok_or(AssessError::TooLarge)?;
    Ok(())
}

// Each evaluation has a stack frame of its own: the virtual machine's are 4 KiB.

#[inline(never)]
fn greeks(inputs: &Inputs) -> Result<Greeks, AssessError> {
    Ok(fast::greeks(inputs)?)
}

#[inline(never)]
fn price(inputs: &Inputs) -> Result<Scaled, AssessError> {
    Ok(precise::price(inputs)?)
}
