//! Where the model ends: an option counts by what bounds it.

use super::leg::Decimal;
use super::mark::{add_to, value_within, MarketGreeks, Marking, Moves, MODEL_EDGE};
use super::marks::AtPrices;
use super::AssessError;
use crate::amount::times;
use ballast_core_math::black_scholes::{Inputs, Kind, Strike};
use ballast_core_math::kernels::precise::exp;
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::{Lots, Price, Value};

impl Marking<'_> {
    /// Marks an option where the model ends. Of two bounds on what a short one costs, by the lower.
    #[inline(never)]
    pub(super) fn beyond(
        &self,
        quantity: Lots,
        inputs: &Inputs,
        strike: Decimal,
        sums: Option<&mut MarketGreeks>,
        moves: &mut Moves,
    ) -> Result<AtPrices, AssessError> {
        let (bounded, moves_as) = self.bounded(quantity, inputs.kind, strike)?;
        let edge = self.edge_under(quantity, inputs.kind, inputs.strike);
        let inputs = Inputs {
            strike: edge.unwrap_or(inputs.strike),
            ..*inputs
        };
        let modelled = edge.and_then(|_| self.modelled(quantity, &inputs, moves));
        let Some(modelled) = modelled.filter(|modelled| modelled.worst() > bounded.worst()) else {
            if let Some(sums) = sums {
                add_to(&mut sums.delta, value_within(moves_as, self.market.bounds.mid));
            }
            *moves = Moves::Linear(moves_as);
            return Ok(bounded);
        };
        if let (Some(sums), Moves::Option(option)) = (sums, moves) {
            self.add(quantity, option.greeks(&inputs), sums);
        }
        Ok(modelled)
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
        let slow = self.asked.slow.unwrap_or(bounds.mid);
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

    /// Marks an option by what bounds it: long, its intrinsic value; short, the whole price for a
    /// call and the strike for a put, which is the most it can cost. Also returns what it moves as,
    /// that of the bound.
    #[inline(never)]
    fn bounded(&self, quantity: Lots, kind: Kind, strike: Decimal) -> Result<(AtPrices, Lots), AssessError> {
        let long = quantity.0 >= 0;
        let owed = strike
            .cost_ceil(quantity)
            .unwrap_or(if long { i64::MAX } else { i64::MIN });
        let at = |price: Price| match (long, kind) {
            (true, _) => self.intrinsic(quantity, kind, strike, price).unwrap_or_default(),
            (false, Kind::Call) => Value(value_within(quantity, price)),
            (false, Kind::Put) => Value(owed),
        };
        let bounds = &self.market.bounds;
        let adverse = AtPrices::adverse(at(bounds.low), at(bounds.mid), at(bounds.high), self.asked.slow.map(at));
        let moves = match (long, kind) {
            (true, Kind::Call) if adverse.worst() > Value::ZERO => quantity,
            (true, Kind::Put) if adverse.worst() > Value::ZERO => Lots(quantity.0.saturating_neg()),
            (false, Kind::Call) => quantity,
            _ => Lots::ZERO,
        };
        Ok((adverse, moves))
    }

    /// Returns what exercising at a price would pay, rounded down; negative for what is short.
    pub(super) fn intrinsic(
        &self,
        quantity: Lots,
        kind: Kind,
        strike: Decimal,
        price: Price,
    ) -> Result<Value, AssessError> {
        let (paid, worth) = (strike.cost_ceil(quantity)?, value_within(quantity, price));
        let gain = match kind {
            Kind::Call => worth.saturating_sub(paid),
            // The cost is rounded up and what it is worth down: a unit less than both allow.
            Kind::Put => paid.saturating_sub(1).saturating_sub(worth),
        };
        Ok(Value(if quantity.0 >= 0 { gain.max(0) } else { gain.min(0) }))
    }
}
