//! The keeper's side of *propose, then prove*: the orders to propose.

use crate::appraisal::Appraisal;
use crate::monitor::SLICE_SECONDS;
use crate::portfolio::{PerMarket, MAX_LEGS, MAX_MARKETS};
use crate::prices::Prices;
use crate::rebalance::{check, due, Exposure, LegExposure, Proposal, RebalancePolicy};
use crate::targets::{gross, Reason, Targets};
use crate::unwind;
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Price, Ratio, TradingTerms, Value, I80F48};

/// How much of the price band the planner uses: the oracle moves between planning and execution.
const BAND_USED_PERCENT: i128 = 80;

/// An order for a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegOrder {
    /// The leg, by its place in the vault.
    pub leg: usize,
    /// Positive buys, negative sells.
    pub lots: Lots,
}

/// Orders of one rebalance: at most one in each market.
pub type Orders = [Option<LegOrder>; MAX_MARKETS];

/// What trading costs at each leg's venue; `None` where it cannot be read.
pub type Terms = [Option<TradingTerms>; MAX_LEGS];

/// What orders are planned from.
#[derive(Clone, Copy, Debug)]
pub struct PlanInputs<'a> {
    /// The bounds they have to keep.
    pub policy: &'a RebalancePolicy,
    /// What breakers and the price of each market permit in it.
    pub permissions: [Permissions; MAX_MARKETS],
    /// Where the book should be.
    pub targets: &'a Targets,
    /// The book.
    pub exposure: &'a Exposure,
    /// The published prices.
    pub prices: &'a Prices,
    /// What is left of the hour's slice, quote base units.
    pub slice_left: Value,
    /// What trading costs.
    pub terms: &'a Terms,
}

impl Appraisal<'_> {
    /// Returns the orders that are due, in the markets that are `allowed`; `None` if none is.
    pub fn orders(&self, terms: &Terms, allowed: impl Fn(usize) -> bool) -> Option<Orders> {
        let inputs = PlanInputs {
            policy: &self.vault.policy.rebalance,
            permissions: self.permissions_by_market(),
            targets: &self.targets()?,
            exposure: &self.exposure()?,
            prices: &self.prices,
            slice_left: self.slice_left()?,
            terms,
        };
        orders(&inputs, allowed)
    }

    /// Returns the order that unwinds what is left in one leg of a batch that leaves; `None` if
    /// none is due.
    pub fn unwinding_order(&self, place: usize, lots_left: Lots, terms: &TradingTerms) -> Option<Lots> {
        let leg = self.portfolio.leg(place)?;
        let (position, of) = (&leg.position, self.prices.of(leg.market)?);
        let due = unwind::due(lots_left, position.lots);
        // Whoever waits while a venue is in quarantine is filled without it.
        let is_quarantined = self.vault.is_quarantined(place);
        if is_quarantined || of.refusal.is_some() || due == Lots::ZERO || position.in_flight != Lots::ZERO {
            return None;
        }
        let mid = of.bounds.mid;
        let largest = largest_notional(&self.vault.policy.rebalance, terms)?;
        let lots = largest.fixed().checked_div(mid.fixed())?;
        let most = lots.checked_to_num::<i64>()?.checked_abs()?;
        let order = due.0.checked_neg()?.clamp(most.checked_neg()?, most);
        let notional = value_floor(Lots(order), mid)?.checked_abs()?;
        let is_worth_it = order == due.0.checked_neg()? || notional >= self.least_trade()?;
        // At so tight a price band nothing can be traded.
        let is_worth_it = is_worth_it && order != 0;
        is_worth_it.then_some(Lots(order))
    }

    /// Returns the least notional that an unwinding trade has to have. `None` on overflow.
    pub fn least_trade(&self) -> Option<Value> {
        Some(self.targets()?.least)
    }

    /// Returns what is left of what *drift* may trade in an hour, quote base units. `None` on
    /// overflow.
    pub fn slice_left(&self) -> Option<Value> {
        let nav = self.nav.low.max(Value::ZERO);
        let whole = self
            .vault
            .policy
            .rebalance
            .slice
            .of_floor(nav)
            .unwrap_or(Value(i64::MAX));
        let traded = self.vault.monitor.slice.left_ceil(self.now.unix_time, SLICE_SECONDS);
        Some(
            whole
                .checked_sub(Value::from_amount(traded).unwrap_or(whole))?
                .max(Value::ZERO),
        )
    }
}

