//! What one leg is worth at each price that its book is judged at, and its Greeks.

use super::amount::{amount_within, times, years};
use super::leg::{BookLeg, Contract, Decimal};
use super::market::{within_domain, MarketInputs};
use super::marks::AtPrices;
use super::AssessError;
use ballast_core_math::black_scholes::shocked::{Move, Shocked, Size};
use ballast_core_math::black_scholes::{precise, Greeks, Inputs, Kind, Spot, Strike, Volatility, Years};
use ballast_core_math::kernels::precise::ln;
use ballast_core_math::surface::LogMoneyness;
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::{value_floor, wide, Lots, Price, Value, SECONDS_PER_DAY, SECONDS_PER_YEAR};
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
    low: End,
    high: End,
    slow: Option<End>,
    log_spot: I7F57,
}

/// A price besides the published one at which a leg is marked.
#[derive(Clone, Copy)]
enum End {
    /// The published one itself.
    Mid,
    At(Move),
    /// So far away that no option is marked there.
    OutOfReach,
}

/// The terms of an option.
struct OptionTerms {
    kind: Kind,
    strike: Decimal,
    expiry: i64,
}

/// A leg as the scenarios take it.
pub(super) enum Moves {
    /// One for one with the price.
    Linear(Lots),
    Option(Shocked),
}

/// |ln(K/S)| from which on the model is not asked: a little under the e^±5 of its domain, so that
/// both tiers agree.
pub(super) const MODEL_EDGE: I7F57 = I7F57::lit("4.99");
/// Fraction bits of a position's worth.
const WORTH_BITS: i32 = 10;

impl<'a> Marking<'a> {
    pub(super) fn new(market: &'a MarketInputs<'a>, asked: Asked, now: i64) -> Self {
        let bounds = &market.bounds;
        let spot = Spot::from_price(bounds.mid);
        let end = |price: Price| {
            if price == bounds.mid {
                return End::Mid;
            }
            Move::between(spot.0, Magnitude::from_price(price)).map_or(End::OutOfReach, End::At)
        };
        Self {
            market,
            now,
            asked,
            spot,
            low: end(bounds.low),
            high: end(bounds.high),
            slow: asked.slow.map(end),
            // A price is positive.
            log_spot: ln(spot.0).unwrap_or(I7F57::MAX),
        }
    }

    /// Marks a leg, says in `moves` how it moves (the virtual machine copies what is handed up word
    /// by word), and adds its Greeks to `sums`, if wanted, which are finished by
    /// [`MarketGreeks::per_unit`].
    pub(super) fn mark(
        &self,
        leg: &BookLeg,
        sums: Option<&mut MarketGreeks>,
        moves: &mut Moves,
    ) -> Result<AtPrices, AssessError> {
        let quantity = leg.quantity;
        match leg.contract {
            Contract::Linear { entry } => {
                *moves = Moves::Linear(quantity);
                self.linear(quantity, entry, sums)
            }
            Contract::Option { kind, strike, expiry } => {
                let terms = OptionTerms { kind, strike, expiry };
                self.option(quantity, &terms, sums, moves)
            }
        }
    }

    #[inline(never)]
    fn linear(&self, quantity: Lots, entry: Decimal, sums: Option<&mut MarketGreeks>) -> Result<AtPrices, AssessError> {
        let bounds = &self.market.bounds;
        let cost = entry.cost_ceil(quantity)?;
        let value = |price| Value(value_within(quantity, price).saturating_sub(cost));
        if let Some(sums) = sums {
            add_to(&mut sums.delta, value_within(quantity, bounds.mid));
        }
        let mid = value(bounds.mid);
        let adverse = AtPrices::adverse(value(bounds.low), mid, value(bounds.high), self.asked.slow.map(value));
        Ok(AtPrices {
            fair: if self.asked.fair { mid } else { Value::ZERO },
            ..adverse
        })
    }

