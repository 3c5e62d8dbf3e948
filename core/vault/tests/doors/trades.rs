//! How the model trades: filled at the published price, for all that the cost budget allows, or for
//! half of it; the other half is for whoever sent it to earn.

use crate::model::{World, KEEPERS};
use ballast_core_types::{value_floor, Lots, Position, PriceBounds, Ratio, TradingTerms, Value};
use ballast_core_vault::keeper_pay::Trade;
use ballast_core_vault::places::MAX_LEGS;
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

    /// The price of a leg's market.
    fn of_leg(&self, leg: usize) -> &PriceBounds {
        &self.bounds[self.markets[leg]]
    }

    /// The position after an order that costs its budget, or half of it, its notional, and
    /// what it cost.
    fn filled_at_the_budget(&self, leg: usize, lots: Lots) -> (Position, Value, u64) {
        let bounds = self.of_leg(leg);
        let traded = notional(lots, bounds.mid).unwrap();
        let budget = self.state.policy.rebalance.max_cost.of_floor(traded).unwrap();
        // In every other slot it leaves half of it for whoever sends it.
        let cost = budget.positive_part() >> (self.slot & 1);
        let mut position = self.positions[leg];
        Self::fill(&mut position, lots, cost, bounds);
        (position, traded, cost)
    }

    /// Rebalances the first leg: see [`Self::rebalance_all`].
    pub fn rebalance(&mut self, lots: i64) -> bool {
        self.rebalance_all(&[(0, lots)])
    }

    /// Rebalances by orders that somebody proposes, each a leg and its lots; with what it pays it
    /// costs as much as the budget allows. Whether it was proven.
    pub fn rebalance_all(&mut self, orders: &[(usize, i64)]) -> bool {
        let before = self.appraise();
        let (mut after, mut traded) = (self.clone(), Value::ZERO);
        for (leg, lots) in orders {
            let (position, notional, _) = self.filled_at_the_budget(*leg, Lots(*lots));
            after.spent += self.positions[*leg].collateral - position.collateral;
            after.positions[*leg] = position;
            traded = traded.checked_add(notional).unwrap();
        }
        let verdict = check(&Proposal {
            policy: &before.vault.policy.rebalance,
            permissions: before.permissions_by_market(),
            targets: &before.targets().unwrap(),
            cap_after: after.appraise().targets().unwrap().cap,
            before: &before.exposure().unwrap(),
            after: &after.appraise().exposure().unwrap(),
            traded,
            slice_left: before.slice_left().unwrap(),
            depths: [Value(i64::MAX); MAX_LEGS],
        });
        let Ok(reason) = verdict else {
            return false;
        };
        let (was, is) = (before.exposure().unwrap(), after.appraise().exposure().unwrap());
        let cost = was.nav.checked_sub(is.nav).unwrap();
        let trade = Trade {
            reason,
            traded,
            cost,
            risk_removed: before.risk_removed(&before.targets().unwrap(), &was, &is),
        };
        let earned = KEEPERS.of_trade(&trade, &before.vault.policy.rebalance);
        (self.positions, self.spent) = (after.positions, after.spent);
        let seen = self.seen();
        self.record(seen);
        let lost = u64::try_from(cost.0).unwrap() + self.pay_for_trade(earned);
        let drawn = lost.min(self.state.ledger.levy_reserve);
        self.state.ledger.levy_reserve -= drawn;
        self.state.ledger.cash += drawn;
        true
    }

    /// Unwinds so many lots of a batch in the first leg: see [`Self::unwind_leg`].
    pub fn unwind(&mut self, number: usize, lots: i64) -> bool {
        self.unwind_leg(number, 0, lots)
    }

    /// Unwinds so many lots of a batch in a leg, at what its budget allows with what it pays.
    /// Whether it was proven.
    pub fn unwind_leg(&mut self, number: usize, leg: usize, lots: i64) -> bool {
        let Some(batch) = self.batches.get(number) else {
            return false;
        };
        let before = self.appraise();
        let (position, _, cost) = self.filled_at_the_budget(leg, Lots(lots));
        let verdict = unwind::check(&UnwindProposal {
            policy: &before.vault.policy.rebalance,
            keepers: &KEEPERS,
            permissions: before.permissions_in(self.markets[leg]),
            due: unwind::due(batch.redemptions.lots_left[leg], self.positions[leg].lots),
            least: before.least_trade().unwrap(),
            price: self.of_leg(leg).mid,
            before: &self.positions[leg],
            after: &position,
            cost: Value::from_amount(cost).unwrap(),
        });
        let Ok(done) = verdict else {
            return false;
        };
        let was = before.exposure().unwrap().nav;
        self.spent += self.positions[leg].collateral - position.collateral;
        self.positions[leg] = position;
        let lost = was.0 - self.appraise().exposure().unwrap().nav.0;
        let lost = u64::try_from(lost.max(0)).unwrap() + self.pay_for_unwinding(done.earned);
        let redemptions = &mut self.batches[number].redemptions;
        let left = &mut redemptions.lots_left[leg];
        *left = left.checked_sub(done.lots).unwrap();
        redemptions.unwind_cost += lost;
        let leaving = &mut self.state.leaving;
        leaving.lots[leg] = leaving.lots[leg].checked_sub(done.lots).unwrap();
        leaving.unwind_cost += lost;
        let seen = self.seen();
        self.record(seen);
        true
    }

    /// The orders that a keeper would propose: legs and lots.
    pub fn all_planned(&self) -> Vec<(usize, i64)> {
        let terms = TradingTerms {
            half_spread: Ratio::ZERO,
            taker_fee: Ratio::ZERO,
            depth_one_percent: Value(1_000_000_000_000_000),
        };
        let orders = self.appraise().orders(&[Some(terms); MAX_LEGS], |_| true);
        let orders = orders.into_iter().flatten().flatten();
        orders.map(|order| (order.leg, order.lots.0)).collect()
    }

    /// The order that a keeper would propose in the first leg; zero if none.
    pub fn planned(&self) -> i64 {
        self.all_planned().first().map_or(0, |(_, lots)| *lots)
    }
}