/// Returns the orders that bring D of each market that is `allowed` to its edge, as far as
/// permissions, the limit of openings, the hour's slice and the price band allow; `None` if none is
/// due. Where one of them keeps the others from being proven, the first that is proven alone.
pub fn orders(inputs: &PlanInputs, allowed: impl Fn(usize) -> bool) -> Option<Orders> {
    let reason = due(inputs.exposure, inputs.targets).ok()?;
    let planned = |wanted: &dyn Fn(usize) -> bool| {
        let mut plan = Plan {
            inputs,
            reason,
            deltas: inputs.exposure.deltas_if_filled(),
            slice_left: inputs.slice_left,
        };
        let mut orders: Orders = [None; MAX_MARKETS];
        for (market, order) in orders.iter_mut().enumerate().filter(|(market, _)| wanted(*market)) {
            *order = plan.order(market);
        }
        orders
    };
    let all = planned(&allowed);
    let alone = (0..MAX_MARKETS).filter(|market| allowed(*market));
    let alone = alone.map(|market| planned(&|other| other == market));
    core::iter::once(all)
        .chain(alone)
        .find(|orders| is_proven(inputs, orders))
}

/// What is planned so far.
struct Plan<'a> {
    inputs: &'a PlanInputs<'a>,
    reason: Reason,
    /// D of each market with what is planned.
    deltas: PerMarket,
    /// What is left of the hour's slice.
    slice_left: Value,
}

impl Plan<'_> {
    /// Returns the order in a market, and takes note of it.
    fn order(&mut self, market: usize) -> Option<LegOrder> {
        let PlanInputs {
            policy,
            permissions,
            targets,
            exposure,
            prices,
            terms,
            ..
        } = *self.inputs;
        let before = exposure.deltas_if_filled();
        let of = prices.of(market).filter(|of| of.refusal.is_none())?;
        let waits = |(_, leg): (usize, &LegExposure)| leg.lots != leg.lots_if_filled;
        if !targets.is_due(self.reason, market, &before) || exposure.legs_of(market).any(waits) {
            return None;
        }
        let delta = *before.get(market)?;
        let edge = self.reachable(market, targets.edge(self.reason, market, &before)?)?;
        let gap = Value(edge).checked_sub(delta)?;
        let (place, leg) = chosen(exposure, market, gap, terms)?;
        let depth = largest_notional(policy, terms.get(place)?.as_ref()?)?;
        let most = match self.reason {
            Reason::Breach => depth,
            Reason::Drift => depth.min(self.slice_left),
        };
        let notional = Value(gap.0.clamp(most.0.checked_neg()?, most.0));
        let lots = sized(gap, notional, of.bounds.mid)?;
        // Where the target is flat, close the position itself: dividing by the price could leave a
        // lot behind.
        let is_flat = targets.of(market)?.delta == Value::ZERO && edge == 0;
        let is_alone = exposure.legs_of(market).count() == 1;
        let lots = if is_flat && is_alone && notional == gap {
            Lots(leg.lots.0.checked_neg()?)
        } else {
            lots
        };
        // Legs are never set against each other, and what only reduces does not go past nothing.
        let only_reduces = !permissions.get(market)?.open || !is_alone;
        let lots = if only_reduces && leg.lots != Lots::ZERO && !leg.lots.is_reduced_by(lots) {
            only_reducing(leg.lots, lots, is_alone)?
        } else {
            lots
        };
        let traded = value_floor(lots, of.bounds.mid)?;
        let planned = self.deltas.get_mut(market)?;
        *planned = planned.checked_add(traded)?;
        self.slice_left = self.slice_left.saturating_sub(traded.checked_abs()?).max(Value::ZERO);
        (lots != Lots::ZERO).then_some(LegOrder { leg: place, lots })
    }

    /// Returns how near to `edge` D of a market can be brought: where nothing may be added it stays
    /// where it is.
    fn reachable(&self, market: usize, edge: Value) -> Option<i64> {
        let delta = *self.deltas.get(market)?;
        let others = gross(&self.deltas).checked_sub(delta.checked_abs()?)?;
        let open = self
            .inputs
            .targets
            .of(market)?
            .open
            .checked_sub(others)?
            .max(Value::ZERO)
            .0;
        let most = if edge.0.signum() == delta.0.signum() {
            open.max(delta.checked_abs()?.0)
        } else {
            open
        };
        Some(edge.0.clamp(most.checked_neg()?, most))
    }
}

