//! How the model trades: filled at the published price, for all that the cost budget allows.

use crate::model::World;
use ballast_core_types::{value_floor, Lots, Position, PriceBounds, Ratio, TradingTerms, Value};
use ballast_core_vault::rebalance::{check, notional, Proposal};
use ballast_core_vault::unwind::{self, UnwindProposal};

impl World {
    /// Fills an order at the published price and takes `cost` for it.
    pub fn fill(position: &mut Position, lots: Lots, cost: u64, bounds: &PriceBounds) {
        position.lots = position.lots.checked_add(lots).unwrap();
        let traded = value_floor(lots, bounds.mid).unwrap();
        position.entry_cost = position.entry_cost.checked_add(traded).unwrap();
        if position.lots == Lots::ZERO {
            // What was lost is the venue's now.
            let lost = position.entry_cost.positive_part();
            position.collateral -= lost.min(position.collateral);
            position.entry_cost = Value::ZERO;
        }
        position.collateral -= cost.min(position.collateral);
    }

    /// The position after an order that is filled as badly as the budget allows, its notional, and
    /// what it cost.
    fn filled_at_the_budget(&self, lots: Lots) -> (Position, Value, u64) {
        let traded = notional(lots, self.bounds.mid).unwrap();
        let budget = self.state.policy.rebalance.max_cost.of_floor(traded).unwrap();
        let cost = budget.positive_part();
        let mut position = self.position;
        Self::fill(&mut position, lots, cost, &self.bounds);
        (position, traded, cost)
    }

    /// Rebalances by an order that somebody proposes, filled as badly as the budget allows. Whether
    /// it was proven.
    pub fn rebalance(&mut self, lots: i64) -> bool {
        let before = self.appraise();
        let lots = Lots(lots);
        let (position, traded, _) = self.filled_at_the_budget(lots);
        let mut after = self.clone();
        after.position = position;
        let verdict = check(&Proposal {
            policy: &before.vault.policy.rebalance,
            permissions: before.permissions,
            targets: &before.targets().unwrap(),
            cap_after: after.appraise().targets().unwrap().cap,
            before: &before.exposure().unwrap(),
            after: &after.appraise().exposure().unwrap(),
            traded,
            slice_left: before.slice_left().unwrap(),
            depth: Value(i64::MAX),
        });
        if verdict.is_err() {
            return false;
        }
        let lost = before.exposure().unwrap().nav.0 - after.appraise().exposure().unwrap().nav.0;
        let lost = u64::try_from(lost).unwrap();
        self.spent += self.position.collateral - position.collateral;
        self.position = position;
        let seen = self.seen();
        self.record(seen);
        let drawn = lost.min(self.state.ledger.levy_reserve);
        self.state.ledger.levy_reserve -= drawn;
        self.state.ledger.cash += drawn;
        true
    }

    /// Unwinds so many lots of a batch, filled as badly as the budget allows. Whether it was
    /// proven.
    pub fn unwind(&mut self, number: usize, lots: i64) -> bool {
        let Some(batch) = self.batches.get(number) else {
            return false;
        };
        let before = self.appraise();
        let (position, _, cost) = self.filled_at_the_budget(Lots(lots));
        let verdict = unwind::check(&UnwindProposal {
            policy: &before.vault.policy.rebalance,
            permissions: before.permissions,
            due: unwind::due(batch.redemptions.lots_left, self.position.lots),
            least: before.least_trade().unwrap(),
            price: self.bounds.mid,
            before: &self.position,
            after: &position,
            cost: Value::from_amount(cost).unwrap(),
        });
        let Ok(done) = verdict else {
            return false;
        };
        let was = before.exposure().unwrap().nav;
        self.spent += self.position.collateral - position.collateral;
        self.position = position;
        let lost = was.0 - self.appraise().exposure().unwrap().nav.0;
        let lost = u64::try_from(lost.max(0)).unwrap();
        let redemptions = &mut self.batches[number].redemptions;
        redemptions.lots_left = redemptions.lots_left.checked_sub(done.lots).unwrap();
        redemptions.unwind_cost += lost;
        let leaving = &mut self.state.leaving;
        leaving.lots = leaving.lots.checked_sub(done.lots).unwrap();
        leaving.unwind_cost += lost;
        let seen = self.seen();
        self.record(seen);
        true
    }

    /// The order that a keeper would propose.
    pub fn planned(&self) -> i64 {
        let terms = TradingTerms {
            half_spread: Ratio::ZERO,
            taker_fee: Ratio::ZERO,
            depth_one_percent: Value(1_000_000_000_000_000),
        };
        self.appraise().order(&terms).map_or(0, |lots| lots.0)
    }
}
