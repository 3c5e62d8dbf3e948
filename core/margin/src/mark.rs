//! What one leg is worth at each price that its book is judged at, and its Greeks.

use super::amount::{amount_within, quotient, times};
use super::leg::{BookLeg, Contract, Decimal};
use super::market::{within_domain, MarketInputs};
use super::marks::AtPrices;
use super::AssessError;
use ballast_core_math::black_scholes::{fast, precise, Greeks, Inputs, Kind, Spot, Strike, Volatility, Years};
use ballast_core_math::kernels::precise::{ln, sqrt};
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

/// What is asked of a leg besides its values at the price's interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// A second price, at which no leg may gain either.
    pub slow: Option<Price>,
    /// What both sides of a trade would call fair.
    pub fair: bool,
}

/// What all legs of a market share.
pub(super) struct Marking<'a> {
    pub(super) market: &'a MarketInputs<'a>,
    now: i64,
    pub(super) asked: Asked,
    spot: Spot,
    low: Spot,
    high: Spot,
    slow: Option<Spot>,
    log_spot: I7F57,
}

/// One leg, marked.
pub(super) struct Marked {
    /// Its values.
    pub(super) at: AtPrices,
    /// The leg as the scenarios take it.
    pub(super) leg: Leg,
}

/// |ln(K/S)| from which on the model is not asked: a little under the e^±5 of its domain, so that
/// both tiers agree.
pub(super) const MODEL_EDGE: I7F57 = I7F57::lit("4.99");
/// Fraction bits of a position's worth.
const WORTH_BITS: i32 = 10;

/// The fast tier's prices are within 2·10⁻⁸ of the spot: a share of 2⁻²⁵ is taken off.
const SLACK_BITS: i32 = 25;

impl<'a> Marking<'a> {
    pub(super) fn new(market: &'a MarketInputs<'a>, asked: Asked, now: i64) -> Self {
        let bounds = &market.bounds;
        let spot = Spot::from_price(bounds.mid);
        Self {
            market,
            now,
            asked,
            spot,
            low: Spot::from_price(bounds.low),
            high: Spot::from_price(bounds.high),
            slow: asked.slow.map(Spot::from_price),
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

    #[inline(never)]
    fn linear(&self, quantity: Lots, entry: Decimal, sums: Option<&mut MarketGreeks>) -> Result<Marked, AssessError> {
        let bounds = &self.market.bounds;
        let cost = entry.cost_ceil(quantity)?;
        let value = |price| Value(value_within(quantity, price).saturating_sub(cost));
        if let Some(sums) = sums {
            add_to(&mut sums.delta, value_within(quantity, bounds.mid));
        }
        let mid = value(bounds.mid);
        let adverse = AtPrices::adverse(value(bounds.low), mid, value(bounds.high), self.asked.slow.map(value));
        Ok(Marked {
            at: AtPrices {
                fair: if self.asked.fair { mid } else { Value::ZERO },
                ..adverse
            },
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
        let band = self.market.volatility.as_ref().ok_or(AssessError::NoVolatility)?;
        let seconds = seconds.unsigned_abs();
        let time = Years(quotient(seconds, SECONDS_PER_YEAR.unsigned_abs()).unwrap_or(Magnitude::ONE));
        let level = strike.strike()?;
        let over_spot = self.over_spot(level);
        let at = LogMoneyness(over_spot.saturating_sub(self.growth(time)));
        let middle = band.middle(at, time);
        let volatility = band.adverse(middle, quantity.0 >= 0, self.now, expiry);
        let inputs = self.inputs(kind, level, volatility, time);
        let is_near = over_spot.abs() <= MODEL_EDGE;
        let mut marked = match is_near.then(|| self.modelled(quantity, &inputs)).flatten() {
            Some(marked) => {
                if let Some(sums) = sums {
                    // What has a price has Greeks: their domain is the same.
                    self.add(quantity, &greeks(&inputs).unwrap_or_default(), seconds, sums);
                }
                marked
            }
            None => self.beyond(quantity, &inputs, strike, seconds, sums)?,
        };
        if self.asked.fair {
            let inputs = Inputs {
                volatility: Volatility(within_domain(middle.0)),
                ..inputs
            };
            let modelled = is_near.then(|| price(&inputs)).flatten();
            marked.at.fair = match modelled {
                Some(price) => Value(amount_within(quantity.0, price, 0)),
                None => self.intrinsic(quantity, kind, strike, self.market.bounds.mid)?,
            };
        }
        Ok(marked)
    }

    /// Marks an option by the model; `None` outside its domain. How far the strike is has been
    /// judged.
    #[inline(never)]
    pub(super) fn modelled(&self, quantity: Lots, inputs: &Inputs) -> Option<Marked> {
        // The scenarios start from the middle: it and both ends have to be inside.
        let mid = Value(amount_within(quantity.0, price(inputs)?, 0));
        let bounds = &self.market.bounds;
        let end = |is_mid: bool, spot| {
            if is_mid {
                return Some(mid);
            }
            self.near_value(quantity, &Inputs { spot, ..*inputs })
        };
        let low = end(bounds.low == bounds.mid, self.low)?;
        let high = end(bounds.high == bounds.mid, self.high)?;
        let slow = match self.slow {
            Some(slow) => Some(self.near_value(quantity, &Inputs { spot: slow, ..*inputs })?),
            None => None,
        };
        Some(Marked {
            at: AtPrices::adverse(low, mid, high, slow),
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

    /// Returns what an option is worth by the fast tier, less what that may be off by.
    #[inline(never)]
    fn near_value(&self, quantity: Lots, inputs: &Inputs) -> Option<Value> {
        let price = fast::price(inputs).ok()?;
        let size = quantity.0.saturating_abs().saturating_neg();
        let slack = amount_within(size, Scaled::from(inputs.spot.0), SLACK_BITS.saturating_neg());
        let value = amount_within(quantity.0, price, 0).saturating_add(slack);
        // What is long owes nothing.
        Some(Value(if quantity.0 >= 0 { value.max(0) } else { value }))
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
    pub(super) fn add(&self, quantity: Lots, greeks: &Greeks, seconds: u64, sums: &mut MarketGreeks) {
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
pub(super) fn value_within(quantity: Lots, price: Price) -> i64 {
    let most = if quantity.0 < 0 { i64::MIN } else { i64::MAX };
    value_floor(quantity, price).map_or(most, |value| value.0)
}

pub(super) fn add_to(sum: &mut i64, more: i64) {
    *sum = sum.saturating_add(more);
}

// Each evaluation has a stack frame of its own: the virtual machine's are 4 KiB.

#[inline(never)]
pub(super) fn greeks(inputs: &Inputs) -> Option<Greeks> {
    fast::greeks(inputs).ok()
}

#[inline(never)]
fn price(inputs: &Inputs) -> Option<Scaled> {
    precise::price(inputs).ok()
}
