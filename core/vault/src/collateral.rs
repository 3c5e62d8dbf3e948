//! How much collateral belongs at each venue.
//!
//! Whoever cranks it chooses neither amount nor order: where cash is short of what all legs miss,
//! the one with the least equity for its need has it first.

use crate::appraisal::Appraisal;
use crate::exposure::RemainingCapital;
use crate::places::MAX_LEGS;
use crate::portfolio::Leg;
use crate::quarantine::Case;
use crate::rebalance::notional;
use ballast_core_types::{scale, value_floor, Lots, Shares, Value};

/// A movement between custody and the venue, in quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollateralMove {
    /// From custody to the venue.
    Deposit(u64),
    /// From the venue to custody.
    Withdraw(u64),
}

/// What decides the collateral of one leg. All in quote base units.
#[derive(Clone, Copy, Debug)]
pub struct CollateralInputs {
    /// What belongs there.
    pub due: u64,
    /// What is there, counting no gain.
    pub equity: u64,
    /// What is there and no gain.
    pub collateral: u64,
    /// Cash that no leg worse off needs first.
    pub cash: u64,
    /// Whether others wait for cash: then what is spare is fetched to the last thousandth.
    pub is_awaited: bool,
    /// The most that can be fetched while the position is what it is: a venue refuses what it needs
    /// itself, whoever owns it.
    pub free: u64,
}

/// Returns what brings collateral to its due amount, or `None` if it is within a tenth of it.
pub fn due(inputs: &CollateralInputs) -> Option<CollateralMove> {
    let CollateralInputs {
        due,
        equity,
        collateral,
        cash,
        is_awaited,
        free,
    } = *inputs;
    let tolerance = due / 10;
    let spare_tolerance = if is_awaited { due / 1_000 } else { tolerance };
    if equity < due.saturating_sub(tolerance) {
        let missing = due.saturating_sub(equity).min(cash);
        (missing > 0).then_some(CollateralMove::Deposit(missing))
    } else if equity > due.saturating_add(spare_tolerance) {
        let spare = equity.saturating_sub(due).min(free).min(collateral);
        (spare > 0).then_some(CollateralMove::Withdraw(spare))
    } else {
        None
    }
}

/// What a leg needs, quote base units: `due` of it for what is or is to be held, `equity` is there.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    due: u64,
    equity: u64,
    /// Whether more could go there now: a venue that takes nothing keeps nothing from the others.
    takes: bool,
}

impl Need {
    /// Returns what it misses by more than a tenth; nothing if it does not.
    const fn missing(&self) -> u64 {
        if self.takes && self.equity < self.due.saturating_sub(self.due / 10) {
            self.due.saturating_sub(self.equity)
        } else {
            0
        }
    }

    /// Returns whether it has less for its need than another, which comes later in the vault.
    fn is_worse_off(&self, other: &Self, is_earlier: bool) -> bool {
        let cross = |one: &Self, other: &Self| u128::from(one.equity).saturating_mul(u128::from(other.due));
        let (mine, theirs) = (cross(self, other), cross(other, self));
        mine < theirs || (mine == theirs && is_earlier)
    }
}

/// Returns the cash that is left for the leg at a place once those worse off have theirs.
fn cash_for(place: usize, needs: &[Need; MAX_LEGS], cash: u64) -> Option<u64> {
    let own = needs.get(place)?;
    let first = needs
        .iter()
        .enumerate()
        .filter(|(other, need)| *other != place && need.is_worse_off(own, *other < place));
    Some(first.fold(cash, |left, (_, need)| left.saturating_sub(need.missing())))
}

