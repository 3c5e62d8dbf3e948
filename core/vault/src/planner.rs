//! The keeper's side of *propose, then prove*: the order to propose.

use crate::appraisal::Appraisal;
use crate::exposure::{Reason, Targets};
use crate::monitor::SLICE_SECONDS;
use crate::rebalance::{check, due, Exposure, Proposal, RebalancePolicy};
use crate::unwind;
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{value_floor, Lots, Price, Ratio, TradingTerms, Value, I80F48};

/// How much of the price band the planner uses: the oracle moves between planning and execution.
const BAND_USED_PERCENT: i128 = 80;

/// What an order is planned from.
#[derive(Clone, Copy, Debug)]
pub struct PlanInputs<'a> {
    /// The bounds it has to keep.
    pub policy: &'a RebalancePolicy,
    /// What breakers and the price permit.
    pub permissions: Permissions,
    /// Where the book should be.
    pub targets: &'a Targets,
    /// The book.
    pub exposure: &'a Exposure,
    /// The published price.
    pub price: Price,
    /// What is left of the hour's slice, quote base units.
    pub slice_left: Value,
    /// What trading costs.
    pub terms: &'a TradingTerms,
}

impl Appraisal<'_> {
    /// Returns the order that is due; `None` if none is.
    pub fn order(&self, terms: &TradingTerms) -> Option<Lots> {
        order(&PlanInputs {
            policy: &self.vault.policy.rebalance,
            permissions: self.permissions,
            targets: &self.targets()?,
            exposure: &self.exposure()?,
            price: self.prices.bounds.mid,
            slice_left: self.slice_left()?,
            terms,
        })
    }

    /// Returns the order that unwinds what is left of a batch that leaves; `None` if none is due.
    pub fn unwinding_order(&self, lots_left: Lots, terms: &TradingTerms) -> Option<Lots> {
        let position = &self.portfolio.position;
        let due = unwind::due(lots_left, position.lots);
        // Whoever waits while a venue is in quarantine is filled without it.
        let is_quarantined = self.vault.cases.is_quarantined();
        if is_quarantined || due == Lots::ZERO || position.in_flight != Lots::ZERO {
            return None;
        }
        let largest = largest_notional(&self.vault.policy.rebalance, terms)?;
        let lots = largest.fixed().checked_div(self.prices.bounds.mid.fixed())?;
        let most = lots.checked_to_num::<i64>()?.checked_abs()?;
        let order = due.0.checked_neg()?.clamp(most.checked_neg()?, most);
        let notional = value_floor(Lots(order), self.prices.bounds.mid)?.checked_abs()?;
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

/// Returns the order that brings D to the edge of its band, as far as permissions, the limit of
/// openings, the hour's slice and the price band allow; `None` if none is due.
pub fn order(inputs: &PlanInputs) -> Option<Lots> {
    let PlanInputs {
        policy,
        permissions,
        targets,
        exposure: book,
        price,
        slice_left,
        terms,
    } = *inputs;
    if book.lots != book.lots_if_filled {
        return None;
    }
    let reason = due(book, targets).ok()?;
    let depth = largest_notional(policy, terms)?;
    let most = match reason {
        Reason::Breach => depth,
        Reason::Drift => depth.min(slice_left),
    };
    // Where nothing may be added it stays where it is.
    let open = targets.open.max(book.delta.checked_abs()?).0;
    let edge = targets.edge(book.delta).0;
    let edge = if edge.signum() == book.delta.0.signum() {
        edge.clamp(open.checked_neg()?, open)
    } else {
        edge.clamp(targets.open.0.checked_neg()?, targets.open.0)
    };
    let gap = Value(edge).checked_sub(book.delta)?;
    let notional = Value(gap.0.clamp(most.0.checked_neg()?, most.0));
    // Toward zero: a lot more could be one too far.
    let size = notional
        .checked_abs()?
        .fixed()
        .checked_div(price.fixed())?
        .checked_to_num::<i64>()?;
    let lots = Lots(size.checked_mul(notional.0.signum())?);
    // One lot may be worth more than the way to the edge.
    let lots = match lots {
        Lots::ZERO => Lots(gap.0.signum()),
        lots => lots,
    };
    // Where the target is flat, close the position itself: dividing by the price could leave a lot
    // behind.
    let closes = targets.delta == Value::ZERO && edge == 0 && notional == gap;
    let lots = if closes { Lots(book.lots.0.checked_neg()?) } else { lots };
    let reduce_only = !permissions.open;
    let lots = if reduce_only && !book.lots.is_reduced_by(lots) {
        only_reducing(book.lots, lots)?
    } else {
        lots
    };
    let after = predicted(book, lots, price)?;
    let traded = after.delta.checked_sub(book.delta)?.checked_abs()?;
    let proposal = Proposal {
        policy,
        permissions,
        targets,
        cap_after: targets.cap,
        before: book,
        after: &after,
        traded,
        slice_left,
        depth,
    };
    check(&proposal).ok()?;
    Some(lots)
}

/// Returns the book after `lots` more at the oracle price, at no cost.
fn predicted(book: &Exposure, lots: Lots, price: Price) -> Option<Exposure> {
    let after = book.lots.checked_add(lots)?;
    let delta = value_floor(after, price)?;
    Some(Exposure {
        lots: after,
        lots_if_filled: after,
        delta,
        delta_if_filled: delta,
        leaving: book.leaving,
        nav: book.nav,
    })
}

/// Returns the part of `order` that only reduces `position`.
fn only_reducing(position: Lots, order: Lots) -> Option<Lots> {
    if position.0.signum() == order.0.signum().saturating_neg() {
        Some(Lots(position.0.checked_neg()?))
    } else {
        Some(Lots::ZERO)
    }
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
    use ballast_core_market::breaker::{permitted, BreakerSet};
    use ballast_core_types::fixtures::{price, ratio};
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
        Targets {
            delta: Value(delta),
            band: Value(100_000),
            least: Value(25_000),
            cap: Value(8_000_000),
            open: Value(8_000_000),
            cushion: Value(0),
            floor: Value(0),
        }
    }

    fn book(lots: i64) -> Exposure {
        let delta = Value(lots * 100);
        Exposure {
            lots: Lots(lots),
            lots_if_filled: Lots(lots),
            delta,
            delta_if_filled: delta,
            leaving: [Lots::ZERO; 2],
            nav: Value(10_000_000),
        }
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
            let got = order(&PlanInputs {
                policy: &policy(),
                permissions: permitted(BreakerSet::NONE, calm),
                targets: &targets(target),
                exposure: &book(lots),
                price: price("100"),
                slice_left: Value(10_000_000),
                terms: &venue(),
            });
            assert_eq!(got, expected.map(Lots), "{lots} {target} {calm}");
        }
    }

    #[test]
    fn without_a_cushion_the_last_lot_goes() {
        let flat = Targets {
            cap: Value(0),
            open: Value(0),
            ..targets(0)
        };
        for lots in [60_003, 1, -1] {
            let got = order(&PlanInputs {
                policy: &policy(),
                permissions: permitted(BreakerSet::NONE, false),
                targets: &flat,
                exposure: &book(lots),
                price: price("100"),
                slice_left: Value(10_000_000),
                terms: &venue(),
            });
            assert_eq!(got, Some(Lots(-lots)), "{lots}");
        }
    }

    #[test]
    fn a_thin_venue_gets_slices() {
        let thin = TradingTerms {
            depth_one_percent: Value(100_000),
            ..venue()
        };
        let got = order(&PlanInputs {
            policy: &policy(),
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(5_000_000),
            exposure: &book(0),
            price: price("100"),
            slice_left: Value(10_000_000),
            terms: &thin,
        });
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
        let planned = order(&PlanInputs {
            policy: &tight,
            permissions: permitted(BreakerSet::NONE, true),
            targets: &targets(5_000_000),
            exposure: &book(0),
            price: price("100"),
            slice_left: Value(10_000_000),
            terms: &thin,
        });
        // 0.4 % less half a spread and the fee is 0.3 %: 30,000 of notional, give or take the last
        // digit of the ratios.
        assert!(matches!(planned, Some(Lots(299..=300))), "{planned:?}");
    }

    proptest! {
        #[test]
        fn whatever_is_planned_is_admitted(
            lots in -90_000i64..90_000, target in -8_000_000i64..8_000_000, open in 0i64..8_000_000,
            slice in 0i64..12_000_000, depth in 100_000i64..20_000_000, calm: bool
        ) {
            let targets = Targets { open: Value(open), ..targets(target) };
            let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
            let permitted = permitted(BreakerSet::NONE, calm);
            let inputs = PlanInputs {
                policy: &policy(), permissions: permitted, targets: &targets, exposure: &book(lots), price: price("100"),
                slice_left: Value(slice), terms: &terms,
            };
            if let Some(planned) = order(&inputs) {
                let verdict = check(&Proposal {
                    policy: &policy(), permissions: permitted, targets: &targets, cap_after: targets.cap, before: &book(lots),
                    after: &book(lots + planned.0), traded: Value(planned.0.abs() * 100), slice_left: Value(slice),
                    depth: largest_notional(&policy(), &terms).unwrap(),
                });
                prop_assert!(verdict.is_ok(), "{verdict:?}");
            }
        }

        /// From any book there is a way home: whatever is above what may be held is brought under
        /// it by planned trades, in any regime and however thin the venue, and none of them opens.
        #[test]
        fn a_breach_always_has_a_trade_and_ends(
            lots in -90_000i64..90_000, target in -8_000_000i64..8_000_000, cap in 0i64..8_000_000, depth in 10_000i64..20_000_000
        ) {
            let targets = Targets { open: Value(0), ..targets(target) }.capped(Value(cap));
            let terms = TradingTerms { depth_one_percent: Value(depth), ..venue() };
            let mut held = lots;
            for _ in 0..2_000 {
                if targets.reason(book(held).delta) != Some(Reason::Breach) {
                    break;
                }
                let inputs = PlanInputs {
                    policy: &policy(), permissions: permitted(BreakerSet::ALL, false), targets: &targets, exposure: &book(held),
                    price: price("100"), slice_left: Value(0), terms: &terms,
                };
                let planned = order(&inputs);
                prop_assert!(planned.is_some_and(|order| Lots(held).is_reduced_by(order)), "{held}: {planned:?}");
                held += planned.unwrap().0;
            }
            prop_assert!(targets.excess(book(held).delta) == Value(0), "{held}");
            prop_assert!(held.abs() * 100 >= targets.cap.0.min(lots.abs() * 100) - 100, "no further than the cap: {held}");
        }
    }
}
