//! What one leg is worth on its adverse side, and its Greeks.

use super::amount::{amount_within, quotient, times};
use super::leg::{BookLeg, Contract, Decimal};
use super::market::MarketInputs;
use super::AssessError;
use ballast_core_math::black_scholes::{fast, precise, Greeks, Inputs, Kind, Spot, Strike, Volatility, Years};
use ballast_core_math::kernels::precise::{exp, ln, sqrt};
use ballast_core_math::scenarios::{Leg, OptionLeg};
use ballast_core_math::surface::LogMoneyness;
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

/// |ln(K/S)| from which on the model is not asked: a little under the e^±5 of its domain, so that
/// both tiers agree.
const MODEL_EDGE: I7F57 = I7F57::lit("4.99");
/// Fraction bits of a position's worth.
const WORTH_BITS: i32 = 10;

impl<'a> Marking<'a> {
    pub(super) fn new(market: &'a MarketInputs<'a>, slow: Option<Price>, now: i64) -> Self {
        let spot = Spot::from_price(market.bounds.mid);
        Self {
            market,
            now,
            slow,
            spot,
            // A price is positive.
            log_spot: ln(spot.0).unwrap_or(I7F57::MAX),
        }
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
        let value = |price| Value(value_within(quantity, price).saturating_sub(cost));
        if let Some(sums) = sums {
            add_to(&mut sums.delta, value_within(quantity, bounds.mid));
        }
        Ok(Marked {
            value: value(adverse),
            slow_value: value(self.slow.unwrap_or(adverse)),
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
        let volatility = self.market.volatility.as_ref().ok_or(AssessError::NoVolatility)?;
        let seconds = seconds.unsigned_abs();
        let time = Years(quotient(seconds, SECONDS_PER_YEAR.unsigned_abs()).unwrap_or(Magnitude::ONE));
        let level = strike.strike()?;
        let over_spot = self.over_spot(level);
        let at = LogMoneyness(over_spot.saturating_sub(self.growth(time)));
        let volatility = volatility.adverse(quantity.0 >= 0, at, time, self.now, expiry);
        let inputs = self.inputs(kind, level, volatility, time);
        let is_near = over_spot.abs() <= MODEL_EDGE;
        match is_near.then(|| self.modelled(quantity, &inputs)).flatten() {
            Some(marked) => {
                if let Some(sums) = sums {
                    // What has a price has Greeks: their domain is the same.
                    self.add(quantity, &greeks(&inputs).unwrap_or_default(), seconds, sums);
                }
                Ok(marked)
            }
            None => self.beyond(quantity, &inputs, strike, seconds, sums),
        }
    }

    /// Marks an option where the model ends. Of two bounds on what a short one costs, by the lower.
    #[inline(never)]
    fn beyond(
        &self,
        quantity: Lots,
        inputs: &Inputs,
        strike: Decimal,
        seconds: u64,
        sums: Option<&mut MarketGreeks>,
    ) -> Result<Marked, AssessError> {
        let (bounded, moves) = self.bounded(quantity, inputs.kind, strike)?;
        let edge = self.edge_under(quantity, inputs.kind, inputs.strike);
        let inputs = Inputs {
            strike: edge.unwrap_or(inputs.strike),
            ..*inputs
        };
        let modelled = edge.and_then(|_| self.modelled(quantity, &inputs));
        let (marked, is_modelled) = match modelled.filter(|marked| marked.value > bounded.value) {
            Some(marked) => (marked, true),
            None => (bounded, false),
        };
        match sums {
            Some(sums) if is_modelled => self.add(quantity, &greeks(&inputs).unwrap_or_default(), seconds, sums),
            Some(sums) => add_to(&mut sums.delta, value_within(moves, self.market.bounds.mid)),
            None => {}
        }
        Ok(marked)
    }

    /// Marks an option by the model; `None` outside its domain. How far the strike is has been
    /// judged.
    #[inline(never)]
    fn modelled(&self, quantity: Lots, inputs: &Inputs) -> Option<Marked> {
        // The scenarios start from the middle, so it has to be inside as the adverse end has.
        inputs.check().ok()?;
        // What gains with the price is worth least at its low end.
        let gains = (quantity.0 >= 0) == matches!(inputs.kind, Kind::Call);
        let bounds = &self.market.bounds;
        let adverse = if gains { bounds.low } else { bounds.high };
        let value_at = |at| {
            let spot = Spot::from_price(at);
            let price = price(&Inputs { spot, ..*inputs })?;
            Some(Value(amount_within(quantity.0, price, 0)))
        };
        let value = value_at(adverse)?;
        Some(Marked {
            value,
            slow_value: match self.slow {
                Some(slow) => value_at(slow)?,
                None => value,
            },
            leg: Leg::Option(OptionLeg {
                quantity,
                kind: inputs.kind,
                strike: inputs.strike,
                volatility: inputs.volatility,
                time: inputs.time,
                rate: inputs.rate,
                carry: inputs.carry,
            }),
        })
    }

    /// Returns the furthest strike that the model reaches from every price a short option is marked
    /// at, where its own is beyond it, out of the money: an option at that strike costs no less.
    /// `None` for any other.
    #[inline(never)]
    fn edge_under(&self, quantity: Lots, kind: Kind, strike: Strike) -> Option<Strike> {
        if quantity.0 >= 0 {
            return None;
        }
        let bounds = &self.market.bounds;
        let slow = self.slow.unwrap_or(bounds.mid);
        let (price, distance) = match kind {
            Kind::Call => (bounds.low.min(slow), MODEL_EDGE),
            Kind::Put => (bounds.high.max(slow), MODEL_EDGE.saturating_neg()),
        };
        let edge = times(Scaled::from(Magnitude::from_price(price)), exp(distance));
        let edge = Magnitude::from_parts(edge.mantissa.unsigned_abs(), edge.exponent)?;
        let is_beyond = match kind {
            Kind::Call => edge.is_below(strike.0),
            Kind::Put => strike.0.is_below(edge),
        };
        is_beyond.then_some(Strike(edge))
    }

    /// Marks an option by what bounds it: long, its intrinsic value at the
    /// adverse price; short, the whole price for a call and the strike for a put, which is the most
    /// it can cost. Also returns what it moves as, that of the bound.
    #[inline(never)]
    fn bounded(&self, quantity: Lots, kind: Kind, strike: Decimal) -> Result<(Marked, Lots), AssessError> {
        let bounds = &self.market.bounds;
        let long = quantity.0 >= 0;
        let owed = strike
            .cost_ceil(quantity)
            .unwrap_or(if long { i64::MAX } else { i64::MIN });
        let worth = |price| value_within(quantity, price);
        let at = |price: Price| -> i64 {
            match (long, kind) {
                (true, Kind::Call) => worth(price).saturating_sub(owed).max(0),
                (true, Kind::Put) => owed.saturating_sub(1).saturating_sub(worth(price)).max(0),
                (false, Kind::Call) => worth(price),
                (false, Kind::Put) => owed,
            }
        };
        let adverse = match (long, kind) {
            (true, Kind::Call) | (false, Kind::Put) => bounds.low,
            (true, Kind::Put) | (false, Kind::Call) => bounds.high,
        };
        let value = Value(at(adverse));
        let moves = match (long, kind) {
            (true, Kind::Call) if value > Value::ZERO => quantity,
            (true, Kind::Put) if value > Value::ZERO => Lots(quantity.0.saturating_neg()),
            (false, Kind::Call) => quantity,
            _ => Lots::ZERO,
        };
        let marked = Marked {
            value,
            slow_value: Value(self.slow.map_or(value.0, at)),
            leg: Leg::Linear(moves),
        };
        Ok((marked, moves))
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

    /// ln(K/S), held within its format. A strike of nothing is as far away as there is.
    fn over_spot(&self, strike: Strike) -> I7F57 {
        ln(strike.0).map_or(I7F57::MIN, |log| log.saturating_sub(self.log_spot))
    }

    /// ln(F/S) = (r − q)τ, held within its format.
    fn growth(&self, time: Years) -> I7F57 {
        // Rates are within ±1 and carried in Q62, so their halves do not overflow.
        let half = (self.market.rate.0.to_bits() >> 1).wrapping_sub(self.market.carry.0.to_bits() >> 1);
        if half == 0 {
            return I7F57::ZERO;
        }
        let growth = times(
            Scaled {
                mantissa: half,
                exponent: -61,
            },
            time.0,
        );
        I7F57::from_bits(amount_within(1, growth, 57))
    }

    /// Adds q·Δ·S, q·Γ·S², q·vega, q·vega·√(30 d/τ), q·θ a year and q·ρ.
    #[inline(never)]
    fn add(&self, quantity: Lots, greeks: &Greeks, seconds: u64, sums: &mut MarketGreeks) {
        let spot = self.spot.0;
        let worth = amount_within(quantity.0, Scaled::from(spot), WORTH_BITS);
        add_to(&mut sums.delta, amount_within(worth, greeks.delta, -WORTH_BITS));
        add_to(
            &mut sums.gamma,
            amount_within(worth, times(greeks.gamma, spot), -WORTH_BITS),
        );
        add_to(&mut sums.vega, amount_within(quantity.0, greeks.vega, 0));
        let term = sqrt(quotient(THIRTY_DAYS, seconds).unwrap_or(Magnitude::ZERO));
        add_to(
            &mut sums.vega_weighted,
            amount_within(quantity.0, times(greeks.vega, term), 0),
        );
        add_to(&mut sums.theta, amount_within(quantity.0, greeks.theta, 0));
        add_to(&mut sums.rho, amount_within(quantity.0, greeks.rho, 0));
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

/// `quantity × price`, rounded down; what does not fit is the last that does.
fn value_within(quantity: Lots, price: Price) -> i64 {
    let most = if quantity.0 < 0 { i64::MIN } else { i64::MAX };
    value_floor(quantity, price).map_or(most, |value| value.0)
}

fn add_to(sum: &mut i64, more: i64) {
    *sum = sum.saturating_add(more);
}

// Each evaluation has a stack frame of its own: the virtual machine's are 4 KiB.

#[inline(never)]
fn greeks(inputs: &Inputs) -> Option<Greeks> {
    fast::greeks(inputs).ok()
}

#[inline(never)]
fn price(inputs: &Inputs) -> Option<Scaled> {
    precise::price(inputs).ok()
}