/// Returns the leg to trade in: the largest that the trade reduces; if it reduces none, the first
/// whose terms can be read.
fn chosen<'a>(exposure: &'a Exposure, market: usize, gap: Value, terms: &Terms) -> Option<(usize, &'a LegExposure)> {
    let tradable = |(place, _): &(usize, &LegExposure)| terms.get(*place).is_some_and(Option::is_some);
    let legs = || exposure.legs_of(market).filter(tradable);
    let reduced = legs().filter(|(_, leg)| leg.lots.0.signum() == gap.0.signum().saturating_neg());
    let largest = reduced.max_by_key(|(_, leg)| leg.lots.0.unsigned_abs());
    largest
        .filter(|(_, leg)| leg.lots != Lots::ZERO)
        .or_else(|| legs().next())
}

/// Returns the lots of a notional on the way to a gap, toward zero: a lot more could be one too
/// far. One lot may be worth more than the whole way.
fn sized(gap: Value, notional: Value, price: Price) -> Option<Lots> {
    let size = notional.checked_abs()?.fixed().checked_div(price.fixed())?;
    let size = size.checked_to_num::<i64>()?;
    Some(match size.checked_mul(notional.0.signum())? {
        0 => Lots(gap.0.signum()),
        lots => Lots(lots),
    })
}

/// Returns the part of `order` that only reduces `position`; all of it where it goes the other way
/// and may.
fn only_reducing(position: Lots, order: Lots, is_alone: bool) -> Option<Lots> {
    if position.0.signum() == order.0.signum().saturating_neg() {
        return Some(Lots(position.0.checked_neg()?));
    }
    Some(if is_alone { Lots::ZERO } else { order })
}

/// Returns whether orders would be proven if they filled at the published price, at no cost.
fn is_proven(inputs: &PlanInputs, orders: &Orders) -> bool {
    let proven = || {
        let (after, traded) = predicted(inputs, orders)?;
        let mut depths = [Value::ZERO; MAX_LEGS];
        for (depth, terms) in depths.iter_mut().zip(inputs.terms) {
            *depth = terms
                .as_ref()
                .map_or(Some(Value::ZERO), |terms| largest_notional(inputs.policy, terms))?;
        }
        let proposal = Proposal {
            policy: inputs.policy,
            permissions: inputs.permissions,
            targets: inputs.targets,
            cap_after: inputs.targets.cap,
            before: inputs.exposure,
            after: &after,
            traded,
            slice_left: inputs.slice_left,
            depths,
        };
        check(&proposal).ok()
    };
    proven().is_some()
}

/// Returns the book after orders that fill at the published price at no cost, and their notional.
fn predicted(inputs: &PlanInputs, orders: &Orders) -> Option<(Exposure, Value)> {
    let mut after = *inputs.exposure;
    let mut traded = Value::ZERO;
    for order in orders.iter().flatten() {
        let leg = after.legs.get_mut(order.leg)?.as_mut()?;
        let mid = inputs.prices.mid(leg.market)?;
        leg.lots = leg.lots.checked_add(order.lots)?;
        leg.lots_if_filled = leg.lots;
        leg.delta = value_floor(leg.lots, mid)?;
        leg.delta_if_filled = leg.delta;
        traded = traded.checked_add(value_floor(order.lots, mid)?.checked_abs()?)?;
    }
    Some((after, traded))
}