    fn option(
        &self,
        quantity: Lots,
        terms: &OptionTerms,
        sums: Option<&mut MarketGreeks>,
        moves: &mut Moves,
    ) -> Result<AtPrices, AssessError> {
        let OptionTerms { kind, strike, expiry } = *terms;
        let seconds = expiry.saturating_sub(self.now);
        if seconds <= 0 {
            return Err(AssessError::Expired);
        }
        let band = self.market.volatility.as_ref().ok_or(AssessError::NoVolatility)?;
        let time = years(seconds.unsigned_abs());
        let level = strike.strike()?;
        let over_spot = self.over_spot(level);
        let at = LogMoneyness(over_spot.saturating_sub(self.growth(time)));
        let middle = band.middle(at, time);
        let volatility = band.adverse(middle, quantity.0 >= 0, self.now, expiry);
        let inputs = self.inputs(kind, level, volatility, time);
        let is_near = over_spot.abs() <= MODEL_EDGE;
        let modelled = if is_near {
            self.modelled(quantity, &inputs, moves)
        } else {
            None
        };
        let mut at_prices = match modelled {
            Some(at_prices) => {
                if let (Some(sums), Moves::Option(option)) = (sums, moves) {
                    self.add(quantity, option.greeks(&inputs), sums);
                }
                at_prices
            }
            None => self.beyond(quantity, &inputs, strike, sums, moves)?,
        };
        if self.asked.fair {
            let inputs = Inputs {
                volatility: Volatility(within_domain(middle.0)),
                ..inputs
            };
            let modelled = if is_near { price(&inputs) } else { None };
            at_prices.fair = match modelled {
                Some(price) => Value(amount_within(quantity.0, price, 0)),
                None => self.intrinsic(quantity, kind, strike, self.market.bounds.mid)?,
            };
        }
        Ok(at_prices)
    }

    /// Marks an option by the model; `None` outside its domain, and for a quantity of nothing. How
    /// far the strike is has been judged.
    #[inline(never)]
    pub(super) fn modelled(&self, quantity: Lots, inputs: &Inputs, moves: &mut Moves) -> Option<AtPrices> {
        let mid = Value(amount_within(quantity.0, price(inputs)?, 0));
        let option = Shocked::new(inputs, Size::of(quantity, self.spot.0)?).ok()?;
        let at = |end: &End| match end {
            End::Mid => Some(mid),
            End::At(away) => Some(Value(option.worth_floor(away))),
            End::OutOfReach => None,
        };
        let (low, high) = (at(&self.low)?, at(&self.high)?);
        let slow = match &self.slow {
            Some(slow) => Some(at(slow)?),
            None => None,
        };
        *moves = Moves::Option(option);
        Some(AtPrices::adverse(low, mid, high, slow))
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
    pub(super) fn add(&self, quantity: Lots, (greeks, term): (Greeks, Magnitude), sums: &mut MarketGreeks) {
        let spot = self.spot.0;
        let worth = amount_within(quantity.0, Scaled::from(spot), WORTH_BITS);
        add_to(&mut sums.delta, amount_within(worth, greeks.delta, -WORTH_BITS));
        add_to(
            &mut sums.gamma,
            amount_within(worth, times(greeks.gamma, spot), -WORTH_BITS),
        );
        add_to(&mut sums.vega, amount_within(quantity.0, greeks.vega, 0));
        add_to(
            &mut sums.vega_weighted,
            amount_within(quantity.0, times(greeks.vega, term), 0),
        );
        add_to(&mut sums.theta, amount_within(quantity.0, greeks.theta, 0));
        add_to(&mut sums.rho, amount_within(quantity.0, greeks.rho, 0));
    }
}

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
    *sum = wide::saturating_sum(*sum, more);
}

/// The precise tier has a stack frame of its own: the virtual machine's are 4 KiB.
#[inline(never)]
fn price(inputs: &Inputs) -> Option<Scaled> {
    precise::price(inputs).ok()
}