impl Appraisal<'_> {
    /// Returns the movement of a leg's collateral as a venue in quarantine allows it: nothing goes
    /// there, and what those who left are owed is fetched: while a trade is due, no more than
    /// leaves the position carried, since the cap is what the rest would carry and the position
    /// comes down first; then all. Nothing is called back while the last call waits: a venue may
    /// let it wait anew. Outer `None` on overflow.
    fn brought_home(
        &self,
        place: usize,
        leg: &Leg,
        movement: Option<CollateralMove>,
    ) -> Option<Option<CollateralMove>> {
        let position = &leg.position;
        let Some(case) = self.vault.cases.of(place) else {
            let waits = position.queued_withdrawal > 0 && matches!(movement, Some(CollateralMove::Withdraw(_)));
            return Some(movement.filter(|_| !waits));
        };
        let mut missing = self.missing(leg, case)?;
        if self.is_trade_due(leg.market)? {
            missing = missing.min(self.free_to_fetch(leg)?);
        }
        let spare = match movement {
            Some(CollateralMove::Withdraw(spare)) => spare,
            Some(CollateralMove::Deposit(_)) | None => 0,
        };
        let fetched = spare.max(missing).min(position.collateral);
        let is_due = fetched > 0 && position.queued_withdrawal == 0;
        Some(is_due.then_some(CollateralMove::Withdraw(fetched)))
    }

    /// Returns what still has to come from a venue in quarantine for those who left, quote base
    /// units. `None` on overflow.
    pub(crate) fn missing(&self, leg: &Leg, case: &Case) -> Option<u64> {
        case.missing(leg.worth_low(&self.prices)?, self.vault.ledger.cash)
    }

    fn is_trade_due(&self, market: usize) -> Option<bool> {
        let (targets, deltas) = (self.targets()?, self.exposure()?.deltas_if_filled());
        let reason = targets.reason(&deltas);
        Some(reason.is_some_and(|reason| targets.is_due(reason, market, &deltas)))
    }

    /// Returns the greater dollar size of a leg, whether its order in flight fills or not.
    fn held(&self, leg: &Leg) -> Option<Value> {
        let mid = self.prices.mid(leg.market)?;
        Some(notional(leg.position.lots, mid)?.max(notional(leg.lots_if_filled()?, mid)?))
    }

    /// Returns the collateral that can be fetched with the position left no more than a fifth
    /// short: a policy asks for more than five quarters of what its venue does. `None` on overflow.
    fn free_to_fetch(&self, leg: &Leg) -> Option<u64> {
        let held = self.held(leg)?;
        let whole = self.vault.policy.collateral_ratio.of_ceil(held)?.positive_part();
        let needed = scale::mul_div_ceil(whole, 4, 5)?;
        Some(self.equity(leg)?.saturating_sub(needed))
    }

    fn equity(&self, leg: &Leg) -> Option<u64> {
        leg.equity_low(&self.prices.of(leg.market)?.bounds)
    }

    /// Returns the collateral that each leg needs: the ratio times the greater of the exposure that
    /// is held and the exposure that is wanted, which the first leg of a market carries. Exposure
    /// that may not be taken on now needs no collateral now. `None` on overflow.
    fn needs(&self) -> Option<[Need; MAX_LEGS]> {
        let targets = self.targets()?;
        let deltas = self.exposure()?.deltas();
        let (mut needs, mut last) = ([Need::default(); MAX_LEGS], None);
        for (place, leg) in self.portfolio.legs() {
            let mid = self.prices.mid(leg.market)?;
            let held = value_floor(leg.position.lots, mid)?;
            let is_first = last != Some(leg.market);
            last = Some(leg.market);
            let wanted = if is_first && self.permissions_in(leg.market).open {
                let target = targets.of(leg.market)?;
                let here = deltas.get(leg.market)?.checked_abs()?;
                let most = targets.room(leg.market, &deltas)?.max(here).0;
                let others = self.others(place, leg.market)?;
                Value(target.delta.0.clamp(most.checked_neg()?, most)).checked_sub(others)?
            } else {
                held
            };
            let size = self.held(leg)?.max(wanted.checked_abs()?);
            if let Some(need) = needs.get_mut(place) {
                need.due = self.vault.policy.collateral_ratio.of_ceil(size)?.positive_part();
                need.equity = self.equity(leg)?;
                need.takes = self.takes(place, leg);
            }
        }
        self.bounded(needs)
    }

    /// Returns whether collateral can be brought to a leg now: nothing waits at a venue that
    /// answers, at a price.
    pub(crate) fn takes(&self, place: usize, leg: &Leg) -> bool {
        let has_price = self.prices.of(leg.market).is_some_and(|of| of.refusal.is_none());
        let position = &leg.position;
        let waits = position.queued_withdrawal > 0 || position.in_flight != Lots::ZERO;
        has_price && position.is_operational && !waits && !self.vault.is_quarantined(place)
    }

    /// Returns D of the legs of a market but one.
    fn others(&self, place: usize, market: usize) -> Option<Value> {
        let mid = self.prices.mid(market)?;
        let mut sum = Value::ZERO;
        for (other, leg) in self.portfolio.legs() {
            if other != place && leg.market == market {
                sum = sum.checked_add(value_floor(leg.position.lots, mid)?)?;
            }
        }
        Some(sum)
    }

    /// Returns needs that hold nothing back from holders who wait: together no more than those who
    /// stay own, and the margin of what is still to be unwound for the others.
    fn bounded(&self, mut needs: [Need; MAX_LEGS]) -> Option<[Need; MAX_LEGS]> {
        let leaving = &self.vault.leaving;
        if leaving.shares == Shares::ZERO {
            return Some(needs);
        }
        let staying = RemainingCapital::of(&self.pool(), leaving.shares, &self.share_mark)?;
        let staying = staying.pool.nav.positive_part();
        let all = needs.iter().fold(0u64, |sum, need| sum.saturating_add(need.due));
        for ((place, leg), need) in self.portfolio.legs().zip(&mut needs) {
            let mid = self.prices.mid(leg.market)?;
            let theirs = notional(leaving.within(place, leg.position.lots), mid)?;
            let margin = self.vault.policy.collateral_ratio.of_ceil(theirs)?.positive_part();
            let part = scale::mul_div_floor(staying, need.due, all.max(1))?;
            need.due = need.due.min(part.checked_add(margin)?);
        }
        Some(needs)
    }

    /// Returns the movement of the collateral of the leg at a place that is due. Outer `None` on
    /// overflow, or if there is no such leg.
    pub fn collateral_due(&self, place: usize) -> Option<Option<CollateralMove>> {
        let leg = self.portfolio.leg(place)?;
        if self.prices.of(leg.market)?.refusal.is_some() {
            return Some(None);
        }
        let needs = self.needs()?;
        let need = needs.get(place)?;
        let movement = due(&CollateralInputs {
            due: need.due,
            equity: need.equity,
            collateral: leg.position.collateral,
            cash: cash_for(place, &needs, self.portfolio.cash)?,
            is_awaited: self.vault.leaving.shares > Shares::ZERO,
            free: self.free_to_fetch(leg)?,
        });
        self.brought_home(place, leg, movement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(due: u64, equity: u64, is_awaited: bool) -> CollateralInputs {
        CollateralInputs {
            due,
            equity,
            collateral: equity,
            cash: 1_000,
            is_awaited,
            free: u64::MAX,
        }
    }

    #[test]
    fn what_leavers_wait_for_does_not_stay_at_the_venue() {
        // Five per cent leave a vault whose policy wants all of it at the venue.
        assert_eq!(due(&of(1_000, 1_000, false)), None);
        assert_eq!(due(&of(950, 1_000, false)), None);
        assert_eq!(due(&of(950, 1_000, true)), Some(CollateralMove::Withdraw(50)));
    }

    #[test]
    fn the_table_of_movements() {
        use CollateralMove::*;
        for (cash, needed, equity, expected) in [
            (1_000, 500, 0, Some(Deposit(500))),
            (300, 500, 0, Some(Deposit(300))),
            (0, 500, 0, None),
            (1_000, 500, 460, None),
            (1_000, 500, 440, Some(Deposit(60))),
            (1_000, 500, 560, Some(Withdraw(60))),
            (1_000, 500, 500, None),
            (1_000, 0, 500, Some(Withdraw(500))),
        ] {
            let inputs = CollateralInputs {
                cash,
                ..of(needed, equity, false)
            };
            assert_eq!(due(&inputs), expected, "{cash} {needed} {equity}");
        }
        let held = CollateralInputs {
            free: 30,
            ..of(500, 560, false)
        };
        assert_eq!(due(&held), Some(Withdraw(30)));
    }

    #[test]
    fn short_cash_goes_to_the_leg_that_is_worst_off_first() {
        let need = |due, equity| Need {
            due,
            equity,
            takes: true,
        };
        let mut needs = [Need::default(); MAX_LEGS];
        (needs[0], needs[1], needs[2]) = (need(1_000, 500), need(1_000, 200), need(1_000, 950));
        let cash = |needs: &_, place| cash_for(place, needs, 1_000);
        // The second misses 800, then the first 500; the third nothing by more than a tenth.
        assert_eq!(
            [0, 1, 2].map(|place| cash(&needs, place)),
            [Some(200), Some(1_000), Some(0)]
        );
        // Of two in the same state the earlier.
        needs[1] = need(2_000, 1_000);
        assert_eq!([0, 1].map(|place| cash(&needs, place)), [Some(1_000), Some(500)]);
        // A venue that takes nothing keeps nothing from the others.
        needs[0].takes = false;
        assert_eq!(cash(&needs, 1), Some(1_000));
    }
}