/// Returns the notional whose spread, fee and linear impact use up the planner's part of the price
/// band or of the cost budget, whichever is used up first: quote base units. `None` on overflow.
pub fn largest_notional(policy: &RebalancePolicy, terms: &TradingTerms) -> Option<Value> {
    let part = |limit: Ratio| limit.fixed().checked_mul_int(BAND_USED_PERCENT)?.checked_div_int(100);
    let by_price = part(policy.price_band)?.checked_sub(terms.half_spread.fixed())?;
    let by_cost = part(policy.max_cost)?
        .checked_sub(terms.half_spread.fixed())?
        .checked_sub(terms.taker_fee.fixed())?;
    let usable = by_price.min(by_cost).max(I80F48::ZERO);
    // Impact of one per cent at `depth_one_percent`: notional = usable × 100 × depth.
    Value::floor(
        usable
            .checked_mul_int(100)?
            .checked_mul_int(i128::from(terms.depth_one_percent.0))?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::fixtures::{at, prices};
    use crate::targets::fixtures::{market, of_markets};
    use ballast_core_market::breaker::{self, BreakerSet};
    use ballast_core_types::fixtures::ratio;
    use core::array::from_fn;
    use proptest::prelude::*;

    fn policy() -> RebalancePolicy {
        RebalancePolicy {
            price_band: ratio("0.01"),
            slice: ratio("1"),
            max_cost: ratio("0.02"),
        }
    }

    fn venue() -> TradingTerms {
        TradingTerms {
            half_spread: ratio("0.0005"),
            taker_fee: ratio("0.0005"),
            depth_one_percent: Value(10_000_000),
        }
    }

    fn targets(delta: i64) -> Targets {
        opening(delta, 8_000_000)
    }

    fn opening(delta: i64, open: i64) -> Targets {
        of_markets(&[market(delta, 100_000, open)], 25_000, 8_000_000)
    }

    fn leg(market: usize, lots: i64) -> LegExposure {
        let delta = Value(lots * 100);
        LegExposure {
            market,
            lots: Lots(lots),
            lots_if_filled: Lots(lots),
            delta,
            delta_if_filled: delta,
            leaving: [Lots::ZERO; 2],
        }
    }

    fn of(legs: &[LegExposure]) -> Exposure {
        Exposure {
            legs: from_fn(|place| legs.get(place).copied()),
            nav: Value(10_000_000),
        }
    }

    fn book(lots: i64) -> Exposure {
        of(&[leg(0, lots)])
    }

    fn permitted(calm: bool) -> [Permissions; MAX_MARKETS] {
        let active = if calm { BreakerSet::NONE } else { BreakerSet::ALL };
        [breaker::permitted(active, calm); MAX_MARKETS]
    }

    /// Returns what is planned at a price of a hundred in each market, with 10,000,000 left of the
    /// slice.
    fn planned(targets: &Targets, exposure: &Exposure, calm: bool, terms: TradingTerms) -> Option<Orders> {
        orders(
            &PlanInputs {
                policy: &policy(),
                permissions: permitted(calm),
                targets,
                exposure,
                prices: &prices(&[at(["100"; 3], "100"); 3]),
                slice_left: Value(10_000_000),
                terms: &[Some(terms); MAX_LEGS],
            },
            |_| true,
        )
    }

    /// Returns the order of a book of one leg.
    fn order(targets: &Targets, lots: i64, calm: bool, terms: TradingTerms) -> Option<Lots> {
        let [first, rest @ ..] = planned(targets, &book(lots), calm, terms)?;
        assert_eq!(rest, [None; MAX_MARKETS - 1]);
        first.map(|order| order.lots)
    }

    #[test]
    fn the_table_of_orders() {
        for (lots, target, calm, expected) in [
            (0, 5_000_000, true, Some(49_000)),
            (0, 5_000_000, false, None),
            (51_249, 5_000_000, true, None),
            (51_250, 5_000_000, true, Some(-250)),
            (60_000, 5_000_000, false, Some(-9_000)),
            (60_000, -1_000_000, false, Some(-60_000)),
            (60_000, -1_000_000, true, Some(-69_000)),
            (60_003, 0, true, Some(-59_003)),
        ] {
            let got = order(&targets(target), lots, calm, venue());
            assert_eq!(got, expected.map(Lots), "{lots} {target} {calm}");
        }
    }

    #[test]
    fn without_a_cushion_the_last_lot_goes() {
        let flat = of_markets(&[market(0, 100_000, 0)], 25_000, 0);
        for lots in [60_003, 1, -1] {
            let got = order(&flat, lots, false, venue());
            assert_eq!(got, Some(Lots(-lots)), "{lots}");
        }
    }

    #[test]
    fn a_thin_venue_gets_slices() {
        let thin = TradingTerms {
            depth_one_percent: Value(100_000),
            ..venue()
        };
        let got = order(&targets(5_000_000), 0, true, thin);
        // 0.8 % less half a spread of 0.05 % is 0.75 %: 75,000 of notional.
        assert_eq!(got, Some(Lots(750)));
    }

    #[test]
    fn a_tight_cost_budget_makes_slices_smaller() {
        let tight = RebalancePolicy {
            max_cost: ratio("0.005"),
            ..policy()
        };
        let thin = TradingTerms {
            depth_one_percent: Value(100_000),
            ..venue()
        };
        let planned = orders(
            &PlanInputs {
                policy: &tight,
                permissions: permitted(true),
                targets: &targets(5_000_000),
                exposure: &book(0),
                prices: &prices(&[at(["100"; 3], "100")]),
                slice_left: Value(10_000_000),
                terms: &[Some(thin); MAX_LEGS],
            },
            |_| true,
        );
        let planned = planned.and_then(|[first, ..]| first).map(|order| order.lots);
        // 0.4 % less half a spread and the fee is 0.3 %: 30,000 of notional, give or take the last
        // digit of the ratios.
        assert!(matches!(planned, Some(Lots(299..=300))), "{planned:?}");
    }

    #[test]
    fn each_market_that_has_drifted_gets_an_order_within_one_slice() {
        let two = of_markets(
            &[
                market(5_000_000, 100_000, 9_000_000),
                market(-2_000_000, 100_000, 9_000_000),
            ],
            25_000,
            9_000_000,
        );
        let lots = |exposure: &Exposure| {
            planned(&two, exposure, true, venue())
                .map(|orders| orders.map(|order| order.map(|order| (order.leg, order.lots.0))))
        };
        let got = lots(&of(&[leg(0, 0), leg(1, 0)]));
        assert_eq!(got, Some([Some((0, 49_000)), Some((1, -19_000)), None, None]));
        // One is in place.
        let got = lots(&of(&[leg(0, 50_000), leg(1, 0)]));
        assert_eq!(got, Some([None, Some((1, -19_000)), None, None]));
        assert_eq!(lots(&of(&[leg(0, 50_000), leg(1, -20_000)])), None);
        // What the first takes of the slice is not there for the second.
        let far = of_markets(
            &[
                market(8_000_000, 100_000, 16_000_000),
                market(-8_000_000, 100_000, 16_000_000),
            ],
            25_000,
            16_000_000,
        );
        let got = planned(&far, &of(&[leg(0, 0), leg(1, 0)]), true, venue()).unwrap();
        assert_eq!(
            got.map(|order| order.map(|order| order.lots.0)),
            [Some(75_000), Some(-25_000), None, None]
        );
    }

    #[test]
    fn a_breach_cuts_what_is_more_than_wanted_of_each_market() {
        let two = of_markets(
            &[market(3_000_000, 100_000, 0), market(-2_000_000, 100_000, 0)],
            25_000,
            6_000_000,
        );
        let got = planned(&two, &of(&[leg(0, 50_000), leg(1, -30_000)]), false, venue()).unwrap();
        assert_eq!(
            got.map(|order| order.map(|order| order.lots.0)),
            [Some(-13_333), Some(6_666), None, None]
        );
    }

    #[test]
    fn the_largest_leg_is_reduced_first_and_none_is_set_against_another() {
        let got = |legs: &[LegExposure], target| {
            let orders = planned(&targets(target), &of(legs), true, venue())?;
            orders
                .map(|order| order.map(|order| (order.leg, order.lots.0)))
                .into_iter()
                .flatten()
                .next()
        };
        assert_eq!(got(&[leg(0, 20_000), leg(0, 40_000)], 5_000_000), Some((1, -9_000)));
        assert_eq!(got(&[leg(0, 20_000), leg(0, 10_000)], 5_000_000), Some((0, 19_000)));
        // No further than the leg goes.
        assert_eq!(got(&[leg(0, 20_000), leg(0, 25_000)], 0), Some((1, -25_000)));
        assert_eq!(got(&[leg(0, 20_000), leg(0, -3_000)], 5_000_000), Some((1, 3_000)));
    }

    proptest! {
        #[test]
        fn whatever_is_planned_is_admitted(
            lots in -90_000i64..90_000, target in -8_000_000i64..8_000_000, open in 0i64..8_000_000,
            slice in 0i64..12_000_000, depth in 100_000i64..20_000_000, calm: bool
        ) {
            let targets = opening(target, open);
            let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
            let inputs = PlanInputs {
                policy: &policy(), permissions: permitted(calm), targets: &targets, exposure: &book(lots),
                prices: &prices(&[at(["100"; 3], "100")]), slice_left: Value(slice), terms: &[Some(terms); MAX_LEGS],
            };
            if let Some([Some(planned), ..]) = orders(&inputs, |_| true) {
                let planned = planned.lots;
                let verdict = check(&Proposal {
                    policy: &policy(), permissions: permitted(calm), targets: &targets, cap_after: targets.cap, before: &book(lots),
                    after: &book(lots + planned.0), traded: Value(planned.0.abs() * 100), slice_left: Value(slice),
                    depths: [largest_notional(&policy(), &terms).unwrap(); MAX_LEGS],
                });
                prop_assert!(verdict.is_ok(), "{verdict:?}");
            }
        }

        /// From any book of several markets there is a way home, by planned trades that only
        /// reduce, in any regime and however thin the venues.
        #[test]
        fn a_breach_of_several_markets_always_has_a_trade_and_ends(
            held in prop::array::uniform3(-60_000i64..60_000), wanted in prop::array::uniform3(-2_000_000i64..2_000_000),
            cap in 0i64..8_000_000, depth in 10_000i64..20_000_000
        ) {
            // As `targets` scales what is wanted.
            let total: i64 = wanted.iter().map(|wanted| wanted.abs()).sum();
            let scaled = wanted.map(|wanted| if total > cap { wanted * (cap / 1_000) / total.max(1) * 1_000 } else { wanted });
            let targets = of_markets(&scaled.map(|wanted| market(wanted, 100_000, 0)), 25_000, cap);
            let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
            let mut lots = held;
            for _ in 0..3_000 {
                let exposure = of(&[leg(0, lots[0]), leg(1, lots[1]), leg(2, lots[2])]);
                if targets.reason(&exposure.deltas()) != Some(Reason::Breach) {
                    break;
                }
                let planned = planned(&targets, &exposure, false, terms);
                prop_assert!(planned.is_some(), "{lots:?}");
                for order in planned.unwrap().into_iter().flatten() {
                    prop_assert!(Lots(lots[order.leg]).is_reduced_by(order.lots), "{lots:?}: {order:?}");
                    lots[order.leg] += order.lots.0;
                }
            }
            let gross: i64 = lots.iter().map(|lots| lots.abs() * 100).sum();
            prop_assert!(gross <= targets.hold().0, "{lots:?}");
            let was: i64 = held.iter().map(|lots| lots.abs() * 100).sum();
            prop_assert!(gross >= cap.min(was) - 300, "no further than the cap: {lots:?}");
        }

        /// From any book there is a way home: whatever is above what may be held is brought under
        /// it by planned trades, in any regime and however thin the venue, and none of them opens.
        #[test]
        fn a_breach_always_has_a_trade_and_ends(
            lots in -90_000i64..90_000, target in -8_000_000i64..8_000_000, cap in 0i64..8_000_000, depth in 10_000i64..20_000_000
        ) {
            let targets = of_markets(&[market(target.clamp(-cap, cap), 100_000, 0)], 25_000, cap);
            let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
            let mut held = lots;
            for _ in 0..2_000 {
                if targets.reason(&book(held).deltas()) != Some(Reason::Breach) {
                    break;
                }
                let planned = order(&targets, held, false, terms);
                prop_assert!(planned.is_some_and(|order| Lots(held).is_reduced_by(order)), "{held}: {planned:?}");
                held += planned.unwrap().0;
            }
            prop_assert!(targets.excess(&book(held).deltas()) == Value(0), "{held}");
            prop_assert!(held.abs() * 100 >= targets.cap.0.min(lots.abs() * 100) - 100, "no further than the cap: {held}");
        }
    }
}
